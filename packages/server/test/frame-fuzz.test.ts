/** What an app's process may say, and 100,000 things that it may not: the reader of frames under a seeded storm. */
import assert from 'node:assert/strict';
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { test } from 'node:test';
import { setFlagsFromString } from 'node:v8';
import { runInNewContext } from 'node:vm';
import { AppProcess } from '../src/sandbox/app-process.ts';
import { createFrameDecoder } from '../src/sandbox/frame.ts';
import { defaultSandboxLimits } from '../src/sandbox/limits.ts';
import { readRunnerMessage } from '../src/sandbox/runner-message.ts';
import { systemClock } from '../src/system/system-clock.ts';

const SEED = Number(process.env.ROLLCALL_FUZZ_SEED ?? 20260304);
const MUTANTS = 100_000;

/** What is left of the heap when everything that nobody needs is gone. */
function heapKept(): number {
  setFlagsFromString('--expose-gc');
  (runInNewContext('gc') as () => void)();
  return process.memoryUsage().heapUsed;
}

/** What a well-behaved process sends. */
const honest = [
  '{"type":"ready","functions":["onAppInstall","a"]}',
  '{"type":"not_loaded","error":{"code":"not_loaded","message":"x","file":"server/server.js","line":1,"column":2}}',
  '{"type":"settled","id":1}',
  '{"type":"settled","id":2,"error":{"code":"threw","message":"x","stack":"y"}}',
  '{"type":"operation","id":1,"name":"db.get","args":["key"],"call":1}',
  '{"type":"operation","id":2,"name":"db.set","args":["key",{"a":[1,null,true,"x"]}],"call":null}',
  '{"type":"log","level":"info","text":"hello \\u0000 \\ud83d\\ude00","call":3}',
  '{"type":"rendered","id":4,"error":null,"data":{"a":1}}',
  '{"type":"pong","id":1}',
  '{"type":"exiting","code":0,"call":null}',
  '{"type":"chunk","id":1,"index":0,"isLast":false,"text":"{\\"type\\":\\"rendered\\""}',
  '{"type":"chunk","id":1,"index":1,"isLast":true,"text":",\\"id\\":1,\\"error\\":null,\\"data\\":1}"}',
];

const spice = [
  ...['__proto__', 'constructor', 'prototype', 'toString', 'hasOwnProperty', 'type', 'id', 'call', 'error', 'then'],
  ...['null', '-1', '1e999', '9007199254740993', '""', '[]', '{}', 'true', '"\\ud800"', '[[[[[[[[', '{"a":'],
  ...['\u0000', '\u2028', '\ufeff', '\\', '"', ',', ':', '}', ']'],
];

test(`reads ${MUTANTS} mutants of its frames without an exception, and takes none for more than it is`, () => {
  const random = seeded(SEED);
  const before = heapKept();
  let messages = 0;
  let faults = 0;
  for (let count = 0; count < MUTANTS; count += 1) {
    const decoder = createFrameDecoder();
    const bytes = mutant(random);
    for (const part of parts(bytes, random)) {
      const decoded = decoder.push(part);
      for (const message of decoded.messages) {
        messages += 1;
        checkMessage(readRunnerMessage(message));
      }
      if (decoded.fault === null) continue;
      faults += 1;
      // Once is for ever: nothing that follows is read.
      assert.deepEqual(decoder.push(frameOf(honest[0] ?? '')), { messages: [], members: 0, fault: decoded.fault });
      break;
    }
  }
  assert.ok(messages > MUTANTS / 20, `only ${messages} got as far as being a message (seed ${SEED})`);
  assert.ok(faults > MUTANTS / 4, `only ${faults} were refused (seed ${SEED})`);
  assert.deepEqual(Object.keys(Object.prototype), []);
  assert.ok(heapKept() - before < 16 * 1024 * 1024);
});

test('outlives processes that send mutants, and ends each of them', async (t) => {
  const folder = mkdtempSync(join(tmpdir(), 'rollcall-fuzz-'));
  t.after(() => rmSync(folder, { recursive: true, force: true }));
  const endings = await Promise.all(
    Array.from({ length: 12 }, async (_, index) => {
      const random = seeded(SEED + index);
      const file = join(folder, `mutants-${index}`);
      writeFileSync(file, Buffer.concat(Array.from({ length: 200 }, () => mutant(random))));
      return endOfProcess(folder, file);
    }),
  );
  for (const [index, ending] of endings.entries()) assert.match(ending, /^the process sent/, `seed ${SEED + index}`);
  assert.deepEqual(Object.keys(Object.prototype), []);
});

