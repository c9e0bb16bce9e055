import type { AccountNumber, AgentNumber } from '../activity/position.ts';
import type { CustomStatus } from '../activity/record.ts';
import { nameKey } from '../directory/name-key.ts';
import { type Given, withGiven } from '../directory/record-input.ts';
import { type Answer, done, type Rejection, refuse } from '../directory/rejection.ts';
import { assert } from '../time/assert.ts';
import { act } from './act.ts';
import { type Ask, passTime } from './agent-commands.ts';
import { envelope, isSameRecord, putRecord } from './directory-record.ts';
import type { Draft } from './draft.ts';
import { type Recorded, scoped } from './memory.ts';
import type { World } from './world.ts';

export type CustomStatusInput = Given<
  CustomStatus,
  'name' | 'emoji' | 'order' | 'allowanceMinutes' | 'endsAtAllowance' | 'productive'
>;

export function createCustomStatus(
  draft: Draft,
  world: World,
  ask: Ask,
  input: CustomStatusInput & { readonly name: string },
): Answer<Recorded<CustomStatus>> {
  const { account } = ask.caller;
  const disabled = refusedWhenDisabled(draft, account);
  if (disabled !== null) return disabled;
  const refused = refusedStatusName(draft, account, input.name, null);
  if (refused !== null) return refused;
  const record: CustomStatus = {
    id: world.random.uuid(),
    name: input.name,
    emoji: input.emoji ?? null,
    order: input.order ?? nextOrder(draft, account),
    allowanceMinutes: input.allowanceMinutes ?? null,
    endsAtAllowance: input.endsAtAllowance ?? false,
    allowanceChangedAt: ask.now,
    productive: input.productive ?? false,
    archived: false,
    createdAt: ask.now,
  };
  return done(putCustomStatus(draft, ask, record, null));
}

/** Renames, reorders, re-allows. A changed allowance acts from now on: a stint ends no earlier than this change. */
export function changeCustomStatus(
  draft: Draft,
  world: World,
  ask: Ask,
  input: CustomStatusInput & { readonly id: string },
): Answer<Recorded<CustomStatus>> {
  const found = findCustomStatus(draft, ask.caller.account, input.id);
  if (found === undefined) return unknownCustomStatus(input.id);
  if (found.record.archived) return refuse('custom_status_archived', `The status ${found.record.name} is archived.`);
  const refused = refusedStatusName(draft, ask.caller.account, input.name ?? found.record.name, found.record.id);
  if (refused !== null) return refused;
  const { id: _id, ...fields } = input;
  const changed: CustomStatus = withGiven(found.record, fields);
  if (isSameRecord(found.record, changed)) return done(found);
  const movesDeadlines =
    changed.allowanceMinutes !== found.record.allowanceMinutes ||
    changed.endsAtAllowance !== found.record.endsAtAllowance;
  if (!movesDeadlines) return done(putCustomStatus(draft, ask, changed, found));
  const members = agentsIn(draft, ask.caller.account, found.record.id);
  passTime(draft, world, members, ask.now);
  draft.reschedule(members);
  return done(putCustomStatus(draft, ask, { ...changed, allowanceChangedAt: ask.now }, found));
}

/** Archives: its agents move to UNAVAILABLE, in the same commit, and all history stays. */
export function archiveCustomStatus(
  draft: Draft,
  world: World,
  ask: Ask,
  input: { readonly id: string },
): Answer<Recorded<CustomStatus>> {
  const found = findCustomStatus(draft, ask.caller.account, input.id);
  if (found === undefined || found.record.archived) return unknownCustomStatus(input.id);
  for (const number of agentsIn(draft, ask.caller.account, found.record.id)) {
    const agent = draft.memory.agents.drafted(number);
    assert(agent !== undefined, 'agents are never removed');
    const command = { kind: 'ArchiveStatus', customStatusId: found.record.id } as const;
    act(draft, agent, command, { now: ask.now, world, person: null });
  }
  return done(putCustomStatus(draft, ask, { ...found.record, archived: true }, found));
}

export function putCustomStatus(
  draft: Draft,
  ask: Ask,
  record: CustomStatus,
  before: Recorded<CustomStatus> | null,
): Recorded<CustomStatus> {
  const { memory } = draft;
  const { account } = ask.caller;
  const fact = draft.append({ kind: 'CustomStatusRecorded', record, by: ask.caller.keyId, ...envelope(ask, 0) }, 0);
  const after = { account, record, position: fact.position };
  if (before !== null && !before.record.archived)
    memory.customStatusNames.remove(scoped(account, nameKey(before.record.name)));
  const names = record.archived ? memory.archivedStatusNames : memory.customStatusNames;
  names.put(scoped(account, nameKey(record.name)), record.id);
  memory.customStatuses.put(record.id, after);
  // Labels stay for good: an agent's current value, and the event after it, may still speak of an older name.
  memory.records.put(fact.position, record);
  putRecord(draft, 'custom_status', record.id, after, record);
  return after;
}

function refusedStatusName(draft: Draft, account: AccountNumber, name: string, own: string | null): Rejection | null {
  const key = nameKey(name);
  if (key === 'available' || key === 'unavailable') {
    const detail = 'AVAILABLE and UNAVAILABLE are not names of custom statuses, in any case.';
    return refuse('invalid_input', detail, [{ pointer: '/name', detail }]);
  }
  const owner = draft.memory.customStatusNames.drafted(scoped(account, key));
  if (owner === undefined || owner === own) return null;
  const detail = `A custom status named ${name} exists already (names are the same whatever the case).`;
  return refuse('name_taken', detail, [{ pointer: '/name', detail }]);
}

function refusedWhenDisabled(draft: Draft, account: AccountNumber): Rejection | null {
  const isEnabled = draft.memory.accounts.drafted(account)?.record.customStatus ?? false;
  return isEnabled
    ? null
    : refuse('custom_status_disabled', 'Custom statuses are switched off in this account (custom_status).');
}

function nextOrder(draft: Draft, account: AccountNumber): number {
  let max = 0;
  for (const status of draft.memory.customStatuses.draftedValues()) {
    if (status.account === account) max = Math.max(max, status.record.order);
  }
  return max + 1;
}

function agentsIn(draft: Draft, account: AccountNumber, customStatusId: string): readonly AgentNumber[] {
  const numbers: AgentNumber[] = [];
  for (const agent of draft.memory.draftedAgentsOf(account)) {
    if (agent.availability.intelliassign.customStatusId === customStatusId) numbers.push(agent.number);
  }
  return numbers;
}

function findCustomStatus(draft: Draft, account: AccountNumber, id: string): Recorded<CustomStatus> | undefined {
  const found = draft.memory.customStatuses.drafted(id.toLowerCase());
  return found?.account === account ? found : undefined;
}

function unknownCustomStatus(id: string): Rejection {
  return refuse('unknown_custom_status', `There is no custom status ${id}.`);
}
