import { mkdir, readdir, readFile, rename, rm, stat, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import type { Dependency } from '../marketplace/app-definition.ts';
import type { Finding } from '../marketplace/finding.ts';
import { memberOf, readJsonDocument } from '../marketplace/json-document.ts';
import { positionAt, sourceText } from '../marketplace/source-text.ts';
import { installError } from './app-file.ts';
import { type InstallLimits, packagesFolder } from './limits.ts';
import { lockFindings } from './lock-findings.ts';
import { npmFailure } from './npm-failure.ts';
import { type NpmRun, runNpm } from './npm-process.ts';
import { specFindings } from './package-spec.ts';

export type PackagesWork = {
  /** The staged app. */
  readonly appFolder: string;
  /** A folder for npm to work in, of this work alone; removed afterwards. */
  readonly workFolder: string;
  readonly environment: NpmRun['environment'];
  readonly limits: InstallLimits;
};

/**
 * Installs the packages that a manifest names and that the app did not bring along. What it brought is used as it is:
 * that is how a package that needs a server which is not there gets a stand-in.
 */
export async function addPackages(
  dependencies: readonly Dependency[],
  work: PackagesWork,
): Promise<readonly Finding[]> {
  const present = await Promise.all(dependencies.map((one) => versionOf(work.appFolder, one.name)));
  const missing = dependencies.filter((_, index) => present[index] === null);
  const excess = tooMany(missing, work.limits);
  if (excess.length > 0) return excess;
  const named = missing.map((one) =>
    specFindings([one]).map((finding) => inManifest(finding, one.name, work.appFolder)),
  );
  const findings = await Promise.all(named.flat());
  if (findings.length > 0 || missing.length === 0) return findings;
  try {
    return await install(missing, { ...work, endsAt: performance.now() + work.limits.npmMsMax });
  } finally {
    await rm(work.workFolder, { recursive: true, force: true });
  }
}

function tooMany(missing: readonly Dependency[], { dependenciesMax }: InstallLimits): readonly Finding[] {
  if (missing.length <= dependenciesMax) return [];
  const message = `the manifest names more than ${dependenciesMax} packages that the app does not bring along`;
  return [
    installError('too-many-dependencies', 'manifest.json', message, 'bring packages along in server/node_modules'),
  ];
}

/** `endsAt`: when the time for all runs of npm together is over, on the clock that only goes on. */
type TimedWork = PackagesWork & { readonly endsAt: number };

async function install(missing: readonly Dependency[], work: TimedWork): Promise<readonly Finding[]> {
  const unknown = await lookUp(missing, work);
  if (unknown.length > 0) return unknown;
  const elsewhere = lockFindings(await readFile(join(work.workFolder, 'package-lock.json'), 'utf8'));
  if (elsewhere.length > 0) return elsewhere;
  const outcome = await runNpm(runOf(work, false));
  if (outcome.kind !== 'done') return [npmFailure(outcome, missing).finding];
  const after = lockFindings(await readFile(join(work.workFolder, 'package-lock.json'), 'utf8'));
  if (after.length > 0) return after;
  await moveIn(work);
  return [];
}

/** Has npm find out what would be installed. npm stops at the first package that is not there: the others are looked up without it. */
async function lookUp(missing: readonly Dependency[], work: TimedWork): Promise<readonly Finding[]> {
  const findings: Finding[] = [];
  let asked = missing;
  for (let round = 0; round < work.limits.npmRoundsMax && asked.length > 0; round++) {
    await writeManifest(asked, work);
    const outcome = await runNpm(runOf(work, true));
    if (outcome.kind === 'done') break;
    const { finding, dependency } = npmFailure(outcome, asked);
    findings.push(dependency === null ? finding : await inManifest(finding, dependency, work.appFolder));
    if (dependency === null) break;
    asked = asked.filter(({ name }) => name !== dependency);
  }
  return findings;
}

async function writeManifest(dependencies: readonly Dependency[], { workFolder }: PackagesWork): Promise<void> {
  await rm(workFolder, { recursive: true, force: true });
  await mkdir(workFolder, { recursive: true });
  const versions = Object.fromEntries(dependencies.map(({ name, version }) => [name, version]));
  const manifest = { name: 'packages-of-an-app', version: '1.0.0', private: true, dependencies: versions };
  await writeFile(join(workFolder, 'package.json'), JSON.stringify(manifest));
}

function runOf({ workFolder, environment, limits, endsAt }: TimedWork, isLockOnly: boolean): NpmRun {
  const msMax = Math.max(0, endsAt - performance.now());
  return { folder: workFolder, cacheFolder: join(workFolder, '.cache'), isLockOnly, environment, limits, msMax };
}

/** Puts the packages beside those that were there before, which stay. */
async function moveIn({ appFolder, workFolder }: PackagesWork): Promise<void> {
  const from = join(workFolder, 'node_modules');
  const to = join(appFolder, packagesFolder);
  await mkdir(to, { recursive: true });
  for (const name of await namesIn(from)) {
    if (!name.startsWith('@')) {
      await moveOne(join(from, name), join(to, name));
      continue;
    }
    await mkdir(join(to, name), { recursive: true });
    for (const part of await namesIn(join(from, name))) await moveOne(join(from, name, part), join(to, name, part));
  }
}

async function moveOne(from: string, to: string): Promise<void> {
  if (!(await isThere(to))) await rename(from, to);
}

async function namesIn(folder: string): Promise<readonly string[]> {
  return (await isThere(folder)) ? (await readdir(folder)).filter((name) => !name.startsWith('.')) : [];
}

async function isThere(path: string): Promise<boolean> {
  return (await stat(path).catch(() => null)) !== null;
}

/** The version of a package that the app brought along; null when it brought none. */
async function versionOf(appFolder: string, name: string): Promise<string | null> {
  const path = join(appFolder, packagesFolder, name, 'package.json');
  const text = await readFile(path, 'utf8').catch(() => null);
  if (text === null) return null;
  try {
    return String((JSON.parse(text) as { version?: unknown }).version);
  } catch {
    return '';
  }
}

/** A package that the app brought in another version than its manifest says: used as it is, and said. */
export async function versionWarnings(
  dependencies: readonly Dependency[],
  appFolder: string,
): Promise<readonly Finding[]> {
  const present = await Promise.all(dependencies.map((one) => versionOf(appFolder, one.name)));
  const findings = dependencies.map(async ({ name, version }, index) => {
    const found = present[index] ?? null;
    if (found === null || found === version || !/^\d/.test(version)) return [];
    const message = `server/node_modules has ${name} in version ${found || 'unknown'}, the manifest names ${version}`;
    const finding = {
      ...installError('dependency-version-differs', 'manifest.json', message),
      severity: 'warning' as const,
    };
    return [await inManifest(finding, name, appFolder)];
  });
  return (await Promise.all(findings)).flat();
}

/** The finding at the line on which the manifest names the package. */
async function inManifest(finding: Finding, name: string, appFolder: string): Promise<Finding> {
  const text = await readFile(join(appFolder, 'manifest.json'), 'utf8').catch(() => '{}');
  const source = sourceText('manifest.json', text);
  const { root } = readJsonDocument(source);
  const dependency = memberOf(memberOf(root ?? undefined, 'dependencies')?.value, name);
  return dependency === undefined ? finding : { ...finding, ...positionAt(source, dependency.keyNode.offset) };
}
