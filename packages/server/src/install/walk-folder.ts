import type { Dirent } from 'node:fs';
import { lstat, readdir } from 'node:fs/promises';
import { join } from 'node:path';
import type { Finding } from '../marketplace/finding.ts';
import { type AppFile, contentFindings, installError, isLeftOut, pathFaults } from './app-file.ts';
import type { InstallLimits } from './limits.ts';

/** The files of an app's folder in the order of their paths, and everything that keeps them from being installed. */
export type FolderWalk = { readonly files: readonly AppFile[]; readonly findings: readonly Finding[] };

/**
 * Looks through a folder without reading a file. Only plain files and folders are taken: a link would make files of the
 * machine look like the app's own, a device or a pipe would be read for ever.
 *
 * @throws Error of the system when the folder cannot be read
 */
export async function walkFolder(root: string, limits: InstallLimits): Promise<FolderWalk> {
  const walk: Walk = { root, limits, files: [], findings: [] };
  await walkBelow(walk, '');
  const files = walk.files.toSorted((left, right) => (left.path < right.path ? -1 : 1));
  return { files, findings: [...walk.findings, ...contentFindings(files, limits)].slice(0, limits.findingsMax) };
}

type Walk = {
  readonly root: string;
  readonly limits: InstallLimits;
  readonly files: AppFile[];
  readonly findings: Finding[];
};

async function walkBelow(walk: Walk, below: string): Promise<void> {
  const entries = await readdir(join(walk.root, below), { withFileTypes: true });
  for (const entry of entries) {
    // One more than may be is enough to say so.
    if (walk.files.length > walk.limits.filesMax || walk.findings.length >= walk.limits.findingsMax) return;
    const path = below === '' ? entry.name : `${below}/${entry.name}`;
    if (!isLeftOut(path)) await take(walk, entry, path);
  }
}

async function take(walk: Walk, entry: Dirent, path: string): Promise<void> {
  const faults = pathFaults(path, walk.limits);
  if (faults.length > 0) {
    walk.findings.push(installError('bad-path', path, faults.join('; ')));
  } else if (entry.isDirectory()) {
    await walkBelow(walk, path);
  } else if (entry.isFile()) {
    await takeFile(walk, path);
  } else {
    walk.findings.push(notPlain(entry, path));
  }
}

async function takeFile(walk: Walk, path: string): Promise<void> {
  const { size, nlink } = await lstat(join(walk.root, path));
  if (nlink > 1) {
    const message = 'a hard link: the same file stands elsewhere on the machine too, and could be changed from there';
    walk.findings.push(installError('hard-link', path, message, 'put a copy of the file in its place'));
    return;
  }
  walk.files.push({ path, bytes: size });
}

function notPlain(entry: Dirent, path: string): Finding {
  if (!entry.isSymbolicLink()) return installError('not-a-file', path, 'neither a file nor a folder');
  const message = 'a symbolic link: an app consists of plain files and folders';
  return installError('symbolic-link', path, message, 'put a copy of what it leads to in its place');
}
