import assert from 'node:assert/strict';
import { test } from 'node:test';
import fc from 'fast-check';
import type { JsonObject } from '../marketplace/json-value.ts';
import { createFrameDecoder, encodeFrames } from './frame.ts';
import { frameBytesMax, valueBytesMax } from './limits.ts';
import { readRunnerMessage } from './runner-message.ts';

function frame(body: string | Buffer): Buffer {
  const bytes = Buffer.from(body);
  const header = Buffer.alloc(4);
  header.writeUInt32BE(bytes.length);
  return Buffer.concat([header, bytes]);
}

function decode(...parts: readonly Buffer[]) {
  const decoder = createFrameDecoder();
  const messages: JsonObject[] = [];
  let fault: string | null = null;
  for (const part of parts) {
    const decoded = decoder.push(part);
    messages.push(...decoded.messages);
    fault = decoded.fault;
  }
  return { messages, fault };
}

const chunk = (fields: object) => frame(JSON.stringify({ type: 'chunk', ...fields }));

test('gives back every message, however the bytes are cut', () => {
  const message = fc.dictionary(fc.string(), fc.jsonValue({ maxDepth: 3 })) as fc.Arbitrary<JsonObject>;
  fc.assert(
    fc.property(fc.array(message, { maxLength: 5 }), fc.integer({ min: 1, max: 50 }), (messages, size) => {
      const sent = messages.filter(({ type }) => type !== 'chunk');
      const bytes = Buffer.concat(sent.flatMap((each) => encodeFrames(each, 1) ?? []));
      const parts = Array.from({ length: Math.ceil(bytes.length / size) }, (_, index) =>
        bytes.subarray(index * size, (index + 1) * size),
      );
      assert.deepEqual(decode(...parts), { messages: JSON.parse(JSON.stringify(sent)), fault: null });
    }),
  );
});

test('sends what is longer than a frame in numbered chunks, whole pairs or halves', () => {
  const text = `${'😀"\\'.repeat(300_000)}\ud83d`;
  const frames = encodeFrames({ text }, 1) ?? [];
  assert.ok(frames.length > 1 && frames.every((each) => each.length <= frameBytesMax + 4));
  assert.deepEqual(decode(...frames), { messages: [{ text }], fault: null });
  assert.equal(encodeFrames({ text: 'x'.repeat(valueBytesMax) }, 1), null);
});

test('names everything that is not of the protocol, and reads nothing after it', () => {
  const good = frame('{"type":"ready"}');
  const table: readonly (readonly [string, readonly Buffer[]])[] = [
    ['a frame of 0 bytes', [Buffer.alloc(4)]],
    ['a frame of 1048577 bytes', [Buffer.from([0, 16, 0, 1])]],
    ['a frame of 4294967295 bytes', [Buffer.from([255, 255, 255, 255])]],
    ['a frame that is not a JSON object', [frame('{"a":')]],
    ['a frame that is not a JSON object', [frame('[1]')]],
    ['a frame that is not a JSON object', [frame('null')]],
    ['a frame that is not a JSON object', [frame(Buffer.from([0xff, 0xfe]))]],
    ['a message that is more than 600 deep', [frame(`${'['.repeat(500_000)}`)]],
    ['a message of more than 200000 values', [frame(`{"type":"operation","args":[${'{},'.repeat(200_000)}{}]}`)]],
    ['a "log" of too many values', [frame(`{"type":"log","x":[${'{},'.repeat(64)}{}]}`)]],
    ['a "log" in chunks', [chunk({ id: 1, index: 0, isLast: true, text: '{"type":"log"}' })]],
    ['a "settled" in chunks', [chunk({ id: 1, index: 0, isLast: true, text: '{"type":"settled","id":1}' })]],
    ['a chunk out of order', [chunk({ id: 2, index: 0, isLast: false, text: 'a' })]],
    ['a chunk out of order', [chunk({ id: 1, index: 1, isLast: false, text: 'a' })]],
    ['a chunk without text', [chunk({ id: 1, index: 0, isLast: false, text: '' })]],
    ['a chunk without text', [chunk({ id: 1, index: 0, isLast: 'no', text: 'a' })]],
    ['a message between chunks', [chunk({ id: 1, index: 0, isLast: false, text: 'a' }), good]],
    ['chunks that are no JSON object', [chunk({ id: 1, index: 0, isLast: true, text: '[' })]],
    ['chunks that are no JSON object', [chunk({ id: 1, index: 0, isLast: true, text: '{"type":"chunk"}' })]],
  ];
  for (const [fault, parts] of table) {
    assert.deepEqual(decode(...parts, good), { messages: [], fault }, fault);
  }
});

