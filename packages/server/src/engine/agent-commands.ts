import type { RecordedFact, Transport } from '../activity/fact.ts';
import type { AgentNumber, SessionNumber } from '../activity/position.ts';
import { AVAILABLE, type StatusLabel, UNAVAILABLE } from '../activity/status-label.ts';
import { sessionOf } from '../availability/availability.ts';
import type { AvailabilityCommand, ChoiceReason } from '../availability/command.ts';
import type { Outcome } from '../availability/decide.ts';
import type { Caller } from '../directory/api-key.ts';
import { nameKey } from '../directory/name-key.ts';
import { type Answer, done, type Rejection, refuse } from '../directory/rejection.ts';
import { assert } from '../time/assert.ts';
import type { Instant } from '../time/instant.ts';
import { type Acted, act } from './act.ts';
import type { Draft } from './draft.ts';
import { type Agent, scoped } from './memory.ts';
import { sessionNumber } from './session-id.ts';
import type { World } from './world.ts';

/** One command by one caller at one instant. */
export type Ask = { readonly caller: Caller; readonly now: Instant };

// Sessions

export type OpenedSession = { readonly session: SessionNumber; readonly at: Instant; readonly agent: Agent };

/** Signs in: a session of the agent opens. */
export function openSession(
  draft: Draft,
  world: World,
  ask: Ask,
  input: { readonly agentId: string; readonly transport: Transport },
): Answer<OpenedSession> {
  const agent = findAgent(draft, ask, input.agentId);
  if (agent === undefined) return unknownAgent();
  if (!mayActFor(ask.caller, agent)) return forbiddenSubject();
  if (!agent.profile.active) return refuse('agent_inactive', `The agent ${agent.profile.id} is deactivated.`);
  const session = sessionNumber(draft.nextSessionCount(), draft.presence.takeSlot());
  const { outcome, agent: after } = act(
    draft,
    agent,
    { kind: 'OpenSession', session, transport: input.transport },
    options(world, ask),
  );
  assert(outcome.kind === 'done', 'opening a session of an active agent is never refused');
  return done({ session, at: outcome.at, agent: after });
}

export type SessionAsk = { readonly agentId: string; readonly session: SessionNumber };

/** Says "I am active". */
export function recordActivity(draft: Draft, world: World, ask: Ask, input: SessionAsk): Answer<{ at: Instant }> {
  return onSession(draft, world, ask, input, { kind: 'RecordActivity', session: input.session });
}

/** Signs out. */
export function closeSession(draft: Draft, world: World, ask: Ask, input: SessionAsk): Answer<{ at: Instant }> {
  return onSession(draft, world, ask, input, { kind: 'CloseSession', session: input.session });
}

/** A page came back to the session it had lost. */
export function returnSession(draft: Draft, world: World, ask: Ask, input: SessionAsk): Answer<{ at: Instant }> {
  return onSession(draft, world, ask, input, { kind: 'ReturnSession', session: input.session });
}

/** The connection of a WebSocket session is gone. */
export function loseSession(
  draft: Draft,
  world: World,
  ask: Ask,
  input: SessionAsk & { readonly lostAt: Instant },
): Answer<{ at: Instant }> {
  const { session, lostAt } = input;
  return onSession(draft, world, ask, input, { kind: 'LoseSession', session, lostAt });
}

function onSession(
  draft: Draft,
  world: World,
  ask: Ask,
  input: SessionAsk,
  command: AvailabilityCommand,
): Answer<{ at: Instant }> {
  const agent = findAgent(draft, ask, input.agentId);
  if (agent === undefined) return unknownAgent();
  if (!mayActFor(ask.caller, agent)) return forbiddenSubject();
  return answerOf(recordedActivity(draft, act(draft, agent, command, options(world, ask)), command));
}

/** Activity that changes no status leaves no fact: it is kept where ticks are, once the group is durable. */
function recordedActivity(draft: Draft, acted: Acted, command: AvailabilityCommand): Acted {
  const { outcome, agent } = acted;
  if (command.kind === 'RecordActivity' && outcome.kind === 'done') {
    draft.onMerge(() => draft.presence.raise(agent.number, outcome.at));
  }
  return acted;
}

