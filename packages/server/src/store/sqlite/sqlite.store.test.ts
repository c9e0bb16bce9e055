import assert from 'node:assert/strict';
import { spawn, spawnSync } from 'node:child_process';
import { once } from 'node:events';
import {
  chmodSync,
  chownSync,
  cpSync,
  existsSync,
  mkdirSync,
  mkdtempSync,
  readdirSync,
  readFileSync,
  rmSync,
  statSync,
  truncateSync,
  writeFileSync,
} from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { DatabaseSync } from 'node:sqlite';
import { afterEach, beforeEach, describe, test } from 'node:test';
import { SampleLog, sha256 } from '../../../test/sample-log.ts';
import type { Change } from '../../engine/change.ts';
import { type Store, StoreFailure, type StoreFailureCode } from '../../engine/store.ts';
import { storeSuite } from '../suite.ts';
import { verifyLog } from '../verify-log.ts';
import { isBefore, openForReading, openForWriting, SQLITE_LIMITS } from './connection.ts';
import { type Migration, migrate, readMigrations } from './migrate.ts';
import { openSqliteStore } from './open-sqlite-store.ts';
import { isUnknownOutcome, toStoreFailure } from './sqlite-failure.ts';
import { createSqliteStore } from './sqlite-store.ts';

let folder: string;
let opened: Store[] = [];

beforeEach(() => {
  folder = mkdtempSync(join(tmpdir(), 'rollcall-store-'));
});
afterEach(async () => {
  for (const store of opened) await store.close();
  opened = [];
  rmSync(folder, { recursive: true });
});

storeSuite('SQLite', async () => {
  const data = join(folder, 'data');
  const open = async () => openSqliteStore({ folder: data, hash: sha256 });
  return { store: await open(), reopen: open, destroy: async () => undefined };
});

const database = () => join(folder, 'rollcall.db');

function open(options: { readonly folder?: string; readonly readOnly?: boolean } = {}) {
  const store = openSqliteStore({ folder, hash: sha256, ...options });
  opened.push(store);
  return store;
}

async function close(store: Store): Promise<void> {
  opened = opened.filter((other) => other !== store);
  await store.close();
}

/** A log with one agent that was set AVAILABLE and away by turns, each in a commit of its own. */
async function writtenLog(changes: number): Promise<{ readonly store: Store; readonly log: SampleLog }> {
  const store = open();
  const log = new SampleLog();
  const agent = log.recordAgent(log.recordAccount());
  await store.commit(log.take());
  for (let index = 1; index <= changes; index++) {
    log.change(agent, { status: index % 2, note: `note number ${index}` });
    await store.commit(log.take());
  }
  return { store, log };
}

function assertFails(run: () => unknown, code: StoreFailureCode, words: RegExp): void {
  assert.throws(run, (error: unknown) => isFailure(error, code, words));
}

function isFailure(error: unknown, code: StoreFailureCode, words: RegExp): true {
  assert.ok(error instanceof StoreFailure, `threw ${String(error)}`);
  assert.equal(error.code, code, error.message);
  assert.match(error.message, words);
  return true;
}

