import assert from 'node:assert/strict';
import { test } from 'node:test';
import { firstStanding, nextStanding, type Standing } from './process-rank.ts';

/** What a process does in every 100 ms of a stretch of time. */
type Habit = { readonly processorMs: number; readonly pauses: number; readonly isRunnable: boolean };

const sleeps: Habit = { processorMs: 0, pauses: 0, isRunnable: false };
const isCalled: Habit = { processorMs: 5, pauses: 20, isRunnable: false };
const spins: Habit = { processorMs: 100, pauses: 0, isRunnable: true };
const spinsAmongEight: Habit = { processorMs: 25, pauses: 0, isRunnable: true };
const isHeldOff: Habit = { processorMs: 0, pauses: 0, isRunnable: true };
const spinsAndPauses: Habit = { processorMs: 45, pauses: 9, isRunnable: true };
const startsOnBusyMachine: Habit = { processorMs: 20, pauses: 1, isRunnable: true };

const lightStanding = live(firstStanding, isCalled, 3000);
const heavyStanding = live(firstStanding, spins, 3000);

/** Goes on with a habit after whatever was before. */
function live(standing: Standing, habit: Habit, forMs: number): Standing {
  const last = standing.uses.at(-1) ?? { atMs: 0, processorMs: 0, pauses: 0, isRunnable: false };
  return Array.from({ length: forMs / 100 }, (_, index) => index + 1).reduce(
    (before, step) =>
      nextStanding(before, {
        atMs: last.atMs + step * 100,
        processorMs: last.processorMs + step * habit.processorMs,
        pauses: last.pauses + step * habit.pauses,
        isRunnable: habit.isRunnable,
      }),
    standing,
  );
}

test('a process that spins is heavy after a second, and not after half of one', () => {
  assert.equal(live(firstStanding, spins, 500).rank, 'unproven');
  assert.equal(live(firstStanding, spins, 1200).rank, 'heavy');
});

test('a process that spins beside others is as heavy, though it gets a quarter of a core', () => {
  assert.equal(live(firstStanding, spinsAmongEight, 1200).rank, 'heavy');
});

test('a process that pauses for show is heavy by what it takes', () => {
  assert.equal(live(firstStanding, spinsAndPauses, 1200).rank, 'heavy');
});

test('a process that starts on a busy machine is not heavy', () => {
  assert.equal(live(firstStanding, startsOnBusyMachine, 5000).rank, 'unproven');
});

test('an app that is called often, or never, is light after two seconds', () => {
  for (const habit of [isCalled, sleeps]) {
    assert.equal(live(firstStanding, habit, 1900).rank, 'unproven');
    assert.equal(live(firstStanding, habit, 2200).rank, 'light');
  }
});

test('a light process loses its place after a third of a second of spinning, and is heavy soon after', () => {
  assert.equal(live(lightStanding, spins, 300).rank, 'unproven');
  assert.equal(live(lightStanding, spins, 1200).rank, 'heavy');
});

test('a light process that works for a moment stays where it is', () => {
  const worked = live(lightStanding, { processorMs: 80, pauses: 1, isRunnable: true }, 100);
  assert.equal(live(worked, isCalled, 3000).rank, 'light');
});

test('a heavy process that is held off from the processor stays heavy', () => {
  assert.equal(live(heavyStanding, isHeldOff, 20_000).rank, 'heavy');
});

test('a heavy process that has become modest rises by one rank in two seconds', () => {
  assert.equal(live(heavyStanding, isCalled, 1500).rank, 'heavy');
  assert.equal(live(heavyStanding, isCalled, 3500).rank, 'unproven');
  assert.equal(live(heavyStanding, isCalled, 5500).rank, 'light');
});

test('keeps no more uses of a process than it decides by', () => {
  assert.ok(live(heavyStanding, spins, 60_000).uses.length <= 22);
});

test('counts over the time that passed when looks come late', () => {
  const before = nextStanding(firstStanding, { atMs: 0, processorMs: 0, pauses: 0, isRunnable: true });
  const after = nextStanding(before, { atMs: 9000, processorMs: 9000, pauses: 0, isRunnable: true });
  assert.equal(after.rank, 'heavy');
});
