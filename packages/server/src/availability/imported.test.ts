import assert from 'node:assert/strict';
import { test } from 'node:test';
import { AVAILABLE, UNAVAILABLE } from '../activity/status-label.ts';
import { type Availability, initialAvailability } from './availability.ts';
import { nextDeadline, type Surroundings } from './deadline.ts';
import { decide } from './decide.ts';
import { evolve } from './evolve.ts';
import type { StatusTransition, Transition } from './transition.ts';

const CREATED = 1_000_000;
const LUNCH = 7;
const around: Surroundings = {
  activityAt: 0,
  idleAfterMs: 600_000,
  idleFloorAt: 0,
  disconnectGraceMs: 60_000,
  graceFloorAt: 0,
  allowance: null,
  boundaries: [],
};
const context = (now: number) => ({ now, around, couplings: NO_COUPLINGS, isActive: true });
const NO_COUPLINGS = {
  login: null,
  logout: null,
  idle_timeout: null,
  disconnect: null,
  schedule_open: null,
  schedule_close: null,
};

function imported(at: number, more: Partial<StatusTransition> = {}): StatusTransition & { readonly at: number } {
  return {
    kind: 'StatusChanged',
    axis: 'GeneralAvailability',
    at,
    sequence: 1,
    status: AVAILABLE,
    customStatusId: null,
    prevStatus: UNAVAILABLE,
    prevAt: at - 1,
    reason: 'import',
    loggedIn: false,
    until: null,
    note: null,
    imported: true,
    ...more,
  };
}

function after(...transitions: readonly Transition[]): Availability {
  return transitions.reduce(evolve, initialAvailability(CREATED));
}

test('the first event of an axis becomes its state, however old', () => {
  const { general, changedAt } = after(imported(500));
  assert.deepEqual([general.status, general.since, general.prevStatus], [AVAILABLE, 500, UNAVAILABLE]);
  assert.equal(changedAt, CREATED);
});

test('an older event moves the sequence alone', () => {
  const before = after(imported(900, { axis: 'Intelliassign', status: LUNCH, customStatusId: 'lunch' }));
  const state = evolve(before, imported(800, { axis: 'Intelliassign', sequence: 2 }));
  assert.deepEqual(state, { ...before, sequence: 2 });
});

test('of two events at one instant the one that goes on from the other stands, whichever came first', () => {
  const there = imported(900, { prevAt: 100 });
  const back = imported(900, { prevAt: 900, status: UNAVAILABLE, prevStatus: AVAILABLE });
  const lunch = imported(900, { prevAt: 900, axis: 'Intelliassign', status: LUNCH, prevStatus: AVAILABLE });
  const willing = imported(900, { prevAt: 100, axis: 'Intelliassign' });
  for (const order of [
    [there, back],
    [back, there],
  ])
    assert.equal(after(...order).general.status, UNAVAILABLE);
  for (const order of [
    [willing, lunch],
    [lunch, willing],
  ])
    assert.equal(after(...order).intelliassign.status, LUNCH);
});

test('a later event ends a timed status, and nothing of ours lifts what it set', () => {
  const timed = { axis: 'Intelliassign', imported: false, reason: 'agent_toggle', status: UNAVAILABLE } as const;
  const before = after({ ...imported(2_000_000, timed), until: 2_500_000 });
  const state = evolve(before, imported(2_100_000, { axis: 'Intelliassign', status: LUNCH, reason: 'call_started' }));
  assert.deepEqual([state.intelliassign.until, state.intelliassign.setBy], [null, 'system']);
  assert.equal(nextDeadline(state, around), null);
});

test('a custom status from elsewhere does not end at the allowance that it has here', () => {
  const state = after(imported(900, { axis: 'Intelliassign', status: LUNCH, customStatusId: 'lunch' }));
  assert.equal(nextDeadline(state, { ...around, allowance: { lengthMs: 5, floorAt: 0 } }), null);
});

test('who is available by import, without a session, is neither idle nor lost, and a sign-in repeats no status', () => {
  const state = after(imported(CREATED + 5));
  assert.equal(nextDeadline(state, around), null);
  const opened = decide(state, { kind: 'OpenSession', session: 1, transport: 'http' }, context(CREATED + 10));
  assert.deepEqual(
    opened.transitions.map(({ kind }) => kind),
    ['SessionOpened'],
  );
  const closed = decide(opened.state, { kind: 'CloseSession', session: 1 }, context(CREATED + 20));
  const logout = closed.transitions.at(-1);
  assert.ok(logout?.kind === 'StatusChanged');
  assert.deepEqual([logout.reason, logout.prevStatus, logout.prevAt], ['logout', AVAILABLE, CREATED + 5]);
});

test('an idle agent who was seen elsewhere is idle again only after the idle time', () => {
  const opened = decide(
    initialAvailability(CREATED),
    { kind: 'OpenSession', session: 1, transport: 'http' },
    context(CREATED),
  );
  const idle = decide(opened.state, { kind: 'PassTime' }, context(CREATED + 700_000)).state;
  assert.equal(idle.general.status, UNAVAILABLE);
  const seen = evolve(idle, imported(CREATED + 800_000, { sequence: idle.sequence + 1 }));
  assert.deepEqual(nextDeadline(seen, around), { kind: 'idle', at: CREATED + 1_400_000 });
});
