import assert from 'node:assert/strict';
import { test } from 'node:test';
import fc from 'fast-check';
import {
  type AdherenceSpan,
  type AdherenceState,
  adherenceOf,
  isAdherent,
  type PlanEntry,
  type PlannedActivity,
} from './adherence.ts';
import { overlapsOf, planWithin, withWindowReplaced } from './plan.ts';

const minute = 60_000;
/** Minutes since midnight, from hours and minutes. */
const at = (hour: number, minutes = 0) => (hour * 60 + minutes) * minute;

const work: PlannedActivity = { kind: 'work' };
const breakTime: PlannedActivity = { kind: 'other', name: 'Break', productive: false };
const meeting: PlannedActivity = { kind: 'other', name: 'Meeting', productive: false };
const available: AdherenceState = { kind: 'available' };
const onBreak: AdherenceState = { kind: 'status', customStatusId: 'break', productive: false };

const plan = (...entries: readonly (readonly [number, number, PlannedActivity])[]): readonly PlanEntry[] =>
  entries.map(([from, to, activity]) => ({ from, to, activity }));
const spans = (...entries: readonly (readonly [number, number, AdherenceState])[]): readonly AdherenceSpan[] =>
  entries.map(([from, to, state]) => ({ from, to, state }));

// Vectors published by a large vendor, as the specification of the metric gives them.
test('is 150 of 180 minutes for who works through a planned break', () => {
  const planned = plan([at(8), at(10, 30), work], [at(10, 30), at(11), breakTime]);
  const { adherentMs, scheduledMs, percent } = adherenceOf(planned, spans([at(8), at(11), available]));
  assert.deepEqual([adherentMs / minute, scheduledMs / minute, Math.round(percent ?? 0)], [150, 180, 83]);
});

test('is 165 of 180 minutes for who goes to a break late and stays there through a meeting', () => {
  const planned = plan([at(9), at(10, 30), work], [at(10, 30), at(11), breakTime], [at(11), at(12), meeting]);
  const was = spans([at(9), at(10, 45), available], [at(10, 45), at(12), onBreak]);
  const { adherentMs, scheduledMs, percent } = adherenceOf(planned, was);
  assert.deepEqual([adherentMs / minute, scheduledMs / minute, Math.round(percent ?? 0)], [165, 180, 92]);
});

test('says of every activity which states fulfil it', () => {
  const training: AdherenceState = { kind: 'status', customStatusId: 'training', productive: true };
  const plain: AdherenceState = { kind: 'status', customStatusId: null, productive: false };
  const states = {
    available,
    onBreak,
    training,
    plain,
    offline: { kind: 'offline' },
    idle: { kind: 'idle' },
    disconnected: { kind: 'disconnected' },
  } as const;
  const away = ['onBreak', 'plain', 'offline', 'idle', 'disconnected'];
  const rows: readonly (readonly [PlannedActivity, readonly string[]])[] = [
    [work, ['available']],
    [breakTime, away],
    [{ kind: 'other', name: 'Standup', productive: true }, ['available', 'training']],
    [{ kind: 'status', statusId: 'break', productive: false }, away],
    [{ kind: 'status', statusId: 'training', productive: true }, ['available', 'training']],
    // Its mark was another one then: it is still what was planned.
    [{ kind: 'status', statusId: 'training', productive: false }, [...away, 'training']],
    [{ kind: 'status', statusId: 'gone' }, away],
  ];
  for (const [activity, fulfilled] of rows) {
    const found = Object.entries(states).filter(([, state]) => isAdherent(activity, state));
    assert.deepEqual(found.map(([name]) => name).toSorted(), [...fulfilled].toSorted(), JSON.stringify(activity));
  }
});

test('leaves unknown time out of both sides, and is null when nothing is left', () => {
  const planned = plan([at(9), at(12), work]);
  const unknown = spans([at(8), at(10), { kind: 'unknown' }], [at(10), at(13), available]);
  assert.deepEqual(adherenceOf(planned, unknown), {
    scheduledMs: 120 * minute,
    adherentMs: 120 * minute,
    unknownMs: 60 * minute,
    percent: 100,
  });
  const nothing = { scheduledMs: 0, adherentMs: 0, unknownMs: 0, percent: null };
  assert.deepEqual(adherenceOf([], unknown), nothing);
  assert.deepEqual(adherenceOf(planned, []), nothing);
  assert.deepEqual(adherenceOf(planned, spans([at(9), at(12), { kind: 'unknown' }])).percent, null);
});

