/** How one setting is read: what its raw value may be, and what to tell a person when it is something else. */
import { delimiter } from 'node:path';
import { didYouMean } from '../marketplace/did-you-mean.ts';
import { parsePermittedHost } from '../marketplace/permitted-host.ts';
import { type FenceChoice, fenceChoices, type LogLevel, logLevels } from './config.ts';

/** A value, or what is wrong with the raw one and the way out, both as clauses without a full stop. */
export type Reading<Value> =
  | { readonly kind: 'value'; readonly value: Value }
  | { readonly kind: 'wrong'; readonly problem: string; readonly remedy: string };

/**
 * A raw value: text from the environment, what the command line parsed, or what the TOML file holds. `isText` says that
 * it came as text only because its source knows nothing else, so that "4000" is a number there, but not in the file.
 */
export type Raw = { readonly value: unknown; readonly isText: boolean };

export const portMax = 65_535;
/** Long enough that 24 random letters cannot be guessed; a shorter one is refused rather than warned about. */
export const adminKeyLengthMin = 24;
export const adminKeyLengthMax = 256;

export function readHost(raw: Raw): Reading<string> {
  const { value } = raw;
  if (typeof value !== 'string' || value === '') return wrong('is not text', 'give an address or a name');
  if (/^[\w.-]+:\d+$/.test(value)) return wrong('holds a port', 'give the port as the setting "port"');
  if (!/^[\w.:%-]+$/.test(value)) {
    return wrong('is no address and no name', 'give for example 127.0.0.1, ::1 or a host name, without a scheme');
  }
  return { kind: 'value', value };
}

export function readPort(raw: Raw): Reading<number> {
  const { value } = raw;
  if (typeof value === 'string' && /^tcp:\/\//.test(value)) {
    const remedy = 'unset it, for example with "enableServiceLinks: false" in the pod, or give --port';
    return wrong('was set by Kubernetes for a Service of the same name, and is no port number', remedy);
  }
  const number = raw.isText && typeof value === 'string' && /^\d+$/.test(value) ? Number(value) : value;
  if (typeof number !== 'number' || !Number.isInteger(number) || number < 0 || number > portMax) {
    return wrong('is no port number', `give a whole number from 0 (any free port) to ${portMax}`);
  }
  return { kind: 'value', value: number };
}

export function readFolder(raw: Raw): Reading<string> {
  const { value } = raw;
  if (typeof value !== 'string' || value.trim() === '') return wrong('is no folder', 'give the path of a folder');
  if (value.includes('\0')) return wrong('holds a zero byte', 'give the path of a folder');
  return { kind: 'value', value };
}

export function readFolders(raw: Raw): Reading<readonly string[]> {
  const list = raw.isText && typeof raw.value === 'string' ? raw.value.split(delimiter).filter(Boolean) : raw.value;
  if (!Array.isArray(list)) return wrong('is no list of folders', 'give a list, for example ["apps/lunch-bell"]');
  const readings = list.map((value) => readFolder({ value, isText: raw.isText }));
  const fault = readings.find((reading) => reading.kind === 'wrong');
  if (fault !== undefined) return fault;
  return { kind: 'value', value: readings.flatMap((reading) => (reading.kind === 'value' ? [reading.value] : [])) };
}

export function readSwitch(raw: Raw): Reading<boolean> {
  const { value } = raw;
  if (typeof value === 'boolean') return { kind: 'value', value };
  if (raw.isText && (value === 'true' || value === '1')) return { kind: 'value', value: true };
  if (raw.isText && (value === 'false' || value === '0')) return { kind: 'value', value: false };
  return wrong('is neither true nor false', 'give true or false');
}

export function readLogLevel(raw: Raw): Reading<LogLevel> {
  const known = logLevels.find((level) => level === raw.value);
  if (known !== undefined) return { kind: 'value', value: known };
  const near = typeof raw.value === 'string' ? didYouMean(raw.value, logLevels) : null;
  const remedy = near === null ? `give one of ${logLevels.join(', ')}` : `did you mean "${near}"?`;
  return wrong('is no log level', remedy);
}

export function readFence(raw: Raw): Reading<FenceChoice> {
  const known = fenceChoices.find((choice) => choice === raw.value);
  if (known !== undefined) return { kind: 'value', value: known };
  return wrong('is no fence', `give one of ${fenceChoices.join(', ')}`);
}

/** Hosts, each with a port or without one, addresses, or networks such as 10.0.0.0/8; in the environment with commas. */
export function readHosts(raw: Raw): Reading<readonly string[]> {
  const list = raw.isText && typeof raw.value === 'string' ? raw.value.split(',') : raw.value;
  const example = 'give a list, for example ["10.0.0.5:27017", "crm.internal"]';
  if (!Array.isArray(list)) return wrong('is no list of hosts', example);
  const hosts = list.map((host) => (typeof host === 'string' ? host.trim() : ''));
  const strange = hosts.find((host) => parsePermittedHost(host) === null);
  if (strange !== undefined) return wrong(`holds "${strange}", which is no host`, example);
  return { kind: 'value', value: hosts };
}

/** The address of a server, without a slash at the end. */
export function readPublicUrl(raw: Raw): Reading<string> {
  const reading = urlReader(['http:', 'https:'], 'https://rollcall.example.com')(raw);
  if (reading.kind === 'wrong') return reading;
  const { origin, pathname, search, hash, username, password } = new URL(reading.value);
  if (search !== '' || hash !== '' || username !== '' || password !== '') {
    return wrong('holds more than a scheme, a host and a path', 'give for example https://rollcall.example.com');
  }
  return { kind: 'value', value: `${origin}${pathname.replace(/\/+$/, '')}` };
}

export function readAdminKey(raw: Raw): Reading<string> {
  const { value } = raw;
  if (typeof value !== 'string') return wrong('is not text', 'put the key in quotes');
  if (!/^[\x21-\x7e]*$/.test(value)) {
    return wrong(
      'holds a blank or a letter outside ASCII',
      'it travels in an HTTP header: use A–Z, a–z, 0–9, "-", "_"',
    );
  }
  if (value.length < adminKeyLengthMin) {
    const remedy = `use at least ${adminKeyLengthMin}, for example what "openssl rand -hex 24" prints`;
    return wrong(`has ${value.length} characters, too few to be a secret`, remedy);
  }
  if (value.length > adminKeyLengthMax) return wrong('is too long', `use at most ${adminKeyLengthMax} characters`);
  return { kind: 'value', value };
}

/** A reader for URLs of the given schemes. What is wrong is said without the URL: it may hold a password. */
export function urlReader(schemes: readonly string[], example: string): (raw: Raw) => Reading<string> {
  return (raw) => {
    const { value } = raw;
    const url = typeof value === 'string' && URL.canParse(value) ? new URL(value) : undefined;
    if (url === undefined) return wrong('is no URL', `give for example ${example}`);
    if (!schemes.includes(url.protocol)) {
      return wrong(
        `has the scheme ${url.protocol}//`,
        `it must start with ${schemes.map((s) => `${s}//`).join(' or ')}`,
      );
    }
    if (url.hostname === '') return wrong('names no host', `give for example ${example}`);
    return { kind: 'value', value: url.href };
  };
}

function wrong(problem: string, remedy: string): Reading<never> {
  return { kind: 'wrong', problem, remedy };
}
