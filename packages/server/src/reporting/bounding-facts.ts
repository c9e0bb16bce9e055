import type { RecordedFact } from '../activity/fact.ts';
import { activityEventId } from '../activity/payload.ts';
import type { Position } from '../activity/position.ts';
import { AVAILABLE, isCustom, type StatusLabel } from '../activity/status-label.ts';
import { formatInstant, type Instant, minuteMs } from '../time/instant.ts';
import type { AgentFacts } from './history-source.ts';
import type { BoundingFact } from './report-answer.ts';
import type { StatusNames } from './report-rows.ts';

/** What of an agent's surroundings a sentence about a fact needs. */
export type FactSurroundings = {
  readonly names: StatusNames;
  /** Milliseconds without activity after which the agent counted as idle then. */
  readonly idleAfterMsAt: (instant: Instant) => number;
  readonly graceMsAt: (instant: Instant) => number;
};

/** The facts that bound intervals, by position, told so that a person understands them. */
export function boundingFacts(
  { facts, outages, corrections, directory }: AgentFacts,
  around: FactSurroundings,
): (position: Position | null, edge: Edge) => BoundingFact | null {
  const byPosition = new Map(facts.map((fact) => [fact.position, fact]));
  const outagesByPosition = new Map(outages.map((outage) => [outage.position, outage]));
  const corrected = new Map(corrections.map((correction) => [correction.position, correction]));
  const emailOf = (profile: Position) => directory.profile(profile)?.email ?? null;
  return (position, edge) => {
    if (position === null) return null;
    const correction = corrected.get(position);
    const outage = outagesByPosition.get(position);
    if (outage !== undefined) return toldOutage(outage);
    const fact = byPosition.get(position);
    if (fact === undefined) return null;
    const bound = told(fact, { ...around, emailOf });
    if (correction !== undefined) return { ...bound, at: nearest([correction.from, correction.to], edge) };
    // A record may hold from before it was written down: an agent's, from the day that it was said to be created.
    return fact.kind === 'AgentRecorded' && fact.at > edge.at ? { ...bound, at: fact.record.createdAt } : bound;
  };
}

/** Which end of an interval a fact bounds, as far as the window shows it. */
export type Edge = { readonly kind: 'begin' | 'end'; readonly at: Instant };

/** The instant at which a correction bounds an interval: the window may have cut off some of it. */
function nearest(instants: readonly [from: Instant, to: Instant], { kind, at }: Edge): Instant {
  const [from, to] = instants;
  if (kind === 'begin') return to <= at ? to : from;
  return from >= at ? from : to;
}

type Telling = FactSurroundings & { readonly emailOf: (profile: Position) => string | null };

function toldOutage({ from, to, position }: { from: Instant; to: Instant; position: Position }): BoundingFact {
  return {
    position,
    kind: 'outage',
    at: from,
    recordedAt: to,
    eventId: null,
    reason: null,
    actor: 'system',
    imported: false,
    lastActivityAt: null,
    sentence: `The server was down from ${formatInstant(from)} to ${formatInstant(to)}: nobody can say.`,
  };
}

function told(fact: RecordedFact, telling: Telling): BoundingFact {
  const common = { position: fact.position, at: fact.at, recordedAt: fact.recordedAt };
  if (fact.kind === 'StatusChanged') return { ...common, ...toldChange(fact, telling) };
  return {
    ...common,
    kind: FACT_KINDS[fact.kind] ?? 'record',
    eventId: null,
    reason: null,
    actor: actorOf(fact, telling),
    imported: false,
    lastActivityAt: null,
    sentence: sentenceOf(fact, telling),
  };
}

const FACT_KINDS: Partial<Record<RecordedFact['kind'], string>> = {
  SessionOpened: 'session_opened',
  SessionClosed: 'session_closed',
  SessionEnded: 'session_ended',
  AgentRecorded: 'agent_recorded',
  CorrectionDecided: 'correction',
};

function actorOf(fact: RecordedFact, { emailOf }: Telling): string | null {
  if (fact.kind === 'CorrectionDecided') return fact.actorProfile === 0 ? fact.by : emailOf(fact.actorProfile);
  return fact.kind === 'AgentRecorded' ? fact.by : 'system';
}

