import { readFileSync, writeFileSync } from 'node:fs';
import { hostname } from 'node:os';
import { join } from 'node:path';
import { DatabaseSync } from 'node:sqlite';
import { StoreFailure } from '../../engine/store.ts';
import { isBusy, toStoreFailure, translating } from './sqlite-failure.ts';

export type WriterLock = { release(): void };

/**
 * Makes this process the only writer of the folder for as long as it lives.
 *
 * The lock is a second, empty database that is held in an exclusive transaction: SQLite's own file lock, the same on
 * every system, and the operating system releases it in the moment the process dies, however it dies. A file with a pid
 * in it would outlive a `kill -9`; holding the real database exclusively would shut out `log verify` and exports. The
 * lock file itself must never be opened by anything but SQLite: on POSIX, closing any handle of a file drops every lock
 * that the process has on it. That is why the holder's name stands in a file of its own, which is only ever information.
 *
 * @throws StoreFailure `locked` with the holder named; `read_only`, `unavailable`
 */
export function takeWriterLock(folder: string): WriterLock {
  const file = join(folder, 'rollcall.lock');
  const database = translating(file, () => new DatabaseSync(file, { timeout: 0 }));
  try {
    // Nothing is ever written to it, so it needs no journal file beside it.
    database.exec('PRAGMA journal_mode = MEMORY; BEGIN EXCLUSIVE');
  } catch (error) {
    database.close();
    if (isBusy(error)) throw new StoreFailure('locked', lockedSentence(folder), 'later', error);
    throw toStoreFailure(file, error);
  }
  nameHolder(folder);
  return { release: () => database.close() };
}

function nameHolder(folder: string): void {
  try {
    writeFileSync(holderFile(folder), `${JSON.stringify({ pid: process.pid, host: hostname() })}\n`);
  } catch {
    // A full disk must not keep the server from starting: it still answers reads, and says itself that the disk is full.
  }
}

function lockedSentence(folder: string): string {
  const holder = readHolder(folder);
  const who = holder === null ? 'another process' : `process ${holder.pid} on ${holder.host}`;
  return `The data folder ${folder} is in use by ${who}. Stop that one first, or start this one with another folder.`;
}

function readHolder(folder: string): { readonly pid: unknown; readonly host: unknown } | null {
  try {
    return JSON.parse(readFileSync(holderFile(folder), 'utf8'));
  } catch {
    // Only a name for the sentence: when it cannot be read, the sentence goes without.
    return null;
  }
}

function holderFile(folder: string): string {
  return join(folder, 'rollcall.writer.json');
}
