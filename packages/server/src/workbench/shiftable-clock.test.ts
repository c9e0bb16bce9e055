import assert from 'node:assert/strict';
import { test } from 'node:test';
import { ManualClock } from '../../test/manual-clock.ts';
import { createShiftableClock } from './shiftable-clock.ts';

const START = 1_800_000_000_000;

function world() {
  const base = new ManualClock(START);
  const clock = createShiftableClock(base);
  const settle = () => new Promise<void>((resolve) => base.nextTurn(resolve));
  return { base, clock, settle };
}

test('shows the machine’s time until it is stepped', () => {
  const { base, clock } = world();
  assert.equal(clock.now(), START);
  base.advance(1500);
  assert.equal(clock.now(), START + 1500);
  assert.equal(clock.offsetMs, 0);
});

test('runs timers as time passes outside, in the order of their instants', () => {
  const { base, clock } = world();
  const ran: string[] = [];
  clock.after(200, () => ran.push(`second at ${clock.now() - START}`));
  clock.after(100, () => ran.push(`first at ${clock.now() - START}`));
  base.advance(99);
  assert.deepEqual(ran, []);
  base.advance(500);
  assert.deepEqual(ran, ['first at 100', 'second at 200']);
});

test('runs every timer on the way of a step, each at its own instant', async () => {
  const { clock, settle } = world();
  const seen: number[] = [];
  clock.after(5000, () => seen.push(clock.now() - START));
  clock.after(1000, () => {
    seen.push(clock.now() - START);
    clock.after(1000, () => seen.push(clock.now() - START));
  });
  const ran = await clock.stepTo(START + 60_000, settle);
  assert.deepEqual(seen, [1000, 2000, 5000]);
  assert.equal(ran, 3);
  assert.equal(clock.now(), START + 60_000);
  assert.equal(clock.offsetMs, 60_000);
});

test('leaves a timer beyond the step where it is, and runs it when its time has come outside', async () => {
  const { base, clock, settle } = world();
  const seen: number[] = [];
  clock.after(61_000, () => seen.push(clock.now() - START));
  await clock.stepTo(START + 60_000, settle);
  assert.deepEqual(seen, []);
  base.advance(999);
  assert.deepEqual(seen, []);
  base.advance(1);
  assert.deepEqual(seen, [61_000]);
});

test('lets what a timer set off come to rest before it goes on', async () => {
  const { clock, settle } = world();
  const seen: string[] = [];
  clock.after(1000, () => void settle().then(() => seen.push('what the first set off')));
  clock.after(2000, () => seen.push('second'));
  await clock.stepTo(START + 5000, async () => {
    await settle();
    await settle();
  });
  assert.deepEqual(seen, ['what the first set off', 'second']);
});

test('rests only so often on the way when it is told to, and still runs every timer in order', async () => {
  const { clock, settle } = world();
  const seen: number[] = [];
  let rests = 0;
  const again = () => {
    seen.push(clock.now() - START);
    clock.after(1000, again);
  };
  clock.after(1000, again);
  clock.after(2500, () => seen.push(-1));
  await clock.stepTo(
    START + 9000,
    () => {
      rests += 1;
      return settle();
    },
    3000,
  );
  assert.deepEqual(seen, [3000, -1, 6000, 9000]);
  assert.equal(rests, 4);
  assert.equal(clock.now(), START + 9000);
});

test('does not run what was called off, also while a step is under way', async () => {
  const { clock, settle } = world();
  const seen: string[] = [];
  const callOff = clock.after(2000, () => seen.push('called off'));
  clock.after(1000, () => callOff());
  await clock.stepTo(START + 5000, settle);
  assert.deepEqual(seen, []);
});

test('goes one step after the other when two are asked for', async () => {
  const { clock, settle } = world();
  const seen: number[] = [];
  for (const delay of [1000, 3000]) clock.after(delay, () => seen.push(clock.now() - START));
  const steps = [clock.stepTo(START + 2000, settle), clock.stepTo(START + 4000, settle)];
  assert.equal(clock.isStepping, true);
  assert.deepEqual(await Promise.all(steps), [1, 1]);
  assert.deepEqual(seen, [1000, 3000]);
  assert.equal(clock.isStepping, false);
});

test('never goes back', async () => {
  const { clock, settle } = world();
  await clock.stepTo(START + 10_000, settle);
  await clock.stepTo(START + 1, settle);
  assert.equal(clock.now(), START + 10_000);
});

test('runs what was due although the wall clock of the machine was set back', () => {
  const { base, clock } = world();
  const seen: string[] = [];
  clock.after(1000, () => seen.push('ran'));
  base.jumpTo(START - 3_600_000);
  base.advance(3_600_000 + 1000);
  assert.deepEqual(seen, ['ran']);
});

test('begins ahead of the machine when it is told to', () => {
  const base = new ManualClock(START);
  assert.equal(createShiftableClock(base, 5000).now(), START + 5000);
});
