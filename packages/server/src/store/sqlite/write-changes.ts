import type { DatabaseSync, StatementSync } from 'node:sqlite';
import type { FactRow } from '../../activity/fact-row.ts';
import type { AgentState, AppLogLine, Change, StoredRecord } from '../../engine/change.ts';
import { assert, Bug } from '../../time/assert.ts';
import { STORE_LIMITS } from '../limits.ts';
import { AGENT_COLUMNS, reasonCode, setByCode, transportCode } from './agent-row.ts';
import { assertWritable, FACT_INSERT } from './fact-columns.ts';
import { type HistoryChange, prepareHistoryWriter } from './histories.ts';

/** Writes the changes of one commit, all or none, and returns when they are on disk. */
export type WriteChanges = (changes: readonly Change[]) => void;

/** Prepares every statement once: preparing costs more than running, and a schema that is not ours fails here. */
export function prepareWriter(database: DatabaseSync): WriteChanges {
  const statements = prepareStatements(database);
  const appendFact = factAppender(database);
  const putAgent = agentWriter(database);
  const appLog = appLogWriter(database);
  const putEventKey = eventKeyWriter(database);
  const writeHistory = prepareHistoryWriter(database);
  const addAppLog = appLog.add;
  const write: Writers = { statements, appendFact: appendFact.append, putAgent, addAppLog, putEventKey, writeHistory };

  return (changes) => {
    statements.begin.run();
    try {
      for (const change of changes) writeChange(write, change);
      appLog.prune();
      statements.commit.run();
    } catch (error) {
      appendFact.forget();
      appLog.forget();
      // After some errors (a full disk is one) SQLite has rolled back already.
      if (database.isTransaction) statements.rollback.run();
      throw error;
    }
    appendFact.keep();
  };
}

type Writers = {
  readonly statements: Statements;
  readonly appendFact: (row: FactRow, checksum: string) => void;
  readonly putAgent: (agent: AgentState) => void;
  readonly addAppLog: (line: AppLogLine) => void;
  readonly putEventKey: (key: string, position: number) => void;
  readonly writeHistory: (change: HistoryChange) => void;
};

function writeChange(write: Writers, change: Change): void {
  const { statements, appendFact, putAgent, addAppLog, putEventKey, writeHistory } = write;
  switch (change.kind) {
    case 'AppendFact':
      appendFact(change.row, change.checksum);
      return;
    case 'PutAgent':
      putAgent(change.agent);
      return;
    case 'PutSession': {
      const { number, slot, agent, transport, openedAt, lostAt } = change.session;
      statements.putSession.run(number, slot, agent, transportCode(transport), openedAt, lostAt);
      return;
    }
    case 'RemoveSession':
      statements.removeSession.run(change.session);
      return;
    case 'PutRecord':
      putRecord(statements, change.record);
      return;
    case 'RemoveRecord':
      statements.removeRecord.run(change.type, change.key);
      return;
    case 'PutCounter':
      statements.putCounter.run(change.name, change.value);
      return;
    case 'PutAnswer': {
      const { scope, key, requestHash, status, body, at } = change.answer;
      statements.putAnswer.run(scope, key, requestHash, status, body, at);
      return;
    }
    case 'RemoveAnswersBefore':
      statements.removeAnswersBefore.run(change.before);
      return;
    case 'PutKeyValue': {
      const { app, key, value, expiresAt } = change.entry;
      statements.putKeyValue.run(app, key, value, expiresAt);
      return;
    }
    case 'RemoveKeyValue':
      statements.removeKeyValue.run(change.app, change.key);
      return;
    case 'RemoveKeyValues':
      statements.removeKeyValues.run(change.app);
      return;
    case 'RemoveKeyValuesExpiredBefore':
      statements.removeKeyValuesExpired.run(change.before, STORE_LIMITS.keyValuesPrunedMax);
      return;
    case 'PutEntityRecord': {
      const { app, entity, number, data, createdAt, updatedAt } = change.record;
      statements.putEntityRecord.run(app, entity, number, data, createdAt, updatedAt);
      return;
    }
    case 'RemoveEntityRecord':
      statements.removeEntityRecord.run(change.app, change.entity, change.number);
      return;
    case 'RemoveEntityRecords':
      statements.removeEntityRecords.run(change.app);
      return;
    case 'AddAppLog':
      addAppLog(change.line);
      return;
    case 'RemoveAppLog':
      statements.removeAppLog.run(change.app);
      return;
    case 'PutCursor':
      statements.putCursor.run(change.subscription, change.position);
      return;
    case 'PutLane': {
      const { subscription, agent, position, mode, attempts, nextAttemptAt, lastError } = change.lane;
      statements.putLane.run(subscription, agent, position, mode, attempts, nextAttemptAt, lastError);
      return;
    }
    case 'RemoveLane':
      statements.removeLane.run(change.subscription, change.agent);
      return;
    case 'AddAttempt': {
      const { subscription, position, number, at, durationMs, error } = change.attempt;
      statements.addAttempt.run(subscription, position, number, at, durationMs, error);
      return;
    }
    case 'PutDeadLetter': {
      const { subscription, position, agent, attempts, at, error, redeliveredAt } = change.letter;
      statements.putDeadLetter.run(subscription, position, agent, attempts, at, error, redeliveredAt);
      return;
    }
    case 'RemoveSubscription':
      for (const removal of statements.removeSubscription) removal.run(change.subscription);
      return;
    case 'PutHistoryChunk':
    case 'RemoveHistoryChunks':
    case 'PutHistoryAgent':
    case 'AddHistoryRecords':
    case 'PutHistoryCursor':
    case 'RemoveHistories':
      writeHistory(change);
      return;
    case 'PutEventKey':
      putEventKey(change.key, change.position);
      return;
    case 'PutKeyedAgent':
      statements.putKeyedAgent.run(change.agent, change.position);
      return;
  }
}

