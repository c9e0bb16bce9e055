import assert from 'node:assert/strict';
import { test } from 'node:test';
import fc from 'fast-check';
import { createTimeQueue } from './time-queue.ts';

test('gives everything out once, by instant, and of equals in the order they came', () => {
  const instants = fc.array(fc.integer({ min: 0, max: 20 }), { maxLength: 200 });
  fc.assert(
    fc.property(instants, (list) => {
      const queue = createTimeQueue<{ at: number; order: number }>();
      list.forEach((at, order) => {
        queue.put(at, { at, order });
      });
      const out = Array.from({ length: list.length }, () => queue.take());
      const sorted = list.map((at, order) => ({ at, order })).toSorted((a, b) => a.at - b.at || a.order - b.order);
      assert.deepEqual(out, sorted);
      assert.equal(queue.take(), null);
      assert.equal(queue.nextAt(), null);
    }),
  );
});

test('says when the next one is due while others come and go', () => {
  const queue = createTimeQueue<string>();
  queue.put(30, 'later');
  queue.put(10, 'first');
  assert.equal(queue.nextAt(), 10);
  assert.equal(queue.take(), 'first');
  queue.put(20, 'between');
  assert.equal(queue.nextAt(), 20);
  assert.equal(queue.size, 2);
});
