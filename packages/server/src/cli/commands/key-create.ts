import { ROLES, type Role } from '@rollcall/contract';
import { type Command, Option } from 'commander';
import { performOperation } from '../control/perform-operation.ts';
import { dataFolderOf } from '../data-folder.ts';
import type { Invocation } from '../invocation.ts';

type Options = {
  readonly role: Role;
  readonly agent?: string;
  readonly name?: string;
  readonly account?: string;
  readonly data?: string;
  readonly json?: boolean;
};

/** `key create`: the secret is printed here, once, and is nowhere to be had again. */
export function addKeyCreate(key: Command, invocation: Invocation): void {
  key
    .command('create')
    .description('make an API key and print its secret, this once; also while a server runs')
    .addOption(new Option('--role <role>', 'what the key may do').choices(ROLES).makeOptionMandatory())
    .option('--agent <id>', 'the agent that it acts as, by id or e-mail address (role agent must have one)')
    .option('--name <name>', 'what it is for, in words')
    .option('--account <id>', 'the account (default: the first one)')
    .option('--data <dir>', 'the data folder (default: as for serve)')
    .option('--json', 'one JSON object: id, key (the secret), role, …')
    .action((options: Options) => createKey(invocation, options));
}

async function createKey({ terminal }: Invocation, options: Options): Promise<void> {
  const { role, agent = null, name = null, account = null } = options;
  const made = await performOperation(dataFolderOf(options), { kind: 'CreateKey', role, agent, name, account });
  if (options.json === true || !('key' in made)) {
    await terminal.line(JSON.stringify(made));
    return;
  }
  const bound = made.agent_id === null ? 'bound to nobody' : `bound to agent ${made.agent_id}`;
  terminal.say(`${made.id}: role ${made.role}, ${bound}. The secret is shown this once:`);
  await terminal.line(made.key);
}
