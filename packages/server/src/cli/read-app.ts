import type { AppDefinition } from '../marketplace/app-definition.ts';
import type { AppFiles } from '../marketplace/app-files.ts';
import { type Finding, inReadingOrder } from '../marketplace/finding.ts';
import { validateApp } from '../marketplace/validate-app.ts';
import { readAppFolder } from '../sandbox/read-app-folder.ts';

/** An app folder, read and checked: everything there is to say, and the app when nothing keeps it from loading. */
export type ReadApp = {
  /** Null when the folder cannot be read. */
  readonly files: AppFiles | null;
  readonly findings: readonly Finding[];
  readonly app: AppDefinition | null;
};

export async function readApp(folder: string): Promise<ReadApp & { readonly folder: string }> {
  const reading = await readAppFolder(folder);
  if (reading.kind === 'rejected') return { folder, files: null, findings: reading.findings, app: null };
  const { findings, app } = validateApp(reading.files);
  return {
    folder: reading.folder,
    files: reading.files,
    findings: inReadingOrder([...reading.findings, ...findings]),
    app,
  };
}
