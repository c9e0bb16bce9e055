import { mkdtemp, readFile, rm, stat } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { basename, dirname, join } from 'node:path';
import { defaultInstallLimits } from '../install/limits.ts';
import { unpackZip } from '../install/unpack-zip.ts';
import type { AppDefinition } from '../marketplace/app-definition.ts';
import type { AppFiles } from '../marketplace/app-files.ts';
import { byWeight, type Finding } from '../marketplace/finding.ts';
import { type ValidateOptions, validateApp } from '../marketplace/validate-app.ts';
import { readAppFolder } from '../sandbox/read-app-folder.ts';

/** An app folder, read and checked: everything there is to say, errors first, and the app when nothing keeps it from loading. */
export type ReadApp = {
  /** Null when the folder cannot be read. */
  readonly files: AppFiles | null;
  readonly findings: readonly Finding[];
  readonly app: AppDefinition | null;
};

/** Reads an app folder and checks it. `folder` of the answer is its real path where it could be read. */
export async function readApp(
  folder: string,
  options: ValidateOptions = {},
): Promise<ReadApp & { readonly folder: string }> {
  const info = await stat(folder).catch(() => null);
  if (info?.isFile() === true) return { folder, files: null, findings: [isFile(folder)], app: null };
  const reading = await readAppFolder(folder);
  if (reading.kind === 'rejected') return { folder, files: null, findings: reading.findings, app: null };
  const { findings, app } = validateApp(reading.files, options);
  return {
    folder: reading.folder,
    files: reading.files,
    findings: byWeight([...reading.findings, ...findings]),
    app,
  };
}

/** Reads and checks what may be an app folder or a package: a package is unpacked for as long as it takes. */
export async function readAppOrPackage(path: string, options: ValidateOptions): Promise<ReadApp> {
  if (!/\.zip$/i.test(path) || (await stat(path).catch(() => null))?.isFile() !== true) return readApp(path, options);
  const folder = await mkdtemp(join(tmpdir(), 'rollcall-validate-'));
  try {
    const unpacking = await unpackZip(await readFile(path), folder, defaultInstallLimits);
    if (unpacking.kind === 'refused') return { files: null, findings: unpacking.findings, app: null };
    return await readApp(folder, options);
  } finally {
    await rm(folder, { recursive: true, force: true });
  }
}

function isFile(path: string): Finding {
  const isManifest = basename(path) === 'manifest.json';
  return {
    severity: 'error',
    code: 'folder-missing',
    message: `${path} is a file: give the app folder${isManifest ? '' : ', the one with manifest.json'}`,
    ...(isManifest ? { fix: `give ${dirname(path)}` } : {}),
    file: '',
    line: 1,
    column: 1,
  };
}
