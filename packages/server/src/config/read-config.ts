/**
 * Flags beat the environment, the environment beats the file, the file beats the defaults. Only the strongest value of a
 * setting is looked at, so that `--port 0` helps even where something else set ROLLCALL_PORT to nonsense.
 */
import { dirname, isAbsolute, join } from 'node:path';
import { parse, TomlError } from 'smol-toml';
import { didYouMean } from '../marketplace/did-you-mean.ts';
import type { Config } from './config.ts';
import type { Raw } from './setting.ts';
import { type Flags, type Setting, settings } from './settings.ts';

/** Something an operator wrote that cannot be followed: where it stands, what is wrong, and the way out. */
export type ConfigFault = {
  /** `--port`, `ROLLCALL_PORT` or `rollcall.toml:3`. */
  readonly source: string;
  /** A clause that begins with the setting's name. Never holds a secret. */
  readonly problem: string;
  readonly remedy: string;
};

export type ConfigReading =
  | { readonly kind: 'config'; readonly config: Config }
  | { readonly kind: 'rejected'; readonly faults: readonly ConfigFault[] };

export type ConfigSources = {
  readonly flags: Flags;
  readonly environment: Readonly<Record<string, string | undefined>>;
  /** The text of the TOML file, or null when there is none. */
  readonly fileText: string | null;
  /** The file's name as a person would type it; faults bear it, and paths in the file are relative to its folder. */
  readonly fileName: string | null;
};

type Candidate = { readonly source: string; readonly raw: Raw };

/**
 * Reads the configuration from its sources into one frozen object, or names every fault at once. An empty text anywhere
 * means "not set". Pure: looks at no file and at no environment but the one it is handed.
 */
export function readConfig(sources: ConfigSources): ConfigReading {
  const file = parseFile(sources);
  if (file.kind === 'rejected') return file;
  const faults = findUnknownKeys(file.table, sources);
  const read = <Name extends keyof Config>(name: Name): Config[Name] => {
    const setting: Setting<Name> = settings[name];
    const candidate = strongest(setting, sources, file.table);
    if (candidate === null) return setting.default;
    const reading = setting.read(candidate.raw);
    if (reading.kind === 'value') return reading.value;
    faults.push({ source: candidate.source, problem: `${setting.key} ${reading.problem}`, remedy: reading.remedy });
    return setting.default;
  };
  const config: Config = {
    host: read('host'),
    port: read('port'),
    dataFolder: read('dataFolder'),
    appFolders: Object.freeze(read('appFolders')),
    demo: read('demo'),
    postgresUrl: read('postgresUrl'),
    natsUrl: read('natsUrl'),
    adminKey: read('adminKey'),
    logLevel: read('logLevel'),
    publicUrl: read('publicUrl'),
    fence: read('fence'),
    appPrivateHosts: Object.freeze(read('appPrivateHosts')),
  };
  return faults.length > 0 ? { kind: 'rejected', faults } : { kind: 'config', config: Object.freeze(config) };
}

/** One line for a person: `ROLLCALL_PORT: port is no port number: give a whole number …`. */
export function describeConfigFault(fault: ConfigFault): string {
  return `${fault.source}: ${fault.problem}: ${fault.remedy}`;
}

type ParsedFile =
  | { readonly kind: 'table'; readonly table: Readonly<Record<string, unknown>> }
  | { readonly kind: 'rejected'; readonly faults: readonly ConfigFault[] };

function parseFile({ fileText, fileName }: ConfigSources): ParsedFile {
  if (fileText === null) return { kind: 'table', table: {} };
  try {
    return { kind: 'table', table: parse(fileText) };
  } catch (error) {
    if (!(error instanceof TomlError)) throw error;
    const problem = error.message.split('\n', 1)[0] ?? 'not TOML';
    const source = `${fileName}:${error.line}:${error.column}`;
    return { kind: 'rejected', faults: [{ source, problem, remedy: 'write it as TOML: https://toml.io/en/v1.0.0' }] };
  }
}

function findUnknownKeys(table: Readonly<Record<string, unknown>>, sources: ConfigSources): ConfigFault[] {
  const known = Object.values(settings).map((setting) => setting.key);
  const unknown = Object.keys(table).filter((key) => !known.includes(key));
  return unknown.map((key) => {
    const near = didYouMean(key, known);
    const remedy = near === null ? `the settings are ${known.join(', ')}` : `did you mean "${near}"?`;
    return { source: placeInFile(key, sources), problem: `"${key}" is no setting`, remedy };
  });
}

function strongest<Name extends keyof Config>(
  setting: Setting<Name>,
  sources: ConfigSources,
  table: Readonly<Record<string, unknown>>,
): Candidate | null {
  const flag = setting.flag === null ? undefined : sources.flags[setting.flag.name];
  if (setting.flag !== null && isSet(flag)) {
    return { source: setting.flag.spelling, raw: { value: flag, isText: true } };
  }
  const variable = sources.environment[setting.variable];
  if (isSet(variable)) {
    return { source: setting.variable, raw: { value: variable, isText: true } };
  }
  const value = Object.hasOwn(table, setting.key) ? table[setting.key] : undefined;
  if (!isSet(value)) return null;
  const folder = dirname(sources.fileName ?? '.');
  const raw = { value: setting.isPath ? fromFolder(folder, value) : value, isText: false };
  return { source: placeInFile(setting.key, sources), raw };
}

/** An empty list of app flags is what the command line hands over when nobody typed one. */
function isSet(value: unknown): boolean {
  return value !== undefined && value !== '' && !(Array.isArray(value) && value.length === 0);
}

/** Paths become relative to the file's folder; what is no path stays as it is, for the reader to refuse. */
function fromFolder(folder: string, value: unknown): unknown {
  if (Array.isArray(value)) return value.map((item) => fromFolder(folder, item));
  const isRelative = typeof value === 'string' && value.trim() !== '' && !isAbsolute(value);
  return isRelative ? join(folder, value) : value;
}

/** The parser keeps no positions, but settings stand at the top level: the line that begins with the key is the one. */
function placeInFile(key: string, { fileText, fileName }: ConfigSources): string {
  const name = key.replace(/[.*+?^${}()|[\]\\]/g, '\\$&');
  const pattern = new RegExp(`^\\s*\\[{0,2}\\s*["']?${name}["']?\\s*[.=\\]]`);
  const index = (fileText ?? '').split('\n').findIndex((line) => pattern.test(line));
  return index === -1 ? `${fileName}` : `${fileName}:${index + 1}`;
}
