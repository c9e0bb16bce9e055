import type { Reason } from '@rollcall/contract';
import { AVAILABLE, type StatusLabel } from '../activity/status-label.ts';
import type { Availability, Session, SetBy } from './availability.ts';
import { isCouplingCause } from './coupling.ts';
import type { Transition } from './transition.ts';

/** The state after one more transition. Total: what a fact says is never refused, only applied. */
export function evolve(state: Availability, transition: Transition): Availability {
  switch (transition.kind) {
    case 'StatusChanged':
      return transition.imported ? evolveImported(state, transition) : evolveAxis(state, transition);
    case 'SessionOpened':
      return {
        ...state,
        sessions: [
          ...state.sessions,
          {
            number: transition.session,
            transport: transition.transport,
            openedAt: transition.at,
            lostAt: null,
          },
        ],
        activityAt: Math.max(state.activityAt, transition.at),
      };
    case 'SessionClosed':
    case 'SessionEnded':
      return { ...state, sessions: state.sessions.filter((session) => session.number !== transition.session) };
    case 'SessionLost':
      return { ...state, sessions: replaced(state.sessions, transition.session, transition.at) };
    case 'SessionReturned':
      return { ...state, sessions: replaced(state.sessions, transition.session, null) };
    case 'UntilChanged':
      // Only a person's choice of the status that is set already says this, so it is the person's from now on.
      return { ...state, intelliassign: { ...state.intelliassign, until: transition.until, setBy: 'choice' } };
    case 'AssignmentMissed':
      return { ...state, missed: transition.missed };
  }
}

type AtStatus = Extract<Transition, { kind: 'StatusChanged' }>;

/**
 * An event from elsewhere becomes the state of its axis when no event of it is later; an older one is history, and moves
 * only the sequence. So whatever order imported events come in, the latest one stands at the end.
 */
function evolveImported(state: Availability, transition: AtStatus): Availability {
  const before = transition.axis === 'GeneralAvailability' ? state.general : state.intelliassign;
  return isLatest(transition, before) ? evolveAxis(state, transition) : { ...state, sequence: transition.sequence };
}

type AxisState = Availability['general'] | Availability['intelliassign'];

/** Whether the imported event is later than the one that made the state, or there was none: a record's creation is no event. */
function isLatest(event: AtStatus, state: AxisState): boolean {
  if (state.reason === null) return true;
  if (event.at !== state.since) return event.at > state.since;
  // Two events at one instant: the one that goes on from the other comes after it. A pair that goes to and fro goes on
  // from each other, and there the one that begins at this very instant is the second.
  const goesOn = event.prevStatus === state.status;
  const comesBefore = state.prevStatus === event.status;
  if (goesOn !== comesBefore) return goesOn;
  if (goesOn) return event.prevAt === event.at;
  return rankOf(event) > rankOf(state);
}

/** Any fixed order will do between two that know nothing of each other, as long as it is not that of their coming. */
function rankOf(value: { readonly status: StatusLabel; readonly customStatusId?: string | null }): string {
  return value.customStatusId ?? (value.status === AVAILABLE ? 'AVAILABLE' : 'UNAVAILABLE');
}

function evolveAxis(state: Availability, transition: AtStatus): Availability {
  // Live events never go back in time; an imported one can be the latest of its axis and older than one of the other.
  const at = Math.max(transition.at, transition.imported ? state.changedAt : transition.at);
  return transition.axis === 'GeneralAvailability'
    ? evolveGeneral(state, transition, at)
    : evolveIntelliassign(state, transition, at);
}

function evolveGeneral(state: Availability, transition: AtStatus, changedAt: number): Availability {
  const { at } = transition;
  // Elsewhere the agent was seen to be here then, so the idle time of a session that lives begins then, too.
  const isSeenElsewhere = transition.imported && transition.status === AVAILABLE;
  const isActivity = transition.reason === 'active' || transition.reason === 'login' || isSeenElsewhere;
  return {
    sequence: transition.sequence,
    changedAt,
    general: {
      status: transition.status,
      since: at,
      prevStatus: transition.prevStatus,
      reason: transition.reason,
    },
    intelliassign: state.intelliassign,
    sessions: state.sessions,
    activityAt: isActivity ? Math.max(state.activityAt, at) : state.activityAt,
    missed: state.missed,
  };
}

function evolveIntelliassign(state: Availability, transition: AtStatus, changedAt: number): Availability {
  return {
    sequence: transition.sequence,
    changedAt,
    general: state.general,
    intelliassign: {
      status: transition.status,
      customStatusId: transition.customStatusId,
      since: transition.at,
      prevStatus: transition.prevStatus,
      reason: transition.reason,
      until: transition.until,
      // Nobody here chose it and no rule of ours set it, so none of ours lifts it either.
      setBy: transition.imported ? 'system' : setBy(transition.reason),
    },
    sessions: state.sessions,
    activityAt: state.activityAt,
    missed: 0,
  };
}

function setBy(reason: Reason): SetBy {
  if (isCouplingCause(reason)) return 'coupling';
  switch (reason) {
    case 'call_started':
      return 'call';
    case 'agent_toggle':
    case 'supervisor':
    case 'api':
      return 'choice';
    default:
      return 'system';
  }
}

function replaced(sessions: readonly Session[], number: number, lostAt: number | null): readonly Session[] {
  return sessions.map((session) => (session.number === number ? { ...session, lostAt } : session));
}
