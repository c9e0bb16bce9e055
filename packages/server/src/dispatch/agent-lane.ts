import type { EventName } from '../activity/event-id.ts';
import type { AgentNumber, Position } from '../activity/position.ts';
import { type EventPlace, placeOf, positionOf } from '../delivery/event-place.ts';
import { isOwed, type LaneState } from '../delivery/lane.ts';
import { type Subscription, wantedEvents } from '../delivery/subscription.ts';
import { Fifo } from './fifo.ts';
import type { Told } from './told.ts';
import type { Entry } from './window.ts';

/** One agent's lane in memory. It exists while something of the agent is under way or held, and is forgotten then. */
export type AgentLane = {
  readonly agent: AgentNumber;
  state: LaneState;
  /** While following: the entry whose turn it is, waiting or in flight, and those behind it. */
  current: Entry | null;
  readonly queue: Fifo<Entry>;
  /** While held: the window passed over this agent's events up to here, so the lane has to find them again. */
  owedTo: Position;
  /** The newest event that was passed over: the agent's history reaches at least so far. */
  lastSeen: Position;
  /** Up to where the log was read for this lane; what was found and is not settled is in `page`. */
  readTo: Position;
  page: Told[];
  /** It is in line for a call, or in one. */
  isBusy: boolean;
  /** After a restart: the window may not have come to the settled event again, and must not meet a lane that follows. */
  heldUntil: Position;
};

export function newLane(agent: AgentNumber): AgentLane {
  return {
    agent,
    state: { kind: 'following' },
    current: null,
    queue: new Fifo(),
    owedTo: 0,
    lastSeen: 0,
    readTo: 0,
    page: [],
    isBusy: false,
    heldUntil: 0,
  };
}

export type Upcoming = { readonly told: Told; readonly event: EventName; readonly place: EventPlace };

/** The next event of the lane among those that were read; null when more must be read, or nothing is owed. */
export function upcoming(lane: AgentLane, subscription: Subscription): Upcoming | null {
  for (let told = lane.page[0]; told !== undefined; told = lane.page[0]) {
    for (const event of wantedEvents(subscription, told.fact)) {
      const place = placeOf(told.fact.position, event);
      if (isOwed(lane.state, place)) return { told, event, place };
    }
    lane.page.shift();
  }
  return null;
}

/** Whether everything that was passed over is settled. */
export function hasCaughtUp(lane: AgentLane, subscription: Subscription): boolean {
  return lane.readTo >= lane.owedTo && upcoming(lane, subscription) === null;
}

/** Forgets what was read, so that reading begins again at the first event that may be owed. */
export function rewind(lane: AgentLane): void {
  lane.page = [];
  if (lane.state.kind === 'following') return;
  const place = lane.state.kind === 'retrying' ? lane.state.head : lane.state.settled;
  // The fact itself is read again: its second event may be owed.
  lane.readTo = positionOf(place) - 1;
  lane.owedTo = Math.max(lane.owedTo, positionOf(place));
}
