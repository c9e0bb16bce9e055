import { WIRE_LIMITS, WIRE_PATTERNS } from '@rollcall/contract';
import type { HashHex } from '../activity/checksum.ts';
import type { CustomStatus } from '../activity/record.ts';
import { nameKey } from '../directory/name-key.ts';
import type { Ask } from './agent-commands.ts';
import { putCustomStatus } from './custom-status-commands.ts';
import type { Draft } from './draft.ts';
import { statusNameKey } from './event-key.ts';
import { type Recorded, scoped } from './memory.ts';
import type { World } from './world.ts';

/** A custom status as an event from elsewhere names it. Its previous one comes as a name alone. */
export type NamedStatus = { readonly id: string | null; readonly name: string; readonly emoji: string | null };

export type StatusSearch = {
  readonly hash: HashHex;
  /** Statuses by the key of a name that they came under before and no longer have. */
  readonly formerNames: ReadonlyMap<string, string>;
  /** Ids that other events of the batch give to a name. */
  readonly idsByName: ReadonlyMap<string, string>;
};

/**
 * The custom status that an imported event means: by its id, else by its name, whatever the case, archived ones too. One
 * that nobody knows is created, archived, with the id that it had. null when the account may have no more of them.
 */
export function importedStatus(
  draft: Draft,
  world: World,
  ask: Ask,
  named: NamedStatus,
  search: StatusSearch,
): Recorded<CustomStatus> | null {
  const byId = named.id === null ? undefined : ofAccount(draft, ask, named.id);
  if (byId !== undefined) {
    rememberName(draft, ask, byId, named.name, search);
    return byId;
  }
  return byName(draft, ask, named.name, search) ?? created(draft, world, ask, named, search);
}

function ofAccount(draft: Draft, ask: Ask, id: string): Recorded<CustomStatus> | undefined {
  const found = draft.memory.customStatuses.drafted(id);
  return found?.account === ask.caller.account ? found : undefined;
}

function byName(draft: Draft, ask: Ask, name: string, { formerNames }: StatusSearch) {
  const id = idOfName(draft, ask, name) ?? formerNames.get(nameKey(name));
  return id === undefined ? undefined : ofAccount(draft, ask, id);
}

function idOfName({ memory }: Draft, { caller }: Ask, name: string): string | undefined {
  const key = scoped(caller.account, nameKey(name));
  return memory.customStatusNames.drafted(key) ?? memory.archivedStatusNames.drafted(key);
}

/**
 * A status that was renamed there comes under both names, and the event after it says only the name that it left: without
 * this it would be taken for another one. Which names led here is derived from the log, so it stands in the index.
 */
function rememberName(
  draft: Draft,
  ask: Ask,
  status: Recorded<CustomStatus>,
  name: string,
  search: StatusSearch,
): void {
  if (idOfName(draft, ask, name) !== undefined) return;
  const { account } = ask.caller;
  draft.memory.archivedStatusNames.put(scoped(account, nameKey(name)), status.record.id);
  if (search.formerNames.has(nameKey(name))) return;
  draft.put({ kind: 'PutEventKey', key: statusNameKey(search.hash, account, name), position: status.position });
}

function created(
  draft: Draft,
  world: World,
  ask: Ask,
  { id, name, emoji }: NamedStatus,
  { idsByName }: StatusSearch,
): Recorded<CustomStatus> | null {
  const place = placeInOrder(draft, ask);
  if (place === null) return null;
  const wanted = id ?? idsByName.get(nameKey(name)) ?? null;
  const isFree = wanted !== null && draft.memory.customStatuses.drafted(wanted) === undefined;
  const record: CustomStatus = {
    id: isFree ? wanted : world.random.uuid(),
    name,
    emoji: emoji !== null && EMOJI.test(emoji) && emoji.length <= WIRE_LIMITS.emojiCharactersMax ? emoji : null,
    order: place,
    allowanceMinutes: null,
    endsAtAllowance: false,
    allowanceChangedAt: ask.now,
    productive: false,
    archived: true,
    createdAt: ask.now,
  };
  return putCustomStatus(draft, ask, record, null);
}

const EMOJI = new RegExp(WIRE_PATTERNS.emoji.source, 'u');

/** After all others; null when there may be no further one. */
function placeInOrder(draft: Draft, { caller }: Ask): number | null {
  let count = 0;
  let last = 0;
  for (const { account, record } of draft.memory.customStatuses.draftedValues()) {
    if (account !== caller.account) continue;
    count++;
    last = Math.max(last, record.order);
  }
  return count >= WIRE_LIMITS.customStatusesOfAccountMax ? null : last + 1;
}
