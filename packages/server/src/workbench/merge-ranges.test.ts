import assert from 'node:assert/strict';
import { test } from 'node:test';
import { type CountedFunction, mergeFunctions } from './merge-ranges.ts';

const named = (functionName: string, ...ranges: [number, number, number][]): CountedFunction => ({
  functionName,
  isBlockCoverage: true,
  ranges: ranges.map(([startOffset, endOffset, count]) => ({ startOffset, endOffset, count })),
});

test('adds up a function that was split the same way', () => {
  const once = [named('f', [0, 100, 1], [20, 40, 0])];
  assert.deepEqual(mergeFunctions(once, once), [named('f', [0, 100, 2], [20, 40, 0])]);
});

test('counts a branch as run that ran the second time only', () => {
  const first = [named('f', [0, 100, 1], [20, 40, 0])];
  const second = [named('f', [0, 100, 1], [50, 60, 0])];
  assert.deepEqual(mergeFunctions(first, second), [named('f', [0, 100, 2], [20, 40, 1], [50, 60, 1])]);
});

test('keeps functions that were counted one time only', () => {
  const merged = mergeFunctions([named('f', [0, 10, 1])], [named('g', [20, 30, 3])]);
  assert.deepEqual(merged, [named('f', [0, 10, 1]), named('g', [20, 30, 3])]);
});

test('takes ranges within ranges apart', () => {
  const first = [named('f', [0, 100, 1], [10, 90, 2], [30, 50, 0])];
  const second = [named('f', [0, 100, 1], [30, 50, 5])];
  const merged = mergeFunctions(first, second);
  assert.deepEqual(merged, [named('f', [0, 100, 2], [10, 30, 3], [30, 50, 5], [50, 90, 3])]);
});
