import type { ErrorCode } from '@rollcall/contract';
import type { StatusChanged } from '../activity/fact.ts';
import { importSource } from '../activity/import-source.ts';
import { activityEventId, type RecordedStatusChange } from '../activity/payload.ts';
import type { AgentNumber, Position } from '../activity/position.ts';
import { AVAILABLE, isCustom, type StatusLabel, UNAVAILABLE } from '../activity/status-label.ts';
import { isLoggedIn } from '../availability/availability.ts';
import { evolve } from '../availability/evolve.ts';
import type { ImportedEvent } from '../directory/imported-event.ts';
import { nameKey } from '../directory/name-key.ts';
import { assert } from '../time/assert.ts';
import { type Ask, passTime } from './agent-commands.ts';
import { createAgent } from './agent-record-commands.ts';
import type { Draft } from './draft.ts';
import { keysOfEvent, keysOfFact } from './event-key.ts';
import type { ImportBatch } from './import-desk.ts';
import { importedStatus, type StatusSearch } from './imported-status.ts';
import { type Agent, scoped } from './memory.ts';
import { snapshotsFrom } from './record-cache.ts';
import { accountOf } from './surroundings.ts';
import type { World } from './world.ts';

export type ImportOptions = {
  readonly createAgents: boolean;
  /** Whether apps and webhooks get the events. */
  readonly deliver: boolean;
  /** Whether a server watches the agents: where none does, nobody's sessions are taken for idle or lost. */
  readonly isWatched: boolean;
};

/** What became of one event. */
export type ImportResult =
  | { readonly kind: 'accepted'; readonly id: string }
  | { readonly kind: 'duplicate'; readonly id: string }
  | { readonly kind: 'rejected'; readonly code: ErrorCode; readonly detail: string };

/**
 * Takes a batch of events from elsewhere, each for itself: a bad one leaves its neighbours untouched.
 *
 * They keep their times and previous values, so they join the log out of order; the sequence is that of recording. What
 * is due for their agents is decided first, as before any command: a deadline that passed before a later event came from
 * elsewhere has happened.
 */
export function importEvents(
  draft: Draft,
  world: World,
  ask: Ask,
  batch: ImportBatch,
  options: ImportOptions,
): readonly ImportResult[] {
  const course: Course = { draft, world, ask, batch, options, search: searchOf(batch), touched: new Set() };
  settleDue(course);
  for (const change of batch.changes) draft.put(change);
  keyWhatCameBetween(course);
  const results = batch.events.map((event, index): ImportResult => {
    if (event.kind === 'fault') return { kind: 'rejected', code: event.code, detail: event.detail };
    return take(course, event, index);
  });
  for (const number of course.touched) {
    draft.put({ kind: 'PutKeyedAgent', agent: number, position: agentAt(draft, number).head });
  }
  return results;
}

type Course = {
  readonly draft: Draft;
  readonly world: World;
  readonly ask: Ask;
  readonly batch: ImportBatch;
  readonly options: ImportOptions;
  readonly search: StatusSearch;
  /** Whose events all have keys after this batch. */
  readonly touched: Set<AgentNumber>;
};

function searchOf({ events, formerNames, hash }: ImportBatch): StatusSearch {
  const idsByName = new Map<string, string>();
  for (const event of events) {
    if (event.kind === 'fault' || event.customStatusId === null) continue;
    const key = nameKey(event.status);
    if (!idsByName.has(key)) idsByName.set(key, event.customStatusId);
  }
  return { hash, formerNames, idsByName };
}

function settleDue({ draft, world, ask, batch, options, touched }: Course): void {
  for (const number of batch.agents) if (number !== null) touched.add(number);
  const due = [...touched].filter((number) => options.isWatched || !isLoggedIn(agentAt(draft, number).availability));
  passTime(draft, world, due, ask.now);
}

/** What was recorded after the batch was looked up, by others or just now by deadlines, is known as well. */
function keyWhatCameBetween({ draft, batch, touched }: Course): void {
  const snapshots = snapshotsOf(draft);
  for (const fact of [...batch.since, ...draft.facts]) {
    if (fact.kind !== 'StatusChanged' || !touched.has(fact.agent)) continue;
    for (const key of keysOfFact(batch.hash, fact, snapshots)) {
      batch.known.set(key, fact.position);
      draft.put({ kind: 'PutEventKey', key, position: fact.position });
    }
    batch.ids.set(fact.position, activityEventId(fact));
  }
}

function take(course: Course, event: ImportedEvent, index: number): ImportResult {
  const { draft, ask, batch } = course;
  const { account } = ask.caller;
  const found = batch.agents[index] ?? null;
  const number = found ?? findDraftedAgent(draft, ask, event);
  const keys = number === found ? batch.keys[index] : keysOfEvent(batch.hash, account, event, number);
  assert(keys !== undefined, 'every event has its keys');
  for (const key of keys.lookedUp) {
    const known = batch.known.get(key);
    if (known !== undefined) return { kind: 'duplicate', id: idAt(batch, known) };
  }
  const agent = number === null ? createdAgent(course, event) : agentAt(draft, number);
  if ('kind' in agent) return agent;
  const status = labelOf(course, event.axis, { id: event.customStatusId, name: event.status, emoji: event.emoji });
  const prevStatus = labelOf(course, event.axis, { id: null, name: event.prevStatus, emoji: null });
  if (status === null || prevStatus === null) return tooManyStatuses();
  const fact = append(course, agent, event, { status, prevStatus });
  const id = activityEventId(fact);
  const { entered } = number === null ? keysOfEvent(batch.hash, account, event, agent.number) : keys;
  for (const key of entered) {
    batch.known.set(key, fact.position);
    draft.put({ kind: 'PutEventKey', key, position: fact.position });
  }
  batch.ids.set(fact.position, id);
  course.touched.add(agent.number);
  return { kind: 'accepted', id };
}

