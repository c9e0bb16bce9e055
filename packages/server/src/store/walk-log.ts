import { checksumOf, FIRST_CHECKSUM, type HashHex } from '../activity/checksum.ts';
import type { RecordedFact } from '../activity/fact.ts';
import { toRow } from '../activity/fact-row.ts';
import type { AccountNumber, AgentNumber, Position } from '../activity/position.ts';
import { isCustom, type StatusLabel } from '../activity/status-label.ts';
import { type Availability, initialAvailability, sessionOf } from '../availability/availability.ts';
import { evolve } from '../availability/evolve.ts';
import type { StatusTransition } from '../availability/transition.ts';

/** What is known of an agent after the facts so far: what its row must say. */
export type WalkedAgent = {
  readonly account: AccountNumber;
  readonly head: Position;
  readonly profilePosition: Position;
  readonly availability: Availability;
};

/**
 * The log, walked so far. It holds a state per agent and an entry per version of a record, never the facts: what it
 * costs does not grow with the days that were logged.
 */
export type Walk = {
  position: Position;
  checksum: string;
  events: number;
  readonly agents: Map<AgentNumber, WalkedAgent>;
  /** Whose profile, of which account, the fact at a position recorded. */
  readonly profiles: Map<Position, AgentNumber>;
  readonly accounts: Map<Position, AccountNumber>;
  readonly customStatuses: Map<Position, { readonly account: AccountNumber; readonly id: string }>;
  /** By correction: whose it is, and whether it was decided. */
  readonly corrections: Map<string, { readonly agent: AgentNumber; readonly isDecided: boolean }>;
};

export function startWalk(): Walk {
  return {
    position: 0,
    checksum: FIRST_CHECKSUM,
    events: 0,
    agents: new Map(),
    profiles: new Map(),
    accounts: new Map(),
    customStatuses: new Map(),
    corrections: new Map(),
  };
}

/** Takes one fact more. Returns what is wrong with it, as the end of a sentence that begins with it; null when nothing is. */
export function walkFact(walk: Walk, fact: RecordedFact, hash: HashHex): string | null {
  const problem = rowProblem(walk, fact, hash) ?? chainProblem(walk, fact) ?? bodyProblem(walk, fact);
  if (problem !== null) return problem;
  walk.position = fact.position;
  walk.checksum = fact.checksum;
  note(walk, fact);
  return null;
}

function rowProblem(walk: Walk, fact: RecordedFact, hash: HashHex): string | null {
  const checksum = checksumOf(walk.checksum, toRow(fact, fact.position, fact.previous), hash);
  if (checksum !== fact.checksum) return 'does not have the checksum of its content and of all that stands before it';
  if ((fact.kind === 'LogStarted') === (fact.position === 1)) return null;
  return fact.position === 1 ? `must be LogStarted, and is ${fact.kind}` : 'starts the log a second time';
}

/** Facts about one agent follow each other by `previous`, and never leave its account. */
function chainProblem(walk: Walk, fact: RecordedFact): string | null {
  if (fact.agent === 0) return fact.previous === 0 ? null : 'is about no agent, yet follows a fact about one';
  const agent = walk.agents.get(fact.agent);
  const expected = agent?.head ?? 0;
  if (fact.previous !== expected) {
    return `says that agent ${fact.agent}'s fact before it is at ${fact.previous}, and it is at ${expected}`;
  }
  if (agent === undefined)
    return fact.kind === 'AgentRecorded' ? null : `is about agent ${fact.agent}, which no fact recorded`;
  return agent.account === fact.account ? null : `moves agent ${fact.agent} to another account`;
}

