import { accessSync, constants, existsSync, mkdirSync, statSync } from 'node:fs';
import { dirname, join, resolve } from 'node:path';
import type { DatabaseSync } from 'node:sqlite';
import type { HashHex } from '../../activity/checksum.ts';
import { StoreFailure } from '../../engine/store.ts';
import { backUp, syncFolder } from './back-up.ts';
import { openForReading, openForWriting } from './connection.ts';
import { migrate, readMigrations, requireMigrated } from './migrate.ts';
import { toStoreFailure, translating } from './sqlite-failure.ts';
import { type Connections, createSqliteStore, type SqliteStore } from './sqlite-store.ts';
import { takeWriterLock } from './writer-lock.ts';

export type SqliteStoreOptions = {
  /** The data folder, created when it is not there; or `:memory:` for a store that ends with the process. */
  readonly folder: string;
  /** Opens what is there without a lock, also while a server runs on the folder. Default: false. */
  readonly readOnly?: boolean;
  readonly hash: HashHex;
};

const DATABASE_NAME = 'rollcall.db';

/**
 * Opens the store of a data folder: as its only writer, or as one of any number of readers.
 *
 * @throws StoreFailure `locked` when another process writes to the folder, `read_only`, `full`, `damaged`,
 *   `newer_version`, `unavailable`
 */
export function openSqliteStore(options: SqliteStoreOptions): SqliteStore {
  if (options.folder === ':memory:') return openInMemory(options.hash);
  const folder = resolve(options.folder);
  return options.readOnly === true ? openReader(folder, options.hash) : openWriter(folder, options.hash);
}

function openInMemory(hash: HashHex): SqliteStore {
  const database = openForWriting(':memory:');
  migrate(':memory:', database, readMigrations());
  return createSqliteStore({
    file: ':memory:',
    writer: database,
    reader: database,
    hash,
    backUp: (target) => backUp(database, target),
    close: () => database.close(),
  });
}

function openWriter(folder: string, hash: HashHex): SqliteStore {
  const file = join(folder, DATABASE_NAME);
  translating(folder, () => requireWritable(folder, file));
  const lock = takeWriterLock(folder);
  const open: DatabaseSync[] = [];
  const close = (): void => {
    // The writer last: closing it empties the write-ahead log into the file. The lock after both.
    for (const database of open.splice(0).reverse()) database.close();
    lock.release();
  };
  return openOrClose(file, close, () => {
    const writer = opened(open, openForWriting(file));
    migrate(file, writer, readMigrations());
    const reader = opened(open, openForReading(file));
    return createSqliteStore({ file, writer, reader, hash, backUp: backUpOf(file, { immutable: false }), close });
  });
}

function openReader(folder: string, hash: HashHex): SqliteStore {
  const file = join(folder, DATABASE_NAME);
  if (!existsSync(file)) {
    throw new StoreFailure(
      'unavailable',
      `There is no Rollcall store in ${folder}. Check the name of the folder.`,
      'never',
    );
  }
  const open: DatabaseSync[] = [];
  const close = (): void => {
    for (const database of open.splice(0)) database.close();
  };
  return openOrClose(file, close, () => {
    const immutable = mustBeImmutable(folder, file);
    const reader = opened(open, openForReading(file, { immutable }));
    requireMigrated(file, reader, readMigrations());
    return createSqliteStore({ file, writer: null, reader, hash, backUp: backUpOf(file, { immutable }), close });
  });
}

function opened(open: DatabaseSync[], database: DatabaseSync): DatabaseSync {
  open.push(database);
  return database;
}

function openOrClose(file: string, close: () => void, open: () => SqliteStore): SqliteStore {
  try {
    return open();
  } catch (error) {
    close();
    throw toStoreFailure(file, error);
  }
}

function backUpOf(file: string, options: { readonly immutable: boolean }): Connections['backUp'] {
  return async (target) => {
    const source = openForReading(file, options);
    try {
      await backUp(source, target);
    } finally {
      source.close();
    }
  };
}

/** Asks before SQLite does, because SQLite answers `unable to open` to most of these, which helps nobody. */
function requireWritable(folder: string, file: string): void {
  if (statSync(folder, { throwIfNoEntry: false })?.isDirectory() === false) {
    throw new StoreFailure('unavailable', `${folder} is a file; name a folder for the data`, 'never');
  }
  createFolder(folder);
  accessSync(folder, constants.W_OK | constants.X_OK);
  for (const path of [file, `${file}-wal`, `${file}-shm`]) if (existsSync(path)) accessSync(path, constants.W_OK);
}

/** For its owner alone: the store holds names, addresses and working days. */
function createFolder(folder: string): void {
  const firstCreated = mkdirSync(folder, { recursive: true, mode: 0o700 });
  if (firstCreated === undefined) return;
  for (let path = folder; path.length >= firstCreated.length; path = dirname(path)) syncFolder(dirname(path));
}

/**
 * Whether the folder can only be read as it is: SQLite cannot create the shared memory there that it reads a write-ahead
 * log with. When there is a log, to read without it would be to lose its commits.
 *
 * @throws StoreFailure `read_only`
 */
function mustBeImmutable(folder: string, file: string): boolean {
  if (isWritable(folder) || existsSync(`${file}-shm`)) return false;
  const logBytes = statSync(`${file}-wal`, { throwIfNoEntry: false })?.size ?? 0;
  if (logBytes === 0) return true;
  const sentence = `The store ${file} was not closed, and ${folder} cannot be written, which finishing it needs.`;
  throw new StoreFailure(
    'read_only',
    `${sentence} Copy the folder to where it can be written, and read the copy.`,
    'never',
  );
}

function isWritable(path: string): boolean {
  try {
    accessSync(path, constants.W_OK);
    return true;
  } catch {
    return false;
  }
}
