import type { FactBody } from '../activity/fact.ts';
import type { AccountNumber, AgentNumber, Position } from '../activity/position.ts';
import type { AccountRecord, AgentProfile, CustomStatus, Group } from '../activity/record.ts';
import { initialAvailability } from '../availability/availability.ts';
import { NO_COUPLINGS } from '../availability/coupling.ts';
import { type AgentInput, changedAgentProfile, newAgentProfile } from '../directory/agent-input.ts';
import type { ApiKey } from '../directory/api-key.ts';
import { nameKey } from '../directory/name-key.ts';
import { differInLengths, type Given, withGiven, withLengthsChangedAt } from '../directory/record-input.ts';
import { type Answer, done, type Rejection, refuse } from '../directory/rejection.ts';
import { assert } from '../time/assert.ts';
import { type Instant, minuteMs } from '../time/instant.ts';
import { act } from './act.ts';
import { type Ask, findAgent, passTime } from './agent-commands.ts';
import type { Draft } from './draft.ts';
import { type Account, type Agent, type Recorded, scoped } from './memory.ts';
import type { World } from './world.ts';

// Agents

/** Creates an agent: UNAVAILABLE on both axes since `createdAt`, without an event that says so. */
export function createAgent(
  draft: Draft,
  world: World,
  ask: Ask,
  input: AgentInput & { readonly email: string; readonly createdAt?: Instant | undefined },
): Answer<Agent> {
  const account = ask.caller.account;
  const profile = newAgentProfile(
    input,
    {
      id: world.random.uuid(),
      orgAgentId: world.random.longDigits(),
      orgContactId: world.random.longDigits(),
      createdAt: input.createdAt ?? ask.now,
    },
    ask.now,
  );
  const refused = refusedProfile(draft, ask, profile, null);
  if (refused !== null) return refused;
  const number = draft.memory.agents.nextNumber;
  const position = appendAgentRecord(draft, ask, number, profile, 0);
  const availability = initialAvailability(profile.createdAt);
  const agent: Agent = {
    number,
    account,
    profile,
    profilePosition: position,
    availability,
    head: position,
    boundariesDecidedAt: ask.now,
  };
  draft.memory.agents.put(number, agent);
  draft.memory.agentNumbers.put(profile.id, number);
  draft.memory.emails.put(scoped(account, nameKey(profile.email)), number);
  draft.memory.orgAgentIds.put(scoped(account, profile.orgAgentId), number);
  draft.memory.records.put(position, profile);
  return done(agent);
}

/** Changes a profile; past events keep the one of then. Deactivating ends the sessions and keeps the history. */
export function changeAgent(
  draft: Draft,
  world: World,
  ask: Ask,
  input: AgentInput & { readonly id: string },
): Answer<Agent> {
  const before = findAgent(draft, ask, input.id);
  if (before === undefined) return refuse('unknown_agent', 'There is no such agent.');
  const { id: _id, ...fields } = input;
  const profile = changedAgentProfile(before.profile, fields, ask.now);
  const refused = refusedProfile(draft, ask, profile, before);
  if (refused !== null) return refused;
  // Deadlines that are due by now are decided under the old settings, whatever the new ones are.
  const kind = before.profile.active && !profile.active ? 'Deactivate' : 'PassTime';
  const { agent } = act(draft, before, { kind }, { now: ask.now, world, person: null });
  if (isSameRecord(before.profile, profile)) return done(agent);
  return done(putProfile(draft, ask, agent, profile));
}

/** Deactivates, as `DELETE` does. Doing it again changes nothing. */
export function deactivateAgent(draft: Draft, world: World, ask: Ask, input: { readonly id: string }): Answer<Agent> {
  return changeAgent(draft, world, ask, { id: input.id, active: false });
}