function bodyProblem(walk: Walk, fact: RecordedFact): string | null {
  const state = walk.agents.get(fact.agent)?.availability;
  switch (fact.kind) {
    case 'StatusChanged':
      return statusProblem(walk, fact, state);
    case 'SessionOpened':
      return hasSession(state, fact.session) ? `opens session ${fact.session}, which is live already` : null;
    case 'SessionClosed':
    case 'SessionLost':
    case 'SessionReturned':
    case 'SessionEnded':
      return hasSession(state, fact.session) ? null : `is about session ${fact.session}, which is not live`;
    case 'AssignmentMissed':
      return fact.missed === (state?.missed ?? 0) + 1
        ? null
        : `counts ${fact.missed} missed after ${state?.missed ?? 0}`;
    case 'AgentRecorded':
      return fact.agent === 0 ? 'records an agent without a number' : null;
    case 'UntilChanged':
      return fact.agent === 0 ? 'is about no agent' : null;
    case 'CorrectionProposed':
      return proposalProblem(walk, fact);
    case 'CorrectionDecided':
      return decisionProblem(walk, fact);
    case 'AccountRecorded':
    case 'CustomStatusRecorded':
    case 'GroupRecorded':
    case 'CalendarRecorded':
    case 'ThingRecorded':
    case 'LogStarted':
    case 'OutageRecorded':
      return null;
  }
}

function hasSession(state: Availability | undefined, session: number): boolean {
  return state !== undefined && sessionOf(state, session) !== undefined;
}

type StatusFact = Extract<RecordedFact, { kind: 'StatusChanged' }>;

function statusProblem(walk: Walk, fact: StatusFact, state: Availability | undefined): string | null {
  if (state === undefined) return 'is an event of no agent';
  if (fact.sequence !== state.sequence + 1) return `has sequence ${fact.sequence} after ${state.sequence}`;
  return referenceProblem(walk, fact) ?? (fact.imported ? importProblem(fact) : eventChainProblem(walk, fact, state));
}

/** What came from elsewhere keeps the times and the previous values that it came with, as long as it agrees with itself. */
function importProblem(fact: StatusFact): string | null {
  if (fact.prevAt > fact.at) return `is of ${fact.at}, and says that the value before began later, at ${fact.prevAt}`;
  const isGeneral = fact.axis === 'GeneralAvailability';
  return isGeneral && (isCustom(fact.status) || isCustom(fact.prevStatus)) ? 'puts a custom status on this axis' : null;
}

/** Each event begins where the one before it on its axis ended, changes something, and goes forward in time. */
function eventChainProblem(walk: Walk, fact: StatusFact, state: Availability): string | null {
  const before = fact.axis === 'Intelliassign' ? state.intelliassign : state.general;
  const axis = `${fact.axis} of agent ${fact.agent}`;
  if (fact.prevStatus !== before.status) return `changes ${axis} from ${fact.prevStatus}, and it was ${before.status}`;
  if (fact.prevAt !== before.since)
    return `says that ${axis} was so since ${fact.prevAt}, and it was since ${before.since}`;
  if (fact.at < state.changedAt) return `is of ${fact.at}, earlier than the event before it, of ${state.changedAt}`;
  return isSame(walk, before.status, fact.status) ? `changes ${axis} to what it was` : null;
}

/** A custom status is the same by its id, whatever it was called. */
function isSame(walk: Walk, one: StatusLabel, other: StatusLabel): boolean {
  if (!isCustom(one) || !isCustom(other)) return one === other;
  return walk.customStatuses.get(one)?.id === walk.customStatuses.get(other)?.id;
}

function proposalProblem(walk: Walk, fact: Extract<RecordedFact, { kind: 'CorrectionProposed' }>): string | null {
  if (fact.agent === 0) return 'is about no agent';
  if (walk.corrections.has(fact.correctionId)) return `proposes correction ${fact.correctionId} a second time`;
  if (fact.from >= fact.to) return `corrects from ${fact.from} to ${fact.to}, which is no time`;
  return actorProblem(walk, fact.actorProfile) ?? labelProblem(walk, fact, fact.status);
}