/** A tick that is a command, because it comes after a deadline or brings an idle agent back. */
export function tickAgent(
  draft: Draft,
  world: World,
  input: { readonly agent: AgentNumber; readonly session: SessionNumber; readonly now: Instant },
): boolean {
  const agent = draft.memory.agents.drafted(input.agent);
  if (agent === undefined || sessionOf(agent.availability, input.session) === undefined) return false;
  const command: AvailabilityCommand = { kind: 'RecordActivity', session: input.session };
  const acted = act(draft, agent, command, { now: input.now, world, person: null });
  return recordedActivity(draft, acted, command).outcome.kind === 'done';
}

// IntelliAssign

export type StatusChoice = {
  /** Wins over `customStatus`, which wins over `status`. */
  readonly customStatusId?: string | undefined;
  readonly customStatus?: string | undefined;
  readonly status?: 'AVAILABLE' | 'UNAVAILABLE' | undefined;
  readonly until?: Instant | null | undefined;
  readonly note?: string | null | undefined;
  /** The person, named by an admin's key that is bound to nobody. */
  readonly actorId?: string | undefined;
};

export type StatusChangeAnswer = {
  readonly agent: Agent;
  readonly changed: boolean;
  readonly event: RecordedFact | null;
};

/** Sets one agent's IntelliAssign status. */
export function changeIntelliassign(
  draft: Draft,
  world: World,
  ask: Ask,
  input: StatusChoice & { readonly agentId: string },
): Answer<StatusChangeAnswer> {
  const prepared = prepareChange(draft, ask, input, '');
  if (prepared.kind === 'rejected') return prepared;
  return commitChange(draft, world, ask, prepared);
}

/** Sets up to a thousand agents' statuses: all of them or, when one is refused, none. Every fault is named. */
export function changeIntelliassignOfMany(
  draft: Draft,
  world: World,
  ask: Ask,
  changes: readonly (StatusChoice & { readonly agentId: string })[],
): Answer<readonly StatusChangeAnswer[]> {
  const prepared = changes.map((change, index) => prepareChange(draft, ask, change, `/changes/${index}`));
  const refusals = prepared.filter((one): one is Rejection => one.kind === 'rejected');
  const doubled = doubledAgents(changes);
  if (refusals.length > 0 || doubled.length > 0) return mergedRefusal(refusals, doubled);
  const answers: StatusChangeAnswer[] = [];
  for (const one of prepared) {
    assert(one.kind === 'prepared', 'refusals were answered above');
    const answer = commitChange(draft, world, ask, one);
    assert(answer.kind === 'done', 'a prepared change is not refused');
    answers.push(answer.value);
  }
  return done(answers);
}

type PreparedChange = {
  readonly kind: 'prepared';
  readonly agent: AgentNumber;
  readonly person: AgentNumber;
  readonly reason: ChoiceReason;
  readonly status: StatusLabel;
  readonly customStatusId: string | null;
  readonly until: Instant | null;
  readonly note: string | null;
};

/** Everything that can be refused, before anything is written. */
function prepareChange(
  draft: Draft,
  ask: Ask,
  input: StatusChoice & { readonly agentId: string },
  at: string,
): PreparedChange | Rejection {
  const agent = findAgent(draft, ask, input.agentId);
  if (agent === undefined) return unknownAgent(`${at}/agent_id`, input.agentId, at !== '');
  const actor = actorOf(draft, ask.caller, agent, input.actorId, at);
  if (actor.kind === 'rejected') return actor;
  if (!agent.profile.active) {
    return refuseAt('agent_inactive', `The agent ${agent.profile.id} is deactivated.`, `${at}/agent_id`, at !== '');
  }
  const target = targetOf(draft, agent, input, at);
  if (target.kind === 'rejected') return target;
  const until = input.until ?? null;
  const refused = refusedUntil(until, target.status, Math.max(ask.now, agent.availability.changedAt), at);
  if (refused !== null) return refused;
  return {
    kind: 'prepared',
    agent: agent.number,
    person: actor.person,
    reason: actor.reason,
    status: target.status,
    customStatusId: target.customStatusId,
    until,
    note: input.note ?? null,
  };
}

