import assert from 'node:assert/strict';
import { test } from 'node:test';
import { type PackedHistory, packHistory } from '../report/history-chunk.ts';
import { RunCache } from './run-cache.ts';

const run = (entries: number) => ({ position: 1, from: 0, to: 0, chunks: monthOf(entries) });

function monthOf(entries: number): PackedHistory {
  return packHistory(Array.from({ length: entries }, (_, at) => ({ at, code: 1, position: 1 })));
}

test('what was not asked for longest goes first, as soon as it is too much', () => {
  const cache = new RunCache(3 * (800 + 400));
  for (const agent of [1, 2, 3]) cache.put(agent, run(100));
  cache.get(1);
  cache.put(4, run(100));
  assert.deepEqual(
    [1, 2, 3, 4].map((agent) => cache.get(agent) !== undefined),
    [true, false, true, true],
  );
  assert.equal(cache.bytes, 3 * (800 + 400));
});

test('a run that is larger than all there is room for is not kept, and nothing else is either', () => {
  const cache = new RunCache(1000);
  cache.put(1, run(10));
  cache.put(2, run(1000));
  assert.equal(cache.get(1), undefined);
  assert.equal(cache.get(2), undefined);
  assert.equal(cache.bytes, 0);
});

test('a run replaces the one before it, and is counted once', () => {
  const cache = new RunCache(10_000);
  cache.put(1, run(100));
  cache.put(1, run(10));
  assert.equal(cache.bytes, 480);
  cache.drop(1);
  cache.drop(1);
  assert.equal(cache.bytes, 0);
});
