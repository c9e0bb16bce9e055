import type { EventName } from '../activity/event-id.ts';
import type { AgentNumber, Position } from '../activity/position.ts';
import { type EventPlace, eventOf, placeOf, positionOf } from '../delivery/event-place.ts';
import type { LaneState } from '../delivery/lane.ts';
import type { Subscription } from '../delivery/subscription.ts';
import type { LaneRow } from '../engine/change.ts';
import { type AgentLane, upcoming } from './agent-lane.ts';
import { readError, writeError } from './error-text.ts';
import { type PassName, rowKey } from './row-key.ts';

type HeldState = Exclude<LaneState, { kind: 'following' }>;

/**
 * A held lane as a row; null when it follows. A lane that catches up is written as one whose next event has not been
 * tried. When that one is not known yet it is the settled one: after a crash just then, that event is sent once more.
 */
export function laneRow(lane: AgentLane, subscription: Subscription, pass: PassName): LaneRow | null {
  const { state, agent } = lane;
  if (state.kind === 'following') return null;
  const place = standingPlace(lane, state, subscription);
  const key = rowKey(subscription.id, pass, eventOf(place));
  const common = { subscription: key, agent, position: positionOf(place) };
  switch (state.kind) {
    case 'retrying': {
      const lastError = state.lastError === null ? null : writeError(state.lastError);
      return { ...common, mode: 'retrying', attempts: state.attempts, nextAttemptAt: state.nextAttemptAt, lastError };
    }
    case 'catching_up':
      return { ...common, mode: 'retrying', attempts: 0, nextAttemptAt: 0, lastError: null };
    case 'probing':
      return {
        ...common,
        mode: 'probing',
        attempts: 0,
        nextAttemptAt: state.since,
        lastError: writeError(state.lastError),
      };
  }
}

function standingPlace(lane: AgentLane, state: HeldState, subscription: Subscription): EventPlace {
  if (state.kind === 'retrying') return state.head;
  const next = state.kind === 'catching_up' ? upcoming(lane, subscription) : null;
  return next?.place ?? state.settled;
}

/** A lane as the process before left it. */
export type RestoredLane = {
  readonly agent: AgentNumber;
  readonly position: Position;
  readonly state: HeldState;
  /** The key of its row. */
  readonly key: string;
};

/** The lanes of one pass, out of rows that may be of others too. The key of a row says which event it is about. */
export function restoreLanes(rows: readonly LaneRow[], subscription: string, pass: PassName): RestoredLane[] {
  const events = ['onAgentActivityCreate', 'onAgentCustomStatusUpdate'] as const;
  return events.flatMap((event) => {
    const key = rowKey(subscription, pass, event);
    return rows
      .filter((row) => row.subscription === key)
      .map((row) => ({ agent: row.agent, position: row.position, state: stateOf(row, event), key }));
  });
}

function stateOf(row: LaneRow, event: EventName): HeldState {
  const place = placeOf(row.position, event);
  const lastError = row.lastError === null ? null : readError(row.lastError);
  switch (row.mode) {
    case 'retrying':
      return { kind: 'retrying', head: place, attempts: row.attempts, nextAttemptAt: row.nextAttemptAt, lastError };
    case 'probing':
      return { kind: 'probing', settled: place, since: row.nextAttemptAt, lastError: lastError ?? UNKNOWN };
  }
}

const UNKNOWN = { code: 'unknown', message: 'The row of this lane does not say why its last event was given up.' };