function refusedUntil(until: Instant | null, status: StatusLabel, at: Instant, pointer: string): Rejection | null {
  if (until === null) return null;
  if (status === AVAILABLE) {
    return refuseAt(
      'invalid_input',
      'A timed status ends in AVAILABLE, so AVAILABLE itself takes no until.',
      `${pointer}/until`,
    );
  }
  return until > at ? null : refuseAt('invalid_input', 'until must lie in the future.', `${pointer}/until`);
}

function commitChange(draft: Draft, world: World, ask: Ask, change: PreparedChange): Answer<StatusChangeAnswer> {
  const agent = draft.memory.agents.drafted(change.agent);
  const person = change.person === 0 ? null : draft.memory.agents.drafted(change.person);
  assert(agent !== undefined && person !== undefined, 'agents are never removed');
  const { status, customStatusId, until, note, reason } = change;
  const acted = act(
    draft,
    agent,
    { kind: 'ChangeIntelliassign', status, customStatusId, until, note, reason },
    { ...options(world, ask), person },
  );
  if (acted.outcome.kind === 'rejected') return refusalOf(acted.outcome);
  return done({ agent: acted.agent, changed: acted.event !== null, event: acted.event });
}

type ChosenActor = { readonly kind: 'actor'; readonly person: AgentNumber; readonly reason: ChoiceReason };

/**
 * Who acts: a bound key its agent, an unbound one nobody (`api`), unless an admin's unbound key names the person. The
 * person is the toggling agent when it is the subject, and a supervisor otherwise.
 */
function actorOf(
  draft: Draft,
  caller: Caller,
  subject: Agent,
  actorId: string | undefined,
  at: string,
): ChosenActor | Rejection {
  if (!mayActFor(caller, subject)) return forbiddenSubject();
  let person = caller.agent;
  if (actorId !== undefined) {
    if (caller.agent !== 0 || caller.role !== 'admin') {
      const detail = "Only an admin's key that is bound to nobody may name who acts.";
      return refuseAt('forbidden', detail, `${at}/actor_id`);
    }
    const named = findAgent(draft, { caller, now: 0 }, actorId);
    if (named === undefined) return refuseAt('unknown_agent', `There is no agent ${actorId}.`, `${at}/actor_id`);
    if (!named.profile.active) {
      return refuseAt('agent_inactive', `The agent ${actorId} is deactivated.`, `${at}/actor_id`);
    }
    person = named.number;
  }
  if (person === 0) return { kind: 'actor', person: 0, reason: 'api' };
  return { kind: 'actor', person, reason: person === subject.number ? 'agent_toggle' : 'supervisor' };
}

type Target = { readonly kind: 'target'; readonly status: StatusLabel; readonly customStatusId: string | null };

function targetOf(draft: Draft, agent: Agent, input: StatusChoice, at: string): Target | Rejection {
  if (input.customStatusId === undefined && input.customStatus === undefined) {
    const status = input.status === 'AVAILABLE' ? AVAILABLE : UNAVAILABLE;
    return { kind: 'target', status, customStatusId: null };
  }
  const isEnabled = draft.memory.accounts.drafted(agent.account)?.record.customStatus ?? false;
  const named = input.customStatusId === undefined;
  const pointer = `${at}/${named ? 'custom_status' : 'custom_status_id'}`;
  if (!isEnabled) {
    const detail = 'Custom statuses are switched off in this account (custom_status).';
    return refuseAt('custom_status_disabled', detail, pointer);
  }
  const id = named
    ? draft.memory.customStatusNames.drafted(scoped(agent.account, nameKey(input.customStatus ?? '')))
    : input.customStatusId?.toLowerCase();
  const found = id === undefined ? undefined : draft.memory.customStatuses.drafted(id);
  if (found === undefined || found.account !== agent.account) {
    const asked = named ? `named ${input.customStatus}` : `with id ${input.customStatusId}`;
    return refuseAt('unknown_custom_status', `There is no custom status ${asked}.`, pointer);
  }
  if (found.record.archived) {
    return refuseAt('custom_status_archived', `The custom status ${found.record.name} is archived.`, pointer);
  }
  return { kind: 'target', status: found.position, customStatusId: found.record.id };
}

