import { spawn } from 'node:child_process';
import { existsSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import type { Dependency } from '../marketplace/app-definition.ts';
import { WORKBENCH_LIMITS } from './limits.ts';

/** How an installation of packages ended. */
export type PackagesOutcome =
  | { readonly kind: 'installed'; readonly count: number }
  | { readonly kind: 'failed'; readonly sentence: string }
  /** npm ran and said no; `output` is what it wrote about it. */
  | { readonly kind: 'npm_failed'; readonly output: string };

/** The dependencies that are not in server/node_modules in the version that the manifest names. */
export function missingPackages(folder: string, dependencies: readonly Dependency[]): readonly Dependency[] {
  return dependencies.filter(({ name, version }) => installedVersion(folder, name) !== version);
}

/** A name of a package as registries have them: nothing that npm would take for a path, an address or an option. */
const PACKAGE_NAME = /^(?:@[a-z0-9][\w.-]*\/)?[a-z0-9][\w.-]*$/i;
const EXACT_VERSION = /^\d+\.\d+\.\d+(?:[-+][\w.+-]+)?$/;

/**
 * Installs packages into server/node_modules with npm, as the vendor's kit does, without running any script of theirs.
 * Nothing else in the folder is written: no package.json, no lock file.
 *
 * @param say one line of npm's output at a time
 */
export async function installPackages(
  folder: string,
  dependencies: readonly Dependency[],
  say: (line: string) => void,
  signal?: AbortSignal,
): Promise<PackagesOutcome> {
  const odd = dependencies.find(({ name, version }) => !PACKAGE_NAME.test(name) || !EXACT_VERSION.test(version));
  if (odd !== undefined) {
    const sentence = `${odd.name}@${odd.version} is no package of a registry in an exact version: it is not installed.`;
    return { kind: 'failed', sentence };
  }
  const server = join(folder, 'server');
  const names = dependencies.map(({ name, version }) => `${name}@${version}`);
  const quiet = ['--no-save', '--no-package-lock', '--ignore-scripts', '--no-audit', '--no-fund', '--omit=dev'];
  return runNpm(['install', '--prefix', server, ...quiet, '--', ...names], { cwd: server, say, signal }, names.length);
}

function runNpm(
  words: readonly string[],
  options: { readonly cwd: string; readonly say: (line: string) => void; readonly signal: AbortSignal | undefined },
  count: number,
): Promise<PackagesOutcome> {
  return new Promise((resolve) => {
    const signals = [AbortSignal.timeout(WORKBENCH_LIMITS.packagesMs)];
    if (options.signal !== undefined) signals.push(options.signal);
    const child = spawn('npm', words, {
      cwd: options.cwd,
      stdio: ['ignore', 'pipe', 'pipe'],
      signal: AbortSignal.any(signals),
      // On Windows npm is a batch file, which only a shell starts; names and versions were checked above.
      shell: process.platform === 'win32',
    });
    const errors: string[] = [];
    const read = (text: string, isError: boolean) => {
      for (const line of text.split(/\r?\n/)) {
        if (line.trim() === '') continue;
        if (isError) errors.push(line);
        options.say(line);
      }
    };
    child.stdout.setEncoding('utf8').on('data', (text: string) => read(text, false));
    child.stderr.setEncoding('utf8').on('data', (text: string) => read(text, true));
    child.once('error', (cause: NodeJS.ErrnoException) => {
      const sentence = cause.code === 'ENOENT' ? 'npm was not found on this machine.' : `npm: ${cause.message}`;
      resolve({ kind: 'failed', sentence });
    });
    child.once('close', (code) => {
      if (code === 0) resolve({ kind: 'installed', count });
      else resolve({ kind: 'npm_failed', output: errors.join('\n') });
    });
  });
}

function installedVersion(folder: string, name: string): string | null {
  if (!PACKAGE_NAME.test(name)) return null;
  const file = join(folder, 'server', 'node_modules', name, 'package.json');
  if (!existsSync(file)) return null;
  try {
    const { version } = JSON.parse(readFileSync(file, 'utf8')) as { readonly version?: unknown };
    return typeof version === 'string' ? version : null;
  } catch {
    return null;
  }
}
