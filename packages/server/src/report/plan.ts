import type { Instant } from '../time/instant.ts';
import type { Interval } from '../time/interval.ts';
import type { PlanEntry } from './adherence.ts';

/** The plan with what lies in the window replaced; an entry that reaches into the window is cut at its edge. */
export function withWindowReplaced(
  plan: readonly PlanEntry[],
  window: Interval,
  entries: readonly PlanEntry[],
): readonly PlanEntry[] {
  const kept = plan.flatMap((entry) => [
    ...clipped(entry, { from: entry.from, to: window.from }),
    ...clipped(entry, { from: window.to, to: entry.to }),
  ]);
  return [...kept, ...entries].toSorted((one, other) => one.from - other.from);
}

/** The part of a plan that lies in the window, in order. */
export function planWithin(plan: readonly PlanEntry[], window: Interval): readonly PlanEntry[] {
  return plan.flatMap((entry) => clipped(entry, window));
}

function clipped(entry: PlanEntry, { from, to }: Interval): readonly PlanEntry[] {
  const part = { ...entry, from: Math.max(entry.from, from), to: Math.min(entry.to, to) };
  return part.from < part.to ? [part] : [];
}

/** Which entries overlap one that begins earlier, by their places in the list, with the place of that one. */
export function overlapsOf(
  entries: readonly PlanEntry[],
): readonly { readonly index: number; readonly with: number }[] {
  const ordered = entries
    .map((entry, index) => ({ entry, index }))
    .toSorted((one, other) => one.entry.from - other.entry.from);
  const overlaps: { index: number; with: number }[] = [];
  let furthest: { readonly entry: { readonly to: Instant }; readonly index: number } | undefined;
  for (const one of ordered) {
    if (furthest !== undefined && one.entry.from < furthest.entry.to) {
      overlaps.push({ index: one.index, with: furthest.index });
    }
    if (furthest === undefined || one.entry.to > furthest.entry.to) furthest = one;
  }
  return overlaps;
}
