import { DatabaseSync } from 'node:sqlite';
import { pathToFileURL } from 'node:url';
import { StoreFailure } from '../../engine/store.ts';

/** Bounds of this engine alone. */
export const SQLITE_LIMITS = Object.freeze({
  /** Before this version a reset of the write-ahead log could lose commits. Source: https://sqlite.org/wal.html */
  versionMin: [3, 51, 3],
  /** How long a statement waits for a lock that somebody else's program holds; the event loop stands still meanwhile. */
  busyMsMax: 2_000,
  writerCacheKibibytes: 32_768,
  readerCacheKibibytes: 16_384,
  /**
   * Pages in the write-ahead log after which a commit also copies them into the file: 16 MiB. The copying is the p99 of
   * a commit: four times fewer, at about the same length, because a hot page is copied once however often it changed.
   */
  checkpointPages: 4_000,
  /** When readers kept the log from being emptied until it was this long, a commit waits for them and empties it. */
  writeAheadLogBytesMax: 64 * 1024 * 1024,
  /** How often its length is looked at: asking the file system costs a fifth of a small commit. */
  changesBetweenLooks: 1_000,
});

/** The one connection that writes. Creates the file when it is not there. */
export function openForWriting(file: string): DatabaseSync {
  refuseOldSqlite();
  const database = new DatabaseSync(file, { timeout: SQLITE_LIMITS.busyMsMax, enableForeignKeyConstraints: false });
  // FULL: a commit returns when it is on disk, which is what an acknowledgement promises; NORMAL loses the last commits
  // with the power. The two fullfsync lines make that true on macOS as well, where fsync does not reach the disk itself.
  return configured(
    database,
    `
    PRAGMA journal_mode = WAL;
    PRAGMA synchronous = FULL;
    PRAGMA fullfsync = ON;
    PRAGMA checkpoint_fullfsync = ON;
    PRAGMA wal_autocheckpoint = ${SQLITE_LIMITS.checkpointPages};
    PRAGMA cache_size = -${SQLITE_LIMITS.writerCacheKibibytes};
    PRAGMA temp_store = MEMORY;
    PRAGMA cell_size_check = ON;
    PRAGMA trusted_schema = OFF;
    PRAGMA secure_delete = FAST;
  `,
  );
}

/** A connection that cannot write, for reads beside the writer and from other processes. */
export function openForReading(
  file: string,
  options: { readonly immutable: boolean } = { immutable: false },
): DatabaseSync {
  refuseOldSqlite();
  const location = pathToFileURL(file);
  if (options.immutable) location.searchParams.set('immutable', '1');
  const database = new DatabaseSync(location, {
    readOnly: true,
    timeout: SQLITE_LIMITS.busyMsMax,
    enableForeignKeyConstraints: false,
  });
  return configured(
    database,
    `
    PRAGMA cache_size = -${SQLITE_LIMITS.readerCacheKibibytes};
    PRAGMA temp_store = MEMORY;
    PRAGMA cell_size_check = ON;
    PRAGMA trusted_schema = OFF;
  `,
  );
}

/** The first statement is the first look at the file: when that fails, the handle must not stay open. */
function configured(database: DatabaseSync, pragmas: string): DatabaseSync {
  try {
    database.exec(pragmas);
    return database;
  } catch (error) {
    database.close();
    throw error;
  }
}

function refuseOldSqlite(): void {
  const version = process.versions.sqlite ?? '0.0.0';
  if (isBefore(version, SQLITE_LIMITS.versionMin)) {
    const sentence = `This Node brings SQLite ${version}; Rollcall needs ${SQLITE_LIMITS.versionMin.join('.')} or later.`;
    throw new StoreFailure('unavailable', `${sentence} Install Node 26 or later.`, 'never');
  }
}

/** Whether a dotted version is older than the one given as numbers. */
export function isBefore(version: string, oldest: readonly number[]): boolean {
  const parts = version.split('.').map(Number);
  for (const [index, wanted] of oldest.entries()) {
    const part = parts[index] ?? 0;
    if (part !== wanted) return part < wanted;
  }
  return false;
}
