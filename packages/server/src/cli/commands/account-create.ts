import type { Command } from 'commander';
import { performOperation } from '../control/perform-operation.ts';
import { dataFolderOf } from '../data-folder.ts';
import type { Invocation } from '../invocation.ts';

type Options = { readonly domain: string; readonly data?: string; readonly json?: boolean };

/** `account create NAME`: another account in the same data folder, with its first admin key. */
export function addAccountCreate(account: Command, invocation: Invocation): void {
  account
    .command('create')
    .description('make another account and print its first admin key, this once; also while a server runs')
    .argument('<name>', 'the name of the account, for people')
    .option('--domain <host>', 'the bare host that its payloads name', 'rollcall.localhost')
    .option('--data <dir>', 'the data folder (default: as for serve)')
    .option('--json', 'one JSON object: id, name, admin_key { id, key, … }')
    .action((name: string, options: Options) => createAccount(invocation, name, options));
}

async function createAccount({ terminal }: Invocation, name: string, options: Options): Promise<void> {
  const { domain } = options;
  const made = await performOperation(dataFolderOf(options), { kind: 'CreateAccount', name, domain });
  if (options.json === true || !('admin_key' in made)) {
    await terminal.line(JSON.stringify(made));
    return;
  }
  terminal.say(`Account ${made.id} (${made.name}). Its first admin key is shown this once:`);
  await terminal.line(made.admin_key.key);
}
