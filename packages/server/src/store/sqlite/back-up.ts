import { closeSync, existsSync, fsyncSync, openSync, renameSync, rmSync } from 'node:fs';
import { dirname } from 'node:path';
import { backup, type DatabaseSync } from 'node:sqlite';
import { StoreFailure } from '../../engine/store.ts';

/**
 * Copies the database into one new file, as it is at one moment, while the server goes on writing.
 *
 * All pages in one step, on a thread of Node's pool: copied in several steps, the copy would begin anew with every
 * commit in between, and under load never end. The connection is the copy's own, so that nobody waits for its lock. The
 * file has its name only when it is whole and on disk: a copy that was broken off is never taken for a backup.
 *
 * @throws StoreFailure `unavailable` when the file exists
 */
export async function backUp(source: DatabaseSync, file: string): Promise<void> {
  if (existsSync(file)) {
    throw new StoreFailure(
      'unavailable',
      `The file ${file} exists. Name one that does not: a backup overwrites nothing.`,
      'never',
    );
  }
  const unfinished = `${file}.unfinished`;
  rmSync(unfinished, { force: true });
  try {
    await backup(source, unfinished, { rate: EVERY_PAGE });
    syncToDisk(unfinished);
    renameSync(unfinished, file);
    syncFolder(dirname(file));
  } catch (error) {
    rmSync(unfinished, { force: true });
    throw error;
  }
}

const EVERY_PAGE = 2 ** 31 - 1;

function syncToDisk(path: string): void {
  const descriptor = openSync(path, 'r+');
  try {
    fsyncSync(descriptor);
  } finally {
    closeSync(descriptor);
  }
}

/** A new name is on disk when its folder is. Windows keeps no handle on folders, and needs none. */
export function syncFolder(folder: string): void {
  if (process.platform === 'win32') return;
  const descriptor = openSync(folder, 'r');
  try {
    fsyncSync(descriptor);
  } finally {
    closeSync(descriptor);
  }
}