function findDraftedAgent(
  { memory }: Draft,
  { caller }: Ask,
  { orgAgentId, email }: ImportedEvent,
): AgentNumber | null {
  const byOrgId = orgAgentId === null ? undefined : memory.orgAgentIds.drafted(scoped(caller.account, orgAgentId));
  if (byOrgId !== undefined) return byOrgId;
  return (email === null ? undefined : memory.emails.drafted(scoped(caller.account, nameKey(email)))) ?? null;
}

function idAt({ ids }: ImportBatch, position: Position): string {
  const id = ids.get(position);
  assert(id !== undefined, `position ${position} is known, so its event was read`);
  return id;
}

/** The agent of an event that nobody here knows: alive since the earliest instant that it speaks of. */
function createdAgent({ draft, world, ask, options }: Course, event: ImportedEvent): Agent | ImportResult {
  const who = event.email ?? event.orgAgentId ?? 'without email and org_agent_id';
  if (!options.createAgents) {
    return rejected('unknown_agent', `There is no agent ${who}; create_agents would make one.`);
  }
  if (event.email === null) return rejected('unknown_agent', `The agent ${who} cannot be created without an email.`);
  const isFree = event.agentId !== null && draft.memory.agentNumbers.drafted(event.agentId) === undefined;
  const created = createAgent(draft, world, ask, {
    email: event.email,
    orgAgentId: event.orgAgentId ?? undefined,
    createdAt: Math.min(event.at, event.prevAt),
    id: isFree && event.agentId !== null ? event.agentId : undefined,
  });
  return created.kind === 'done' ? created.value : rejected(created.code, created.detail);
}

/** null when the account can have no more custom statuses. */
function labelOf(
  { draft, world, ask, search }: Course,
  axis: ImportedEvent['axis'],
  named: { readonly id: string | null; readonly name: string; readonly emoji: string | null },
): StatusLabel | null {
  if (named.name === 'AVAILABLE') return AVAILABLE;
  if (named.name === 'UNAVAILABLE') return UNAVAILABLE;
  assert(axis === 'Intelliassign', 'the general axis has no custom status: its events were read');
  return importedStatus(draft, world, ask, named, search)?.position ?? null;
}

function append(
  { draft, ask, options }: Course,
  agent: Agent,
  event: ImportedEvent,
  labels: { readonly status: StatusLabel; readonly prevStatus: StatusLabel },
): RecordedStatusChange {
  const { availability, account, number } = agent;
  const told: StatusChanged & { readonly at: number } = {
    kind: 'StatusChanged',
    at: event.at,
    axis: event.axis,
    sequence: availability.sequence + 1,
    ...labels,
    prevAt: event.prevAt,
    reason: event.reason,
    loginStatus: event.actor.login_status === true,
    subjectProfile: agent.profilePosition,
    actorProfile: actorProfileOf(draft, ask, event),
    accountProfile: accountOf(agent, draft.memory).position,
    until: null,
    note: null,
    imported: true,
    delivered: options.deliver,
    source: null,
  };
  const source = importSource(told, event, snapshotsOf(draft));
  const fact = draft.append({ ...told, source, account, agent: number, recordedAt: ask.now }, agent.head);
  const customStatusId = isCustom(labels.status) ? snapshotsOf(draft).customStatus(labels.status).id : null;
  const transition = { ...told, customStatusId, loggedIn: isLoggedIn(availability) };
  draft.memory.agents.put(number, { ...agent, head: fact.position, availability: evolve(availability, transition) });
  return fact as RecordedStatusChange;
}

/** A person whom we know is named by the profile; all others stand in the event as they came. */
function actorProfileOf(draft: Draft, ask: Ask, { axis, actor }: ImportedEvent): Position {
  if (axis !== 'Intelliassign' || actor.type !== 'agent') return 0;
  const { account } = ask.caller;
  const { org_actor_id: orgId, email } = actor;
  const { memory } = draft;
  const byOrgId = typeof orgId === 'string' ? memory.orgAgentIds.drafted(scoped(account, orgId)) : undefined;
  const byEmail = typeof email === 'string' ? memory.emails.drafted(scoped(account, nameKey(email))) : undefined;
  const number = byOrgId ?? byEmail;
  return number === undefined ? 0 : agentAt(draft, number).profilePosition;
}

function agentAt(draft: Draft, number: AgentNumber): Agent {
  const agent = draft.memory.agents.drafted(number);
  assert(agent !== undefined, 'agents are never removed');
  return agent;
}

function snapshotsOf(draft: Draft) {
  return snapshotsFrom((position) => draft.memory.records.drafted(position));
}

function rejected(code: ErrorCode, detail: string): ImportResult {
  return { kind: 'rejected', code, detail };
}

function tooManyStatuses(): ImportResult {
  return rejected(
    'too_many_custom_statuses',
    'The account has as many custom statuses as it can, archived ones included.',
  );
}
