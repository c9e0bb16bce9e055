import type { DatabaseSync, SQLInputValue } from 'node:sqlite';
import type { Position } from '../../activity/position.ts';
import type {
  AppLogLine,
  AttemptRow,
  DeadLetterRow,
  EntityRecord,
  KeyValueEntry,
  LaneRow,
  StoredAnswer,
} from '../../engine/change.ts';

/** The questions of `Store` beside the log, answered at once. */
export type DocumentQuestions = {
  answer(scope: string, key: string): StoredAnswer | null;
  keyValue(app: string, key: string): KeyValueEntry | null;
  keyValues(query: { readonly app: string; readonly after: string; readonly limit: number }): readonly KeyValueEntry[];
  keyValueBytes(app: string): number;
  entityRecord(app: string, entity: string, number: number): EntityRecord | null;
  entityRecords(query: {
    readonly app: string;
    readonly entity: string;
    readonly after: number;
    readonly limit: number;
  }): readonly EntityRecord[];
  appLog(query: {
    readonly app: string;
    readonly after: number;
    readonly limit: number;
  }): readonly (AppLogLine & { readonly number: number })[];
  attempts(subscription: string, position: Position): readonly AttemptRow[];
  deadLetters(query: {
    readonly subscription: string;
    readonly after: Position;
    readonly limit: number;
  }): readonly DeadLetterRow[];
  deadLetter(subscription: string, position: Position): DeadLetterRow | null;
};

export function prepareDocumentReader(database: DatabaseSync): DocumentQuestions {
  const answer = prepareRows<AnswerColumns>(database, 'SELECT * FROM answer WHERE scope = ? AND key = ?');
  const keyValue = prepareRows<KeyValueColumns>(database, 'SELECT * FROM key_value WHERE app = ? AND key = ?');
  const keyValues = prepareRows<KeyValueColumns>(
    database,
    'SELECT * FROM key_value WHERE app = ? AND key > ? ORDER BY key LIMIT ?',
  );
  // The lengths stand in the rows' headers: the values themselves are not read for it.
  const keyValueBytes = prepareRows<{ readonly bytes: number }>(
    database,
    'SELECT coalesce(sum(octet_length(key) + octet_length(value)), 0) AS bytes FROM key_value WHERE app = ?',
  );
  const entityRecords = prepareRows<EntityRecordColumns>(
    database,
    'SELECT * FROM entity_record WHERE app = ? AND entity = ? AND number > ? ORDER BY number LIMIT ?',
  );
  const appLog = prepareRows<AppLogColumns>(
    database,
    'SELECT * FROM app_log WHERE app = ? AND number > ? ORDER BY number LIMIT ?',
  );
  const attempts = prepareRows<AttemptColumns>(
    database,
    'SELECT * FROM attempt WHERE subscription = ? AND position = ? ORDER BY id',
  );
  const deadLetters = prepareRows<DeadLetterColumns>(
    database,
    'SELECT * FROM dead_letter WHERE subscription = ? AND position > ? ORDER BY position LIMIT ?',
  );
  return {
    answer: (scope, key) => answer(scope, key).map(answerOfRow)[0] ?? null,
    keyValue: (app, key) => keyValue(app, key).map(keyValueOfRow)[0] ?? null,
    keyValues: ({ app, after, limit }) => keyValues(app, after, limit).map(keyValueOfRow),
    keyValueBytes: (app) => keyValueBytes(app)[0]?.bytes ?? 0,
    entityRecord: (app, entity, number) =>
      entityRecords(app, entity, number - 1, 1)
        .map(entityRecordOfRow)
        .find((record) => record.number === number) ?? null,
    entityRecords: ({ app, entity, after, limit }) => entityRecords(app, entity, after, limit).map(entityRecordOfRow),
    appLog: ({ app, after, limit }) => appLog(app, after, limit).map(appLogLineOfRow),
    attempts: (subscription, position) => attempts(subscription, position).map(attemptOfRow),
    deadLetters: ({ subscription, after, limit }) => deadLetters(subscription, after, limit).map(deadLetterOfRow),
    deadLetter: (subscription, position) =>
      deadLetters(subscription, position - 1, 1)
        .map(deadLetterOfRow)
        .find((letter) => letter.position === position) ?? null,
  };
}

/** The tables are STRICT, so a row is what the type beside its statement says. */
function prepareRows<Row>(database: DatabaseSync, sql: string): (...values: SQLInputValue[]) => readonly Row[] {
  const statement = database.prepare(sql);
  return (...values) => statement.all(...values) as unknown as readonly Row[];
}

type AnswerColumns = {
  readonly scope: string;
  readonly key: string;
  readonly request_hash: string;
  readonly status: number;
  readonly body: string | null;
  readonly at: number;
};

function answerOfRow({ scope, key, request_hash, status, body, at }: AnswerColumns): StoredAnswer {
  return { scope, key, requestHash: request_hash, status, body, at };
}

type KeyValueColumns = {
  readonly app: string;
  readonly key: string;
  readonly value: string;
  readonly expires_at: number | null;
};

function keyValueOfRow({ app, key, value, expires_at }: KeyValueColumns): KeyValueEntry {
  return { app, key, value, expiresAt: expires_at };
}

type EntityRecordColumns = {
  readonly app: string;
  readonly entity: string;
  readonly number: number;
  readonly data: string;
  readonly created_at: number;
  readonly updated_at: number;
};

function entityRecordOfRow({ app, entity, number, data, created_at, updated_at }: EntityRecordColumns): EntityRecord {
  return { app, entity, number, data, createdAt: created_at, updatedAt: updated_at };
}

type AppLogColumns = {
  readonly number: number;
  readonly app: string;
  readonly at: number;
  readonly level: string;
  readonly text: string;
  readonly event_id: string | null;
};

function appLogLineOfRow({ number, app, at, level, text, event_id }: AppLogColumns) {
  return { number, app, at, level, text, eventId: event_id };
}

type AttemptColumns = {
  readonly subscription: string;
  readonly position: number;
  readonly number: number;
  readonly at: number;
  readonly duration_ms: number;
  readonly error: string;
};

function attemptOfRow({ subscription, position, number, at, duration_ms, error }: AttemptColumns): AttemptRow {
  return { subscription, position, number, at, durationMs: duration_ms, error };
}

type DeadLetterColumns = {
  readonly subscription: string;
  readonly position: number;
  readonly agent: number;
  readonly attempts: number;
  readonly at: number;
  readonly error: string;
  readonly redelivered_at: number | null;
};

function deadLetterOfRow(row: DeadLetterColumns): DeadLetterRow {
  const { subscription, position, agent, attempts, at, error, redelivered_at } = row;
  return { subscription, agent, position, attempts, at, error, redeliveredAt: redelivered_at };
}

export type LaneColumns = {
  readonly subscription: string;
  readonly agent: number;
  readonly position: number;
  readonly mode: LaneRow['mode'];
  readonly attempts: number;
  readonly next_attempt_at: number;
  readonly last_error: string | null;
};

export function laneOfRow(row: LaneColumns): LaneRow {
  const { subscription, agent, position, mode, attempts, next_attempt_at, last_error } = row;
  return { subscription, agent, position, mode, attempts, nextAttemptAt: next_attempt_at, lastError: last_error };
}
