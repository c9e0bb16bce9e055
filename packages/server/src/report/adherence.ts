import type { Instant } from '../time/instant.ts';

/** What an agent is planned to do from one instant up to another. */
export type PlanEntry = { readonly from: Instant; readonly to: Instant; readonly activity: PlannedActivity };

export type PlannedActivity =
  | { readonly kind: 'work' }
  /** A custom status; `productive` is what it counts as today. */
  | { readonly kind: 'status'; readonly statusId: string; readonly productive?: boolean }
  | { readonly kind: 'other'; readonly name: string; readonly productive: boolean };

/** What an agent was from one instant up to another: each instant in one state, later spans after earlier ones. */
export type AdherenceSpan = { readonly from: Instant; readonly to: Instant; readonly state: AdherenceState };

export type AdherenceState =
  | { readonly kind: 'unknown' }
  | { readonly kind: 'available' }
  /** Here and not assignable; without a custom status, plainly unavailable. */
  | { readonly kind: 'status'; readonly customStatusId: string | null; readonly productive: boolean }
  | { readonly kind: 'offline' | 'idle' | 'disconnected' };

export type Adherence = {
  /** The plan's time for which it is known what was. */
  readonly scheduledMs: number;
  readonly adherentMs: number;
  /** The plan's time for which it is not: on neither side of the division. */
  readonly unknownMs: number;
  /** Unrounded; null when nothing is scheduled. */
  readonly percent: number | null;
};

/**
 * The share of a plan's time in which an agent did what the plan says. Only what the spans cover counts: the plan of a
 * time that has not come, or in which the agent was not there yet, is on neither side.
 *
 * - Planned work: the agent is available.
 * - A planned activity that does not count as productive (a break): the agent is in any status that does not either, or
 *   unavailable, be it plainly, idle or signed out. Which break it was is nobody's question.
 * - A planned activity that does count as productive (a meeting): the agent is available or in any status that counts too.
 * - A planned custom status is one of the two by its own mark, and always fulfilled by itself.
 *
 * Two vectors that a large vendor publishes hold: 150 of 180 minutes, and 165 of 180.
 */
export function adherenceOf(plan: readonly PlanEntry[], spans: readonly AdherenceSpan[]): Adherence {
  let [scheduledMs, adherentMs, unknownMs] = [0, 0, 0];
  for (const entry of plan) {
    for (let index = firstEndingAfter(spans, entry.from); index < spans.length; index++) {
      const span = spans[index] as AdherenceSpan;
      if (span.from >= entry.to) break;
      const lengthMs = Math.min(entry.to, span.to) - Math.max(entry.from, span.from);
      if (lengthMs <= 0) continue;
      if (span.state.kind === 'unknown') {
        unknownMs += lengthMs;
        continue;
      }
      scheduledMs += lengthMs;
      if (isAdherent(entry.activity, span.state)) adherentMs += lengthMs;
    }
  }
  return { scheduledMs, adherentMs, unknownMs, percent: scheduledMs === 0 ? null : (100 * adherentMs) / scheduledMs };
}

/** Whether an agent in this state does what the plan says. */
export function isAdherent(activity: PlannedActivity, state: Exclude<AdherenceState, { kind: 'unknown' }>): boolean {
  switch (activity.kind) {
    case 'work':
      return state.kind === 'available';
    case 'status':
      if (state.kind === 'status' && state.customStatusId === activity.statusId) return true;
      return isOfKind(activity.productive ?? false, state);
    case 'other':
      return isOfKind(activity.productive, state);
  }
}

function isOfKind(productive: boolean, state: AdherenceState): boolean {
  if (state.kind === 'status') return state.productive === productive;
  return (state.kind === 'available') === productive;
}

/** Spans come in order, so that the plan of a day does not look through a year of them. */
function firstEndingAfter(spans: readonly AdherenceSpan[], instant: Instant): number {
  let low = 0;
  let high = spans.length;
  while (low < high) {
    const middle = (low + high) >>> 1;
    if ((spans[middle] as AdherenceSpan).to <= instant) low = middle + 1;
    else high = middle;
  }
  return low;
}
