import type { RecordedFact } from '../activity/fact.ts';
import type { Instant } from '../time/instant.ts';
import type { Entry } from './entry.ts';
import { isPresenceFact, presenceStep } from './presence-step.ts';
import { MARK, PRESENCE, type StatusNumber, stateCode, UNAVAILABLE_NUMBER, unknownState } from './state-code.ts';
import type { StatusNumbers } from './status-numbers.ts';

/**
 * Where an agent's history stands after the facts so far: all that the next live fact needs. Live facts come in the order
 * of their instants, so that a history grows at its end; whatever does not (an import, a correction, a fact of a time in
 * which the server was down) is not added here: then the whole history is resolved anew (`resolveHistory`).
 */
export type Carry = {
  readonly presence: number;
  readonly status: StatusNumber;
  readonly sessions: number;
  /** Of the newest entry; nothing earlier may be added. */
  readonly at: Instant;
};

export const firstCarry: Carry = {
  presence: PRESENCE.offline,
  status: UNAVAILABLE_NUMBER,
  sessions: 0,
  at: Number.NEGATIVE_INFINITY,
};

/** `out_of_order`: the fact takes effect within what is already told. */
export type FoldStep =
  | { readonly kind: 'added'; readonly carry: Carry; readonly entries: readonly Entry[] }
  | { readonly kind: 'unmoved' }
  | { readonly kind: 'out_of_order' };

const unmoved: FoldStep = { kind: 'unmoved' };
const outOfOrder: FoldStep = { kind: 'out_of_order' };

/** One more fact of the agent. The same entries, in the same order, that `resolveHistory` makes of all facts together. */
export function foldFact(carry: Carry, fact: RecordedFact, numbers: StatusNumbers): FoldStep {
  if (fact.kind === 'CorrectionDecided') return fact.decision === 'approved' ? outOfOrder : unmoved;
  if (fact.kind === 'StatusChanged' && fact.imported) return outOfOrder;
  if (fact.kind === 'StatusChanged' && fact.axis === 'Intelliassign') {
    const status = numbers.numberOf(fact.status);
    return added(carry, { ...carry, status, at: fact.at }, fact, MARK.intelliassign_change);
  }
  if (!isPresenceFact(fact)) return unmoved;
  const { mark, ...step } = presenceStep(carry, fact);
  return added(carry, { ...carry, ...step, at: fact.at }, fact, mark);
}

function added(before: Carry, carry: Carry, { at, position }: RecordedFact, mark: number): FoldStep {
  if (at < before.at) return outOfOrder;
  return { kind: 'added', carry, entries: [{ at, code: stateCode(carry.presence, carry.status, mark), position }] };
}

/** The two entries of a time in which the server was down, for an agent that was online when it went down. */
export function foldOutage(carry: Carry, outage: Extract<RecordedFact, { kind: 'OutageRecorded' }>): FoldStep {
  if (outage.from >= outage.to) return unmoved;
  // Who is not here now may have been when it began: facts of the last moments before it are later than the last mark.
  if (outage.from < carry.at) return outOfOrder;
  if (carry.presence !== PRESENCE.online) return unmoved;
  const { position } = outage;
  const entries = [
    { at: outage.from, code: unknownState, position },
    { at: outage.to, code: stateCode(carry.presence, carry.status, MARK.none), position },
  ];
  return { kind: 'added', carry: { ...carry, at: outage.to }, entries };
}
