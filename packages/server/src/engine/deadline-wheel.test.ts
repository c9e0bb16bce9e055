import assert from 'node:assert/strict';
import { test } from 'node:test';
import fc from 'fast-check';
import { DeadlineWheel } from './deadline-wheel.ts';

const START = Date.UTC(2026, 2, 4);

test('gives out an agent once its time has come, never before', () => {
  const wheel = new DeadlineWheel(START);
  wheel.schedule(7, START + 1000);
  assert.deepEqual(wheel.collect(START + 900, 10), []);
  assert.deepEqual(wheel.collect(START + 1032, 10), [7]);
  assert.equal(wheel.size, 0);
});

test('whoever is put back for a deadline that is still to come is not collected again at the same instant', () => {
  for (let offset = 0; offset < 64; offset++) {
    const now = START + 10_000 + offset;
    const wheel = new DeadlineWheel(START);
    wheel.schedule(1, START + 1000);
    assert.deepEqual(wheel.collect(now, 10), [1]);
    wheel.schedule(1, now + 1);
    assert.deepEqual(wheel.collect(now, 10), [], `put back at ${offset} ms`);
    assert.deepEqual(wheel.collect(now + 33, 10), [1]);
  }
});

test('moves an entry instead of adding a second one, earlier and later', () => {
  const wheel = new DeadlineWheel(START);
  wheel.schedule(1, START + 5000);
  wheel.schedule(1, START + 1000);
  assert.equal(wheel.size, 1);
  assert.deepEqual(wheel.collect(START + 1100, 10), [1]);
  wheel.schedule(1, START + 2000);
  wheel.schedule(1, START + 9000);
  assert.deepEqual(wheel.collect(START + 3000, 10), []);
});

test('holds back what is over the limit for the next call', () => {
  const wheel = new DeadlineWheel(START);
  for (let agent = 1; agent <= 5; agent++) wheel.schedule(agent, START + 100);
  const first = wheel.collect(START + 200, 3);
  const second = wheel.collect(START + 200, 3);
  assert.equal(first.length, 3);
  assert.deepEqual([...first, ...second].toSorted(), [1, 2, 3, 4, 5]);
});

test('a clock that jumps far ahead brings out everybody', () => {
  const wheel = new DeadlineWheel(START);
  for (let agent = 0; agent < 3000; agent++) wheel.schedule(agent, START + agent * 977);
  const due = wheel.collect(START + 365 * 86_400_000, 10_000);
  assert.equal(new Set(due).size, 3000);
});

test('an entry beyond the horizon comes round early rather than late', () => {
  const wheel = new DeadlineWheel(START);
  wheel.schedule(1, START + 86_400_000);
  const next = wheel.nextLookAt();
  assert.ok(next !== null && next < START + 600_000);
});

test('whatever is scheduled, moved and cancelled: everybody is given out once, in the tick after its time', () => {
  const action = fc.record({
    agent: fc.integer({ min: 0, max: 40 }),
    delay: fc.integer({ min: 0, max: 500_000 }),
    kind: fc.constantFrom('schedule', 'cancel', 'advance'),
  });
  fc.assert(
    fc.property(fc.array(action, { maxLength: 120 }), (actions) => {
      const wheel = new DeadlineWheel(START);
      const model = new Map<number, number>();
      let now = START;
      for (const { agent, delay, kind } of actions) {
        if (kind === 'schedule') {
          wheel.schedule(agent, now + delay);
          model.set(agent, now + delay);
        } else if (kind === 'cancel') {
          wheel.cancel(agent);
          model.delete(agent);
        } else {
          now += delay;
          const due = wheel.collect(now, 1000);
          for (const one of due) {
            assert.ok((model.get(one) ?? Number.POSITIVE_INFINITY) <= now, `agent ${one} came before its time`);
            model.delete(one);
          }
          for (const [one, at] of model) assert.ok(at > now - 64, `agent ${one} is late`);
        }
        assert.equal(wheel.size, model.size);
      }
    }),
    { numRuns: 200 },
  );
});
