import { lstat, readdir, readFile, realpath, stat } from 'node:fs/promises';
import { join, sep } from 'node:path';
import type { AppFiles } from '../marketplace/app-files.ts';
import { type Finding, type FindingSeverity, hasErrors } from '../marketplace/finding.ts';

/** An app's folder as its files, or what keeps it from being read. */
export type AppFolderReading =
  | {
      readonly kind: 'read';
      /** The folder's real path. */
      readonly folder: string;
      readonly files: AppFiles;
      /** Warnings about what was left out. */
      readonly findings: readonly Finding[];
    }
  | { readonly kind: 'rejected'; readonly code: 'unreadable_app'; readonly findings: readonly Finding[] };

/** What an app may be: packages do not count. The platform refuses packages of more than 5 MB too. */
export const appFilesMax = 5000;
export const appBytesMax = 5 * 1024 * 1024;

const foldersLeftOut = new Set(['.git', '.fdk', '.rollcall', 'coverage', 'dist', 'log']);
const textFile = /\.(js|cjs|mjs|json|html|css|md|txt|svg|ts|yml|yaml)$/i;

/**
 * Reads an app folder, bounded in files and bytes. Links that lead out of the folder are refused: they would make files
 * of the machine look like the app's own.
 */
export async function readAppFolder(folder: string): Promise<AppFolderReading> {
  const root = await realFolder(folder);
  if (root === null) return rejected([note('error', 'folder-missing', '', `there is no folder ${folder}`)]);
  const state: Walk = { root, files: new Map(), findings: [], bytes: 0 };
  try {
    await readBelow(state, '');
    await readPackages(state);
  } catch (cause) {
    const message = cause instanceof Error ? cause.message : String(cause);
    return rejected([...state.findings, note('error', 'folder-unreadable', '', message)]);
  }
  const { files, findings } = state;
  return hasErrors(findings) ? rejected(findings) : { kind: 'read', folder: root, files, findings };
}

interface Walk {
  readonly root: string;
  readonly files: Map<string, string>;
  readonly findings: Finding[];
  bytes: number;
}

function rejected(findings: readonly Finding[]): AppFolderReading {
  return { kind: 'rejected', code: 'unreadable_app', findings };
}

function note(severity: FindingSeverity, code: string, file: string, message: string): Finding {
  return { severity, code, message, file, line: 1, column: 1 };
}

async function realFolder(folder: string): Promise<string | null> {
  try {
    const path = await realpath(folder);
    return (await stat(path)).isDirectory() ? path : null;
  } catch {
    return null;
  }
}

async function readBelow(walk: Walk, below: string): Promise<void> {
  const entries = await readdir(join(walk.root, below), { withFileTypes: true });
  for (const entry of entries.toSorted((left, right) => (left.name < right.name ? -1 : 1))) {
    const path = below === '' ? entry.name : `${below}/${entry.name}`;
    if (isFull(walk)) return;
    if (entry.isSymbolicLink()) await readLink(walk, path);
    else if (entry.isFile()) await readOne(walk, path);
    else if (entry.isDirectory() && isAppFolder(below, entry.name)) await readBelow(walk, path);
  }
}

function isAppFolder(below: string, name: string): boolean {
  if (name === 'node_modules' || name === '.git') return false;
  return below !== '' || !foldersLeftOut.has(name);
}

function isFull(walk: Walk): boolean {
  return walk.findings.some(({ code }) => code === 'too-many-files' || code === 'too-large');
}

async function readLink(walk: Walk, path: string): Promise<void> {
  const target = await realpath(join(walk.root, path)).catch(() => null);
  if (target === null) {
    walk.findings.push(note('warning', 'link-broken', path, 'a symbolic link that leads nowhere is left out'));
  } else if (!target.startsWith(walk.root + sep)) {
    walk.findings.push(note('error', 'link-leads-out', path, 'a symbolic link leads out of the app folder'));
  } else if ((await stat(target)).isFile()) await readOne(walk, path);
  else walk.findings.push(note('warning', 'link-to-folder', path, 'a symbolic link to a folder is not followed'));
}

async function readOne(walk: Walk, path: string): Promise<void> {
  const file = join(walk.root, path);
  const { size } = await stat(file);
  if (isPacked(path)) walk.bytes += size;
  if (walk.bytes > appBytesMax) {
    walk.findings.push(note('error', 'too-large', path, 'Package size exceeds the 5MB limit.'));
    return;
  }
  if (walk.files.size >= appFilesMax) {
    const message = `the app has more than ${appFilesMax} files outside node_modules`;
    walk.findings.push(note('error', 'too-many-files', path, message));
    return;
  }
  const isText = textFile.test(path) && size <= appBytesMax;
  walk.files.set(path, isText ? await readFile(file, 'utf8') : '');
}

// What else lies in the folder, screenshots mostly, is no part of the app's package and does not count.
function isPacked(path: string): boolean {
  return /^(app|config|server|lib)\//.test(path) || !path.includes('/');
}

// Which packages are installed: their own package.json, and nothing else of them.
async function readPackages(walk: Walk): Promise<void> {
  const below = 'server/node_modules';
  for (const name of await namesIn(walk, below)) {
    const packages = name.startsWith('@')
      ? (await namesIn(walk, `${below}/${name}`)).map((part) => `${name}/${part}`)
      : [name];
    for (const each of packages) await readPackage(walk, `${below}/${each}`);
  }
}

async function readPackage(walk: Walk, path: string): Promise<void> {
  const folder = join(walk.root, path);
  const target = await realpath(folder).catch(() => null);
  if (target === null || !target.startsWith(walk.root + sep)) {
    walk.findings.push(
      note('warning', 'package-leads-out', path, 'a package that is a link out of the app folder cannot be read'),
    );
    return;
  }
  const text = await readFile(join(folder, 'package.json'), 'utf8').catch(() => null);
  if (text !== null) walk.files.set(`${path}/package.json`, text);
}

async function namesIn(walk: Walk, path: string): Promise<readonly string[]> {
  const folder = join(walk.root, path);
  const info = await lstat(folder).catch(() => null);
  if (info === null || !info.isDirectory()) return [];
  return (await readdir(folder)).filter((name) => !name.startsWith('.'));
}