function putProfile(draft: Draft, ask: Ask, agent: Agent, profile: AgentProfile): Agent {
  const { memory } = draft;
  const { account, number } = agent;
  const position = appendAgentRecord(draft, ask, number, profile, agent.head);
  memory.emails.remove(scoped(account, nameKey(agent.profile.email)));
  memory.emails.put(scoped(account, nameKey(profile.email)), number);
  memory.orgAgentIds.remove(scoped(account, agent.profile.orgAgentId));
  memory.orgAgentIds.put(scoped(account, profile.orgAgentId), number);
  memory.records.put(position, profile);
  memory.records.remove(agent.profilePosition);
  const after: Agent = { ...agent, profile, profilePosition: position, head: position };
  memory.agents.put(number, after);
  return after;
}

function appendAgentRecord(
  draft: Draft,
  ask: Ask,
  agent: AgentNumber,
  record: AgentProfile,
  previous: Position,
): Position {
  const body: FactBody = { kind: 'AgentRecorded', record, by: ask.caller.keyId };
  return draft.append({ ...body, ...envelope(ask, agent) }, previous).position;
}

/** Unknown groups, and what must be unique in the account: every fault at once. */
function refusedProfile(draft: Draft, ask: Ask, profile: AgentProfile, before: Agent | null): Rejection | null {
  const { account } = ask.caller;
  const unknown = profile.groups.flatMap((id, index) =>
    findGroup(draft, account, id) === undefined
      ? [{ pointer: `/groups/${index}`, detail: `There is no group ${id}.` }]
      : [],
  );
  const emailOwner = draft.memory.emails.drafted(scoped(account, nameKey(profile.email)));
  const orgIdOwner = draft.memory.orgAgentIds.drafted(scoped(account, profile.orgAgentId));
  const taken: { pointer: string; detail: string }[] = [];
  const isEmailTaken = emailOwner !== undefined && emailOwner !== before?.number;
  if (isEmailTaken)
    taken.push({ pointer: '/email', detail: `An agent with the email ${profile.email} exists already.` });
  if (orgIdOwner !== undefined && orgIdOwner !== before?.number) {
    taken.push({
      pointer: '/org_agent_id',
      detail: `An agent with the org_agent_id ${profile.orgAgentId} exists already.`,
    });
  }
  const calendar = refusedCalendar(draft, ask, profile.calendarId);
  const faults = [...unknown, ...(calendar?.faults ?? []), ...taken];
  const first = faults[0];
  if (first === undefined) return null;
  const code =
    unknown.length > 0 ? 'unknown_group' : (calendar?.code ?? (isEmailTaken ? 'email_taken' : 'org_agent_id_taken'));
  return refuse(code, first.detail, faults);
}

// Custom statuses

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

