import { readdirSync, readFileSync } from 'node:fs';
import type { DatabaseSync } from 'node:sqlite';
import { StoreFailure } from '../../engine/store.ts';
import { assert } from '../../time/assert.ts';
import { damaged } from './sqlite-failure.ts';

/**
 * The schema grows by numbered files, forward only; a file that was released is never edited. Line one of each says
 * what it means for the programs released before it: `compatible`, they still read and write the file, so a release can
 * be rolled back; `breaking`, they must not. The file remembers what each migration said, because a program cannot know
 * what came after it.
 */
export type Migration = {
  readonly version: number;
  readonly name: string;
  readonly reach: 'compatible' | 'breaking';
  readonly sql: string;
};

/** In the file's header, so that no other program's database is taken for ours: "Roll" in ASCII. */
const APPLICATION_ID = 0x526f6c6c;
const MIGRATIONS_FOLDER = new URL('./migrations/', import.meta.url);
const HISTORY_TABLE = `
  CREATE TABLE migration (version INTEGER PRIMARY KEY, name TEXT NOT NULL, reach TEXT NOT NULL) STRICT;
  PRAGMA application_id = ${APPLICATION_ID};
`;

/** Every migration of this program, in order. */
export function readMigrations(folder: URL = MIGRATIONS_FOLDER): readonly Migration[] {
  const names = readdirSync(folder).filter((name) => name.endsWith('.sql'));
  return names.sort().map((name, index) => {
    const match = /^(\d{4})-(.+)\.sql$/.exec(name);
    assert(match !== null && Number(match[1]) === index + 1, `migration ${name} must be number ${index + 1}`);
    const sql = readFileSync(new URL(name, folder), 'utf8');
    const reach = /^-- (compatible|breaking)\n/.exec(sql)?.[1];
    assert(reach === 'compatible' || reach === 'breaking', `${name} must begin with "-- compatible" or "-- breaking"`);
    return { version: index + 1, name: match[2] ?? '', reach, sql };
  });
}

/**
 * Brings the file to the newest version, all in one transaction.
 *
 * @throws StoreFailure `newer_version`, `damaged`
 */
export function migrate(file: string, database: DatabaseSync, migrations: readonly Migration[]): void {
  refuseNewer(file, database, migrations.length);
  const from = versionOf(database);
  if (from >= migrations.length) return;
  database.exec('BEGIN IMMEDIATE');
  try {
    if (from === 0) database.exec(HISTORY_TABLE);
    const remember = database.prepare('INSERT INTO migration (version, name, reach) VALUES (?, ?, ?)');
    for (const migration of migrations.slice(from)) {
      database.exec(migration.sql);
      remember.run(migration.version, migration.name, migration.reach);
    }
    database.exec(`PRAGMA user_version = ${migrations.length}`);
    database.exec('COMMIT');
  } catch (error) {
    if (database.isTransaction) database.exec('ROLLBACK');
    throw error;
  }
}

/**
 * For a reader, which cannot migrate: the file must be as new as the program.
 *
 * @throws StoreFailure `newer_version`, `unavailable` when it is older, `damaged`
 */
export function requireMigrated(file: string, database: DatabaseSync, migrations: readonly Migration[]): void {
  refuseNewer(file, database, migrations.length);
  if (versionOf(database) >= migrations.length) return;
  const sentence = `The store ${file} was written by an older version of Rollcall.`;
  throw new StoreFailure('unavailable', `${sentence} Start the server once: it brings the file up to date.`, 'never');
}

function refuseNewer(file: string, database: DatabaseSync, newestKnown: number): void {
  const version = versionOf(database);
  refuseForeign(file, database, version);
  if (version <= newestKnown) return;
  const unknown = database.prepare('SELECT version, reach FROM migration WHERE version > ?').all(newestKnown);
  const isReadable = unknown.length === version - newestKnown && unknown.every(({ reach }) => reach === 'compatible');
  if (isReadable) return;
  const sentence = `The store ${file} has version ${version}; this version of Rollcall knows ${newestKnown}.`;
  const wayOut = 'Install the version of Rollcall that wrote it, or a newer one; or restore a backup from before.';
  throw new StoreFailure('newer_version', `${sentence} ${wayOut}`, 'never');
}

function refuseForeign(file: string, database: DatabaseSync, version: number): void {
  const id = pragma(database, 'application_id');
  if (id === APPLICATION_ID) return;
  const tables = database.prepare('SELECT count(*) AS count FROM sqlite_schema').get();
  if (id === 0 && version === 0 && tables?.count === 0) return;
  throw damaged(file, "it is a database, but not one of Rollcall's");
}

function versionOf(database: DatabaseSync): number {
  return pragma(database, 'user_version');
}

function pragma(database: DatabaseSync, name: string): number {
  const value = database.prepare(`PRAGMA ${name}`).get()?.[name];
  assert(typeof value === 'number', `PRAGMA ${name} must answer an integer`);
  return value;
}
