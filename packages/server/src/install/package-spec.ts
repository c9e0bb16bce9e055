import type { Dependency } from '../marketplace/app-definition.ts';
import type { Finding } from '../marketplace/finding.ts';
import { installError } from './app-file.ts';

/** What keeps the packages of a manifest from being asked for: their names, and where they say they come from. */
export function specFindings(dependencies: readonly Dependency[]): readonly Finding[] {
  return dependencies.flatMap(({ name, version }) => {
    if (!isPackageName(name)) {
      return [
        installError('dependency-name', 'manifest.json', `Unknown dependency mentioned in manifest.json: ${name}.`),
      ];
    }
    if (isRegistryVersion(version)) return [];
    const message = `Package ${name} must come from the registry, by a version or a range of versions, not from ${version}`;
    return [installError('dependency-source', 'manifest.json', message, `"${name}": "1.2.3"`)];
  });
}

export function isPackageName(name: string): boolean {
  return name.length <= 214 && /^(@[a-z0-9~-][a-z0-9._~-]*\/)?[a-z0-9~-][a-z0-9._~-]*$/i.test(name);
}

/**
 * Whether a version asks the registry: a number, a range, or a tag such as `latest`. Everything else that npm takes (a
 * path, an archive, a repository, a web address, another name) brings code that nobody published under this name.
 */
export function isRegistryVersion(version: string): boolean {
  if (version.length > 200 || !/^[0-9A-Za-z.+\-^~<>=|*\s]*$/.test(version)) return false;
  return !/^\s*\.|^\s*~\s*$|\.(tgz|tar|tar\.gz)\s*$/i.test(version);
}