describe('what a commit promises', () => {
  test('every commit is synchronised to disk, in a write-ahead log', () => {
    const writer = openForWriting(database());
    assert.equal(writer.prepare('PRAGMA synchronous').get()?.synchronous, 2);
    assert.equal(writer.prepare('PRAGMA journal_mode').get()?.journal_mode, 'wal');
    assert.equal(writer.prepare('PRAGMA fullfsync').get()?.fullfsync, 1);
    writer.close();
  });

  test('a version of SQLite that could lose commits is refused', () => {
    const versions = ['3.51.2', '3.50.9', '2.99.99', '3.51.3', '3.51.10', '3.53.0', '4.0.0'];
    const refused = versions.filter((version) => isBefore(version, SQLITE_LIMITS.versionMin));
    assert.deepEqual(refused, ['3.51.2', '3.50.9', '2.99.99']);
  });

  test('what was committed survives a power cut that tears the end of the write-ahead log', async () => {
    const { log } = await writtenLog(8);
    const copy = join(folder, 'copy');
    const length = statSync(`${database()}-wal`).size;
    let factsBefore = 0;
    for (let cut = 0; cut <= length; cut += 1500) {
      mkdirSync(copy);
      for (const end of ['', '-wal']) cpSync(`${database()}${end}`, `${join(copy, 'rollcall.db')}${end}`);
      truncateSync(join(copy, 'rollcall.db-wal'), cut);
      const store = open({ folder: copy });
      const { facts, firstBroken } = await verifyLog(store, sha256);
      assert.equal(firstBroken, null);
      assert.ok(facts >= factsBefore, 'a longer log never says less');
      factsBefore = facts;
      await close(store);
      rmSync(copy, { recursive: true });
    }
    assert.ok(factsBefore >= log.position - 1, `${factsBefore} of ${log.position} facts`);
  });

  test('after an error that leaves open what is on disk nothing more is written', () => {
    const fsync = Object.assign(new Error('disk I/O error'), { code: 'ERR_SQLITE_ERROR', errcode: 10 | (4 << 8) });
    const write = Object.assign(new Error('disk I/O error'), { code: 'ERR_SQLITE_ERROR', errcode: 10 | (3 << 8) });
    assert.deepEqual([isUnknownOutcome(fsync), isUnknownOutcome(write)], [true, false]);
    const failures = [fsync, write].map((error) => toStoreFailure('file', error));
    assert.deepEqual(
      failures.map((failure) => failure instanceof StoreFailure && [failure.code, failure.retry, failure.cause]),
      [
        ['unavailable', 'never', fsync],
        ['unavailable', 'later', write],
      ],
    );
  });

  test('the write-ahead log is emptied at its limit, as soon as no reader is in the way', async () => {
    const store = open();
    const log = new SampleLog();
    const agent = log.recordAgent(log.recordAccount());
    await store.commit(log.take());
    const reader = openForReading(database());
    reader.exec('BEGIN; SELECT count(*) FROM fact');
    const bytesOfLog = () => statSync(`${database()}-wal`).size;
    const body = 'x'.repeat(1024 * 1024);
    const counters = Array.from(
      { length: SQLITE_LIMITS.changesBetweenLooks },
      (): Change => ({ kind: 'PutCounter', name: 'session', value: 1 }),
    );
    for (let round = 1; round <= 66; round++) {
      log.change(agent, { status: round % 2, note: body });
      await store.commit(log.take());
    }
    assert.ok(bytesOfLog() > SQLITE_LIMITS.writeAheadLogBytesMax);
    reader.exec('COMMIT');
    reader.close();
    await store.commit(counters);
    assert.ok(bytesOfLog() < 1024 * 1024, `${bytesOfLog()} bytes`);
    assert.equal((await verifyLog(store, sha256)).firstBroken, null);
  });
});

describe('one writer', () => {
  test('a killed writer leaves the folder free', async (context) => {
    const script = `
      const { openSqliteStore } = await import(${JSON.stringify(new URL('./open-sqlite-store.ts', import.meta.url).href)});
      openSqliteStore({ folder: ${JSON.stringify(folder)}, hash: (text) => text.padEnd(64, '0') });
      process.stdout.write('open');
      setInterval(() => {}, 1000);`;
    const child = spawn(process.execPath, ['--input-type=module', '--eval', script], {
      stdio: ['ignore', 'pipe', 'inherit'],
    });
    context.after(() => child.kill('SIGKILL'));
    await once(child.stdout, 'data');
    assertFails(open, 'locked', new RegExp(`in use by process ${child.pid} on .+ Stop that one first`));
    child.kill('SIGKILL');
    await once(child, 'exit');
    open();
  });

  test('readers work beside the writer, see what it commits, and cannot write', async () => {
    const { store, log } = await writtenLog(3);
    const reader = open({ readOnly: true });
    assert.deepEqual(await reader.facts({ after: 0, limit: 100 }), log.facts);
    log.change(1, { status: 0 });
    await store.commit(log.take());
    assert.deepEqual(await reader.facts({ after: 0, limit: 100 }), log.facts);
    assert.deepEqual(await reader.load(), await store.load());
    assertFails(() => reader.commit([]), 'read_only', /opened for reading only/);
  });

  test('a file is no data folder, and the refusal says so', () => {
    const file = join(folder, 'a-file');
    writeFileSync(file, '');
    assert.throws(
      () => openSqliteStore({ folder: file, hash: sha256 }),
      (failure) => failure instanceof StoreFailure && /is a file; name a folder/.test(failure.message),
    );
  });

  test('a store in memory forgets, and needs no folder', async () => {
    const store = open({ folder: ':memory:' });
    const log = new SampleLog();
    log.recordAgent(log.recordAccount());
    await store.commit(log.take());
    assert.equal((await verifyLog(store, sha256)).facts, 3);
    assert.equal((await open({ folder: ':memory:' }).load()).head.position, 0);
    assert.deepEqual(readdirSync(folder), []);
  });
});

