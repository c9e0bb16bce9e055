import type { Dependency } from '../marketplace/app-definition.ts';
import type { Finding } from '../marketplace/finding.ts';
import { installError } from './app-file.ts';
import type { NpmOutcome } from './npm-process.ts';

/** Why npm did not do it, and which package of the manifest is to blame; null when that is none of them. */
export type NpmFailure = { readonly finding: Finding; readonly dependency: string | null };

/** What a failed run of npm means, in the platform's words where it has some. */
export function npmFailure(
  outcome: Exclude<NpmOutcome, { kind: 'done' }>,
  dependencies: readonly Dependency[],
): NpmFailure {
  if (outcome.kind === 'missing') {
    const message = 'the app needs packages, and npm is not installed on this machine';
    return general('npm-missing', message, 'install npm, or bring the packages along in server/node_modules');
  }
  if (outcome.kind === 'timed_out') {
    return general('npm-timed-out', 'npm did not get the packages within its time limit', 'try again');
  }
  const { output } = outcome;
  const code = /npm (?:error|ERR!) code (\w+)/.exec(output)?.[1] ?? '';
  if (code === 'E404') return unknownPackage(output, dependencies);
  if (code === 'ETARGET') return unknownVersion(output, dependencies);
  if (code.startsWith('EALLOW')) {
    const message = `a package wants code from elsewhere than the registry: ${firstLine(output)}`;
    return general('dependency-source', message);
  }
  if (unreachable.has(code)) {
    const message = `the package registry cannot be reached (${code})`;
    return general('registry-unreachable', message, 'try again, or bring the packages along in server/node_modules');
  }
  return general('npm-failed', `npm could not install the packages: ${firstLine(output)}`);
}

const unreachable: ReadonlySet<string> = new Set([
  ...['ENOTFOUND', 'EAI_AGAIN', 'ECONNREFUSED', 'ECONNRESET', 'ETIMEDOUT', 'ENETUNREACH', 'EHOSTUNREACH'],
  ...['ERR_SOCKET_TIMEOUT', 'FETCH_ERROR', 'E500', 'E502', 'E503', 'E504'],
]);

function general(code: string, message: string, fix?: string): NpmFailure {
  return { finding: installError(code, 'manifest.json', message, fix), dependency: null };
}

function unknownPackage(output: string, dependencies: readonly Dependency[]): NpmFailure {
  // "npm error 404  'name@version' is not in this registry." — the name alone is certain to stand in the address too.
  const said = [...output.matchAll(/'((?:@[^/'\s]+\/)?[^@'\s]+)@[^']*'/g)].map((match) => match[1] ?? '');
  const asked = [...output.matchAll(/404 Not Found - GET \S*?\/((?:@|%40)?[^/\s]+)\s/g)].map((match) =>
    decoded(match[1] ?? ''),
  );
  const names = [...said, ...asked];
  const known = dependencies.find(({ name }) => names.includes(name));
  const name = known?.name ?? names[0] ?? '';
  const whose = known === undefined ? `A package of the app needs one that the registry does not have: ${name}.` : null;
  const message = whose ?? `Unknown dependency mentioned in manifest.json: ${name}.`;
  return { finding: installError('dependency-unknown', 'manifest.json', message), dependency: known?.name ?? null };
}

function unknownVersion(output: string, dependencies: readonly Dependency[]): NpmFailure {
  const match = /No matching version found for ((?:@[^/\s]+\/)?[^@\s]+)@(.*?)\.?$/m.exec(output);
  const [name, version] = [match?.[1] ?? '', match?.[2] ?? ''];
  const known = dependencies.find((one) => one.name === name);
  const message = `Package ${name} does not have version ${known?.version ?? version}.`;
  return {
    finding: installError('dependency-version-unknown', 'manifest.json', message),
    dependency: known?.name ?? null,
  };
}

function decoded(text: string): string {
  try {
    return decodeURIComponent(text);
  } catch {
    return text;
  }
}

function firstLine(output: string): string {
  const lines = output.split('\n').map((line) => line.replace(/^npm (error|ERR!)\s*/, '').trim());
  const told = lines.filter((line) => line !== '' && !line.startsWith('code ') && !line.startsWith('npm warn'));
  return (told[0] ?? 'it did not say why').slice(0, 300);
}
