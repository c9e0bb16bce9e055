import assert from 'node:assert/strict';
import { test } from 'node:test';
import fc from 'fast-check';
import { AVAILABLE, UNAVAILABLE } from '../activity/status-label.ts';
import { coverageOf, type Member } from './coverage.ts';
import { InventedAgent, inventedNumbers } from './fake-history.ts';
import { packHistory } from './history-chunk.ts';
import { type Outage, resolveHistory } from './resolve-history.ts';
import { Stints } from './stint-lengths.ts';

const numbers = inventedNumbers();
const hours = [
  { from: 100, to: 200 },
  { from: 300, to: 400 },
];

function member(agent: InventedAgent, outages: readonly Outage[] = [], spans = [{ from: 0, to: 1000 }]): Member {
  const entries = resolveHistory({ facts: agent.facts, outages, corrections: [], numbers, now: 1e12 });
  return { history: packHistory(entries), spans };
}

const available = (from: number, to: number) =>
  new InventedAgent(0).signIn(from).set(AVAILABLE, from).set(UNAVAILABLE, to);

test('too few is within the hours of the group alone', () => {
  const coverage = coverageOf([member(available(50, 150)), member(available(120, 350))], hours, 1);
  assert.deepEqual(coverage, {
    scheduledMs: 200,
    gapMs: 50,
    unknownMs: 0,
    gaps: [{ from: 350, to: 400, assignable: 0 }],
  });
  assert.deepEqual(coverageOf([member(available(50, 150)), member(available(120, 350))], hours, 2).gaps, [
    { from: 100, to: 120, assignable: 1 },
    { from: 150, to: 200, assignable: 1 },
    { from: 300, to: 350, assignable: 1 },
    { from: 350, to: 400, assignable: 0 },
  ]);
});

test('a member counts as long as it is one', () => {
  const once = member(available(50, 350), [], [{ from: 0, to: 130 }]);
  assert.deepEqual(coverageOf([once], hours, 1).gaps, [
    { from: 130, to: 200, assignable: 0 },
    { from: 300, to: 400, assignable: 0 },
  ]);
});

test('unknown is no gap where enough may have been there', () => {
  const outage = { from: 120, to: 180, position: 9000 };
  const coverage = coverageOf([member(available(50, 400), [outage])], hours, 1);
  assert.deepEqual([coverage.gapMs, coverage.unknownMs], [0, 60]);
  assert.deepEqual(coverageOf([member(available(50, 400), [outage])], hours, 2).gapMs, 200);
});

test('a group of nobody has a gap in all of its hours', () => {
  assert.equal(coverageOf([], hours, 1).gapMs, 200);
  assert.deepEqual(coverageOf([], [], 1).gaps, []);
});

test('percentiles of stints are stints that happened', () => {
  const lengths = fc.array(fc.integer({ min: 0, max: 1e6 }), { minLength: 1, maxLength: 60 });
  fc.assert(
    fc.property(lengths, fc.integer({ min: 0, max: 1e6 }), (list, allowanceMs) => {
      const stints = new Stints();
      for (const length of list) stints.add(2, length);
      const told = stints.summary(() => allowanceMs).get(2);
      assert.ok(told !== undefined);
      assert.equal(
        told.totalMs,
        list.reduce((sum, length) => sum + length, 0),
      );
      for (const length of [told.p50Ms, told.p90Ms, told.p99Ms, told.maxMs]) assert.ok(list.includes(length));
      assert.ok(list.filter((length) => length <= told.p50Ms).length * 2 >= list.length);
      assert.equal(told.overstays?.count, list.filter((length) => length > allowanceMs).length);
    }),
  );
});
