import { createHash } from 'node:crypto';
import { constants } from 'node:fs';
import { type FileHandle, mkdir, open } from 'node:fs/promises';
import { dirname, join } from 'node:path';
import type { AppFile } from './app-file.ts';
import type { HashedFile } from './content-digest.ts';
import { inTurns } from './in-turns.ts';

/** A file has become another one while it was copied. */
export class ChangedMeanwhile extends Error {
  override readonly name = 'ChangedMeanwhile';
  readonly path: string;

  constructor(path: string) {
    super(`${path} was changed while it was copied`);
    this.path = path;
  }
}

const filesAtOnce = 16;

/**
 * Copies files into a folder, byte by byte and never by a link, and hashes them on the way.
 *
 * @throws ChangedMeanwhile when a file is not what the walk saw
 */
export function copyFiles(from: string, to: string, files: readonly AppFile[]): Promise<readonly HashedFile[]> {
  return inTurns(files, filesAtOnce, async (file) => {
    const content = await readPlainFile(from, file);
    await writeNewFile(join(to, file.path), content);
    return { path: file.path, hash: hashOf(content) };
  });
}

/** Hashes the files of a folder. */
export function hashFiles(folder: string, files: readonly AppFile[]): Promise<readonly HashedFile[]> {
  return inTurns(files, filesAtOnce, async (file) => {
    return { path: file.path, hash: hashOf(await readPlainFile(folder, file)) };
  });
}

/** Writes a file that is not there yet, with the folders above it. */
export async function writeNewFile(path: string, content: Uint8Array): Promise<void> {
  await mkdir(dirname(path), { recursive: true });
  const file = await open(path, 'wx', 0o644);
  try {
    await file.writeFile(content);
  } finally {
    await file.close();
  }
}

/** Makes files read-only, and has the disk keep them through a power cut: a digest must never name a torn file. */
export async function sealFiles(folder: string, files: readonly AppFile[]): Promise<void> {
  await inTurns(files, filesAtOnce, async ({ path }) => {
    const file = await open(join(folder, path), 'r');
    try {
      await file.chmod(0o444);
      await file.sync();
    } finally {
      await file.close();
    }
  });
  const folders = new Set(files.flatMap(({ path }) => foldersAbove(path)));
  await inTurns([...folders], filesAtOnce, (path) => syncFolder(join(folder, path)));
}

export async function syncFolder(path: string): Promise<void> {
  const folder = await open(path, 'r');
  try {
    await folder.sync();
  } finally {
    await folder.close();
  }
}

function foldersAbove(path: string): readonly string[] {
  const parts = path.split('/').slice(0, -1);
  return ['', ...parts.map((_, index) => parts.slice(0, index + 1).join('/'))];
}

async function readPlainFile(root: string, { path, bytes }: AppFile): Promise<Uint8Array> {
  // What was a file when the folder was walked may have been made a link since.
  const file = await open(join(root, path), constants.O_RDONLY | constants.O_NOFOLLOW);
  try {
    await requireAsSeen(file, { path, bytes });
    const content = await file.readFile();
    if (content.length !== bytes) throw new ChangedMeanwhile(path);
    return content;
  } finally {
    await file.close();
  }
}

async function requireAsSeen(file: FileHandle, { path, bytes }: AppFile): Promise<void> {
  const found = await file.stat();
  if (!found.isFile() || found.size !== bytes) throw new ChangedMeanwhile(path);
}

function hashOf(content: Uint8Array): string {
  return createHash('sha256').update(content).digest('hex');
}