/** A process that is ready, and sends the file's bytes instead of an answer. */
async function endOfProcess(folder: string, file: string): Promise<string> {
  const program = `
    const fs = require('node:fs');
    const send = (bytes) => { try { fs.writeSync(1, bytes); } catch { process.exit(9); } };
    const text = Buffer.from('{"type":"ready","functions":["a"]}');
    const head = Buffer.alloc(4);
    head.writeUInt32BE(text.length);
    send(Buffer.concat([head, text]));
    process.stdin.once('data', () => send(fs.readFileSync(process.argv[1])));
    setInterval(() => {}, 1000);`;
  const app = new AppProcess({
    appFolder: folder,
    launcher: () => ({ command: process.execPath, args: ['--eval', program, file], env: {}, cwd: folder }),
    services: {
      operation: async () => ({ kind: 'done', result: null }),
      log: () => {},
      broke: (cause) => assert.fail(String(cause)),
    },
    clock: systemClock(),
    limits: { ...defaultSandboxLimits, callMsMax: 3000, answerMsMax: 500, stopGraceMs: 200 },
  });
  try {
    // A mutant may pass for the end of the call; what follows it is still what ends the process.
    await app.call({ handler: 'a', payload: {}, callId: 'a' });
    for (let look = 0; look < 100 && app.state.lastCrash === null; look += 1) {
      await new Promise((resolve) => setTimeout(resolve, 20));
    }
    return app.state.lastCrash?.message ?? 'none';
  } finally {
    await app.stop();
  }
}

type Random = () => number;

function seeded(seed: number): Random {
  let state = seed >>> 0;
  return () => {
    state = (state + 0x6d2b79f5) >>> 0;
    let mixed = Math.imul(state ^ (state >>> 15), state | 1);
    mixed ^= mixed + Math.imul(mixed ^ (mixed >>> 7), mixed | 61);
    return ((mixed ^ (mixed >>> 14)) >>> 0) / 2 ** 32;
  };
}

const below = (random: Random, limit: number) => Math.floor(random() * limit);
const pick = <T>(random: Random, values: readonly T[]): T => values[below(random, values.length)] as T;

function mutant(random: Random): Buffer {
  const frames = Array.from({ length: 1 + below(random, 3) }, () => {
    let text = pick(random, honest);
    for (let count = below(random, 4); count > 0; count -= 1) text = mutatedText(text, random);
    return frameOf(text, random);
  });
  const bytes = Buffer.concat(frames);
  for (let count = below(random, 3); count > 0; count -= 1) {
    if (bytes.length > 0) bytes[below(random, bytes.length)] = below(random, 256);
  }
  return bytes;
}

function mutatedText(text: string, random: Random): string {
  const at = below(random, text.length);
  const to = at + below(random, 12);
  switch (below(random, 5)) {
    case 0:
      return text.slice(0, at) + text.slice(to);
    case 1:
      return text.slice(0, at) + pick(random, spice) + text.slice(at);
    case 2:
      return text.slice(0, at) + pick(random, spice) + text.slice(to);
    case 3:
      return text.replace(/"(\w+)":/, `"${pick(random, spice)}":`);
    default:
      return text.replace(/:[^,}]+/, `:${pick(random, spice)}`);
  }
}

/** Now and then with a length that is a lie. */
function frameOf(text: string, random: Random = () => 1): Buffer {
  const body = Buffer.from(text);
  const head = Buffer.alloc(4);
  const lie = random();
  const length = lie < 0.03 ? below(random, 2 ** 32) : lie < 0.06 ? body.length + below(random, 9) - 4 : body.length;
  head.writeUInt32BE(Math.max(0, length) >>> 0);
  return Buffer.concat([head, body]);
}

function parts(bytes: Buffer, random: Random): readonly Buffer[] {
  if (random() < 0.5) return [bytes];
  const at = below(random, bytes.length + 1);
  return [bytes.subarray(0, at), bytes.subarray(at)];
}

/** Whatever is read is exactly of the protocol. */
function checkMessage(message: ReturnType<typeof readRunnerMessage>): void {
  if (message === null) return;
  const isCount = (value: number) => Number.isSafeInteger(value) && value > 0;
  switch (message.type) {
    case 'ready':
      assert.ok(message.functions.every((name) => typeof name === 'string'));
      break;
    case 'not_loaded':
      assert.equal(typeof message.error.message, 'string');
      break;
    case 'settled':
    case 'rendered':
    case 'pong':
      assert.ok(isCount(message.id));
      break;
    case 'operation':
      assert.ok(isCount(message.id) && typeof message.name === 'string' && Array.isArray(message.args));
      assert.ok(message.call === null || isCount(message.call));
      break;
    case 'log':
      assert.equal(typeof message.text, 'string');
      assert.ok(message.call === null || isCount(message.call));
      break;
    case 'exiting':
      assert.equal(typeof message.code, 'number');
      break;
  }
}
