import type { Instant } from '../time/instant.ts';
import { type Interval, type Intervals, intersectIntervals, intervalsLengthMs } from '../time/interval.ts';
import { monthStart, type PackedHistory } from './history-chunk.ts';
import { PRESENCE, presenceOf, type StateCode } from './state-code.ts';
import { isAvailableCode, stateAt } from './sweep.ts';

/** One member of a group, and when it was one. */
export type Member = { readonly history: PackedHistory; readonly spans: Intervals };

export type Gap = Interval & { readonly assignable: number };

export type Coverage = {
  readonly scheduledMs: number;
  readonly gapMs: number;
  /** Time in which too few were known to be assignable, and enough may have been. */
  readonly unknownMs: number;
  readonly gaps: readonly Gap[];
};

type Change = { readonly at: Instant; readonly assignable: number; readonly unknown: number };

/** When fewer than `needed` members of a group were assignable within its hours. */
export function coverageOf(members: readonly Member[], hours: Intervals, needed: number): Coverage {
  const changes = members.flatMap(({ history, spans }) => spans.flatMap((span) => changesOf(history, span)));
  changes.sort((one, other) => one.at - other.at);
  const gaps: Gap[] = [];
  let unknownMs = 0;
  for (const stretch of stretchesOf(changes, hours)) {
    if (stretch.assignable >= needed) continue;
    const within = intersectIntervals([{ from: stretch.from, to: stretch.to }], hours);
    if (stretch.assignable + stretch.unknown >= needed) unknownMs += intervalsLengthMs(within);
    else for (const interval of within) addGap(gaps, { ...interval, assignable: stretch.assignable });
  }
  const gapMs = gaps.reduce((sum, { from, to }) => sum + to - from, 0);
  return { scheduledMs: intervalsLengthMs(hours), gapMs, unknownMs, gaps };
}

function addGap(gaps: Gap[], gap: Gap): void {
  const last = gaps.at(-1);
  if (last !== undefined && last.to === gap.from && last.assignable === gap.assignable) {
    gaps[gaps.length - 1] = { ...last, to: gap.to };
  } else gaps.push(gap);
}

/** How the counts change because of one member in one stretch of membership. */
function changesOf(history: PackedHistory, span: Interval): readonly Change[] {
  const changes: Change[] = [];
  let before = countsOf(null);
  const take = (at: Instant, code: StateCode | null) => {
    const now = countsOf(code);
    const change = { at, assignable: now.assignable - before.assignable, unknown: now.unknown - before.unknown };
    if (change.assignable !== 0 || change.unknown !== 0) changes.push(change);
    before = now;
  };
  const { state, chunk: first } = stateAt(history, span.from);
  take(span.from, state);
  for (const chunk of history.slice(first)) {
    const base = monthStart(chunk.month);
    for (let index = 0; index < chunk.length; index++) {
      const at = base + (chunk.offsets[index] as number);
      if (at >= span.from && at < span.to) take(at, chunk.codes[index] as number);
    }
  }
  take(span.to, null);
  return changes;
}

function countsOf(code: StateCode | null): { readonly assignable: number; readonly unknown: number } {
  if (code === null) return { assignable: 0, unknown: 0 };
  return { assignable: isAvailableCode(code) ? 1 : 0, unknown: presenceOf(code) === PRESENCE.unknown ? 1 : 0 };
}

/** The hours from their first to their last instant, cut where a count changes. */
function stretchesOf(
  changes: readonly Change[],
  hours: Intervals,
): readonly (Interval & { readonly assignable: number; readonly unknown: number })[] {
  const [first, last] = [hours[0], hours.at(-1)];
  if (first === undefined || last === undefined) return [];
  const stretches: (Interval & { assignable: number; unknown: number })[] = [];
  let [from, assignable, unknown] = [first.from, 0, 0];
  for (const change of changes) {
    const at = Math.min(Math.max(change.at, first.from), last.to);
    if (from < at) stretches.push({ from, to: at, assignable, unknown });
    from = at;
    assignable += change.assignable;
    unknown += change.unknown;
  }
  if (from < last.to) stretches.push({ from, to: last.to, assignable, unknown });
  return stretches;
}
