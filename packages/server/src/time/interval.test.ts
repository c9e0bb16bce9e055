import assert from 'node:assert/strict';
import { test } from 'node:test';
import fc from 'fast-check';
import {
  type Interval,
  type Intervals,
  intersectInterval,
  intersectIntervals,
  intervalContains,
  intervalLengthMs,
  intervalsContain,
  intervalsLengthMs,
  normaliseIntervals,
  subtractIntervals,
  uniteIntervals,
} from './interval.ts';

const edge = 40;
const points = Array.from({ length: edge + 2 }, (_, index) => index - 1);
const anyPoint = fc.integer({ min: 0, max: edge });
const anyInterval = fc.record({ from: anyPoint, to: anyPoint }, { noNullPrototype: true });
const anyList = fc.array(anyInterval, { maxLength: 12 });
const anySet = anyList.map(normaliseIntervals);

/** The set spelled out point by point, which is what every law is about. */
function pointsIn(intervals: readonly Interval[]): readonly number[] {
  return points.filter((point) => intervals.some((interval) => intervalContains(interval, point)));
}

function assertNormal(intervals: Intervals): void {
  intervals.forEach((interval, index) => {
    assert.ok(interval.from < interval.to, 'none is empty');
    const before = intervals[index - 1];
    if (before !== undefined) assert.ok(before.to < interval.from, 'none touches the one before');
  });
}

test('holds its start and not its end', () => {
  const interval = { from: 5, to: 8 };
  assert.deepEqual(
    [4, 5, 7, 8].map((instant) => intervalContains(interval, instant)),
    [false, true, true, false],
  );
  assert.equal(intervalLengthMs(interval), 3);
  assert.equal(intervalLengthMs({ from: 8, to: 5 }), 0);
});

test('joins intervals that touch and drops empty ones', () => {
  assert.deepEqual(
    normaliseIntervals([
      { from: 7, to: 9 },
      { from: 4, to: 4 },
      { from: 1, to: 3 },
      { from: 3, to: 5 },
      { from: 9, to: 2 },
    ]),
    [
      { from: 1, to: 5 },
      { from: 7, to: 9 },
    ],
  );
});

test('makes of any list the one normal list of the same points', () => {
  fc.assert(
    fc.property(anyList, (list) => {
      const normal = normaliseIntervals(list);
      assertNormal(normal);
      assert.deepEqual(pointsIn(normal), pointsIn(list));
      assert.deepEqual(normaliseIntervals(normal), normal);
      assert.deepEqual(normaliseIntervals([...list].reverse()), normal);
      assert.equal(intervalsLengthMs(normal), pointsIn(normal).length);
    }),
  );
});

test('intersects two intervals only where both hold', () => {
  fc.assert(
    fc.property(anyInterval, anyInterval, (one, other) => {
      const common = intersectInterval(one, other);
      const expected = points.filter((point) => intervalContains(one, point) && intervalContains(other, point));
      assert.deepEqual(common === null ? [] : pointsIn([common]), expected);
    }),
  );
});

test('unites, intersects and subtracts as sets of points do', () => {
  fc.assert(
    fc.property(anySet, anySet, (one, other) => {
      const [left, right] = [new Set(pointsIn(one)), new Set(pointsIn(other))];
      const results: readonly (readonly [Intervals, (point: number) => boolean])[] = [
        [uniteIntervals(one, other), (point) => left.has(point) || right.has(point)],
        [intersectIntervals(one, other), (point) => left.has(point) && right.has(point)],
        [subtractIntervals(one, other), (point) => left.has(point) && !right.has(point)],
      ];
      for (const [result, expected] of results) {
        assertNormal(result);
        assert.deepEqual(pointsIn(result), points.filter(expected));
      }
    }),
  );
});

test('splits every set into what it shares with another and the rest, to the millisecond', () => {
  fc.assert(
    fc.property(anySet, anySet, (one, other) => {
      const shared = intersectIntervals(one, other);
      const rest = subtractIntervals(one, other);
      assert.equal(intervalsLengthMs(shared) + intervalsLengthMs(rest), intervalsLengthMs(one));
      assert.deepEqual(uniteIntervals(shared, rest), one);
      assert.deepEqual(intersectIntervals(other, one), shared);
    }),
  );
});

test('finds an instant in a set by search as by looking at each interval', () => {
  fc.assert(
    fc.property(anySet, (set) => {
      for (const point of points) {
        assert.equal(
          intervalsContain(set, point),
          set.some((interval) => intervalContains(interval, point)),
        );
      }
    }),
  );
});
