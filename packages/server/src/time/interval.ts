import type { Instant } from './instant.ts';

/** The instants from `from` up to, but not with, `to`. Empty when `to` is not after `from`. */
export type Interval = { readonly from: Instant; readonly to: Instant };

/**
 * A set of instants as a list of intervals: ascending, none empty, none overlapping or touching another. Each set has one
 * such list, so two sets are the same exactly when their lists are. `normaliseIntervals` makes one; the functions below
 * that take `Intervals` rely on it and give the same back.
 */
export type Intervals = readonly Interval[];

/** Milliseconds in the interval; 0 when it is empty. */
export function intervalLengthMs(interval: Interval): number {
  return Math.max(0, interval.to - interval.from);
}

/** Milliseconds in the set. */
export function intervalsLengthMs(intervals: Intervals): number {
  let lengthMs = 0;
  for (const interval of intervals) lengthMs += interval.to - interval.from;
  return lengthMs;
}

export function intervalContains(interval: Interval, instant: Instant): boolean {
  return interval.from <= instant && instant < interval.to;
}

/** Whether the instant is in the set, by binary search. */
export function intervalsContain(intervals: Intervals, instant: Instant): boolean {
  let low = 0;
  let high = intervals.length;
  while (low < high) {
    const middle = (low + high) >>> 1;
    if (intervalAt(intervals, middle).to <= instant) low = middle + 1;
    else high = middle;
  }
  return low < intervals.length && intervalAt(intervals, low).from <= instant;
}

/** The instants that both intervals hold, or null when there are none. */
export function intersectInterval(one: Interval, other: Interval): Interval | null {
  const from = Math.max(one.from, other.from);
  const to = Math.min(one.to, other.to);
  return from < to ? { from, to } : null;
}

/** The set that any list of intervals covers, in whatever order, empty, overlapping or touching they come. */
export function normaliseIntervals(intervals: readonly Interval[]): Intervals {
  const ordered = isAscending(intervals) ? intervals : [...intervals].sort((one, other) => one.from - other.from);
  const merged: Interval[] = [];
  let from = Number.NEGATIVE_INFINITY;
  let to = Number.NEGATIVE_INFINITY;
  for (const interval of ordered) {
    if (interval.to <= interval.from) continue;
    if (to < interval.from) {
      if (from < to) merged.push({ from, to });
      from = interval.from;
    }
    to = Math.max(to, interval.to);
  }
  if (from < to) merged.push({ from, to });
  return merged;
}

/** The instants in any of the sets. */
export function uniteIntervals(...sets: readonly Intervals[]): Intervals {
  return normaliseIntervals(sets.flat());
}

/** The instants in both sets; one walk over the two lists. */
export function intersectIntervals(one: Intervals, other: Intervals): Intervals {
  const common: Interval[] = [];
  let index = 0;
  let otherIndex = 0;
  while (index < one.length && otherIndex < other.length) {
    const left = intervalAt(one, index);
    const right = intervalAt(other, otherIndex);
    const overlap = intersectInterval(left, right);
    if (overlap !== null) common.push(overlap);
    if (left.to < right.to) index++;
    else otherIndex++;
  }
  return common;
}

/** The instants in the first set that are not in the second; one walk over the two lists. */
export function subtractIntervals(from: Intervals, removed: Intervals): Intervals {
  const rest: Interval[] = [];
  let index = 0;
  for (const interval of from) {
    let restFrom = interval.from;
    while (index < removed.length && intervalAt(removed, index).to <= restFrom) index++;
    for (let next = index; next < removed.length; next++) {
      const hole = intervalAt(removed, next);
      if (hole.from >= interval.to) break;
      if (restFrom < hole.from) rest.push({ from: restFrom, to: hole.from });
      restFrom = hole.to;
    }
    if (restFrom < interval.to) rest.push({ from: restFrom, to: interval.to });
  }
  return rest;
}

function isAscending(intervals: readonly Interval[]): boolean {
  for (let index = 1; index < intervals.length; index++) {
    if (intervalAt(intervals, index).from < intervalAt(intervals, index - 1).from) return false;
  }
  return true;
}

/** For indexes already known to lie inside the list. */
function intervalAt(intervals: readonly Interval[], index: number): Interval {
  return intervals[index] as Interval;
}
