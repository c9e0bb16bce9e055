import assert from 'node:assert/strict';
import { tmpdir } from 'node:os';
import { after, test } from 'node:test';
import { keyValueOperations } from '../apps/key-value-service.ts';
import { operationTable } from '../apps/operation-table.ts';
import { AppProcess } from './app-process.ts';
import type { CallOutcome } from './call-outcome.ts';
import type { AppLogLine } from './host-services.ts';
import { defaultSandboxLimits, type SandboxLimits } from './limits.ts';

const started: AppProcess[] = [];
after(() => Promise.all(started.map((app) => app.stop())));

// A process that does as it likes instead of running the runner. `send` writes one frame; `calls` waits for a call.
const prelude = `
  const fs = require('node:fs');
  const raw = (text) => {
    const bytes = Buffer.from(text);
    for (let at = 0; at < bytes.length; ) {
      try { at += fs.writeSync(1, bytes, at); } catch (error) { if (error.code !== 'EAGAIN') throw error; }
    }
  };
  const send = (value) => { const b = Buffer.from(typeof value === 'string' ? value : JSON.stringify(value)); const h = Buffer.alloc(4); h.writeUInt32BE(b.length); raw(Buffer.concat([h, b])); };
  const onCall = (run) => process.stdin.on('data', run);
  const ready = () => send({ type: 'ready', functions: [] });
`;

function startHostile(program: string, limits: Partial<SandboxLimits> = {}) {
  const lines: AppLogLine[] = [];
  const operations: unknown[] = [];
  const app = new AppProcess({
    appFolder: tmpdir(),
    launcher: ({ appFolder }) => ({
      command: process.execPath,
      args: ['--eval', prelude + program],
      env: {},
      cwd: appFolder,
    }),
    clock: {
      now: () => Date.now(),
      after(delayMs, run) {
        const timer = setTimeout(run, delayMs);
        return () => clearTimeout(timer);
      },
    },
    limits: {
      ...defaultSandboxLimits,
      callMsMax: 1000,
      answerMsMax: 300,
      loadMsMax: 3000,
      backoffMsMin: 1,
      stopGraceMs: 200,
      ...limits,
    },
    services: {
      operation: operationTable(
        [
          keyValueOperations(async (operation) => {
            operations.push(operation);
            return { kind: 'done', result: null };
          }),
        ],
        () => null,
      ),
      log: (line) => lines.push(line),
      broke: (cause) => {
        throw cause;
      },
    },
  });
  started.push(app);
  return { app, lines, operations, call: () => app.call({ handler: 'a', payload: {}, callId: 'a' }) };
}

function reasonOf(outcome: CallOutcome): string {
  return outcome.kind === 'failed' ? `${outcome.error.code}: ${outcome.error.message}` : outcome.kind;
}

test('ends a process at the first thing it says that is not of the protocol', async () => {
  const table: readonly (readonly [string, string])[] = [
    ['raw(Buffer.from([255, 255, 255, 255]));', 'a frame of 4294967295 bytes'],
    ['raw(Buffer.alloc(4));', 'a frame of 0 bytes'],
    ["raw('GET / HTTP/1.1');", 'a frame of 1195725856 bytes'],
    ["send('{');", 'a frame that is not a JSON object'],
    ["send('NODE_HANDLE_ACK');", 'a frame that is not a JSON object'],
    ["send({ type: 'surprise' });", 'a message that is none of the protocol'],
    ['send(\'{"__proto__":{"type":"ready"}}\');', 'a message that is none of the protocol'],
    ["send({ type: 'settled', id: 7 });", 'the end of a call that was never made'],
    ["send({ type: 'settled', id: -1 });", 'a message that is none of the protocol'],
    [
      "send({ type: 'settled', id: 1, error: { code: 'exited', message: '' } });",
      'a message that is none of the protocol',
    ],
    ["send({ type: 'rendered', id: 1, data: 1 });", 'an answer to a call that has none'],
    ["send({ type: 'rendered', id: 7, data: 1 });", 'an answer to a call that has none'],
    ["send({ type: 'operation', id: 2, name: 'db.get', args: ['k'], call: null });", 'an operation out of order'],
    ["send({ type: 'pong', id: 1 });", 'an answer that nobody asked for'],
    ['ready();', 'a second "ready"'],
    ["send({ type: 'chunk', id: 1, index: 3, isLast: true, text: '{}' });", 'a chunk out of order'],
  ];
  for (const [attack, said] of table) {
    const { call } = startHostile(`ready(); onCall(() => { ${attack} setInterval(() => {}, 1000); });`);
    assert.equal(reasonOf(await call()), `bad_frame: the process sent ${said}`, attack);
  }
});

test('survives random bytes of every length', async () => {
  const attack =
    "const { randomBytes } = require('node:crypto'); ready(); onCall(() => { for (;;) raw(randomBytes(1 + Math.random() * 100000)); });";
  const outcomes = await Promise.all(Array.from({ length: 4 }, () => startHostile(attack).call()));
  for (const outcome of outcomes) assert.match(reasonOf(outcome), /^bad_frame/);
});

test('waits for nothing that is announced and never comes', async () => {
  const { call } = startHostile('ready(); onCall(() => { raw(Buffer.from([0, 15, 0, 0, 123])); });', {
    callMsMax: 200,
  });
  assert.match(reasonOf(await call()), /^timed_out/);
});

