import type { Reason } from '@rollcall/contract';
import type { RecordedFact } from '../activity/fact.ts';
import { AVAILABLE, type StatusLabel } from '../activity/status-label.ts';
import { MARK, PRESENCE } from './state-code.ts';

/** What of an agent's sessions decides between offline, idle and disconnected. */
export type SessionsAndPresence = { readonly presence: number; readonly sessions: number };

export type PresenceStep = SessionsAndPresence & {
  /** What the fact itself counts as. */
  readonly mark: number;
};

/** The facts that can move presence; all others leave it. */
export type PresenceFact = Extract<
  RecordedFact,
  { kind: 'StatusChanged' | 'SessionOpened' | 'SessionClosed' | 'SessionEnded' | 'AgentRecorded' }
>;

export function isPresenceFact(fact: RecordedFact): fact is PresenceFact {
  switch (fact.kind) {
    case 'StatusChanged':
      return fact.axis === 'GeneralAvailability';
    case 'SessionOpened':
    case 'SessionClosed':
    case 'SessionEnded':
      return true;
    case 'AgentRecorded':
      return !fact.record.active;
    default:
      return false;
  }
}

/**
 * Presence after one more fact. Idle needs a live session: whoever signs out while idle is offline from there on, though
 * no status changes and no event says so. Disconnected lasts until the next sign-in, because the loss ended the sessions.
 */
export function presenceStep(before: SessionsAndPresence, fact: PresenceFact): PresenceStep {
  const { presence, sessions } = before;
  switch (fact.kind) {
    case 'StatusChanged':
      return { presence: presenceOfChange(fact.status, fact.reason), sessions, mark: MARK.general_change };
    case 'SessionOpened':
      return { presence, sessions: sessions + 1, mark: sessions === 0 ? MARK.sign_in : MARK.none };
    case 'SessionClosed':
    case 'SessionEnded': {
      const left = Math.max(0, sessions - 1);
      if (left > 0) return { presence, sessions: left, mark: MARK.none };
      return { presence: presence === PRESENCE.idle ? PRESENCE.offline : presence, sessions: 0, mark: MARK.sign_out };
    }
    case 'AgentRecorded':
      return { presence: presence === PRESENCE.online ? presence : PRESENCE.offline, sessions, mark: MARK.none };
  }
}

export function presenceOfChange(status: StatusLabel, reason: Reason): number {
  if (status === AVAILABLE) return PRESENCE.online;
  if (reason === 'idle_timeout') return PRESENCE.idle;
  return reason === 'disconnect' ? PRESENCE.disconnected : PRESENCE.offline;
}

/**
 * What an imported change of the general axis says of signing in and out. Only its own reason tells a sign-in from the end
 * of a pause; without one nothing is guessed.
 */
export function markOfImport(reason: Reason): number {
  if (reason === 'login') return MARK.sign_in;
  return reason === 'logout' || reason === 'disconnect' || reason === 'deactivated' ? MARK.sign_out : MARK.none;
}
