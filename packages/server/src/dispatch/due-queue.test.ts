import assert from 'node:assert/strict';
import { test } from 'node:test';
import fc from 'fast-check';
import { DueQueue } from './due-queue.ts';

test('gives out what is due, the earliest first, and nothing that is not', () => {
  const law = fc.property(
    fc.array(fc.integer({ min: 0, max: 50 })),
    fc.integer({ min: 0, max: 50 }),
    (instants, now) => {
      const queue = new DueQueue<number>();
      for (const at of instants) queue.push(at, at);
      const taken: number[] = [];
      for (let item = queue.takeDue(now); item !== undefined; item = queue.takeDue(now)) taken.push(item);
      const sorted = instants.toSorted((a, b) => a - b);
      assert.deepEqual(
        taken,
        sorted.filter((at) => at <= now),
      );
      assert.equal(queue.nextAt, sorted.find((at) => at > now) ?? null);
    },
  );
  fc.assert(law);
});

test('keeps its order while things come and go', () => {
  const law = fc.property(fc.array(fc.option(fc.integer({ min: 0, max: 50 }))), (steps) => {
    const queue = new DueQueue<number>();
    let model: number[] = [];
    for (const at of steps) {
      if (at !== null) {
        queue.push(at, at);
        model.push(at);
        continue;
      }
      model = model.toSorted((a, b) => a - b);
      assert.equal(queue.takeDue(Number.POSITIVE_INFINITY), model.shift());
    }
  });
  fc.assert(law);
});