test('takes no load for granted', async () => {
  const silent = startHostile('setInterval(() => {}, 1000);', { loadMsMax: 300 });
  assert.match(reasonOf(await silent.call()), /^not_loaded: .*not loaded within 300 ms/);
  const gone = startHostile('process.exit(5);');
  assert.equal(reasonOf(await gone.call()), "exited: the app's process ended with exit code 5");
  const forged = startHostile("send({ type: 'settled', id: 1 }); setInterval(() => {}, 1000);");
  assert.match(reasonOf(await forged.call()), /^bad_frame/);
});

test('carries out only the operations there are', async () => {
  const { app, call, operations } = startHostile(`
    ready();
    onCall(() => {
      ['db.get', 'db.constructor', '__proto__', 'db.__proto__', 'fs.read'].forEach((name, index) => send({ type: 'operation', id: index + 1, name, args: [index === 0 ? 'k' : {}], call: null }));
      send({ type: 'settled', id: 1 });
    });`);
  assert.equal((await call()).kind, 'delivered');
  assert.deepEqual(operations, [{ kind: 'get', key: 'k' }]);
  assert.equal(app.state.phase, 'running');
});

test('stops reading while too many operations are open, and goes on when they are answered', async () => {
  const { call, operations } = startHostile(
    `ready();
    onCall(() => {
      for (let id = 1; id <= 5000; id += 1) send({ type: 'operation', id, name: 'db.get', args: ['k' + id], call: null });
      send({ type: 'settled', id: 1 });
    });`,
    { operationsOpenMax: 8, callMsMax: 5000 },
  );
  assert.equal((await call()).kind, 'delivered');
  assert.equal(operations.length, 5000);
});

test('does not keep answers for a process that never reads them', async () => {
  const { call } = startHostile(
    `ready();
    process.stdin.once('data', () => {
      process.stdin.pause();
      for (let id = 1; ; id += 1) send({ type: 'operation', id, name: 'none', args: [], call: null });
    });`,
    { unreadBytesMax: 200_000, callMsMax: 10_000 },
  );
  assert.equal(reasonOf(await call()), 'bad_frame: the process sent much and read nothing');
});

test('keeps the last words on standard error, cut', async () => {
  const { call, lines } = startHostile(
    "ready(); onCall(() => { fs.writeSync(2, 'x'.repeat(100_000) + '\\nlast words\\n'); process.abort(); });",
  );
  assert.match(reasonOf(await call()), /^exited: .*SIGABRT/);
  assert.ok(lines.some(({ text, level }) => text === 'last words' && level === 'error'));
  assert.ok(lines.every(({ text }) => text.length <= 16 * 1024));
});

test('survives an answer that nests deep, and ends a process whose answer nests without end', async () => {
  const nested = (depth: number) => `ready();
    onCall(() => send('{"type":"rendered","id":1,"error":{"message":' + '['.repeat(${depth}) + ']'.repeat(${depth}) + '}}'));`;
  const deep = startHostile(nested(550)).app;
  const answer = await deep.ask({ handler: 'a', payload: {}, callId: 'a' });
  assert.equal(answer.kind === 'refused' && answer.error.message, 'What was given to renderData nests too deep');
  assert.equal(deep.state.phase, 'running');
  const endless = await startHostile(nested(200_000)).app.ask({ handler: 'a', payload: {}, callId: 'a' });
  assert.equal(
    endless.kind === 'failed' && endless.error.message,
    'the process sent a message that is more than 600 deep',
  );
});

test('ends a process that sends many tiny values, and takes none of them in', async () => {
  const { call } = startHostile(
    `ready();
    const body = '{"type":"log","level":"info","text":"","call":null,"x":[' + '{},'.repeat(300_000) + '{}]}';
    onCall(() => send(body));`,
  );
  assert.equal(reasonOf(await call()), 'bad_frame: the process sent a message of more than 200000 values');
});

test('reads no more values in a second than it may, and the process stops where it writes', async () => {
  const { call } = startHostile(
    `ready();
    const body = '{"type":"operation","name":"n","call":null,"args":[' + '0,'.repeat(20_000) + '0],"id":';
    onCall(() => { for (let n = 1; n <= 10; n += 1) send(body + n + '}'); send({ type: 'settled', id: 1 }); });`,
    { readMembersPerSecondMax: 50_000, callMsMax: 10_000 },
  );
  const startedAt = performance.now();
  assert.equal(reasonOf(await call()), 'delivered');
  const tookMs = performance.now() - startedAt;
  assert.ok(tookMs > 2000, `200,000 values were read within ${tookMs} ms`);
});

test('lets an answer of six megabytes through as it is', async () => {
  const { app } = startHostile(
    `ready();
    const text = '{"type":"rendered","id":1,"error":null,"data":"' + 'x'.repeat(6_000_000) + '"}';
    onCall(() => {
      const size = 500_000;
      for (let at = 0, index = 0; at < text.length; at += size, index += 1) {
        send({ type: 'chunk', id: 1, index, isLast: at + size >= text.length, text: text.slice(at, at + size) });
      }
    });`,
  );
  const answer = await app.ask({ handler: 'a', payload: {}, callId: 'a' });
  assert.equal(answer.kind === 'answered' && typeof answer.data === 'string' && answer.data.length, 6_000_000);
});
