import assert from 'node:assert/strict';
import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { test } from 'node:test';

const module = new URL('./stop-signal.ts', import.meta.url).href;
/** A process that is asked to stop, says so, and takes for ever over it. */
const program = `
  import { stopSignal } from ${JSON.stringify(module)};
  setInterval(() => {}, 1000);
  const stop = stopSignal();
  console.log('ready');
  console.log(await stop.asked);
`;

for (const [signal, code] of [
  ['SIGTERM', 143],
  ['SIGINT', 130],
] as const) {
  test(`the first ${signal} asks for a stop, the second one ends the process at once`, async (t) => {
    const child = spawn(process.execPath, ['--input-type=module', '--eval', program]);
    t.after(() => child.kill('SIGKILL'));
    assert.equal(String((await once(child.stdout, 'data'))[0]), 'ready\n');
    child.kill(signal);
    assert.equal(String((await once(child.stdout, 'data'))[0]), `${signal}\n`);
    assert.equal(child.exitCode, null);
    child.kill(signal);
    assert.deepEqual(await once(child, 'exit'), [code, null]);
  });
}
