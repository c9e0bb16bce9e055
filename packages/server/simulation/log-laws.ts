import type { RecordedFact } from '../src/activity/fact.ts';
import type { RecordedStatusChange } from '../src/activity/payload.ts';
import type { AgentNumber } from '../src/activity/position.ts';
import { isCustom, type StatusLabel, UNAVAILABLE } from '../src/activity/status-label.ts';
import { type Availability, initialAvailability } from '../src/availability/availability.ts';
import { evolve } from '../src/availability/evolve.ts';
import type { Transition } from '../src/availability/transition.ts';
import { assert } from '../src/time/assert.ts';

/** What every log of the engine must keep, whatever was asked of it. Each law stops with a sentence that says where. */

/** A custom status by its id, and the two default ones by their labels: two labels of one status are the same value. */
export type Sameness = (label: StatusLabel) => string | StatusLabel;

export function samenessOf(facts: readonly RecordedFact[]): Sameness {
  const ids = new Map(
    facts.flatMap((fact) => (fact.kind === 'CustomStatusRecorded' ? [[fact.position, fact.record.id] as const] : [])),
  );
  return (label) => {
    if (!isCustom(label)) return label;
    const id = ids.get(label);
    assert(id !== undefined, `the label ${label} points at no custom status`);
    return id;
  };
}

/**
 * Each agent's chain, over both axes: the sequence counts without a gap, no event is earlier than the one before it or
 * recorded before it happened, and on each axis the previous value and time are those of the event before, and the
 * value differs from it.
 */
export function holdChains(facts: readonly RecordedFact[], createdAt: (agent: AgentNumber) => number): void {
  const sameness = samenessOf(facts);
  const ends = new Map<string, RecordedStatusChange>();
  const newest = new Map<AgentNumber, RecordedStatusChange>();
  for (const fact of facts) {
    if (fact.kind !== 'StatusChanged') continue;
    const where = `position ${fact.position}, agent ${fact.agent}, ${fact.axis}`;
    const before = newest.get(fact.agent);
    assert(fact.sequence === (before?.sequence ?? 0) + 1, `${where}: the sequence has a gap`);
    assert(before === undefined || fact.at >= before.at, `${where}: earlier than the event before it`);
    assert(fact.recordedAt >= fact.at, `${where}: recorded before it happened`);
    const end = ends.get(`${fact.agent} ${fact.axis}`);
    assert(fact.prevStatus === (end?.status ?? UNAVAILABLE), `${where}: another value came before`);
    assert(fact.prevAt === (end?.at ?? createdAt(fact.agent)), `${where}: the value before began at another time`);
    assert(sameness(fact.status) !== sameness(fact.prevStatus), `${where}: an event, and the value is the same`);
    ends.set(`${fact.agent} ${fact.axis}`, fact);
    newest.set(fact.agent, fact);
  }
}

/** The state of an agent as its facts alone tell it. */
export function replay(facts: readonly RecordedFact[], agent: AgentNumber, createdAt: number): Availability {
  const sameness = samenessOf(facts);
  return facts
    .filter((fact) => fact.agent === agent)
    .flatMap((fact) => transitionOf(fact, sameness))
    .reduce(evolve, initialAvailability(createdAt));
}

function transitionOf(fact: RecordedFact, sameness: Sameness): readonly Transition[] {
  switch (fact.kind) {
    case 'StatusChanged': {
      const value = sameness(fact.status);
      return [{ ...fact, customStatusId: typeof value === 'string' ? value : null, loggedIn: fact.loginStatus }];
    }
    case 'SessionOpened':
    case 'SessionClosed':
    case 'SessionLost':
    case 'SessionReturned':
    case 'SessionEnded':
    case 'UntilChanged':
    case 'AssignmentMissed':
      return [fact];
    default:
      return [];
  }
}

/** A timed status ends at its `until` exactly, unless something ended it or moved its end before. */
export function holdTimedStatuses(facts: readonly RecordedFact[], endsAt: number): void {
  const untils = new Map<AgentNumber, number | null>();
  for (const fact of facts) {
    const until = untils.get(fact.agent) ?? null;
    if (fact.kind === 'UntilChanged') untils.set(fact.agent, fact.until);
    if (fact.kind === 'UntilChanged' || (fact.kind === 'StatusChanged' && fact.axis === 'Intelliassign')) {
      const where = `position ${fact.position}, agent ${fact.agent}`;
      assert(until === null || fact.at <= until, `${where}: the status before should have ended at ${until}`);
    }
    if (fact.kind === 'StatusChanged' && fact.axis === 'Intelliassign') untils.set(fact.agent, fact.until);
  }
  for (const [agent, until] of untils) {
    assert(until === null || until > endsAt, `agent ${agent}: the last status should have ended at ${until}`);
  }
}