test('holds no more than 8 MiB of a value in pieces', () => {
  const text = 'x'.repeat(1_000_000);
  const parts = Array.from({ length: 9 }, (_, index) => chunk({ id: 1, index, isLast: false, text }));
  assert.equal(decode(...parts).fault, 'chunks of more than 8 MiB');
});

test('answers any bytes with messages or a fault, and any message with one of the protocol or none', () => {
  const hostileKeys = fc.constantFrom(
    '__proto__',
    'constructor',
    'type',
    'id',
    'error',
    'toString',
    'call',
    'args',
    'text',
  );
  const hostileType = fc.constantFrom(
    'ready',
    'settled',
    'operation',
    'log',
    'pong',
    'exiting',
    'not_loaded',
    'chunk',
    '__proto__',
  );
  const hostile = fc
    .tuple(hostileType, fc.array(fc.tuple(hostileKeys, fc.jsonValue({ maxDepth: 2 }))))
    .map(([type, entries]) =>
      frame(
        `{"type":${JSON.stringify(type)}${entries.map(([key, value]) => `,${JSON.stringify(key)}:${JSON.stringify(value)}`).join('')}}`,
      ),
    );
  const part = fc.oneof(
    hostile,
    fc.uint8Array({ maxLength: 200 }).map((bytes) => Buffer.from(bytes)),
    fc.string().map((text) => frame(text)),
  );
  fc.assert(
    fc.property(fc.array(part, { maxLength: 6 }), (parts) => {
      for (const message of decode(...parts).messages) {
        const known = readRunnerMessage(message);
        if (known?.type === 'settled' || known?.type === 'operation')
          assert.ok(Number.isSafeInteger(known.id) && known.id > 0);
        if (known?.type === 'log') assert.equal(typeof known.text, 'string');
      }
      assert.equal(Object.hasOwn(Object.prototype, 'polluted'), false);
    }),
    { numRuns: 2000 },
  );
});

test('copies a frame that drips in only when it is whole', () => {
  const body = frame(JSON.stringify({ type: 'log', text: 'x'.repeat(900_000) }));
  const decoder = createFrameDecoder();
  const drops = Array.from({ length: body.length }, (_, index) => body.subarray(index, index + 1));
  const messages = drops.flatMap((drop) => decoder.push(drop).messages);
  assert.equal(messages.length, 1);
});

test('refuses many values in pieces before they are together, and reads as many bytes of one text', () => {
  const first = '{"type":"operation","args":[';
  const many = Array.from({ length: 10 }, (_, index) =>
    chunk({ id: 1, index, isLast: false, text: index === 0 ? first : '{},'.repeat(50_000) }),
  );
  const decoder = createFrameDecoder();
  const faults = many.map((part) => decoder.push(part).fault);
  assert.equal(faults.indexOf('a message of more than 200000 values'), 2);
  const message = { type: 'rendered', id: 1, error: null, data: '{},'.repeat(2_000_000) };
  assert.deepEqual(decode(...(encodeFrames(message, 1) ?? [])), { messages: [message], fault: null });
});

test('says how many values it read, those in pieces too', () => {
  const decoder = createFrameDecoder();
  const alone = decoder.push(frame('{"type":"x"}')).members;
  const more = decoder.push(frame(`{"type":"x","list":[${'1,'.repeat(100)}1]}`)).members;
  assert.equal(more - alone, 102);
  const text = `{"list":[${'1,'.repeat(5000)}1]}`;
  assert.ok(decoder.push(chunk({ id: 1, index: 0, isLast: true, text })).members > 5000);
});

test('refuses keys that a small message does not have, and cuts what an error says', () => {
  for (const message of [
    { type: 'log', level: 'info', text: '', call: null, more: 1 },
    { type: 'settled', id: 1, more: 1 },
    { type: 'pong', id: 1, more: 1 },
    { type: 'exiting', code: 0, call: null, more: 1 },
    { type: 'ready', functions: Array.from({ length: 1001 }, () => 'f') },
    { type: 'ready', functions: ['f'.repeat(201)] },
  ]) {
    assert.equal(readRunnerMessage(message), null, JSON.stringify(message).slice(0, 80));
  }
  const long = 'x'.repeat(100_000);
  const error = { code: 'threw', message: long, stack: long, file: long, line: 1, column: 1 };
  const read = readRunnerMessage({ type: 'settled', id: 1, error });
  assert.ok(read?.type === 'settled' && read.error !== null);
  const { message, stack, file } = read.error;
  assert.deepEqual([message.length, stack?.length, file?.length], [2000, 8000, 500]);
});