type Statements = ReturnType<typeof prepareStatements>;

function prepareStatements(database: DatabaseSync) {
  const prepare = (sql: string): StatementSync => database.prepare(sql);
  return {
    begin: prepare('BEGIN IMMEDIATE'),
    commit: prepare('COMMIT'),
    rollback: prepare('ROLLBACK'),
    putSession: prepare(
      'REPLACE INTO session (number, slot, agent, transport, opened_at, lost_at) VALUES (?, ?, ?, ?, ?, ?)',
    ),
    removeSession: prepare('DELETE FROM session WHERE number = ?'),
    putRecord: prepare('REPLACE INTO record (type, key, account, position, body) VALUES (?, ?, ?, ?, ?)'),
    removeRecord: prepare('DELETE FROM record WHERE type = ? AND key = ?'),
    putCounter: prepare('REPLACE INTO counter (name, value) VALUES (?, ?)'),
    putAnswer: prepare('REPLACE INTO answer (scope, key, request_hash, status, body, at) VALUES (?, ?, ?, ?, ?, ?)'),
    removeAnswersBefore: prepare('DELETE FROM answer WHERE at < ?'),
    putKeyValue: prepare('REPLACE INTO key_value (app, key, value, expires_at) VALUES (?, ?, ?, ?)'),
    removeKeyValue: prepare('DELETE FROM key_value WHERE app = ? AND key = ?'),
    removeKeyValues: prepare('DELETE FROM key_value WHERE app = ?'),
    removeKeyValuesExpired: prepare(
      'DELETE FROM key_value WHERE rowid IN (SELECT rowid FROM key_value WHERE expires_at < ? LIMIT ?)',
    ),
    putEntityRecord: prepare(
      'REPLACE INTO entity_record (app, entity, number, data, created_at, updated_at) VALUES (?, ?, ?, ?, ?, ?)',
    ),
    removeEntityRecord: prepare('DELETE FROM entity_record WHERE app = ? AND entity = ? AND number = ?'),
    removeEntityRecords: prepare('DELETE FROM entity_record WHERE app = ?'),
    removeAppLog: prepare('DELETE FROM app_log WHERE app = ?'),
    putCursor: prepare('REPLACE INTO cursor (subscription, position) VALUES (?, ?)'),
    putLane: prepare(
      `REPLACE INTO lane (subscription, agent, position, mode, attempts, next_attempt_at, last_error)
       VALUES (?, ?, ?, ?, ?, ?, ?)`,
    ),
    removeLane: prepare('DELETE FROM lane WHERE subscription = ? AND agent = ?'),
    addAttempt: prepare(
      'INSERT INTO attempt (subscription, position, number, at, duration_ms, error) VALUES (?, ?, ?, ?, ?, ?)',
    ),
    putDeadLetter: prepare(
      `REPLACE INTO dead_letter (subscription, position, agent, attempts, at, error, redelivered_at)
       VALUES (?, ?, ?, ?, ?, ?, ?)`,
    ),
    putKeyedAgent: prepare('REPLACE INTO keyed_agent (agent, position) VALUES (?, ?)'),
    removeSubscription: ['cursor', 'lane', 'attempt', 'dead_letter'].map((table) =>
      prepare(`DELETE FROM ${table} WHERE subscription = ?`),
    ),
  };
}

function putRecord(statements: Statements, { type, key, account, position, body }: StoredRecord): void {
  statements.putRecord.run(type, key, account, position, body);
}

