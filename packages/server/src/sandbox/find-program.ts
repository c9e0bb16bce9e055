import { accessSync, constants, statSync } from 'node:fs';
import { join } from 'node:path';

/**
 * Where the system keeps its programs. The server's PATH is not asked: it may name folders that others can write to, and
 * what is started here is the fence itself.
 */
const FOLDERS = ['/usr/bin', '/bin', '/usr/sbin', '/sbin', '/usr/local/bin', '/run/current-system/sw/bin'];

/** Absolute path of a program of the system, or null when it is not there or may not be run. */
export function findProgram(name: string): string | null {
  return FOLDERS.map((folder) => join(folder, name)).find(isProgram) ?? null;
}

function isProgram(path: string): boolean {
  try {
    accessSync(path, constants.X_OK);
    return statSync(path).isFile();
  } catch {
    return false;
  }
}