describe('a folder that cannot be used', () => {
  test('one without a store is not made into one by a reader', () => {
    assertFails(() => open({ readOnly: true }), 'unavailable', /no Rollcall store/);
    assert.deepEqual(readdirSync(folder), []);
  });

  test('a new one is created for its owner alone', () => {
    const nested = join(folder, 'new', 'data');
    open({ folder: nested });
    if (process.platform !== 'win32') assert.equal(statSync(nested).mode & 0o777, 0o700);
  });

  test('a file in the place of the folder is named', () => {
    writeFileSync(join(folder, 'file'), '');
    assertFails(() => open({ folder: join(folder, 'file') }), 'unavailable', /file/);
  });

  test('a read-only folder is said to be so, and can still be read', { skip: withoutPermissions() }, async () => {
    const { store, log } = await writtenLog(2);
    await close(store);
    chmodSync(folder, 0o555);
    assert.match(openedByOrdinaryUser(folder, { readOnly: false }), /^read_only .+cannot be written.+remount/);
    assert.equal(openedByOrdinaryUser(folder, { readOnly: true }), `${log.position} facts`);
    chmodSync(folder, 0o755);
  });

  test('a read-only folder without a store is said to be read-only too', { skip: withoutPermissions() }, () => {
    const empty = join(folder, 'empty');
    mkdirSync(empty);
    chmodSync(empty, 0o555);
    assert.match(openedByOrdinaryUser(empty, { readOnly: false }), /^read_only .+cannot be written/);
    chmodSync(empty, 0o755);
  });

  test('a read-only file is said to be so', { skip: withoutPermissions() }, async () => {
    await close(open());
    chmodSync(database(), 0o444);
    assert.match(openedByOrdinaryUser(folder, { readOnly: false }), /^read_only .+cannot be written.+remount/);
    assert.equal(openedByOrdinaryUser(folder, { readOnly: true }), '0 facts');
  });

  test('a read-only folder is not read without the commits of a server that was killed', {
    skip: withoutPermissions(),
  }, async () => {
    await writtenLog(2);
    const copy = join(folder, 'copy');
    mkdirSync(copy);
    for (const end of ['', '-wal']) cpSync(`${database()}${end}`, `${join(copy, 'rollcall.db')}${end}`);
    chmodSync(copy, 0o555);
    assert.match(openedByOrdinaryUser(copy, { readOnly: true }), /^read_only .+Copy the folder/);
    chmodSync(copy, 0o755);
  });
});

describe('a file of another version', () => {
  const newer = (reach: 'compatible' | 'breaking'): readonly Migration[] => {
    const known = readMigrations();
    return [...known, { version: known.length + 1, name: 'next', reach, sql: 'CREATE TABLE next (id INTEGER) STRICT' }];
  };
  const migrateTo = (migrations: readonly Migration[]): void => {
    const connection = openForWriting(database());
    migrate(database(), connection, migrations);
    connection.close();
  };

  test('is refused when a newer version broke with this one, and stays as it is', async () => {
    await close(open());
    migrateTo(newer('breaking'));
    const before = readFileSync(database());
    assertFails(open, 'newer_version', /has version \d+.+knows \d+.+Install the version of Rollcall that wrote it/);
    assertFails(() => open({ readOnly: true }), 'newer_version', /newer one/);
    assert.deepEqual(readFileSync(database()), before);
  });

  test('is refused when the newer version is of no kind we know', async () => {
    await close(open());
    const connection = openForWriting(database());
    connection.exec('PRAGMA user_version = 99');
    connection.close();
    assertFails(open, 'newer_version', /has version 99/);
  });

  test('is used when the newer versions say that they can be', async () => {
    await close(open());
    migrateTo(newer('compatible'));
    const store = open();
    await store.commit(new SampleLog().take());
    assert.equal((await store.load()).head.position, 1);
  });

  test('is brought up to date by the writer, and refused by a reader until then', async () => {
    const connection = openForWriting(database());
    migrate(
      database(),
      connection,
      [{ version: 1, name: 'sketch', reach: 'compatible', sql: 'CREATE TABLE sketch (id) ' }].slice(1) as Migration[],
    );
    connection.close();
    assertFails(() => open({ readOnly: true }), 'unavailable', /older version.+Start the server once/);
    await close(open());
    open({ readOnly: true });
  });

  test('a migration that fails leaves the file at the version before', () => {
    const connection = openForWriting(database());
    const broken: readonly Migration[] = [
      ...readMigrations(),
      { version: 2, name: 'broken', reach: 'breaking', sql: 'CREATE TABLE half (id); CREATE TABL' },
    ];
    assert.throws(() => migrate(database(), connection, broken), /syntax error/);
    assert.equal(connection.prepare('PRAGMA user_version').get()?.user_version, 0);
    assert.equal(connection.prepare("SELECT count(*) AS count FROM sqlite_schema WHERE name = 'half'").get()?.count, 0);
    connection.close();
    open();
  });
});

