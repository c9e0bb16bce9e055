import { statSync } from 'node:fs';
import { dataFolderOf, readingStore } from '../data-folder.ts';
import type { Invocation } from '../invocation.ts';

export type BackupOptions = { readonly data?: string; readonly json?: boolean };

/** `backup FILE`: a consistent copy, also while a server writes. */
export async function backUp({ terminal }: Invocation, file: string, options: BackupOptions): Promise<void> {
  const folder = dataFolderOf(options);
  await readingStore(folder, (store) => store.backupTo(file));
  const bytes = statSync(file).size;
  await terminal.line(options.json === true ? JSON.stringify({ file, bytes }) : `${file} (${bytes} bytes)`);
}
