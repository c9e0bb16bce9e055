import { mkdir, realpath, rename, rm, stat, writeFile } from 'node:fs/promises';
import { dirname, join, sep } from 'node:path';
import type { AppFiles } from '../marketplace/app-files.ts';
import { CommandFailed } from './command-failed.ts';

/**
 * Writes files of an app folder, each under another name first and then in one step, with the rights that it had: who
 * looks meanwhile sees the file before or the file after, and never a half. A file that is a link is written where the
 * link leads, as long as that is in the folder.
 *
 * @param folder the real path of the app folder
 */
export async function writeAppFiles(folder: string, files: AppFiles, paths: readonly string[]): Promise<void> {
  for (const path of paths) await writeOne(folder, path, files.get(path) ?? '');
}

async function writeOne(folder: string, path: string, text: string): Promise<void> {
  const file = await targetOf(folder, path);
  const mode = await stat(file).then(
    (info) => info.mode & 0o777,
    () => 0o644,
  );
  const unfinished = `${file}.${process.pid}.tmp`;
  try {
    await writeFile(unfinished, text, { mode });
    await rename(unfinished, file);
  } catch (error) {
    await rm(unfinished, { force: true });
    throw new CommandFailed(`Cannot write ${path} (${(error as NodeJS.ErrnoException).code}).`, 1, error);
  }
}

async function targetOf(folder: string, path: string): Promise<string> {
  const file = join(folder, path);
  await mkdir(dirname(file), { recursive: true });
  const target = await realpath(file).catch(() => file);
  if (!target.startsWith(folder + sep)) throw new CommandFailed(`${path} leads out of ${folder}: it is left as it is.`);
  return target;
}
