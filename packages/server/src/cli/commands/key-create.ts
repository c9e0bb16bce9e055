import { ROLES, type Role } from '@rollcall/contract';
import { didYouMean } from '../../marketplace/did-you-mean.ts';
import { wrongUsage } from '../command-failed.ts';
import { performOperation } from '../control/perform-operation.ts';
import { dataFolderOf } from '../data-folder.ts';
import type { Invocation } from '../invocation.ts';

export type KeyCreateOptions = {
  readonly role: string;
  readonly agent?: string;
  readonly name?: string;
  readonly account?: string;
  readonly data?: string;
  readonly json?: boolean;
};

/** `key create`: the secret is printed here, once, and is nowhere to be had again. */
export async function createKey({ terminal }: Invocation, options: KeyCreateOptions): Promise<void> {
  const role = knownRole(options.role);
  const { agent = null, name = null, account = null } = options;
  const made = await performOperation(dataFolderOf(options), { kind: 'CreateKey', role, agent, name, account });
  if (options.json === true || !('key' in made)) {
    await terminal.line(JSON.stringify(made));
    return;
  }
  const bound = made.agent_id === null ? 'bound to nobody' : `bound to agent ${made.agent_id}`;
  terminal.say(`${made.id}: role ${made.role}, ${bound}. The secret is shown this once:`);
  await terminal.line(made.key);
}

function knownRole(given: string): Role {
  const known = ROLES.find((role) => role === given);
  if (known !== undefined) return known;
  const guess = didYouMean(given, ROLES);
  throw wrongUsage(
    `"${given}" is no role. ${guess === null ? `The roles are ${ROLES.join(', ')}.` : `Did you mean ${guess}?`}`,
  );
}