function sentenceOf(fact: RecordedFact, { emailOf }: Telling): string {
  switch (fact.kind) {
    case 'SessionOpened':
      return `A session was opened (${fact.transport}).`;
    case 'SessionClosed':
      return 'The last session was closed: signed out.';
    case 'SessionEnded':
      return fact.cause === 'disconnect'
        ? 'The last session was lost and did not return in time.'
        : `The session ended: ${fact.cause}.`;
    case 'AgentRecorded':
      return fact.record.active ? "The agent's record holds from here on." : 'The agent was deactivated.';
    case 'CorrectionDecided':
      return `A correction was approved by ${fact.actorProfile === 0 ? fact.by : (emailOf(fact.actorProfile) ?? fact.by)}.`;
    default:
      return fact.kind;
  }
}

type ToldChange = Omit<BoundingFact, 'position' | 'at' | 'recordedAt'>;

function toldChange(fact: Extract<RecordedFact, { kind: 'StatusChanged' }>, telling: Telling): ToldChange {
  const lastActivityAt =
    fact.reason === 'idle_timeout' && !fact.imported ? fact.at - telling.idleAfterMsAt(fact.at) : null;
  return {
    kind: 'event',
    eventId: activityEventId(fact),
    reason: fact.reason,
    actor: fact.actorProfile === 0 ? 'system' : telling.emailOf(fact.actorProfile),
    imported: fact.imported,
    lastActivityAt,
    sentence: sentenceOfChange(fact, lastActivityAt, telling),
  };
}

function sentenceOfChange(
  fact: Extract<RecordedFact, { kind: 'StatusChanged' }>,
  lastActivityAt: Instant | null,
  telling: Telling,
): string {
  const rule = ruleOf(fact, lastActivityAt, telling);
  const note = fact.note === null ? '' : ` Note: ${fact.note}.`;
  const from = fact.imported ? ' The event came from another system.' : '';
  if (fact.axis === 'GeneralAvailability') {
    return `${fact.status === AVAILABLE ? 'Here' : 'Not here'}: ${rule}.${from}`;
  }
  return `IntelliAssign ${nameOf(fact.prevStatus, telling)} → ${nameOf(fact.status, telling)}: ${rule}.${note}${from}`;
}

function nameOf(label: StatusLabel, { names }: Telling): string {
  if (!isCustom(label)) return label === AVAILABLE ? 'AVAILABLE' : 'UNAVAILABLE';
  return names.ofLabel(label) ?? 'a custom status';
}

function ruleOf(
  fact: Extract<RecordedFact, { kind: 'StatusChanged' }>,
  lastActivityAt: Instant | null,
  telling: Telling,
): string {
  const person = fact.actorProfile === 0 ? null : telling.emailOf(fact.actorProfile);
  switch (fact.reason) {
    case 'login':
      return fact.axis === 'GeneralAvailability' ? 'signed in' : 'the account sets this at sign-in';
    case 'active':
      return 'active again';
    case 'logout':
      return fact.axis === 'GeneralAvailability'
        ? 'signed out of the last session'
        : 'the account sets this at sign-out';
    case 'idle_timeout': {
      if (lastActivityAt === null) return 'no activity';
      const length = inWords(fact.at - lastActivityAt);
      return `no activity for ${length}; the last was seen at ${formatInstant(lastActivityAt)}`;
    }
    case 'disconnect': {
      return `the connection was lost and did not return within ${inWords(telling.graceMsAt(fact.at))}`;
    }
    case 'agent_toggle':
      return 'chosen by the agent';
    case 'supervisor':
      return `set by ${person ?? 'a supervisor'}`;
    case 'api':
      return 'set by a key that is bound to nobody';
    case 'schedule_open':
    case 'schedule_close':
      return fact.reason === 'schedule_open' ? 'business hours began' : 'business hours ended';
    case 'missed_assignments':
      return "the account's limit of missed conversations was reached";
    case 'status_expired':
      return 'the timed status ran out';
    case 'status_deleted':
      return 'the custom status was archived';
    case 'call_started':
      return 'a call began';
    case 'call_ended':
      return 'the call ended';
    case 'deactivated':
      return 'the agent was deactivated';
    case 'import':
      return 'no cause is told';
    case 'correction':
      return 'a correction';
  }
}

function inWords(lengthMs: number): string {
  if (lengthMs % minuteMs === 0) return `${lengthMs / minuteMs} min`;
  return lengthMs < 2 * minuteMs ? `${lengthMs / 1000} s` : `${Number((lengthMs / minuteMs).toFixed(2))} min`;
}
