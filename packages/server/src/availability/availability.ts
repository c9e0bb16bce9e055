import type { Reason } from '@rollcall/contract';
import type { Transport } from '../activity/fact.ts';
import type { SessionNumber } from '../activity/position.ts';
import { AVAILABLE, type StatusLabel, UNAVAILABLE } from '../activity/status-label.ts';
import type { Instant } from '../time/instant.ts';

/**
 * What is known of one agent's availability: both axes, the live sessions, and what the next deadline needs.
 * It is exactly what `evolve` makes of the agent's facts; nothing else may change it.
 */
export type Availability = {
  /** Of the last event, over both axes; 0 before the first. */
  readonly sequence: number;
  /** The agent's last `status_change_timestamp` on either axis (the record's creation before the first event). */
  readonly changedAt: Instant;
  readonly general: GeneralAvailability;
  readonly intelliassign: Intelliassign;
  /** Open or lost, not ended. At most a handful, so an array. */
  readonly sessions: readonly Session[];
  /** The last activity that a fact tells of; ticks since then live in memory only. */
  readonly activityAt: Instant;
  /** Assigned conversations let pass since the IntelliAssign status last changed. */
  readonly missed: number;
};

export type GeneralAvailability = {
  readonly status: StatusLabel;
  readonly since: Instant;
  readonly prevStatus: StatusLabel;
  /** null before the first event. */
  readonly reason: Reason | null;
};

export type Intelliassign = {
  readonly status: StatusLabel;
  /** Sameness is judged by this id, not by the label: a renamed status is still the same one. null for plain ones. */
  readonly customStatusId: string | null;
  readonly since: Instant;
  readonly prevStatus: StatusLabel;
  readonly reason: Reason | null;
  /** A timed status becomes AVAILABLE at this instant. */
  readonly until: Instant | null;
  readonly setBy: SetBy;
};

/**
 * Who stands behind the IntelliAssign value, which decides who may lift it: a coupling to AVAILABLE lifts only what a
 * coupling set, the end of a call only what its start set.
 */
export type SetBy = 'nobody' | 'choice' | 'coupling' | 'call' | 'system';

export type Session = {
  readonly number: SessionNumber;
  readonly transport: Transport;
  readonly openedAt: Instant;
  readonly lostAt: Instant | null;
};

/** An agent starts as UNAVAILABLE on both axes, since its record was created; no event says so. */
export function initialAvailability(createdAt: Instant): Availability {
  return {
    sequence: 0,
    changedAt: createdAt,
    general: { status: UNAVAILABLE, since: createdAt, prevStatus: UNAVAILABLE, reason: null },
    intelliassign: {
      status: UNAVAILABLE,
      customStatusId: null,
      since: createdAt,
      prevStatus: UNAVAILABLE,
      reason: null,
      until: null,
      setBy: 'nobody',
    },
    sessions: [],
    activityAt: createdAt,
    missed: 0,
  };
}

export function isOnline(state: Availability): boolean {
  return state.general.status === AVAILABLE;
}

/** May the router give this agent conversations: present, and willing. */
export function isAssignable(state: Availability): boolean {
  return state.general.status === AVAILABLE && state.intelliassign.status === AVAILABLE;
}

/** Signed in, also while idle or lost for less than the grace. */
export function isLoggedIn(state: Availability): boolean {
  return state.sessions.length > 0;
}

export function sessionOf(state: Availability, number: SessionNumber): Session | undefined {
  return state.sessions.find((session) => session.number === number);
}
