import type { Transport } from '../activity/fact.ts';
import type { FactRow } from '../activity/fact-row.ts';
import type { AccountNumber, AgentNumber, Position, SessionNumber } from '../activity/position.ts';
import type { Availability } from '../availability/availability.ts';
import type { Instant } from '../time/instant.ts';

/**
 * One thing that a commit does to the store. A commit is a list of these, in order, all or none: the fact and the state
 * it leads to are never apart on disk.
 */
export type Change =
  | { readonly kind: 'AppendFact'; readonly row: FactRow; readonly checksum: string }
  | { readonly kind: 'PutAgent'; readonly agent: AgentState }
  | { readonly kind: 'PutSession'; readonly session: SessionState }
  | { readonly kind: 'RemoveSession'; readonly session: SessionNumber }
  | { readonly kind: 'PutRecord'; readonly record: StoredRecord }
  | { readonly kind: 'RemoveRecord'; readonly type: string; readonly key: string }
  | { readonly kind: 'PutCounter'; readonly name: CounterName; readonly value: number }
  | { readonly kind: 'PutAnswer'; readonly answer: StoredAnswer }
  | { readonly kind: 'RemoveAnswersBefore'; readonly before: Instant }
  | { readonly kind: 'PutKeyValue'; readonly entry: KeyValueEntry }
  | { readonly kind: 'RemoveKeyValue'; readonly app: string; readonly key: string }
  | { readonly kind: 'RemoveKeyValues'; readonly app: string }
  /** Of all apps, what expired before this; a bounded part of it, so that upkeep never holds the writer for long. */
  | { readonly kind: 'RemoveKeyValuesExpiredBefore'; readonly before: Instant }
  | { readonly kind: 'PutEntityRecord'; readonly record: EntityRecord }
  | { readonly kind: 'RemoveEntityRecord'; readonly app: string; readonly entity: string; readonly number: number }
  | { readonly kind: 'RemoveEntityRecords'; readonly app: string }
  | { readonly kind: 'AddAppLog'; readonly line: AppLogLine }
  | { readonly kind: 'RemoveAppLog'; readonly app: string }
  | { readonly kind: 'PutCursor'; readonly subscription: string; readonly position: Position }
  | { readonly kind: 'PutLane'; readonly lane: LaneRow }
  | { readonly kind: 'RemoveLane'; readonly subscription: string; readonly agent: AgentNumber }
  | { readonly kind: 'AddAttempt'; readonly attempt: AttemptRow }
  | { readonly kind: 'PutDeadLetter'; readonly letter: DeadLetterRow }
  | { readonly kind: 'RemoveSubscription'; readonly subscription: string }
  | { readonly kind: 'PutHistoryChunk'; readonly chunk: HistoryChunkRow }
  | { readonly kind: 'RemoveHistoryChunks'; readonly agent: AgentNumber }
  | { readonly kind: 'PutHistoryAgent'; readonly agent: HistoryAgentRow }
  /** A position that is there already may be added again. */
  | { readonly kind: 'AddHistoryRecords'; readonly positions: readonly Position[] }
  | { readonly kind: 'PutHistoryCursor'; readonly format: number; readonly position: Position }
  | { readonly kind: 'RemoveHistories' }
  /** Enters an event in the index of what is known; a key that is there already stays as it is. */
  | { readonly kind: 'PutEventKey'; readonly key: string; readonly position: Position }
  /** The agent's events up to here are in that index, live ones included. */
  | { readonly kind: 'PutKeyedAgent'; readonly agent: AgentNumber; readonly position: Position };

export type CounterName = 'session' | 'liveness_mark';

/** An agent's row: the state after its newest fact. */
export type AgentState = {
  readonly number: AgentNumber;
  readonly account: AccountNumber;
  /** Of the agent's newest fact. */
  readonly head: Position;
  /** Of the `AgentRecorded` fact that holds. */
  readonly profilePosition: Position;
  /** Without its sessions: those are rows of their own. */
  readonly availability: Availability;
};

