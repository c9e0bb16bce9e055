import type { Dirent } from 'node:fs';
import { readdir, readFile } from 'node:fs/promises';
import { join } from 'node:path';
import type { Finding } from '../marketplace/finding.ts';
import { type AppFile, contentFindings, installError, pathFaults } from './app-file.ts';
import type { InstallLimits } from './limits.ts';

/** A file that goes into an app's package. */
export type PackedFile = { readonly path: string; readonly content: Uint8Array };

/** What of an app's folder is the app, in the order of the paths; and what stays at home, at the top of the folder. */
export type PackedFiles = {
  readonly files: readonly PackedFile[];
  readonly leftOut: readonly string[];
  readonly findings: readonly Finding[];
};

const foldersPacked: ReadonlySet<string> = new Set(['app', 'server', 'config']);
const filePacked = /^(manifest\.json|actions\.json|(readme|license|licence|notice|changelog)(\.(md|txt))?)$/i;
/** Of the developer, wherever they lie: packages are installed anew, test data and coverage are nobody else's. */
const foldersLeftOut: ReadonlySet<string> = new Set(['node_modules', 'test_data', 'coverage']);

/**
 * Reads the files that an app's package consists of: the folders `app`, `server` and `config` and a few files beside
 * them. Names that begin with a dot stay at home: that is where tools keep settings, and people keep secrets.
 *
 * @throws Error of the system when the folder cannot be read
 */
export async function readPackedFiles(root: string, limits: InstallLimits): Promise<PackedFiles> {
  const walk: Walk = { root, limits, files: [], leftOut: [], findings: [], bytes: 0 };
  for (const entry of await entriesOf(root)) {
    if (isPackedAtTop(entry)) await take(walk, entry, entry.name);
    else walk.leftOut.push(entry.isDirectory() ? `${entry.name}/` : entry.name);
  }
  const files = walk.files.toSorted((left, right) => (left.path < right.path ? -1 : 1));
  const sizes: readonly AppFile[] = files.map(({ path, content }) => ({ path, bytes: content.length }));
  const findings = [...walk.findings, ...contentFindings(sizes, limits)].slice(0, limits.findingsMax);
  return { files, leftOut: walk.leftOut, findings };
}

type Walk = {
  readonly root: string;
  readonly limits: InstallLimits;
  readonly files: PackedFile[];
  readonly leftOut: string[];
  readonly findings: Finding[];
  bytes: number;
};

function isPackedAtTop(entry: Dirent): boolean {
  return foldersPacked.has(entry.name) || (!entry.isDirectory() && filePacked.test(entry.name));
}

async function take(walk: Walk, entry: Dirent, path: string): Promise<void> {
  const faults = pathFaults(path, walk.limits);
  if (faults.length > 0) walk.findings.push(installError('bad-path', path, faults.join('; ')));
  else if (entry.isDirectory()) await takeFolder(walk, path);
  else if (entry.isFile()) await takeFile(walk, path);
  else walk.findings.push(installError('not-a-file', path, 'a link or a device: an app consists of plain files'));
}

async function takeFolder(walk: Walk, folder: string): Promise<void> {
  for (const entry of await entriesOf(join(walk.root, folder))) {
    const isLeftOut = entry.name.startsWith('.') || foldersLeftOut.has(entry.name);
    if (!isLeftOut && !isFull(walk)) await take(walk, entry, `${folder}/${entry.name}`);
  }
}

/** One file too many or too large is enough to say so: what lies behind it need not be read. */
function isFull({ files, bytes, limits }: Walk): boolean {
  return files.length > limits.ownFilesMax || bytes > limits.ownBytesMax;
}

async function takeFile(walk: Walk, path: string): Promise<void> {
  const content = await readFile(join(walk.root, path));
  walk.bytes += content.length;
  walk.files.push({ path, content });
}

async function entriesOf(folder: string): Promise<readonly Dirent[]> {
  const entries = await readdir(folder, { withFileTypes: true });
  return entries.toSorted((left, right) => (left.name < right.name ? -1 : 1));
}
