import type { Config } from '../config/config.ts';
import { loadConfig } from '../config/load-config.ts';
import { describeConfigFault } from '../config/read-config.ts';
import type { Flags } from '../config/settings.ts';
import { openSqliteStore } from '../store/sqlite/open-sqlite-store.ts';
import type { SqliteStore } from '../store/sqlite/sqlite-store.ts';
import { sha256Hex } from '../system/system-randomness.ts';
import { wrongUsage } from './command-failed.ts';

/**
 * The configuration that this command line, the environment and the file make together.
 *
 * @throws CommandFailed with every fault, a line each
 */
export function configOf(flags: Flags): Config {
  const reading = loadConfig(flags);
  if (reading.kind === 'config') return reading.config;
  throw wrongUsage(reading.faults.map(describeConfigFault).join('\n'));
}

/** The data folder as a command names it, or as the server would find it. */
export function dataFolderOf(options: {
  readonly data?: string | undefined;
  readonly config?: string | undefined;
}): string {
  return configOf({ data: options.data, config: options.config }).dataFolder;
}

/**
 * Reads a data folder with this, whether or not a server works on it, and lets go of it afterwards.
 *
 * @throws StoreFailure when there is no store in the folder, or it cannot be read
 */
export async function readingStore<T>(folder: string, read: (store: SqliteStore) => Promise<T>): Promise<T> {
  const store = openSqliteStore({ folder, readOnly: true, hash: sha256Hex });
  try {
    return await read(store);
  } finally {
    await store.close();
  }
}
