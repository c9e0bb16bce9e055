import type { CorrectionDecision } from '../activity/fact.ts';
import type { AgentNumber, Position } from '../activity/position.ts';
import type { StatusLabel } from '../activity/status-label.ts';
import { dayMs, type Instant } from '../time/instant.ts';
import type { Caller } from './api-key.ts';
import { type Rejection, refuse } from './rejection.ts';

/** A correction as it stands: what was proposed, and what became of it. The facts of it are in the log. */
export type Correction = {
  /** Bare UUID. */
  readonly id: string;
  readonly agent: AgentNumber;
  readonly from: Instant;
  readonly to: Instant;
  readonly status: StatusLabel;
  readonly customStatusId: string | null;
  readonly note: string | null;
  readonly proposed: Said;
  readonly decision: CorrectionDecision | null;
  readonly decisionNote: string | null;
  readonly decided: Said | null;
};

/** Who said something, when, and where it stands in the log. */
export type Said = {
  readonly keyId: string;
  /** 0 when the key is bound to nobody. */
  readonly person: AgentNumber;
  readonly at: Instant;
  readonly position: Position;
};

/** The longest time that one correction speaks of. */
export const correctionMsMax = dayMs;

/** Every reason why these times cannot be corrected, by field; none means that they can. */
export function correctionFaults(
  times: { readonly from: Instant; readonly to: Instant },
  life: { readonly createdAt: Instant; readonly now: Instant },
): readonly { readonly pointer: string; readonly detail: string }[] {
  const { from, to } = times;
  const faults: { pointer: string; detail: string }[] = [];
  if (from >= to) faults.push({ pointer: '/to', detail: 'to must be after from.' });
  else if (to - from > correctionMsMax) {
    faults.push({ pointer: '/to', detail: 'A correction is at most 24 hours long: propose one for each day.' });
  }
  if (to > life.now) faults.push({ pointer: '/to', detail: 'Only what has passed can be corrected.' });
  if (from < life.createdAt) {
    faults.push({ pointer: '/from', detail: 'The agent was not there yet: its record begins later.' });
  }
  return faults;
}

/**
 * Whether the caller may decide so. Nobody decides what he proposed himself, as the same person or, where no person stands
 * behind it, with the same key; but an admin's key that is bound to nobody may: it is the machine of the house, and
 * without it an account with one key could correct nothing. Whoever proposed may take it back, a supervisor too.
 */
export function refusedDecision(
  caller: Caller,
  { proposed }: Correction,
  decision: CorrectionDecision,
): Rejection | null {
  const isAgent = caller.role === 'agent';
  if (decision === 'withdrawn') {
    if (!isAgent || isSamePerson(caller, proposed)) return null;
    return refuse('forbidden', 'A key of role agent may withdraw only what its agent proposed.');
  }
  if (isAgent) return refuse('forbidden', 'Corrections are approved and declined by supervisors and admins.');
  if (caller.role === 'admin' && caller.agent === 0) return null;
  if (!isSamePerson(caller, proposed)) return null;
  return refuse('own_correction', 'This correction was proposed by you, so that somebody else has to decide it.');
}

function isSamePerson(caller: Caller, said: Said): boolean {
  return caller.agent === 0 ? caller.keyId === said.keyId : caller.agent === said.person;
}
