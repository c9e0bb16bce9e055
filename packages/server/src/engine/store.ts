import type { LogReader } from '../activity/log-reader.ts';
import type { AgentNumber, Position } from '../activity/position.ts';
import type { AgentProfile, CustomStatus } from '../activity/record.ts';
import type {
  AgentState,
  AppLogLine,
  AttemptRow,
  Change,
  CounterName,
  DeadLetterRow,
  EntityRecord,
  HistoryAgentRow,
  HistoryChunkRow,
  KeyValueEntry,
  LaneRow,
  SessionState,
  StoredAnswer,
  StoredRecord,
} from './change.ts';

/**
 * Where everything durable lives. One writer; any number of readers. Every engine passes `store/suite.ts`.
 *
 * Failures are thrown as `StoreFailure`; a commit that failed left nothing behind.
 */
export type Store = LogReader & {
  /** Everything the writer keeps in memory, read once at start. */
  load(): Promise<LoadedState>;
  /** All changes or none; returns when they are on disk (synchronously where the engine can). */
  commit(changes: readonly Change[]): undefined | Promise<void>;
  answer(scope: string, key: string): Promise<StoredAnswer | null>;
  keyValue(app: string, key: string): Promise<KeyValueEntry | null>;
  /** Of one app, in the order of their keys, after one of them (empty: from the first); expired ones too. */
  keyValues(query: {
    readonly app: string;
    readonly after: string;
    readonly limit: number;
  }): Promise<readonly KeyValueEntry[]>;
  /** Bytes of all keys and values of an app, expired ones that were not removed yet included. */
  keyValueBytes(app: string): Promise<number>;
  entityRecord(app: string, entity: string, number: number): Promise<EntityRecord | null>;
  /** In the order of their numbers, after one of them (0: from the first). */
  entityRecords(query: {
    readonly app: string;
    readonly entity: string;
    readonly after: number;
    readonly limit: number;
  }): Promise<readonly EntityRecord[]>;
  /** Oldest first, after a line's number (0: from the oldest that is kept). */
  appLog(query: {
    readonly app: string;
    readonly after: number;
    readonly limit: number;
  }): Promise<readonly (AppLogLine & { readonly number: number })[]>;
  attempts(subscription: string, position: Position): Promise<readonly AttemptRow[]>;
  deadLetters(query: {
    readonly subscription: string;
    readonly after: Position;
    readonly limit: number;
  }): Promise<readonly DeadLetterRow[]>;
  deadLetter(subscription: string, position: Position): Promise<DeadLetterRow | null>;
  /** What is kept of histories beside their chunks. */
  histories(): Promise<StoredHistories>;
  /** The agents in the order asked for, each with its chunks of the months [from, to], ascending: as of one moment. */
  historyChunks(query: {
    readonly agents: readonly AgentNumber[];
    readonly from: number;
    readonly to: number;
  }): Promise<readonly StoredChunks[]>;
  /** Of these keys of events (24 hexadecimal digits) the known ones, with the position of the fact each belongs to. */
  eventKeys(keys: readonly string[]): Promise<ReadonlyMap<string, Position>>;
  /** Of these agents those whose events have keys, with the position up to which they have. */
  keyedAgents(agents: readonly AgentNumber[]): Promise<ReadonlyMap<AgentNumber, Position>>;
  close(): Promise<void>;
};

export type LoadedState = {
  /** 0 and the first checksum when the log is empty. */
  readonly head: { readonly position: Position; readonly checksum: string; readonly recordedAt: number };
  readonly counters: Readonly<Record<CounterName, number>>;
  readonly records: readonly StoredRecord[];
  readonly agents: readonly (AgentState & { readonly profile: AgentProfile })[];
  /** Every custom status as it was at a position that a current state still names. */
  readonly labels: readonly { readonly position: Position; readonly record: CustomStatus }[];
  readonly sessions: readonly SessionState[];
  readonly cursors: readonly { readonly subscription: string; readonly position: Position }[];
  readonly lanes: readonly LaneRow[];
};

export type StoredHistories = {
  /** null when nothing was kept yet. */
  readonly cursor: { readonly format: number; readonly position: Position } | null;
  readonly agents: readonly HistoryAgentRow[];
  /** Ascending. */
  readonly records: readonly Position[];
};

export type StoredChunks = {
  readonly agent: AgentNumber;
  /** Of the agent's row; null without one. */
  readonly position: Position | null;
  readonly chunks: readonly HistoryChunkRow[];
};

/** The world refused: disk full, database away, file damaged. `retry` says what helps. */
export class StoreFailure extends Error {
  override readonly name = 'StoreFailure';
  readonly code: StoreFailureCode;
  readonly retry: 'now' | 'later' | 'never';

  constructor(code: StoreFailureCode, message: string, retry: 'now' | 'later' | 'never', cause?: unknown) {
    super(message, { cause });
    this.code = code;
    this.retry = retry;
  }
}

export type StoreFailureCode = 'locked' | 'read_only' | 'full' | 'damaged' | 'newer_version' | 'unavailable';
