import assert from 'node:assert/strict';
import { test } from 'node:test';
import { Fifo } from './fifo.ts';

test('gives out in the order of putting in, also when it has held thousands', () => {
  const fifo = new Fifo<number>();
  const out: number[] = [];
  for (let item = 0; item < 10_000; item += 1) {
    fifo.push(item);
    if (item % 3 !== 0) out.push(fifo.shift() ?? -1);
  }
  assert.equal(fifo.size, 10_000 - out.length);
  assert.deepEqual([...fifo].slice(0, 2), [out.length, out.length + 1]);
  while (fifo.size > 0) out.push(fifo.shift() ?? -1);
  assert.deepEqual(
    out,
    Array.from({ length: 10_000 }, (_, item) => item),
  );
  assert.equal(fifo.shift(), undefined);
});