/** A correction is decided once, on the chain of the agent that it is about. */
function decisionProblem(walk: Walk, fact: Extract<RecordedFact, { kind: 'CorrectionDecided' }>): string | null {
  const proposed = walk.corrections.get(fact.correctionId);
  if (proposed?.agent !== fact.agent) {
    return `decides correction ${fact.correctionId}, which nobody proposed for agent ${fact.agent}`;
  }
  if (proposed.isDecided) return `decides correction ${fact.correctionId} a second time`;
  return actorProblem(walk, fact.actorProfile);
}

function actorProblem(walk: Walk, position: Position): string | null {
  return position === 0 || walk.profiles.has(position) ? null : `names position ${position} as a person's profile`;
}

function labelProblem(walk: Walk, fact: RecordedFact, label: StatusLabel): string | null {
  if (label < 0) return `names ${label} as a status`;
  if (!isCustom(label) || walk.customStatuses.get(label)?.account === fact.account) return null;
  return `names position ${label} as a custom status of its account`;
}

/** Every position that an event names holds what it is named for. */
function referenceProblem(walk: Walk, fact: StatusFact): string | null {
  if (walk.profiles.get(fact.subjectProfile) !== fact.agent)
    return `names position ${fact.subjectProfile} as its agent's profile`;
  const actor = actorProblem(walk, fact.actorProfile);
  if (actor !== null) return actor;
  if (walk.accounts.get(fact.accountProfile) !== fact.account)
    return `names position ${fact.accountProfile} as its account`;
  return labelProblem(walk, fact, fact.status) ?? labelProblem(walk, fact, fact.prevStatus);
}

function note(walk: Walk, fact: RecordedFact): void {
  if (fact.kind === 'AccountRecorded') walk.accounts.set(fact.position, fact.account);
  if (fact.kind === 'CustomStatusRecorded') {
    walk.customStatuses.set(fact.position, { account: fact.account, id: fact.record.id });
  }
  if (fact.kind === 'CorrectionProposed' || fact.kind === 'CorrectionDecided') {
    walk.corrections.set(fact.correctionId, { agent: fact.agent, isDecided: fact.kind === 'CorrectionDecided' });
  }
  if (fact.agent === 0) return;
  if (fact.kind === 'StatusChanged') walk.events++;
  if (fact.kind === 'AgentRecorded') walk.profiles.set(fact.position, fact.agent);
  const before = walk.agents.get(fact.agent);
  walk.agents.set(fact.agent, {
    account: fact.account,
    head: fact.position,
    profilePosition: fact.kind === 'AgentRecorded' ? fact.position : (before?.profilePosition ?? 0),
    availability: evolved(walk, before?.availability, fact),
  });
}

function evolved(walk: Walk, before: Availability | undefined, fact: RecordedFact): Availability {
  if (fact.kind === 'AgentRecorded') return before ?? initialAvailability(fact.record.createdAt);
  const state = before ?? initialAvailability(fact.at);
  switch (fact.kind) {
    case 'StatusChanged':
      return evolve(state, transitionOf(walk, fact, state));
    case 'SessionOpened':
    case 'SessionClosed':
    case 'SessionLost':
    case 'SessionReturned':
    case 'SessionEnded':
    case 'UntilChanged':
    case 'AssignmentMissed':
      return evolve(state, fact);
    default:
      return state;
  }
}

/** A fact leaves out what stands elsewhere in the log. */
function transitionOf(walk: Walk, fact: StatusFact, state: Availability): StatusTransition & { readonly at: number } {
  return {
    kind: 'StatusChanged',
    at: fact.at,
    axis: fact.axis,
    sequence: fact.sequence,
    status: fact.status,
    customStatusId: walk.customStatuses.get(fact.status)?.id ?? null,
    prevStatus: fact.prevStatus,
    prevAt: fact.prevAt,
    reason: fact.reason,
    loggedIn: state.sessions.length > 0,
    until: fact.until,
    note: fact.note,
    imported: fact.imported,
  };
}