const anyActivity: fc.Arbitrary<PlannedActivity> = fc.oneof(
  fc.constant(work),
  fc.record({ kind: fc.constant('other' as const), name: fc.constant('x'), productive: fc.boolean() }),
  fc.record({ kind: fc.constant('status' as const), statusId: fc.constantFrom('a', 'b'), productive: fc.boolean() }),
);
const anyState: fc.Arbitrary<AdherenceState> = fc.oneof(
  fc.record({ kind: fc.constantFrom('unknown', 'available', 'offline', 'idle', 'disconnected') }),
  fc.record({
    kind: fc.constant('status' as const),
    customStatusId: fc.constantFrom('a', 'b', null),
    productive: fc.boolean(),
  }),
);

/** Intervals in order, none overlapping another, each with something. */
const anyRow = <T>(what: fc.Arbitrary<T>) =>
  fc
    .tuple(
      fc.uniqueArray(fc.integer({ min: 0, max: 60 }), { maxLength: 12 }),
      fc.array(what, { minLength: 12, maxLength: 12 }),
    )
    .map(([edges, values]) => {
      const sorted = edges.toSorted((one, other) => one - other);
      return sorted.slice(1).flatMap((to, index) => {
        const value = values[index];
        return index % 3 === 2 || value === undefined ? [] : [{ from: sorted[index] as number, to, value }];
      });
    });
const anyPlan = anyRow(anyActivity).map((row): readonly PlanEntry[] =>
  row.map(({ value, ...times }) => ({ ...times, activity: value })),
);
const anySpans = anyRow(anyState).map((row): readonly AdherenceSpan[] =>
  row.map(({ value, ...times }) => ({ ...times, state: value })),
);

/** The plan as a function of time. */
const activityAt = (entries: readonly PlanEntry[], instant: number) =>
  entries.filter(({ from, to }) => from <= instant && instant < to).map(({ activity }) => activity);

test('counts each millisecond as it would be counted by itself', () => {
  fc.assert(
    fc.property(anyPlan, anySpans, (entries, was) => {
      const sums = { scheduledMs: 0, adherentMs: 0, unknownMs: 0 };
      for (let instant = 0; instant < 60; instant++) {
        const [activity] = activityAt(entries, instant);
        const state = was.find(({ from, to }) => from <= instant && instant < to)?.state;
        if (activity === undefined || state === undefined) continue;
        if (state.kind === 'unknown') sums.unknownMs++;
        else {
          sums.scheduledMs++;
          if (isAdherent(activity, state)) sums.adherentMs++;
        }
      }
      const { percent, ...counted } = adherenceOf(entries, was);
      assert.deepEqual(counted, sums);
      assert.equal(percent === null, sums.scheduledMs === 0);
    }),
  );
});

test('replaces a plan in the window and nowhere else', () => {
  const anyEdge = fc.integer({ min: 0, max: 60 });
  fc.assert(
    fc.property(anyPlan, anyPlan, anyEdge, anyEdge, (before, entries, one, other) => {
      const window = { from: Math.min(one, other), to: Math.max(one, other) };
      const inside = planWithin(entries, window);
      const after = withWindowReplaced(before, window, inside);
      assert.deepEqual(overlapsOf(after), []);
      for (let instant = 0; instant < 60; instant++) {
        const isInside = window.from <= instant && instant < window.to;
        assert.deepEqual(activityAt(after, instant), activityAt(isInside ? entries : before, instant));
      }
    }),
  );
});

test('names what overlaps, also past a neighbour that is inside', () => {
  const entries = plan([0, 10, work], [2, 3, work], [5, 6, work], [10, 12, work], [11, 13, work]);
  assert.deepEqual(overlapsOf(entries), [
    { index: 1, with: 0 },
    { index: 2, with: 0 },
    { index: 4, with: 3 },
  ]);
});
