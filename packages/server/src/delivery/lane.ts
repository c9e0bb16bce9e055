import { assert } from '../time/assert.ts';
import type { Instant } from '../time/instant.ts';
import type { EventPlace } from './event-place.ts';
import type { DeliveryError } from './receiver.ts';
import { waitAfter } from './retry-schedule.ts';

/**
 * A lane: one agent's events of one subscription.
 *
 * The problem: events of one agent must arrive in order, so a failed one holds up those behind it; but nobody else's.
 * So an agent's lane normally follows the subscription's one cursor and costs nothing. When an event of it fails, the
 * lane is held: the cursor goes on over its events as if they were done, and the lane remembers where it stands. When
 * its head is settled, the events that were passed over are found again in the log (catching up), and then the lane
 * follows the cursor again. Where an event was given up after its last attempt, the lane goes on with one attempt per
 * event (probing) until one succeeds.
 */
export type LaneState =
  | { readonly kind: 'following' }
  /** The head is not settled. 0 attempts: it was set aside in flight, because it was slow and held up others. */
  | {
      readonly kind: 'retrying';
      readonly head: EventPlace;
      readonly attempts: number;
      readonly nextAttemptAt: Instant;
      readonly lastError: DeliveryError | null;
    }
  /** Everything up to here is settled; what was passed over behind it is due now, with all its attempts. */
  | { readonly kind: 'catching_up'; readonly settled: EventPlace }
  /** The last event was given up. Each that follows has one attempt. */
  | {
      readonly kind: 'probing';
      readonly settled: EventPlace;
      readonly since: Instant;
      readonly lastError: DeliveryError;
    };

export type LaneEvent =
  | { readonly kind: 'delivered'; readonly place: EventPlace }
  | {
      readonly kind: 'failed';
      readonly place: EventPlace;
      readonly at: Instant;
      readonly error: DeliveryError;
      readonly retryAfterMs: number | null;
      /** In [0, 1), for the jitter. */
      readonly random: number;
    }
  /** Not wanted after all: the filter keeps it out, or the subscription no longer asks for it. No attempt was made. */
  | { readonly kind: 'passed_over'; readonly place: EventPlace }
  /** In flight for long, and holding up the window. */
  | { readonly kind: 'parked'; readonly place: EventPlace; readonly at: Instant }
  /** Nothing that was passed over is left. */
  | { readonly kind: 'caught_up' };

export type LaneStep = {
  readonly state: LaneState;
  /** The number of the attempt that failed, 1 for the first; null when none did. */
  readonly failedAttempt: number | null;
  /** Whether that attempt was the event's last: it becomes a dead letter. */
  readonly isGivenUp: boolean;
};

/** What a held lane does next, given what happened to it. */
export function stepLane(state: LaneState, event: LaneEvent): LaneStep {
  switch (event.kind) {
    case 'failed':
      return failed(state, event);
    case 'delivered':
      return quiet(state.kind === 'following' ? state : { kind: 'catching_up', settled: inOrder(state, event.place) });
    case 'passed_over':
      return quiet(passedOver(state, event.place));
    case 'parked':
      return quiet(state.kind === 'following' ? parked(event) : state);
    case 'caught_up':
      return quiet(caughtUp(state));
  }
}

/** Whether the lane still has this event to deliver. A lane that follows owes nothing: the window knows. */
export function isOwed(state: LaneState, place: EventPlace): boolean {
  switch (state.kind) {
    case 'following':
      return false;
    case 'retrying':
      return place >= state.head;
    case 'catching_up':
    case 'probing':
      return place > state.settled;
  }
}

/** The number that the next attempt at this event has. */
export function attemptNumber(state: LaneState, place: EventPlace): number {
  return state.kind === 'retrying' && state.head === place ? state.attempts + 1 : 1;
}

function failed(state: LaneState, event: Extract<LaneEvent, { kind: 'failed' }>): LaneStep {
  const place = inOrder(state, event.place);
  const attempts = attemptNumber(state, place);
  const { at, error, retryAfterMs, random } = event;
  const waitMs = state.kind === 'probing' ? null : waitAfter({ attempts, retryAfterMs, random });
  const next: LaneState =
    waitMs === null
      ? { kind: 'probing', settled: place, since: at, lastError: error }
      : { kind: 'retrying', head: place, attempts, nextAttemptAt: at + waitMs, lastError: error };
  return { state: next, failedAttempt: attempts, isGivenUp: waitMs === null };
}

function passedOver(state: LaneState, place: EventPlace): LaneState {
  switch (state.kind) {
    case 'following':
      return state;
    case 'retrying':
    case 'catching_up':
      return { kind: 'catching_up', settled: inOrder(state, place) };
    case 'probing':
      return { ...state, settled: inOrder(state, place) };
  }
}

function parked(event: Extract<LaneEvent, { kind: 'parked' }>): LaneState {
  return { kind: 'retrying', head: event.place, attempts: 0, nextAttemptAt: event.at, lastError: null };
}

function caughtUp(state: LaneState): LaneState {
  // To let go of a lane whose head is not settled would lose that event: the cursor has passed it.
  assert(state.kind !== 'retrying', 'a lane whose head is not settled has not caught up');
  return state.kind === 'catching_up' ? { kind: 'following' } : state;
}

/** The order of a lane is the promise: a place that is settled already, or not yet at the head, is a fault of ours. */
function inOrder(state: LaneState, place: EventPlace): EventPlace {
  const isHead = state.kind === 'retrying' ? place === state.head : state.kind === 'following' || isOwed(state, place);
  assert(isHead, `the lane is ${state.kind} and cannot settle the event at place ${place}`);
  return place;
}

function quiet(state: LaneState): LaneStep {
  return { state, failedAttempt: null, isGivenUp: false };
}
