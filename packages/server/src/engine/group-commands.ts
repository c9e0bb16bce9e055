import type { AccountNumber, AgentNumber } from '../activity/position.ts';
import type { Group } from '../activity/record.ts';
import { nameKey } from '../directory/name-key.ts';
import { differInLengths, type Given, withGiven, withLengthsChangedAt } from '../directory/record-input.ts';
import { type Answer, done, type Rejection, refuse } from '../directory/rejection.ts';
import { assert } from '../time/assert.ts';
import type { Ask } from './agent-commands.ts';
import { changeAgent } from './agent-record-commands.ts';
import { envelope, findGroup, isSameRecord, putRecord, refusedCalendar } from './directory-record.ts';
import type { Draft } from './draft.ts';
import { type Recorded, scoped } from './memory.ts';
import { settle } from './settle-agents.ts';
import type { World } from './world.ts';

export type GroupInput = Given<Group, 'name' | 'calendarId' | 'idleAfterMs' | 'disconnectGraceMs'>;

export function createGroup(
  draft: Draft,
  world: World,
  ask: Ask,
  input: GroupInput & { readonly name: string },
): Answer<Recorded<Group>> {
  const refused =
    refusedGroupName(draft, ask.caller.account, input.name, null) ??
    refusedCalendar(draft, ask, input.calendarId ?? null);
  if (refused !== null) return refused;
  const record: Group = {
    id: world.random.uuid(),
    name: input.name,
    calendarId: input.calendarId ?? null,
    idleAfterMs: input.idleAfterMs ?? null,
    disconnectGraceMs: input.disconnectGraceMs ?? null,
    lengthsChangedAt: ask.now,
    removed: false,
    createdAt: ask.now,
  };
  return done(putGroup(draft, ask, record, null));
}

export function changeGroup(
  draft: Draft,
  world: World,
  ask: Ask,
  input: GroupInput & { readonly id: string },
): Answer<Recorded<Group>> {
  const found = findGroup(draft, ask.caller.account, input.id);
  if (found === undefined) return unknownGroup(input.id);
  const refused =
    refusedGroupName(draft, ask.caller.account, input.name ?? found.record.name, found.record.id) ??
    refusedCalendar(draft, ask, input.calendarId ?? null);
  if (refused !== null) return refused;
  const { id: _id, ...fields } = input;
  const changed = withLengthsChangedAt(found.record, withGiven<Group>(found.record, fields), ask.now);
  if (isSameRecord(found.record, changed)) return done(found);
  if (differInLengths(found.record, changed) || found.record.calendarId !== changed.calendarId) {
    settle(draft, world, ask, membersOf(draft, ask.caller.account, found.record.id));
  }
  return done(putGroup(draft, ask, changed, found));
}

/** Removes a group: its members leave it, and their deadlines follow what is left. */
export function removeGroup(
  draft: Draft,
  world: World,
  ask: Ask,
  input: { readonly id: string },
): Answer<Recorded<Group>> {
  const found = findGroup(draft, ask.caller.account, input.id);
  if (found === undefined) return unknownGroup(input.id);
  for (const number of membersOf(draft, ask.caller.account, found.record.id)) {
    const agent = draft.memory.agents.drafted(number);
    assert(agent !== undefined, 'agents are never removed');
    const groups = agent.profile.groups.filter((id) => id !== found.record.id);
    changeAgent(draft, world, ask, { id: agent.profile.id, groups });
  }
  return done(putGroup(draft, ask, { ...found.record, removed: true }, found));
}

function putGroup(draft: Draft, ask: Ask, record: Group, before: Recorded<Group> | null): Recorded<Group> {
  const { memory } = draft;
  const { account } = ask.caller;
  const fact = draft.append({ kind: 'GroupRecorded', record, by: ask.caller.keyId, ...envelope(ask, 0) }, 0);
  const after = { account, record, position: fact.position };
  if (before !== null) memory.groupNames.remove(scoped(account, nameKey(before.record.name)));
  if (!record.removed) memory.groupNames.put(scoped(account, nameKey(record.name)), record.id);
  memory.groups.put(record.id, after);
  putRecord(draft, 'group', record.id, after, record);
  return after;
}

function membersOf(draft: Draft, account: AccountNumber, group: string): readonly AgentNumber[] {
  const numbers: AgentNumber[] = [];
  for (const agent of draft.memory.draftedAgentsOf(account)) {
    if (agent.profile.groups.includes(group)) numbers.push(agent.number);
  }
  return numbers;
}

function refusedGroupName(draft: Draft, account: AccountNumber, name: string, own: string | null): Rejection | null {
  const owner = draft.memory.groupNames.drafted(scoped(account, nameKey(name)));
  if (owner === undefined || owner === own) return null;
  const detail = `A group named ${name} exists already (names are the same whatever the case).`;
  return refuse('name_taken', detail, [{ pointer: '/name', detail }]);
}

function unknownGroup(id: string): Rejection {
  return refuse('unknown_group', `There is no group ${id}.`);
}
