import { mkdirSync, mkdtempSync, readFileSync, realpathSync, rmSync, statSync, writeFileSync } from 'node:fs';
import { createServer } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { CommandFailed, wrongUsage } from './command-failed.ts';

/** Where an app is worked on. */
export type BenchPlace = {
  /** Real path of the app's folder. */
  readonly folder: string;
  /** As it was typed: the shortest way to say it where it was typed. */
  readonly shown: string;
  /** Of the store: below the app's folder, or a temporary one that ends with the command. */
  readonly dataFolder: string;
  readonly isFresh: boolean;
  /** Removes what is temporary. */
  leave(): void;
};

/**
 * The folders of one `app run`.
 *
 * @throws CommandFailed when there is no such folder
 */
export function benchPlace(given: string, isFresh: boolean): BenchPlace {
  const folder = appFolder(given);
  const shown = given.replace(/(?<=.)[\\/]+$/, '');
  if (isFresh) {
    const dataFolder = mkdtempSync(join(tmpdir(), 'rollcall-run-'));
    return { folder, shown, dataFolder, isFresh, leave: () => rmSync(dataFolder, { recursive: true, force: true }) };
  }
  const dataFolder = join(folder, '.rollcall');
  mkdirSync(dataFolder, { recursive: true });
  // Nobody wants a database in the history of an app; who has a .gitignore need not think of it.
  writeFileSync(join(dataFolder, '.gitignore'), '*\n');
  return { folder, shown, dataFolder, isFresh, leave: () => {} };
}

function appFolder(given: string): string {
  try {
    const folder = realpathSync(given);
    if (statSync(folder).isDirectory()) return folder;
    throw wrongUsage(`${given} is a file: give the folder of the app, the one with manifest.json.`);
  } catch (error) {
    if (error instanceof CommandFailed) throw error;
    throw wrongUsage(`There is no folder ${given}.`);
  }
}

/** How far ahead the clock of this store was left, in milliseconds: its log must not go back in time. */
export function readClockOffset(dataFolder: string): number {
  try {
    const { offset_ms: offset } = JSON.parse(readFileSync(clockFile(dataFolder), 'utf8')) as { offset_ms?: unknown };
    return typeof offset === 'number' && Number.isFinite(offset) && offset >= 0 ? offset : 0;
  } catch {
    return 0;
  }
}

export function writeClockOffset(dataFolder: string, offsetMs: number): void {
  writeFileSync(clockFile(dataFolder), `${JSON.stringify({ offset_ms: Math.round(offsetMs) })}\n`);
}

function clockFile(dataFolder: string): string {
  return join(dataFolder, 'clock.json');
}

/** Where the processes of the app write what ran, emptied of what a killed run left. */
export function coverageFolder(dataFolder: string): string {
  const folder = join(dataFolder, 'coverage-takes');
  rmSync(folder, { recursive: true, force: true });
  return folder;
}

/**
 * Finds out early whether a port of the loopback address is free, and finds one for 0.
 *
 * @throws CommandFailed with the way out when it is not
 */
export function freePort(port: number, option: string): Promise<number> {
  return new Promise((resolve, reject) => {
    const probe = createServer();
    probe.once('error', ({ code }: NodeJS.ErrnoException) => {
      const why = code === 'EADDRINUSE' ? 'is in use' : `cannot be listened on (${code})`;
      const other = code === 'EADDRINUSE' ? 'Stop what listens there, or choose another' : 'Choose another';
      reject(new CommandFailed(`Port ${port} ${why}. ${other} with ${option} (0 takes any free one).`));
    });
    probe.listen({ host: '127.0.0.1', port }, () => {
      const address = probe.address();
      probe.close(() => resolve(typeof address === 'object' && address !== null ? address.port : port));
    });
  });
}
