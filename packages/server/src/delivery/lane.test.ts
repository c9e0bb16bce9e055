import assert from 'node:assert/strict';
import { test } from 'node:test';
import fc from 'fast-check';
import { Bug } from '../time/assert.ts';
import { attemptNumber, isOwed, type LaneEvent, type LaneState, type LaneStep, stepLane } from './lane.ts';
import { ATTEMPTS_MAX } from './retry-schedule.ts';

const error = { code: 'handler_threw', message: 'no' };
const older = { code: 'timed_out', message: 'late' };
const head = 20;
const now = 1_000_000;

const following: LaneState = { kind: 'following' };
const retrying = (attempts: number): LaneState => ({
  kind: 'retrying',
  head,
  attempts,
  nextAttemptAt: now - 1,
  lastError: attempts === 0 ? null : older,
});
const catchingUp: LaneState = { kind: 'catching_up', settled: head - 1 };
const probing: LaneState = { kind: 'probing', settled: head - 1, since: now - 9, lastError: older };

const delivered: LaneEvent = { kind: 'delivered', place: head };
const failed: LaneEvent = { kind: 'failed', place: head, at: now, error, retryAfterMs: null, random: 0.5 };
const passedOver: LaneEvent = { kind: 'passed_over', place: head };
const parked: LaneEvent = { kind: 'parked', place: head, at: now };
const caughtUp: LaneEvent = { kind: 'caught_up' };

const quiet = (state: LaneState): LaneStep => ({ state, failedAttempt: null, isGivenUp: false });
const settledHere: LaneState = { kind: 'catching_up', settled: head };
const waits = (attempts: number, waitMs: number): LaneStep => ({
  state: { kind: 'retrying', head, attempts, nextAttemptAt: now + waitMs, lastError: error },
  failedAttempt: attempts,
  isGivenUp: false,
});
const givenUp = (attempts: number): LaneStep => ({
  state: { kind: 'probing', settled: head, since: now, lastError: error },
  failedAttempt: attempts,
  isGivenUp: true,
});

/** Every state and event; 'bug' where no correct caller can come. */
const TABLE: readonly (readonly [LaneState, LaneEvent, LaneStep | 'bug'])[] = [
  [following, delivered, quiet(following)],
  [following, failed, waits(1, 5_000)],
  [following, passedOver, quiet(following)],
  [following, parked, quiet({ ...retrying(0), nextAttemptAt: now } as LaneState)],
  [following, caughtUp, quiet(following)],

  [retrying(0), delivered, quiet(settledHere)],
  [retrying(0), failed, waits(1, 5_000)],
  [retrying(0), passedOver, quiet(settledHere)],
  [retrying(0), parked, quiet(retrying(0))],
  [retrying(0), caughtUp, 'bug'],

  [retrying(1), delivered, quiet(settledHere)],
  [retrying(1), failed, waits(2, 30_000)],
  [retrying(7), failed, waits(8, 86_400_000)],
  [retrying(8), failed, givenUp(9)],
  [retrying(8), delivered, quiet(settledHere)],
  [retrying(1), passedOver, quiet(settledHere)],
  [retrying(1), parked, quiet(retrying(1))],
  [retrying(1), caughtUp, 'bug'],

  [catchingUp, delivered, quiet(settledHere)],
  [catchingUp, failed, waits(1, 5_000)],
  [catchingUp, passedOver, quiet(settledHere)],
  [catchingUp, parked, quiet(catchingUp)],
  [catchingUp, caughtUp, quiet(following)],

  [probing, delivered, quiet(settledHere)],
  [probing, failed, givenUp(1)],
  [probing, passedOver, quiet({ ...probing, settled: head } as LaneState)],
  [probing, parked, quiet(probing)],
  [probing, caughtUp, quiet(probing)],
];

test('answers every pair of state and event', () => {
  const seen = new Set<string>();
  for (const [state, event, expected] of TABLE) {
    const row = `${state.kind} × ${event.kind}`;
    seen.add(row);
    if (expected === 'bug') assert.throws(() => stepLane(state, event), Bug, row);
    else assert.deepEqual(stepLane(state, event), expected, row);
  }
  const states = ['following', 'retrying', 'catching_up', 'probing'];
  const events = ['delivered', 'failed', 'passed_over', 'parked', 'caught_up'];
  for (const state of states) for (const event of events) assert.ok(seen.has(`${state} × ${event}`), state + event);
});

test('refuses to settle out of order', () => {
  for (const state of [retrying(1), { kind: 'catching_up', settled: head }, { ...probing, settled: head }] as const) {
    for (const event of [delivered, failed, passedOver]) {
      const early = { ...event, place: head - 1 } as LaneEvent;
      assert.throws(() => stepLane(state as LaneState, early), Bug, `${state.kind} × ${event.kind}`);
    }
  }
  assert.throws(() => stepLane(retrying(1), { ...delivered, place: head + 1 } as LaneEvent), Bug);
});

test('owes its head and everything behind it, and nothing before', () => {
  assert.deepEqual(
    [head - 1, head, head + 1].map((place) => isOwed(following, place)),
    [false, false, false],
  );
  assert.deepEqual(
    [head - 1, head, head + 1].map((place) => isOwed(retrying(3), place)),
    [false, true, true],
  );
  assert.deepEqual(
    [head - 1, head, head + 1].map((place) => isOwed(settledHere, place)),
    [false, false, true],
  );
  assert.deepEqual(
    [head - 1, head, head + 1].map((place) => isOwed(probing, place)),
    [false, true, true],
  );
});

test('counts attempts of the head only', () => {
  assert.equal(attemptNumber(retrying(3), head), 4);
  assert.equal(attemptNumber(catchingUp, head), 1);
  assert.equal(attemptNumber(probing, head), 1);
  assert.equal(attemptNumber(following, head), 1);
});

test('ends every event in order, after one to nine attempts, whatever the receiver does', () => {
  const law = fc.property(fc.array(fc.boolean(), { minLength: 1, maxLength: 200 }), (answers) => {
    let state: LaneState = following;
    let place = 1;
    let attempts = 0;
    for (const isDelivered of answers) {
      attempts += 1;
      assert.equal(attemptNumber(state, place), attempts);
      const wasProbing: boolean = state.kind === 'probing';
      const event: LaneEvent = isDelivered ? { kind: 'delivered', place } : { ...failed, place };
      const step: LaneStep = stepLane(state, event as LaneEvent);
      state = step.state;
      assert.equal(step.isGivenUp, !isDelivered && (wasProbing || attempts === ATTEMPTS_MAX));
      if (!isDelivered && !step.isGivenUp) continue;
      place += 1;
      attempts = 0;
    }
  });
  fc.assert(law);
});