function putCustomStatus(
  draft: Draft,
  ask: Ask,
  record: CustomStatus,
  before: Recorded<CustomStatus> | null,
): Recorded<CustomStatus> {
  const { memory } = draft;
  const { account } = ask.caller;
  const fact = draft.append({ kind: 'CustomStatusRecorded', record, by: ask.caller.keyId, ...envelope(ask, 0) }, 0);
  const after = { account, record, position: fact.position };
  if (before !== null) memory.customStatusNames.remove(scoped(account, nameKey(before.record.name)));
  if (!record.archived) memory.customStatusNames.put(scoped(account, nameKey(record.name)), record.id);
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

// Groups

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

function findGroup(draft: Draft, account: AccountNumber, id: string): Recorded<Group> | undefined {
  const found = draft.memory.groups.drafted(id.toLowerCase());
  return found?.account === account && !found.record.removed ? found : undefined;
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

// The account

export type AccountInput = Given<
  AccountRecord,
  | 'name'
  | 'domain'
  | 'region'
  | 'timeZone'
  | 'idleAfterMs'
  | 'disconnectGraceMs'
  | 'customStatus'
  | 'missedAssignmentsLimit'
  | 'calendarId'
> & {
  readonly couplings?:
    | { readonly [Cause in keyof AccountRecord['couplings']]?: AccountRecord['couplings'][Cause] | undefined }
    | undefined;
};

/** The defaults of a new account. Lengths in milliseconds. */
export const ACCOUNT_DEFAULTS = {
  idleAfterMs: 10 * minuteMs,
  disconnectGraceMs: minuteMs,
  region: 'US',
  timeZone: 'UTC',
} as const;

/** Another account. Its first admin key is made beside it. */
export function createAccount(
  draft: Draft,
  input: { readonly id: string; readonly name: string; readonly domain: string; readonly by: string },
  now: Instant,
): Account {
  const number = draft.memory.accounts.nextNumber;
  const record: AccountRecord = {
    id: input.id,
    name: input.name,
    domain: input.domain,
    region: ACCOUNT_DEFAULTS.region,
    timeZone: ACCOUNT_DEFAULTS.timeZone,
    idleAfterMs: ACCOUNT_DEFAULTS.idleAfterMs,
    disconnectGraceMs: ACCOUNT_DEFAULTS.disconnectGraceMs,
    lengthsChangedAt: now,
    customStatus: true,
    couplings: NO_COUPLINGS,
    missedAssignmentsLimit: null,
    calendarId: null,
    createdAt: now,
  };
  return putAccount(draft, number, record, input.by, now);
}

export function changeAccount(draft: Draft, world: World, ask: Ask, input: AccountInput): Answer<Account> {
  const found = draft.memory.accounts.drafted(ask.caller.account);
  assert(found !== undefined, 'a caller belongs to an account that is there');
  const { couplings, ...fields } = input;
  const given = withGiven<AccountRecord>(found.record, fields);
  const merged = couplings === undefined ? given : { ...given, couplings: withGiven(given.couplings, couplings) };
  const changed = withLengthsChangedAt(found.record, merged, ask.now);
  if (isSameRecord(found.record, changed)) return done(found);
  const unknown = refusedCalendar(draft, ask, changed.calendarId);
  if (unknown !== null) return unknown;
  const movesBoundaries =
    changed.calendarId !== found.record.calendarId ||
    changed.couplings.schedule_open !== found.record.couplings.schedule_open ||
    changed.couplings.schedule_close !== found.record.couplings.schedule_close;
  if (movesBoundaries || differInLengths(found.record, changed)) settleEverybody(draft, world, ask);
  return done(putAccount(draft, found.number, changed, ask.caller.keyId, ask.now));
}

/** The same for everybody in the account. */
export function settleEverybody(draft: Draft, world: World, ask: Ask): void {
  const numbers = [...draft.memory.draftedAgentsOf(ask.caller.account)].map((agent) => agent.number);
  settle(draft, world, ask, numbers);
}

/**
 * Before a setting changes: decides what is due under the old one, and has the agents looked at again under the new one,
 * which acts from now on: openings and closings that it would have meant before now are not made up for.
 */
function settle(draft: Draft, world: World, ask: Ask, numbers: readonly AgentNumber[]): void {
  passTime(draft, world, numbers, ask.now);
  for (const number of numbers) {
    const agent = draft.memory.agents.drafted(number);
    assert(agent !== undefined, 'agents are never removed');
    draft.memory.agents.put(number, { ...agent, boundariesDecidedAt: Math.max(agent.boundariesDecidedAt, ask.now) });
  }
  draft.reschedule(numbers);
}

function putAccount(draft: Draft, number: AccountNumber, record: AccountRecord, by: string, now: Instant): Account {
  const fact = draft.append(
    { kind: 'AccountRecorded', record, by, account: number, agent: 0, at: now, recordedAt: now },
    0,
  );
  const account: Account = { number, record, position: fact.position };
  draft.memory.accounts.put(number, account);
  draft.memory.accountNumbers.put(record.id, number);
  draft.memory.records.put(fact.position, record);
  putRecord(draft, 'account', record.id, { account: number, position: fact.position }, record);
  return account;
}

// Keys

export type KeyInput = { readonly role: ApiKey['role']; readonly agentId: string | null; readonly name: string };

/** Makes a key; its secret is in this answer and nowhere else. */
export function createKey(
  draft: Draft,
  world: World,
  ask: Ask,
  input: KeyInput,
): Answer<{ readonly key: ApiKey; readonly secret: string }> {
  const agent = input.agentId === null ? null : findAgent(draft, ask, input.agentId);
  if (agent === undefined) {
    const detail = `There is no agent ${input.agentId}.`;
    return refuse('unknown_agent', detail, [{ pointer: '/agent_id', detail }]);
  }
  if (input.role === 'agent' && agent === null) {
    const detail = 'A key of role agent must be bound to an agent.';
    return refuse('invalid_input', detail, [{ pointer: '/agent_id', detail }]);
  }
  const secret = world.random.secret();
  const { role, name } = input;
  const key = putKey(draft, world, ask, { role, name, agent: agent === null ? 0 : agent.number, secret });
  return done({ key, secret });
}

/** Adds a key whose secret is given: the first admin key of a new data folder, or one made by `createKey`. */
export function putKey(
  draft: Draft,
  world: World,
  ask: Ask,
  input: { readonly role: ApiKey['role']; readonly name: string; readonly agent: AgentNumber; readonly secret: string },
): ApiKey {
  const key: ApiKey = {
    id: `key_${world.random.uuid()}`,
    account: ask.caller.account,
    role: input.role,
    agent: input.agent,
    name: input.name,
    hash: world.random.hash(input.secret),
    createdAt: ask.now,
  };
  draft.memory.keys.put(key.hash, key);
  draft.memory.keyHashes.put(key.id, key.hash);
  const position = auditThing(draft, ask, { thing: 'key', id: key.id, change: 'created' });
  putRecord(draft, 'key', key.id, { account: key.account, position }, key);
  return key;
}

export function revokeKey(draft: Draft, ask: Ask, input: { readonly id: string }): Answer<ApiKey> {
  const hash = draft.memory.keyHashes.drafted(input.id);
  const key = hash === undefined ? undefined : draft.memory.keys.drafted(hash);
  if (key === undefined || key.account !== ask.caller.account)
    return refuse('unknown_key', `There is no key ${input.id}.`);
  draft.memory.keys.remove(key.hash);
  draft.memory.keyHashes.remove(key.id);
  auditThing(draft, ask, { thing: 'key', id: key.id, change: 'removed' });
  draft.put({ kind: 'RemoveRecord', type: 'key', key: key.id });
  return done(key);
}

// Shared

/** Whether a calendar may be named here: null, or one of this account that was not removed. */
export function refusedCalendar(draft: Draft, ask: Ask, id: string | null): Rejection | null {
  if (id === null) return null;
  const found = draft.memory.calendars.drafted(id);
  if (found?.account === ask.caller.account && !found.record.removed) return null;
  const detail = `There is no calendar ${id}.`;
  return refuse('unknown_calendar', detail, [{ pointer: '/calendar_id', detail }]);
}

/** Notes in the log that something was made, changed or removed, and by whom. Never what is secret in it. */
export function auditThing(
  draft: Draft,
  ask: Ask,
  what: { readonly thing: string; readonly id: string; readonly change: 'created' | 'changed' | 'removed' },
): Position {
  return draft.append({ kind: 'ThingRecorded', ...what, by: ask.caller.keyId, ...envelope(ask, 0) }, 0).position;
}

export function putRecord(
  draft: Draft,
  type: string,
  key: string,
  place: { readonly account: AccountNumber; readonly position: Position },
  record: unknown,
): void {
  const { account, position } = place;
  draft.put({ kind: 'PutRecord', record: { type, key, account, position, body: JSON.stringify(record) } });
}

export function envelope(ask: Ask, agent: AgentNumber) {
  return { account: ask.caller.account, agent, at: ask.now, recordedAt: ask.now };
}

export function isSameRecord(before: object, after: object): boolean {
  return JSON.stringify(before) === JSON.stringify(after);
}
