import { isUtf8 } from 'node:buffer';
import { mkdir, rename, writeFile } from 'node:fs/promises';
import { basename, dirname, join, resolve } from 'node:path';
import { defaultInstallLimits } from '../../install/limits.ts';
import { packApp } from '../../install/pack-app.ts';
import { type PackedFiles, readPackedFiles } from '../../install/packed-files.ts';
import type { AppFiles } from '../../marketplace/app-files.ts';
import { type Finding, hasErrors } from '../../marketplace/finding.ts';
import { validateApp } from '../../marketplace/validate-app.ts';
import { CommandFailed, EXIT } from '../command-failed.ts';
import { countFindings, findingLines } from '../finding-text.ts';
import type { Invocation } from '../invocation.ts';

export type AppPackOptions = { readonly out?: string; readonly json?: boolean };

/**
 * `app pack DIR`: checks the app and writes its package. What keeps an app from loading keeps it from being packed: a
 * package that cannot be installed helps nobody, so nothing switches the check off.
 */
export async function pack(invocation: Invocation, folder: string, options: AppPackOptions): Promise<void> {
  const packed = await read(folder);
  const files = textOf(packed);
  if (hasErrors(packed.findings)) throw refusedApp(folder, files, packed.findings);
  // Judged is what is packed, and not what lies around it: nobody else will have that.
  const { findings } = validateApp(files);
  if (hasErrors(findings)) throw refusedApp(folder, files, findings);
  const { zip, sha256, digest } = await packApp(packed.files);
  const file = options.out ?? join(folder, 'dist', `${basename(resolve(folder))}.zip`);
  await write(file, zip);
  const summary = { file, bytes: zip.length, files: packed.files.length, sha256, digest };
  if (options.json === true) {
    await invocation.terminal.line(JSON.stringify({ ...summary, left_out: packed.leftOut, findings }));
  } else await print(invocation, { ...summary, folder, packed, findings });
}

async function read(folder: string): Promise<PackedFiles> {
  try {
    return await readPackedFiles(folder, defaultInstallLimits);
  } catch (cause) {
    const { code } = cause as NodeJS.ErrnoException;
    const isMissing = code === 'ENOENT' || code === 'ENOTDIR';
    throw new CommandFailed(
      isMissing ? `There is no folder ${folder}.` : `${folder} cannot be read (${code}).`,
      EXIT.failed,
      cause,
    );
  }
}

/** The files as the checks take them: what is no text counts by being there. */
function textOf({ files }: PackedFiles): AppFiles {
  return new Map(files.map(({ path, content }) => [path, isUtf8(content) ? Buffer.from(content).toString() : '']));
}

function refusedApp(folder: string, files: AppFiles, findings: readonly Finding[]): CommandFailed {
  const errors = findings.filter(({ severity }) => severity === 'error');
  const lines = errors.flatMap((finding) => findingLines(finding, folder, files));
  return new CommandFailed([`${folder} cannot be packed (${countFindings(errors)}):`, ...lines].join('\n'));
}

/** Under another name first: who looks meanwhile sees the package before, or this one, and never a half. */
async function write(file: string, zip: Uint8Array): Promise<void> {
  await mkdir(dirname(resolve(file)), { recursive: true });
  const unfinished = `${file}.${process.pid}`;
  await writeFile(unfinished, zip);
  await rename(unfinished, file);
}

type Summary = {
  readonly file: string;
  readonly bytes: number;
  readonly files: number;
  readonly sha256: string;
  readonly digest: string;
  readonly folder: string;
  readonly packed: PackedFiles;
  readonly findings: readonly Finding[];
};

async function print({ terminal }: Invocation, summary: Summary): Promise<void> {
  const { file, bytes, files, sha256, digest, folder, packed, findings } = summary;
  const remarks = countFindings(findings);
  if (remarks !== null) terminal.say(`${remarks}: rollcall app validate ${folder} names them`);
  if (packed.leftOut.length > 0) terminal.say(`left out: ${packed.leftOut.join(', ')}`);
  await terminal.line(`${file}: ${files} files, ${bytes} bytes`);
  await terminal.line(`sha256 ${sha256}`);
  await terminal.line(`content ${digest}`);
}