function doubledAgents(changes: readonly { readonly agentId: string }[]): readonly Fault[] {
  const first = new Map<string, number>();
  const faults: Fault[] = [];
  changes.forEach((change, index) => {
    const id = change.agentId.toLowerCase();
    const before = first.get(id);
    if (before === undefined) first.set(id, index);
    else faults.push({ pointer: `/changes/${index}/agent_id`, detail: `The same agent as in /changes/${before}.` });
  });
  return faults;
}

type Fault = { readonly pointer: string; readonly detail: string };

/** One refusal for a batch: the first refusal's code, every item's faults. */
function mergedRefusal(refusals: readonly Rejection[], doubled: readonly Fault[]): Rejection {
  const faults = [...doubled, ...refusals.flatMap((refusal) => refusal.faults)];
  const code = doubled.length > 0 ? 'invalid_input' : (refusals[0]?.code ?? 'invalid_input');
  const detail =
    faults.length > 0
      ? `Nothing was changed: ${faults.length} of the batch's fields cannot be accepted.`
      : (refusals[0]?.detail ?? 'Nothing was changed.');
  return refuse(code, detail, faults);
}

// Signals

export type Signal = 'missed_assignment' | 'call_started' | 'call_ended';

/** What a router or a phone system tells about an agent. */
export function signal(
  draft: Draft,
  world: World,
  ask: Ask,
  input: { readonly agentId: string; readonly type: Signal },
): Answer<StatusChangeAnswer> {
  const agent = findAgent(draft, ask, input.agentId);
  if (agent === undefined) return unknownAgent();
  if (!mayActFor(ask.caller, agent)) return forbiddenSubject();
  const limit = draft.memory.accounts.drafted(agent.account)?.record.missedAssignmentsLimit ?? null;
  const acted = act(draft, agent, signalCommand(input.type, limit), options(world, ask));
  if (acted.outcome.kind === 'rejected') return refusalOf(acted.outcome);
  return done({ agent: acted.agent, changed: acted.event !== null, event: acted.event });
}

function signalCommand(type: Signal, limit: number | null): AvailabilityCommand {
  switch (type) {
    case 'missed_assignment':
      return { kind: 'MissAssignment', limit };
    case 'call_started':
      return { kind: 'StartCall' };
    case 'call_ended':
      return { kind: 'EndCall' };
  }
}

// Time

/** Decides what is due for these agents. */
export function passTime(draft: Draft, world: World, agents: readonly AgentNumber[], now: Instant): void {
  for (const number of agents) {
    const agent = draft.memory.agents.drafted(number);
    if (agent !== undefined) act(draft, agent, { kind: 'PassTime' }, { now, world, person: null });
  }
}

// Shared

/** The agent with this id, in the caller's own account; undefined for everybody else's. */
export function findAgent(draft: Draft, ask: Ask, id: string): Agent | undefined {
  const number = draft.memory.agentNumbers.drafted(id.toLowerCase());
  const agent = number === undefined ? undefined : draft.memory.agents.drafted(number);
  return agent !== undefined && agent.account === ask.caller.account ? agent : undefined;
}

/** A key of role agent acts for its own agent only. */
export function mayActFor(caller: Caller, agent: Agent): boolean {
  return caller.role !== 'agent' || caller.agent === agent.number;
}

function options(world: World, ask: Ask) {
  return { now: ask.now, world, person: null };
}

function answerOf(acted: Acted): Answer<{ at: Instant }> {
  return acted.outcome.kind === 'rejected' ? refusalOf(acted.outcome) : done({ at: acted.outcome.at });
}

function refusalOf(outcome: Extract<Outcome, { kind: 'rejected' }>): Rejection {
  const faults = outcome.pointer === undefined ? [] : [{ pointer: outcome.pointer, detail: outcome.detail }];
  return refuse(outcome.code, outcome.detail, faults);
}

function refuseAt(code: Rejection['code'], detail: string, pointer: string, isField = true): Rejection {
  return refuse(code, detail, isField ? [{ pointer, detail }] : []);
}

function unknownAgent(pointer = '', id = '', isField = false): Rejection {
  return refuseAt(
    'unknown_agent',
    id === '' ? 'There is no such agent.' : `There is no agent ${id}.`,
    pointer,
    isField,
  );
}

function forbiddenSubject(): Rejection {
  return refuse('forbidden', 'A key of role agent may act for its own agent only.');
}
