import type { LogReader } from '../activity/log-reader.ts';
import type { AgentNumber, Position } from '../activity/position.ts';
import type { Subscription } from '../delivery/subscription.ts';
import type { Change } from '../engine/change.ts';
import type { Clock } from '../engine/clock.ts';
import type { Store } from '../engine/store.ts';

/** What driving deliveries needs of the world. Plugged together in main.ts, and by the simulation. */
export type DispatchPorts = {
  readonly log: Pick<LogReader, 'events' | 'factsAt' | 'factAt'>;
  /** What failed, as rows. */
  readonly history: Pick<Store, 'attempts' | 'deadLetters' | 'deadLetter'>;
  /** All changes or none; settles when they are on disk. @throws StoreFailure when nothing of it was written */
  readonly commit: (changes: readonly Change[]) => Promise<void>;
  readonly clock: Pick<Clock, 'now' | 'after' | 'nextTurn'>;
  /** In [0, 1). */
  readonly random: () => number;
  /** The position of the agent's newest durable fact, where its history is followed back from. */
  readonly headOf: (agent: AgentNumber) => Position;
  /** What must be written so that the subscription comes back like this after a restart. */
  readonly subscriptionChanges: (subscription: Subscription) => readonly Change[];
  readonly logger: DispatchLogger;
};

/** One line per thing that happened, with ids and milliseconds; never a payload. */
export type DispatchLogger = {
  info(fields: LogFields, sentence: string): void;
  warn(fields: LogFields, sentence: string): void;
  error(fields: LogFields, sentence: string): void;
};

export type LogFields = Readonly<Record<string, unknown>>;
