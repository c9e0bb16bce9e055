import type { SessionNumber } from '../activity/position.ts';
import { AVAILABLE } from '../activity/status-label.ts';
import type { Instant } from '../time/instant.ts';
import type { Availability } from './availability.ts';

/**
 * Everything a deadline depends on that is not the agent's own state. Lengths in milliseconds; each `…FloorAt` is the
 * instant since when that length holds: a changed setting acts from its change on, so a deadline becomes
 * max(old start + new length, the change).
 */
export type Surroundings = {
  /** The latest of the agent's activity that is known, ticks included. */
  readonly activityAt: Instant;
  readonly idleAfterMs: number;
  readonly idleFloorAt: Instant;
  readonly disconnectGraceMs: number;
  readonly graceFloorAt: Instant;
  /** Of the custom status the agent is in, when that status ends at its allowance; else null. */
  readonly allowance: { readonly lengthMs: number; readonly floorAt: Instant } | null;
  /**
   * The instants at which the agent's business hours open or close that were not decided yet, in time order, as far as
   * the first one after now; empty when no coupling asks.
   */
  readonly boundaries: readonly Boundary[];
};

export type Boundary = { readonly at: Instant; readonly kind: 'open' | 'close' };

export type Deadline =
  | { readonly kind: 'idle'; readonly at: Instant }
  | { readonly kind: 'disconnect'; readonly at: Instant; readonly session: SessionNumber }
  | { readonly kind: 'boundary'; readonly at: Instant; readonly cause: 'schedule_open' | 'schedule_close' }
  | { readonly kind: 'until'; readonly at: Instant }
  | { readonly kind: 'allowance'; readonly at: Instant };

/**
 * The next thing that time alone will do to this agent; null when nothing. Pure: asking again gives the same answer,
 * so a lost timer costs a late look and never a wrong instant. At one instant the general axis comes first, then the
 * `until` that a person chose, then the allowance that would end the same status, and the business hours last: who was
 * away until closing time is not left available after it.
 */
export function nextDeadline(state: Availability, around: Surroundings): Deadline | null {
  let next: Deadline | null = null;
  if (state.sessions.length > 0) {
    next = earlier(next, idleDeadline(state, around));
    next = earlier(next, disconnectDeadline(state, around));
  }
  next = earlier(next, untilDeadline(state));
  next = earlier(next, allowanceDeadline(state, around));
  return earlier(next, boundaryDeadline(around));
}

/** The earlier of two; at one instant the first. */
function earlier(first: Deadline | null, second: Deadline | null): Deadline | null {
  if (first === null) return second;
  return second !== null && second.at < first.at ? second : first;
}

function idleDeadline(state: Availability, around: Surroundings): Deadline | null {
  if (state.general.status !== AVAILABLE) return null;
  const activityAt = Math.max(state.activityAt, around.activityAt);
  return { kind: 'idle', at: Math.max(activityAt + around.idleAfterMs, around.idleFloorAt) };
}

/**
 * Each lost session ends at its own loss + grace; the one whose end leaves no live session is the `disconnect`. While
 * another device is connected the end of a lost one changes nothing but the list.
 */
function disconnectDeadline(state: Availability, around: Surroundings): Deadline | null {
  let next: Deadline | null = null;
  for (const session of state.sessions) {
    if (session.lostAt === null) continue;
    const at = Math.max(session.lostAt + around.disconnectGraceMs, around.graceFloorAt);
    if (next === null || at < next.at) next = { kind: 'disconnect', at, session: session.number };
  }
  return next;
}

function boundaryDeadline(around: Surroundings): Deadline | null {
  const boundary = around.boundaries[0];
  if (boundary === undefined) return null;
  return { kind: 'boundary', at: boundary.at, cause: boundary.kind === 'open' ? 'schedule_open' : 'schedule_close' };
}

function untilDeadline(state: Availability): Deadline | null {
  return state.intelliassign.until === null ? null : { kind: 'until', at: state.intelliassign.until };
}

function allowanceDeadline(state: Availability, around: Surroundings): Deadline | null {
  if (around.allowance === null || state.intelliassign.customStatusId === null) return null;
  // Only an import puts an agent into a custom status in the system's name. That stint is told by where it came from:
  // to end it here would be to say what happened there.
  if (state.intelliassign.setBy === 'system') return null;
  const at = Math.max(state.intelliassign.since + around.allowance.lengthMs, around.allowance.floorAt);
  return { kind: 'allowance', at };
}