/** Appends at the end and nowhere else: a gap in the log would be a fact that nobody can ever tell. */
function factAppender(database: DatabaseSync) {
  const insert = database.prepare(FACT_INSERT);
  let durableEnd = Number(database.prepare('SELECT max(position) AS position FROM fact').get()?.position ?? 0);
  let end = durableEnd;
  // Bound values are copied, so one buffer serves every row.
  const checksumBytes = Buffer.alloc(16);
  const append = (row: FactRow, checksum: string): void => {
    if (row.position !== end + 1) throw new Bug(`the log ends at ${end}: position ${row.position} would not follow`);
    assertWritable(row);
    assert(checksumBytes.write(checksum, 'hex') === 16 && checksum.length === 32, 'a checksum has 32 hex digits');
    insert.run(
      row.position,
      row.account,
      row.agent,
      row.kind,
      row.at,
      row.delay,
      row.sequence,
      row.status,
      row.prev_status,
      row.prev_duration,
      row.reason,
      row.subject,
      row.actor,
      row.context,
      row.session,
      row.flags,
      row.detail,
      row.previous,
      checksumBytes,
    );
    end = row.position;
  };
  const keep = (): void => {
    durableEnd = end;
  };
  const forget = (): void => {
    end = durableEnd;
  };
  return { append, keep, forget };
}

/** An agent is updated thousands of times and inserted once: update first is 10 % cheaper than an upsert. */
function agentWriter(database: DatabaseSync): (agent: AgentState) => void {
  const settings = AGENT_COLUMNS.filter((name) => name !== 'number').map((name) => `${name} = ?`);
  const update = database.prepare(`UPDATE agent SET ${settings.join(', ')} WHERE number = ?`);
  const places = AGENT_COLUMNS.map(() => '?').join(', ');
  const insert = database.prepare(`INSERT INTO agent (${AGENT_COLUMNS.join(', ')}) VALUES (${places})`);
  return (agent) => {
    if (runAgent(update, agent).changes === 0) runAgent(insert, agent);
  };
}

/** Hands over each value by itself: an array of them, spread, costs a tenth of the commit. In the order of `AGENT_COLUMNS`. */
function runAgent(statement: StatementSync, { number, account, head, profilePosition, availability }: AgentState) {
  const { sequence, changedAt, general, intelliassign, activityAt, missed } = availability;
  return statement.run(
    account,
    head,
    profilePosition,
    sequence,
    changedAt,
    general.status,
    general.since,
    general.prevStatus,
    reasonCode(general.reason),
    intelliassign.status,
    intelliassign.since,
    intelliassign.prevStatus,
    reasonCode(intelliassign.reason),
    intelliassign.until,
    setByCode(intelliassign.setBy),
    activityAt,
    missed,
    number,
  );
}

/** A key that is there already stays with the event that it belongs to. */
function eventKeyWriter(database: DatabaseSync): (key: string, position: number) => void {
  const insert = database.prepare('INSERT OR IGNORE INTO event_key (key, position) VALUES (?, ?)');
  // Bound values are copied, so one buffer serves every key.
  const bytes = Buffer.alloc(12);
  return (key, position) => {
    assert(bytes.write(key, 'hex') === 12 && key.length === 24, 'a key of an event has 24 hex digits');
    insert.run(bytes, position);
  };
}

/** Keeps each app's newest lines: an app that prints without end costs a bounded part of the disk. */
function appLogWriter(database: DatabaseSync) {
  const insert = database.prepare('INSERT INTO app_log (app, at, level, text, event_id) VALUES (?, ?, ?, ?, ?)');
  const remove = database.prepare(
    `DELETE FROM app_log WHERE app = ?1 AND number <=
       (SELECT number FROM app_log WHERE app = ?1 ORDER BY number DESC LIMIT 1 OFFSET ?2)`,
  );
  /** Lines since the last pruning, by app. An app that is not in it was not looked at since the start. */
  const linesSince = new Map<string, number>();
  const due = new Set<string>();
  const add = (line: AppLogLine): void => {
    insert.run(line.app, line.at, line.level, line.text, line.eventId);
    const lines = linesSince.get(line.app) ?? STORE_LIMITS.appLogLinesSlack;
    if (lines >= STORE_LIMITS.appLogLinesSlack) due.add(line.app);
    linesSince.set(line.app, lines + 1);
  };
  const prune = (): void => {
    for (const app of due) {
      remove.run(app, STORE_LIMITS.appLogLinesKept);
      linesSince.set(app, 0);
    }
    due.clear();
  };
  /** What was counted may have been rolled back: look again. */
  const forget = (): void => {
    due.clear();
    linesSince.clear();
  };
  return { add, prune, forget };
}
