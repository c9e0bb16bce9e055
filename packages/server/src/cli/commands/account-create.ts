import { performOperation } from '../control/perform-operation.ts';
import { dataFolderOf } from '../data-folder.ts';
import type { Invocation } from '../invocation.ts';

export type AccountCreateOptions = { readonly domain: string; readonly data?: string; readonly json?: boolean };

/** `account create NAME`: another account in the same data folder, with its first admin key. */
export async function createAccount(
  { terminal }: Invocation,
  name: string,
  options: AccountCreateOptions,
): Promise<void> {
  const { domain } = options;
  const made = await performOperation(dataFolderOf(options), { kind: 'CreateAccount', name, domain });
  if (options.json === true || !('admin_key' in made)) {
    await terminal.line(JSON.stringify(made));
    return;
  }
  terminal.say(`Account ${made.id} (${made.name}). Its first admin key is shown this once:`);
  await terminal.line(made.admin_key.key);
}
