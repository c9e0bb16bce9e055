import type { Finding } from '../marketplace/finding.ts';
import { isJsonObject, type JsonObject } from '../marketplace/json-value.ts';
import { installError } from './app-file.ts';
import { isRegistryVersion } from './package-spec.ts';

/**
 * Whether everything that npm found comes from the registry, packages of packages too. The lock says of each where it
 * was taken from and what it asks for itself; a package that hides in another's archive came with that one.
 */
export function lockFindings(lockText: string): readonly Finding[] {
  const lock: unknown = parsed(lockText);
  const packages = isJsonObject(lock) && isJsonObject(lock.packages) ? lock.packages : null;
  if (packages === null) {
    return [installError('lock-unreadable', 'manifest.json', 'npm did not say where the packages come from')];
  }
  return Object.entries(packages).flatMap(([path, entry]) => {
    if (path === '' || !isJsonObject(entry)) return [];
    return packageFindings(path, entry);
  });
}

function packageFindings(path: string, entry: JsonObject): readonly Finding[] {
  const name = path.slice(path.lastIndexOf('node_modules/') + 'node_modules/'.length);
  const elsewhere = (what: string) =>
    installError('dependency-source', 'manifest.json', `Package ${name} does not come from the registry: ${what}`);
  const { resolved, link, inBundle } = entry;
  return [
    ...(link === true ? [elsewhere('it is a link')] : []),
    ...(typeof entry.name === 'string' && entry.name !== name
      ? [elsewhere(`it is ${entry.name} by another name`)]
      : []),
    ...(resolved === undefined || /^https?:\/\//.test(String(resolved)) ? [] : [elsewhere(String(resolved))]),
    ...(inBundle === true || typeof entry.integrity === 'string' ? [] : [elsewhere('it has no checksum')]),
    ...askedElsewhere(entry).map((asked) => elsewhere(`it asks for ${asked}`)),
  ];
}

function askedElsewhere(entry: JsonObject): readonly string[] {
  const asked = [entry.dependencies, entry.optionalDependencies].filter((one) => isJsonObject(one));
  return asked
    .flatMap((one) => Object.entries(one))
    .filter(([, version]) => typeof version !== 'string' || !isRegistryVersion(version))
    .map(([name, version]) => `${name} from ${String(version)}`);
}

function parsed(text: string): unknown {
  try {
    return JSON.parse(text);
  } catch {
    return null;
  }
}
