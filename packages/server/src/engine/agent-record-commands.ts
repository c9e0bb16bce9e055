import type { FactBody } from '../activity/fact.ts';
import type { AgentNumber, Position } from '../activity/position.ts';
import type { AgentProfile } from '../activity/record.ts';
import { initialAvailability } from '../availability/availability.ts';
import { type AgentInput, changedAgentProfile, newAgentProfile } from '../directory/agent-input.ts';
import { nameKey } from '../directory/name-key.ts';
import { type Answer, done, type Rejection, refuse } from '../directory/rejection.ts';
import type { Instant } from '../time/instant.ts';
import { act } from './act.ts';
import { type Ask, findAgent } from './agent-commands.ts';
import { envelope, findGroup, isSameRecord, refusedCalendar } from './directory-record.ts';
import type { Draft } from './draft.ts';
import { type Agent, scoped } from './memory.ts';
import type { World } from './world.ts';

/**
 * Creates an agent: UNAVAILABLE on both axes since `createdAt`, without an event that says so. `id`: one that it had
 * elsewhere, and that nobody here has.
 */
export function createAgent(
  draft: Draft,
  world: World,
  ask: Ask,
  input: AgentInput & {
    readonly email: string;
    readonly createdAt?: Instant | undefined;
    readonly id?: string | undefined;
  },
): Answer<Agent> {
  const account = ask.caller.account;
  const profile = newAgentProfile(
    input,
    {
      id: input.id ?? world.random.uuid(),
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
