import { readFileSync, renameSync, rmSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';

/** What a server leaves in its data folder for commands that are run beside it. Only its owner can read it. */
export type ServerFile = {
  readonly pid: number;
  /** Where the API listens. */
  readonly url: string;
  /** The socket on which the server takes operations from the command line. */
  readonly control: string;
  readonly startedAt: string;
};

const NAME = 'server.json';

/** Says where the server of this folder is. Whole or not at all: a reader never sees half of it. */
export function writeServerFile(folder: string, file: ServerFile): void {
  const { pid, url, control, startedAt } = file;
  const unfinished = join(folder, `${NAME}.${pid}`);
  const text = `${JSON.stringify({ pid, url, control, started_at: startedAt }, null, 2)}\n`;
  rmSync(unfinished, { force: true });
  writeFileSync(unfinished, text, { mode: 0o600, flag: 'wx' });
  renameSync(unfinished, join(folder, NAME));
}

/** What the last server of this folder left, whether or not it still runs; null when it left nothing that can be read. */
export function readServerFile(folder: string): ServerFile | null {
  try {
    const { pid, url, control, started_at: startedAt } = JSON.parse(readFileSync(join(folder, NAME), 'utf8'));
    const isSound =
      Number.isInteger(pid) && [url, control, startedAt].every((text) => typeof text === 'string' && text !== '');
    return isSound ? { pid, url, control, startedAt } : null;
  } catch {
    // Not there, not ours to read, or not JSON: in each case there is no server to be asked by it.
    return null;
  }
}

/** Takes the file away, unless another server has put its own there. */
export function removeServerFile(folder: string, pid: number): void {
  if (readServerFile(folder)?.pid === pid) rmSync(join(folder, NAME), { force: true });
}
