/** The only reader of the environment: finds the configuration file, and hands all sources to `readConfig`. */
import { readFileSync } from 'node:fs';
import { resolve } from 'node:path';
import { type ConfigReading, readConfig } from './read-config.ts';
import type { Flags } from './settings.ts';

/** The file that is read when nobody names one, if it is there. */
export const configFileName = 'rollcall.toml';

type Named = { readonly name: string; readonly source: string | null };

/**
 * Reads the configuration of this process: `flags` over the environment over the TOML file over the defaults. The file
 * is the one that `--config` or ROLLCALL_CONFIG names (it must be there then), else `rollcall.toml` in the working
 * folder (it need not be).
 */
export function loadConfig(flags: Flags): ConfigReading {
  return loadConfigFrom({ flags, environment: process.env, workingFolder: process.cwd() });
}

/** As `loadConfig`, in a world that the caller describes. */
export function loadConfigFrom(options: {
  readonly flags: Flags;
  readonly environment: Readonly<Record<string, string | undefined>>;
  readonly workingFolder: string;
}): ConfigReading {
  const { flags, environment, workingFolder } = options;
  const named = nameFile(flags, environment);
  try {
    const fileText = readFileSync(resolve(workingFolder, named.name), 'utf8');
    return readConfig({ flags, environment, fileText, fileName: named.name });
  } catch (error) {
    const code = (error as NodeJS.ErrnoException).code;
    if (code === undefined) throw error;
    if (named.source === null && code === 'ENOENT') {
      return readConfig({ flags, environment, fileText: null, fileName: null });
    }
    const problem = `cannot read the file ${named.name} (${code})`;
    const remedy = 'name a readable TOML file';
    return { kind: 'rejected', faults: [{ source: named.source ?? named.name, problem, remedy }] };
  }
}

function nameFile(flags: Flags, environment: Readonly<Record<string, string | undefined>>): Named {
  if (flags.config !== undefined) return { name: flags.config, source: '--config' };
  const variable = environment.ROLLCALL_CONFIG;
  if (variable !== undefined && variable !== '') return { name: variable, source: 'ROLLCALL_CONFIG' };
  return { name: configFileName, source: null };
}