describe('a file that is damaged', () => {
  test('a database of another program is left alone', () => {
    const foreign = new DatabaseSync(database());
    foreign.exec('CREATE TABLE theirs (id)');
    foreign.close();
    assertFails(open, 'damaged', /not one of Rollcall's/);
  });

  test('a file that is no database is said to be none', () => {
    writeFileSync(database(), 'no database at all, and long enough to have a header of its own: '.repeat(20));
    assertFails(open, 'damaged', /not a database.+log verify.+backup/);
  });

  test('a file that lost a table is said to be damaged', async () => {
    await close(open());
    const connection = openForWriting(database());
    connection.exec('DROP TABLE lane');
    connection.close();
    assertFails(open, 'damaged', /no such table: lane.+log verify/);
  });

  test('a byte that changed in a fact is found, and its place is named', async () => {
    const { store } = await writtenLog(40);
    await close(store);
    flipInFile('note number 20', 'note nunber 20');
    const reader = open();
    const verdict = await verifyLog(reader, sha256);
    assert.deepEqual(verdict.firstBroken?.position, 23);
    assert.match(verdict.firstBroken?.problem ?? '', /position 23 does not have the checksum/);
    assert.equal(verdict.facts, 22);
  });

  test('a newest fact that changed stops the start', async () => {
    const { store } = await writtenLog(5);
    await close(store);
    flipInFile('note number 5', 'note nunber 5');
    await assert.rejects(open().load(), (error) =>
      isFailure(error, 'damaged', /position 8, fails its checksum.+log verify/),
    );
  });

  test('a file that lost its end is not taken for a shorter one', async () => {
    const { store, log } = await writtenLog(400);
    await close(store);
    truncateSync(database(), Math.floor(statSync(database()).size / 2 / 4096) * 4096);
    await assert.rejects(
      async () => {
        const { firstBroken } = await verifyLog(open(), sha256);
        if (firstBroken !== null) throw new StoreFailure('damaged', firstBroken.problem, 'never');
      },
      (error) => isFailure(error, 'damaged', /./),
    );
    assert.ok(log.position > 400);
  });

  test('of a hundred flipped bits none changes the log unnoticed', async () => {
    // Long enough that the log is most of the file: every table has a page, with rows or without.
    const { store, log } = await writtenLog(400);
    await close(store);
    const whole = readFileSync(database());
    let found = 0;
    for (let round = 0; round < 100; round++) {
      const at = 4096 + ((round * 7_919 * 31) % (whole.length - 4096));
      const broken = Buffer.from(whole);
      broken[at] = (broken[at] ?? 0) ^ (1 << (round % 8));
      writeFileSync(database(), broken);
      const facts = await factsOrDamage(log);
      if (facts === 'damaged') found++;
      else assert.deepEqual(facts, log.facts, `bit ${round % 8} of byte ${at}`);
    }
    assert.ok(found > 20, `${found} found`);
  });

  /** Everywhere, because a page that was split keeps what moved out of it. */
  function flipInFile(from: string, to: string): void {
    const text = readFileSync(database(), 'latin1');
    assert.ok(text.includes(from));
    writeFileSync(database(), text.replaceAll(from, to), 'latin1');
  }

  async function factsOrDamage(log: SampleLog) {
    try {
      const store = open();
      try {
        const { firstBroken } = await verifyLog(store, sha256);
        return firstBroken === null ? await store.facts({ after: 0, limit: log.position + 1 }) : 'damaged';
      } finally {
        await close(store);
      }
    } catch (error) {
      return isFailure(error, 'damaged', /log verify/) && 'damaged';
    }
  }
});

describe('a full disk', () => {
  test('fails the commit whole, keeps answering reads, and goes on when there is space', async () => {
    const writer = openForWriting(database());
    migrate(database(), writer, readMigrations());
    const reader = openForReading(database());
    const store = createSqliteStore({
      file: database(),
      writer,
      reader,
      hash: sha256,
      backUp: async () => undefined,
      close: () => {
        reader.close();
        writer.close();
      },
    });
    opened.push(store);
    const log = new SampleLog();
    const agent = log.recordAgent(log.recordAccount());
    await store.commit(log.take());
    const before = await store.load();
    const pages = writer.prepare('PRAGMA page_count').get()?.page_count;
    writer.exec(`PRAGMA max_page_count = ${pages}`);
    log.change(agent, { status: 1, note: 'long '.repeat(10_000) });
    const changes = log.take();
    for (let attempt = 1; attempt <= 2; attempt++) {
      assertFails(() => store.commit(changes), 'full', /is full.+no restart is needed/);
      assert.deepEqual(await store.load(), before);
    }
    writer.exec('PRAGMA max_page_count = 1000000');
    await store.commit(changes);
    assert.deepEqual(await store.facts({ after: 0, limit: 10 }), log.facts);
    assert.equal((await verifyLog(store, sha256)).firstBroken, null);
  });
});

describe('a backup', () => {
  test('is the whole store at one moment, taken while commits go on', async () => {
    const { store, log } = await writtenLog(400);
    const sqlite = open({ readOnly: true });
    const target = join(folder, 'backup');
    mkdirSync(target);
    const file = join(target, 'rollcall.db');
    let isDone = false;
    const copying = sqlite.backupTo(file).then(() => {
      isDone = true;
    });
    while (!isDone) {
      log.change(1, { status: log.agent(1).availability.sequence % 2 === 0 ? 1 : 0 });
      await store.commit(log.take());
      await new Promise((resolve) => setImmediate(resolve));
    }
    await copying;
    assert.deepEqual(readdirSync(target), ['rollcall.db']);
    const copy = open({ folder: target });
    const verdict = await verifyLog(copy, sha256);
    assert.equal(verdict.firstBroken, null);
    assert.ok(verdict.facts >= 203 && verdict.facts <= log.position);
  });

  test('overwrites nothing and leaves nothing half-done', async () => {
    const { store } = await writtenLog(1);
    const sqlite = open({ readOnly: true });
    const existing = join(folder, 'existing');
    writeFileSync(existing, 'mine');
    await assert.rejects(sqlite.backupTo(existing), (error) =>
      isFailure(error, 'unavailable', /exists.+overwrites nothing/),
    );
    assert.equal(readFileSync(existing, 'utf8'), 'mine');
    await assert.rejects(sqlite.backupTo(join(folder, 'nowhere', 'copy')), (error) =>
      isFailure(error, 'unavailable', /nowhere/),
    );
    assert.equal(existsSync(`${existing}.unfinished`), false);
    await close(store);
  });
});

/** Whether permissions mean nothing here; then the reason. */
function withoutPermissions(): string | false {
  return process.platform === 'win32' ? 'Windows knows no permission bits' : false;
}

/**
 * What somebody gets who opens the folder: how many facts, or code and message of the failure. In a process of its own,
 * because permissions do not bind root, and who was root cannot stop being it for a moment.
 */
function openedByOrdinaryUser(path: string, options: { readonly readOnly: boolean }): string {
  const script = `
    const { openSqliteStore } = await import(${JSON.stringify(new URL('./open-sqlite-store.ts', import.meta.url).href)});
    const hash = (text) => text.padEnd(64, '0');
    try {
      const store = openSqliteStore({ folder: ${JSON.stringify(path)}, readOnly: ${options.readOnly}, hash });
      process.stdout.write((await store.facts({ after: 0, limit: 1000 })).length + ' facts');
    } catch (failure) {
      process.stdout.write(failure.code + ' ' + failure.message);
    }`;
  const nobody = 65_534;
  const isRoot = process.getuid?.() === 0;
  // The folder may well belong to nobody: what binds then is its mode alone.
  if (isRoot) for (const name of ['', ...readdirSync(path)]) chownSync(join(path, name), nobody, nobody);
  if (isRoot) chmodSync(folder, statSync(folder).mode | 0o055);
  const who = isRoot ? { uid: nobody, gid: nobody } : {};
  const child = spawnSync(process.execPath, ['--input-type=module', '--eval', script], { encoding: 'utf8', ...who });
  assert.equal(child.status, 0, child.stderr);
  return child.stdout;
}
