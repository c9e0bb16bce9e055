import assert from 'node:assert/strict';
import { test } from 'node:test';
import { durationMs } from './duration.ts';

test('reads lengths of time as people write them', () => {
  const read = ['15m', '1h 30m', '1h30m', '500ms', '2d', '1.5s', ' 3 s ', 250].map(durationMs);
  assert.deepEqual(read, [900_000, 5_400_000, 5_400_000, 500, 172_800_000, 1500, 3000, 250]);
});

test('refuses what is none, instead of taking a part of it', () => {
  for (const wrong of ['', '15', 'm', '15 minutes', '15m ago', '-5m', -1, Number.NaN, '1w']) {
    assert.throws(() => durationMs(wrong), /is no length of time/, String(wrong));
  }
});
