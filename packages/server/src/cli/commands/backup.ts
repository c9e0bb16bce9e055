import { statSync } from 'node:fs';
import type { Command } from 'commander';
import { dataFolderOf, readingStore } from '../data-folder.ts';
import type { Invocation } from '../invocation.ts';

type Options = { readonly data?: string; readonly json?: boolean };

/** `backup FILE`: a consistent copy, also while a server writes. */
export function addBackup(program: Command, invocation: Invocation): void {
  program
    .command('backup')
    .description('copy the store as it is at one moment into a new file, also while a server works on it')
    .argument('<file>', 'the file to write; it must not exist. In an empty folder, as rollcall.db, it opens')
    .option('--data <dir>', 'the data folder (default: as for serve)')
    .option('--json', 'one JSON object instead of a sentence')
    .action((file: string, options: Options) => backUp(invocation, file, options));
}

async function backUp({ terminal }: Invocation, file: string, options: Options): Promise<void> {
  const folder = dataFolderOf(options);
  await readingStore(folder, (store) => store.backupTo(file));
  const bytes = statSync(file).size;
  await terminal.line(options.json === true ? JSON.stringify({ file, bytes }) : `${file} (${bytes} bytes)`);
}
