import { existsSync, statSync } from 'node:fs';
import { join } from 'node:path';
import { dataFolderOf, readingStore } from '../data-folder.ts';
import type { Invocation } from '../invocation.ts';

export type BackupOptions = { readonly data?: string; readonly json?: boolean };

/**
 * `backup FILE`: a consistent copy, also while a server writes. What does not lie in the store is named, since a restore
 * without it has apps without code and secrets that nobody can read; the key to them belongs in another place.
 */
export async function backUp({ terminal }: Invocation, file: string, options: BackupOptions): Promise<void> {
  const folder = dataFolderOf(options);
  await readingStore(folder, (store) => store.backupTo(file));
  const bytes = statSync(file).size;
  const besides = ['apps', 'secret.key'].map((name) => join(folder, name)).filter((path) => existsSync(path));
  if (options.json === true) return terminal.line(JSON.stringify({ file, bytes, keep_besides: besides }));
  await terminal.line(`${file} (${bytes} bytes)`);
  if (besides.length > 0) terminal.say(`Keep besides, for a restore: ${besides.join(', ')}`);
}