export type SessionState = {
  readonly number: SessionNumber;
  readonly slot: number;
  readonly agent: AgentNumber;
  readonly transport: Transport;
  readonly openedAt: Instant;
  readonly lostAt: Instant | null;
};

/**
 * A small document of configuration: an account, a key, a group, a custom status, an installed app. `body` is JSON.
 * `position` is of the fact that recorded it.
 */
export type StoredRecord = {
  readonly type: string;
  readonly key: string;
  readonly account: AccountNumber;
  readonly position: Position;
  readonly body: string;
};

/** The answer of a write that named an idempotency key, stored with the commit it answers for. */
export type StoredAnswer = {
  /** The API key that asked. */
  readonly scope: string;
  readonly key: string;
  /** Of method, path and body: the same key with another request is a conflict. */
  readonly requestHash: string;
  readonly status: number;
  readonly body: string | null;
  readonly at: Instant;
};

export type KeyValueEntry = {
  readonly app: string;
  readonly key: string;
  /** JSON. */
  readonly value: string;
  readonly expiresAt: Instant | null;
};

/** One record of an entity of an app. */
export type EntityRecord = {
  readonly app: string;
  readonly entity: string;
  /** 1, 2, 3 … within the entity. */
  readonly number: number;
  /** JSON. */
  readonly data: string;
  readonly createdAt: Instant;
  readonly updatedAt: Instant;
};

export type AppLogLine = {
  readonly app: string;
  readonly at: Instant;
  readonly level: string;
  readonly text: string;
  readonly eventId: string | null;
};

/** A lane that is not simply following its cursor: one agent's events of one subscription, held up. */
export type LaneRow = {
  readonly subscription: string;
  readonly agent: AgentNumber;
  /** The event at the head of the lane: the one being retried, or the last one that was given up. */
  readonly position: Position;
  readonly mode: 'retrying' | 'probing';
  readonly attempts: number;
  readonly nextAttemptAt: Instant;
  readonly lastError: string | null;
};

/** A failed attempt. Attempts that succeed leave no row: the cursor says so. */
export type AttemptRow = {
  readonly subscription: string;
  readonly position: Position;
  readonly number: number;
  readonly at: Instant;
  readonly durationMs: number;
  /** JSON of `{ code, message, … }`. */
  readonly error: string;
};

export type DeadLetterRow = {
  readonly subscription: string;
  readonly agent: AgentNumber;
  readonly position: Position;
  readonly attempts: number;
  readonly at: Instant;
  readonly error: string;
  /** When it was sent again by hand and accepted: out of order, and marked so. */
  readonly redeliveredAt: Instant | null;
};

/** One agent's month of packed history: made from the log, so that losing it costs only time. */
export type HistoryChunkRow = {
  readonly agent: AgentNumber;
  /** Counted from 1970-01, in UTC. */
  readonly month: number;
  readonly body: Uint8Array;
  /** Of the body, 32 bits. */
  readonly checksum: number;
};

/** Where an agent's packed history stands. */
export type HistoryAgentRow = {
  readonly number: AgentNumber;
  readonly account: AccountNumber;
  /** Of the agent's newest fact that was seen. */
  readonly head: Position;
  /** The chunks are of the facts up to here. */
  readonly position: Position;
  readonly presence: number;
  readonly status: number;
  readonly sessions: number;
  /** Of the newest entry; null when there is none. */
  readonly at: Instant | null;
  readonly newestMonth: number | null;
  /** The earliest instant that imported facts speak of; null without any. */
  readonly earliestImport: Instant | null;
  /** The chunks do not hold any more: the history is to be made anew from the agent's facts. */
  readonly isStale: boolean;
  /** 1 general availability, 2 IntelliAssign: axes whose newest change was imported. */
  readonly looseAxes: number;
};
