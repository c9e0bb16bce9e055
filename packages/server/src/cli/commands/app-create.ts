import { mkdir, readdir, writeFile } from 'node:fs/promises';
import { basename, dirname, join, resolve } from 'node:path';
import { type AppTemplate, newAppFiles, type TemplatePlatform } from '../app-template.ts';
import { CommandFailed, EXIT, wrongUsage } from '../command-failed.ts';
import type { Invocation } from '../invocation.ts';

export type AppCreateOptions = {
  readonly template: AppTemplate;
  readonly platform: TemplatePlatform;
  readonly json?: boolean;
};

/** `app create DIR`: an app that validates, is typed and has tests, in a folder that is not there or empty. */
export async function create({ terminal }: Invocation, folder: string, options: AppCreateOptions): Promise<void> {
  await requireEmpty(folder);
  const { template, platform } = options;
  const files = newAppFiles({ name: basename(resolve(folder)), template, platform });
  for (const [path, text] of files) await write(join(folder, path), text);
  const paths = [...files.keys()].toSorted();
  if (options.json === true) {
    await terminal.line(JSON.stringify({ folder, template, platform_version: platform, files: paths }));
    return;
  }
  for (const path of paths) await terminal.line(join(folder, path));
  terminal.say(`${folder} is an app of platform ${platform}. See it at work: rollcall app run ${folder}`);
}

async function write(file: string, text: string): Promise<void> {
  await mkdir(dirname(file), { recursive: true });
  // Never over a file that came to be meanwhile.
  await writeFile(file, text, { flag: 'wx' });
}

async function requireEmpty(folder: string): Promise<void> {
  const names = await namesIn(folder);
  if (names.length === 0) return;
  const shown = names.toSorted().slice(0, NAMES_SHOWN_MAX).join(', ');
  const more = names.length > NAMES_SHOWN_MAX ? ` and ${names.length - NAMES_SHOWN_MAX} more` : '';
  throw wrongUsage(`${folder} is not empty: ${shown}${more}. Name a folder that is empty, or not there yet.`);
}

async function namesIn(folder: string): Promise<readonly string[]> {
  try {
    return await readdir(folder);
  } catch (cause) {
    const { code } = cause as NodeJS.ErrnoException;
    if (code === 'ENOENT') return [];
    if (code === 'ENOTDIR') throw wrongUsage(`${folder} is a file. Name a folder that is empty, or not there yet.`);
    throw new CommandFailed(`${folder} cannot be read (${code}).`, EXIT.failed, cause);
  }
}

const NAMES_SHOWN_MAX = 5;
