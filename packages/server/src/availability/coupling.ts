import type { Reason } from '@rollcall/contract';
import type { CouplingCause, Couplings } from '../activity/record.ts';
import { AVAILABLE, type StatusLabel, UNAVAILABLE } from '../activity/status-label.ts';
import type { Intelliassign } from './availability.ts';

const COUPLING_CAUSES: ReadonlySet<Reason> = new Set<CouplingCause>([
  'login',
  'logout',
  'idle_timeout',
  'disconnect',
  'schedule_open',
  'schedule_close',
]);

export const NO_COUPLINGS: Couplings = {
  login: null,
  logout: null,
  idle_timeout: null,
  disconnect: null,
  schedule_open: null,
  schedule_close: null,
};

export function isCouplingCause(reason: Reason): reason is CouplingCause {
  return COUPLING_CAUSES.has(reason);
}

/**
 * Where the account's coupling moves the IntelliAssign axis on this cause; null when nowhere. A coupling to AVAILABLE
 * lifts only what a coupling set: not a choice, and not the UNAVAILABLE that an agent starts with, which nobody set.
 */
export function coupledStatus(
  couplings: Couplings,
  cause: CouplingCause,
  intelliassign: Intelliassign,
): StatusLabel | null {
  const target = couplings[cause];
  if (target === null) return null;
  if (target === 'UNAVAILABLE') return intelliassign.status === UNAVAILABLE ? null : UNAVAILABLE;
  return intelliassign.status !== AVAILABLE && intelliassign.setBy === 'coupling' ? AVAILABLE : null;
}
