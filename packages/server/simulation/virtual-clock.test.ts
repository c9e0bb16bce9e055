import assert from 'node:assert/strict';
import { test } from 'node:test';
import { createVirtualClock } from './virtual-clock.ts';

test('runs timers at their own instants, in order, and equal ones in the order they were set', async () => {
  const clock = createVirtualClock(1000);
  const seen: string[] = [];
  clock.after(50, () => seen.push(`b at ${clock.now()}`));
  clock.after(20, () => seen.push(`a at ${clock.now()}`));
  clock.after(50, () => seen.push(`c at ${clock.now()}`));
  clock.after(51, () => seen.push('too late'));
  await clock.advanceTo(1050);
  assert.deepEqual(seen, ['a at 1020', 'b at 1050', 'c at 1050']);
  assert.equal(clock.now(), 1050);
  assert.equal(clock.timers, 1);
});

test('runs a timer that a timer sets on the way, when it is due on the way', async () => {
  const clock = createVirtualClock(0);
  const seen: number[] = [];
  const again = () => {
    seen.push(clock.now());
    clock.after(10, again);
  };
  clock.after(10, again);
  await clock.advanceTo(35);
  assert.deepEqual(seen, [10, 20, 30]);
});

test('never runs what was called off', async () => {
  const clock = createVirtualClock(0);
  const cancel = clock.after(5, () => assert.fail('was called off'));
  cancel();
  cancel();
  assert.equal(clock.timers, 0);
  await clock.advanceTo(100);
});

test('runs what was overslept late, and still in order', async () => {
  const clock = createVirtualClock(0);
  const seen: string[] = [];
  clock.after(20, () => seen.push(`second at ${clock.now()}`));
  clock.after(10, () => seen.push(`first at ${clock.now()}`));
  clock.oversleepTo(500);
  assert.deepEqual(seen, []);
  await clock.advanceTo(500);
  assert.deepEqual(seen, ['first at 500', 'second at 500']);
});

test('finishes what one timer began before it runs the next', async () => {
  const clock = createVirtualClock(0);
  const seen: string[] = [];
  clock.after(1, async () => {
    await null;
    clock.nextTurn(() => seen.push('turn of the first'));
  });
  clock.after(2, () => seen.push('second'));
  await clock.advanceTo(2);
  assert.deepEqual(seen, ['turn of the first', 'second']);
});

test('gives turns until a piece of work is done, without passing time', async () => {
  const clock = createVirtualClock(7);
  const turn = () => new Promise<void>((resolve) => clock.nextTurn(resolve));
  const work = async () => {
    await turn();
    await turn();
    return clock.now();
  };
  assert.equal(await clock.run(work()), 7);
  await assert.rejects(clock.run(turn().then(() => Promise.reject(new Error('broke')))), /broke/);
});

test('does not go back', async () => {
  const clock = createVirtualClock(100);
  await assert.rejects(clock.advanceTo(99), /does not go back/);
  assert.throws(() => clock.oversleepTo(99), /does not go back/);
});
