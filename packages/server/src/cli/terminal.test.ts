import assert from 'node:assert/strict';
import { once } from 'node:events';
import { PassThrough, Writable } from 'node:stream';
import { test } from 'node:test';
import { openTerminal, ReaderGone } from './terminal.ts';

const silent = () => new PassThrough();

test('data goes to stdout line by line, talk to stderr', async () => {
  const [stdout, stderr] = [new PassThrough(), new PassThrough()];
  const terminal = openTerminal(stdout, stderr);
  await terminal.line('one');
  terminal.say('by the way');
  await terminal.text('two\n');
  await terminal.flush();
  assert.equal(String(stdout.read()), 'one\ntwo\n');
  assert.equal(String(stderr.read()), 'by the way\n');
});

test('lines that come together are written together', async () => {
  const chunks: string[] = [];
  const stdout = new Writable({
    write(chunk, _encoding, done) {
      chunks.push(String(chunk));
      done();
    },
  });
  const terminal = openTerminal(stdout, silent());
  for (let line = 0; line < 10_000; line++) await terminal.line(`line ${line}`);
  await terminal.flush();
  assert.equal(chunks.join('').split('\n').length, 10_001);
  assert.ok(chunks.length < 100, `${chunks.length} writes`);
});

test('a line alone is out when the event loop turns, without a flush', async () => {
  const stdout = new PassThrough();
  await openTerminal(stdout, silent()).line('listening');
  const [chunk] = await once(stdout, 'data');
  assert.equal(String(chunk), 'listening\n');
});

test('waits for a reader that is slow', async () => {
  let taken = 0;
  let takeNext = () => {};
  const stdout = new Writable({
    highWaterMark: 1,
    write: (chunk, _encoding, done) => {
      takeNext = () => {
        taken += chunk.length;
        done();
      };
    },
  });
  const terminal = openTerminal(stdout, silent());
  let isThrough = false;
  const writing = terminal.text('x'.repeat(200_000)).then(() => {
    isThrough = true;
  });
  await new Promise((turned) => setImmediate(turned));
  assert.equal(isThrough, false);
  takeNext();
  await writing;
  assert.equal(taken, 200_000);
});

test('says so when nobody reads any more, and other errors as they are', async () => {
  for (const code of ['EPIPE', 'ENOSPC']) {
    const failing = new Writable({
      write: (_chunk, _encoding, done) => done(Object.assign(new Error(code), { code })),
    });
    const terminal = openTerminal(failing, silent());
    await terminal.line('first');
    const error = await terminal.flush().then(
      () => null,
      (cause: unknown) => cause,
    );
    assert.equal(error instanceof ReaderGone, code === 'EPIPE');
    assert.ok(error instanceof Error);
    await assert.rejects(terminal.line('second'));
  }
});
