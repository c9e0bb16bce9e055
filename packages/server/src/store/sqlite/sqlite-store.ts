import { statSync } from 'node:fs';
import type { DatabaseSync } from 'node:sqlite';
import type { HashHex } from '../../activity/checksum.ts';
import type { Change } from '../../engine/change.ts';
import { type Store, StoreFailure } from '../../engine/store.ts';
import { SQLITE_LIMITS } from './connection.ts';
import { prepareHistoryReader } from './histories.ts';
import { prepareDocumentReader } from './read-documents.ts';
import { prepareKeyReader } from './read-keys.ts';
import { prepareLogReader } from './read-log.ts';
import { readState } from './read-state.ts';
import { isUnknownOutcome, toStoreFailure, translating, translatingSchema } from './sqlite-failure.ts';
import { prepareWriter } from './write-changes.ts';

export type SqliteStore = Store & {
  /**
   * Copies everything, as it is at one moment, into a new file, while commits go on. The file is the store itself: put
   * into an empty folder as `rollcall.db`, it opens.
   *
   * @throws StoreFailure `unavailable` when the file exists; `full`
   */
  backupTo(file: string): Promise<void>;
};

/** Connections that are open and at the newest version of the schema. */
export type Connections = {
  /** For sentences: the path, or `:memory:`. */
  readonly file: string;
  /** null for a store that only reads. */
  readonly writer: DatabaseSync | null;
  /** The writer itself when there is no file to share. */
  readonly reader: DatabaseSync;
  readonly hash: HashHex;
  backUp(file: string): Promise<void>;
  /** Closes the connections and gives up the folder. */
  close(): void;
};

/** The port on top of open connections. Reads have a connection of their own, so that none ever sees half a commit. */
export function createSqliteStore(connections: Connections): SqliteStore {
  const { file, reader, hash } = connections;
  const log = translatingSchema(file, () => prepareLogReader(reader));
  const documents = translatingSchema(file, () => prepareDocumentReader(reader));
  const histories = translatingSchema(file, () => prepareHistoryReader(reader));
  const keyed = translatingSchema(file, () => prepareKeyReader(reader));
  const commit = prepareCommit(connections);
  const read = async <T>(run: () => T): Promise<T> => translating(file, run);
  return {
    load: () => read(() => readState(reader, hash)),
    commit,
    facts: (query) => read(() => log.facts(query)),
    factsAt: (positions) => read(() => log.factsAt(positions)),
    factAt: (position) => read(() => log.factAt(position)),
    events: (query) => read(() => log.events(query)),
    agentFacts: (query) => read(() => log.agentFacts(query)),
    answer: (scope, key) => read(() => documents.answer(scope, key)),
    keyValue: (app, key) => read(() => documents.keyValue(app, key)),
    keyValues: (query) => read(() => documents.keyValues(query)),
    keyValueBytes: (app) => read(() => documents.keyValueBytes(app)),
    entityRecord: (app, entity, number) => read(() => documents.entityRecord(app, entity, number)),
    entityRecords: (query) => read(() => documents.entityRecords(query)),
    appLog: (query) => read(() => documents.appLog(query)),
    attempts: (subscription, position) => read(() => documents.attempts(subscription, position)),
    deadLetters: (query) => read(() => documents.deadLetters(query)),
    deadLetter: (subscription, position) => read(() => documents.deadLetter(subscription, position)),
    histories: () => read(() => histories.histories()),
    historyChunks: (query) => read(() => histories.historyChunks(query)),
    eventKeys: (keys) => read(() => keyed.eventKeys(keys)),
    keyedAgents: (agents) => read(() => keyed.keyedAgents(agents)),
    backupTo: async (target) => {
      try {
        await connections.backUp(target);
      } catch (error) {
        throw toStoreFailure(target, error);
      }
    },
    close: async () => connections.close(),
  };
}

function prepareCommit({ file, writer }: Connections): (changes: readonly Change[]) => undefined {
  if (writer === null) {
    return () => {
      throw new StoreFailure('read_only', `${file} was opened for reading only.`, 'never');
    };
  }
  const write = translatingSchema(file, () => prepareWriter(writer));
  const brake = prepareBrake(file, writer);
  let stopped: unknown = null;
  return (changes) => {
    if (stopped !== null) throw stopped;
    try {
      write(changes);
    } catch (error) {
      const failure = toStoreFailure(file, error);
      // The commit may be on disk or not, and a later one would be built on the guess that it is not.
      if (isUnknownOutcome(error)) stopped = failure;
      throw failure;
    }
    brake(changes.length);
    return undefined;
  };
}

/**
 * Keeps the write-ahead log from growing without end. SQLite empties it as it goes, but never while somebody reads an
 * older state of it, and under load somebody always might: at the limit this commit waits for the readers.
 */
function prepareBrake(file: string, writer: DatabaseSync): (changeCount: number) => void {
  const path = `${file}-wal`;
  const empty = writer.prepare('PRAGMA wal_checkpoint(TRUNCATE)');
  let bytesMax: number = SQLITE_LIMITS.writeAheadLogBytesMax;
  let changesSince = 0;
  return (changeCount) => {
    changesSince += changeCount;
    if (changesSince < SQLITE_LIMITS.changesBetweenLooks) return;
    changesSince = 0;
    const bytes = statSync(path, { throwIfNoEntry: false })?.size ?? 0;
    if (bytes < bytesMax) return;
    const isEmpty = tryToEmpty(empty);
    // A reader that does not end (a copy of a large file) costs one wait per limit, and not one per commit.
    bytesMax = SQLITE_LIMITS.writeAheadLogBytesMax + (isEmpty ? 0 : bytes);
  };
}

function tryToEmpty(statement: { get(): Record<string, unknown> | undefined }): boolean {
  try {
    return statement.get()?.busy === 0;
  } catch {
    // The commit before it is on disk: a disk that fails here is the next commit's failure, not this one's.
    return false;
  }
}
