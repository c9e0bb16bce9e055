import type { RecordedFact } from '../activity/fact.ts';
import type { Entry } from './entry.ts';
import { type Carry, firstCarry } from './history-fold.ts';
import { isPresenceFact, presenceStep, type SessionsAndPresence } from './presence-step.ts';
import { presenceOf, statusOf } from './state-code.ts';

/** Axes as bits. */
export const AXIS_BIT = { GeneralAvailability: 1, Intelliassign: 2 } as const;

/** Where a history stands that was resolved from all of an agent's facts, so that the next live fact can be added to it. */
export type Standing = {
  readonly carry: Carry;
  /** Axes whose newest change was imported: the next change need not join on to it, so it cannot just be added. */
  readonly looseAxes: number;
};

/**
 * The state is that of the last entry: every cause that covers the state (a gap, an outage, a correction) ends in an entry
 * of its own. Sessions are not in entries and are counted again.
 */
export function standingOf(facts: readonly RecordedFact[], entries: readonly Entry[]): Standing {
  const last = entries.at(-1);
  if (last === undefined) return { carry: firstCarry, looseAxes: 0 };
  let current: SessionsAndPresence = { presence: firstCarry.presence, sessions: 0 };
  let looseAxes = 0;
  for (const fact of facts.toSorted((one, other) => one.at - other.at || one.position - other.position)) {
    if (isPresenceFact(fact)) current = presenceStep(current, fact);
    if (fact.kind !== 'StatusChanged') continue;
    const bit = AXIS_BIT[fact.axis];
    looseAxes = fact.imported ? looseAxes | bit : looseAxes & ~bit;
  }
  const carry = {
    presence: presenceOf(last.code),
    status: statusOf(last.code),
    sessions: current.sessions,
    at: last.at,
  };
  return { carry, looseAxes };
}
