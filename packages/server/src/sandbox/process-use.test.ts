import assert from 'node:assert/strict';
import { readFileSync } from 'node:fs';
import { test } from 'node:test';
import { readUse, sessionOf } from './process-use.ts';

const stat = '4711 (odd) R (name) R 4000 4711 4700 0 -1 4194560 900 0 0 0 123 45 0 0 39 19 11 0 5000 1000000 2000';
const status = 'Name:\todd\nvoluntary_ctxt_switches:\t678\nnonvoluntary_ctxt_switches:\t9\n';

test('reads what a process has taken, whatever it calls itself', () => {
  assert.deepEqual(readUse(5, stat, status), { atMs: 5, processorMs: 1680, pauses: 678, isRunnable: true });
  assert.equal(sessionOf(stat), 4700);
});

test('a process that waits is not runnable', () => {
  assert.equal(readUse(5, stat.replace(') R 4000', ') S 4000'), status)?.isRunnable, false);
});

test('reads nothing of a process that is gone', () => {
  assert.equal(readUse(5, '', ''), null);
  assert.equal(readUse(5, stat, ''), null);
  assert.equal(sessionOf(''), null);
});

test('reads this process as Linux shows it', (t) => {
  if (process.platform !== 'linux') return t.skip('needs /proc');
  const read = (name: string) => readFileSync(`/proc/self/${name}`, 'latin1');
  const { processorMs = 0, pauses = 0 } = readUse(0, read('stat'), read('status')) ?? {};
  const usage = process.cpuUsage();
  assert.ok(Math.abs(processorMs - (usage.user + usage.system) / 1000) <= 100, `${processorMs}`);
  assert.ok(pauses > 0);
});
