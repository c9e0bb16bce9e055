import type { AgentNumber, Position } from '../activity/position.ts';
import type { EventPlace } from '../delivery/event-place.ts';
import type { DeliveryLimits } from '../delivery/limits.ts';
import type { DeliveryError } from '../delivery/receiver.ts';
import type { Subscription } from '../delivery/subscription.ts';
import type { Headcount } from './headcount.ts';
import type { DispatchPorts } from './ports.ts';
import type { ReceiverLine } from './receiver-line.ts';
import type { PassName } from './row-key.ts';
import type { SnapshotCache } from './snapshot-cache.ts';

export type FailedAttempt = {
  readonly agent: AgentNumber;
  readonly place: EventPlace;
  /** 1 for the first. */
  readonly attempt: number;
  readonly error: DeliveryError;
  /** It was the last attempt: the event is a dead letter now. */
  readonly isGivenUp: boolean;
};

/** What a pass over the log shares with the subscription it serves and with the process. */
export type PassContext = {
  readonly name: PassName;
  readonly ports: DispatchPorts;
  readonly limits: DeliveryLimits;
  readonly line: ReceiverLine;
  readonly snapshots: SnapshotCache;
  readonly underway: Headcount;
  /** As it is now: it can be changed while it is served. */
  readonly subscription: () => Subscription;
  /** The newest durable position that was signalled. */
  readonly head: () => Position;
  /** Whether calls may start: the subscription is active, nobody is stopping, and the store takes what is to be written. */
  readonly isOpen: () => boolean;
  /** Whether it was removed or is being stopped: nothing is tried again. */
  readonly isOver: () => boolean;
  /** Called once for each event that was accepted, and for each attempt that failed. */
  readonly delivered: (place: EventPlace) => void;
  readonly failed: (failure: FailedAttempt) => void;
  /** There is something to write, made by so many events. */
  readonly changed: (events: number) => void;
};
