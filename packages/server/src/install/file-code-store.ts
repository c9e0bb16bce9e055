import { randomUUID } from 'node:crypto';
import { mkdir, readdir, realpath, rename, rm, stat } from 'node:fs/promises';
import { basename, join, resolve } from 'node:path';
import type { AppSource, CodeStore, Settling, StagedCode, Staging } from '../apps/code-store.ts';
import type { Finding } from '../marketplace/finding.ts';
import { addPackages, versionWarnings } from './add-packages.ts';
import { installError } from './app-file.ts';
import { contentDigest } from './content-digest.ts';
import { ChangedMeanwhile, copyFiles, hashFiles, sealFiles, syncFolder } from './copy-files.ts';
import { defaultInstallLimits, type InstallLimits } from './limits.ts';
import { unpackZip } from './unpack-zip.ts';
import { walkFolder } from './walk-folder.ts';

export type CodeStoreParts = {
  /** Where the packages lie, each under its digest. Made when it is needed. */
  readonly folder: string;
  /** The environment of the machine's npm: its registry, its proxies. */
  readonly environment: Readonly<Record<string, string | undefined>>;
  readonly limits?: Partial<InstallLimits>;
};

/**
 * Apps' code in a folder. A copy is made in a folder beside the final ones and renamed at the end, so that under a
 * digest there is either all of it or nothing.
 */
export function fileCodeStore(parts: CodeStoreParts): CodeStore {
  const limits: InstallLimits = { ...defaultInstallLimits, ...parts.limits };
  const folder = resolve(parts.folder);
  const place: Place = { ...parts, folder, limits };
  return {
    stage: (source) => stage(place, source),
    fingerprintOf: async (source) => {
      const walk = await readSource(source, limits);
      if (walk.kind === 'refused') return null;
      return hashFiles(walk.root, walk.files).then(contentDigest, () => null);
    },
    folderOf: (digest) => join(folder, digest),
    remove: (digest) => removeFolder(join(folder, digest)),
    async keepOnly(digests) {
      const names = await readdir(folder).catch(() => []);
      const over = names.filter((name) => isOurs(name) && !digests.has(name));
      for (const name of over) await removeFolder(join(folder, name));
    },
  };
}

type Place = { readonly folder: string; readonly environment: NodeJS.ProcessEnv; readonly limits: InstallLimits };

const STAGING = '.staging-';

/** Nothing else in the folder is touched: somebody may have been told to put the data folder where he keeps other things. */
function isOurs(name: string): boolean {
  return name.startsWith(STAGING) || /^[0-9a-f]{64}$/.test(name);
}

function removeFolder(path: string): Promise<void> {
  return rm(path, { recursive: true, force: true, maxRetries: 2 });
}

async function stage(place: Place, source: AppSource): Promise<Staging> {
  const folder = join(place.folder, `${STAGING}${randomUUID()}`);
  await mkdir(folder, { recursive: true });
  try {
    const filled = await fill(place, folder, source);
    if (filled.kind === 'refused') {
      await removeFolder(folder);
      return filled;
    }
    return { kind: 'staged', code: stagedCode(place, folder, filled) };
  } catch (cause) {
    await removeFolder(folder);
    if (cause instanceof ChangedMeanwhile) return refused([installError('changed', cause.path, cause.message)]);
    throw cause;
  }
}

type Filled = { readonly kind: 'filled'; readonly fingerprint: string; readonly name: string | null };
type Refused = Extract<Staging, { kind: 'refused' }>;

function refused(findings: readonly Finding[]): Refused {
  return { kind: 'refused', findings };
}

async function fill({ limits }: Place, folder: string, source: AppSource): Promise<Filled | Refused> {
  if (source.kind === 'folder') {
    const walk = await readSource(source.folder, limits);
    if (walk.kind === 'refused') return walk;
    const hashed = await copyFiles(walk.root, folder, walk.files);
    return { kind: 'filled', fingerprint: contentDigest(hashed), name: basename(source.folder) };
  }
  const unpacking = await unpackZip(source.bytes, folder, limits);
  if (unpacking.kind === 'refused') return unpacking;
  const hashed = await hashFiles(folder, unpacking.files);
  return { kind: 'filled', fingerprint: contentDigest(hashed), name: unpacking.subFolder };
}

/** The plain files of a folder that an app is to be copied from, or why it cannot be. */
async function readSource(folder: string, limits: InstallLimits) {
  const root = await realpath(folder).catch(() => null);
  const isFolder = root !== null && (await stat(root)).isDirectory();
  if (!isFolder) return refused([installError('folder-missing', '', `there is no folder ${folder}`)]);
  try {
    const { files, findings } = await walkFolder(root, limits);
    return findings.length > 0 ? refused(findings) : { kind: 'walked' as const, root, files };
  } catch (cause) {
    const message = cause instanceof Error ? cause.message : String(cause);
    return refused([installError('folder-unreadable', '', message)]);
  }
}

function stagedCode(place: Place, folder: string, { fingerprint, name }: Filled): StagedCode {
  return {
    folder,
    fingerprint,
    name,
    async addPackages(dependencies) {
      const warnings = await versionWarnings(dependencies, folder);
      const { environment, limits } = place;
      const workFolder = `${folder}.packages`;
      const findings = await addPackages(dependencies, { appFolder: folder, workFolder, environment, limits });
      return [...warnings, ...findings];
    },
    settle: () => settle(place, folder),
    discard: () => removeFolder(folder),
  };
}

async function settle(place: Place, folder: string): Promise<Settling> {
  const { files, findings } = await walkFolder(folder, place.limits);
  if (findings.length > 0) return { kind: 'refused', findings };
  const digest = contentDigest(await hashFiles(folder, files));
  const target = join(place.folder, digest);
  await sealFiles(folder, files);
  if ((await stat(target).catch(() => null)) === null) await rename(folder, target);
  else await removeFolder(folder);
  await syncFolder(place.folder);
  return { kind: 'settled', digest, folder: target };
}
