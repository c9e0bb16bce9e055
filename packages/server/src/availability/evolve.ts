import type { Reason } from '@rollcall/contract';
import type { Availability, Session, SetBy } from './availability.ts';
import { isCouplingCause } from './coupling.ts';
import type { StatusTransition, Transition } from './transition.ts';

/** The state after one more transition. Total: what a fact says is never refused, only applied. */
export function evolve(state: Availability, transition: Transition): Availability {
  switch (transition.kind) {
    case 'StatusChanged':
      return transition.axis === 'GeneralAvailability'
        ? evolveGeneral(state, transition, transition.at)
        : evolveIntelliassign(state, transition, transition.at);
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

function evolveGeneral(state: Availability, transition: StatusTransition, at: number): Availability {
  const isActivity = transition.reason === 'active' || transition.reason === 'login';
  return {
    sequence: transition.sequence,
    changedAt: at,
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

function evolveIntelliassign(state: Availability, transition: StatusTransition, at: number): Availability {
  return {
    sequence: transition.sequence,
    changedAt: at,
    general: state.general,
    intelliassign: {
      status: transition.status,
      customStatusId: transition.customStatusId,
      since: at,
      prevStatus: transition.prevStatus,
      reason: transition.reason,
      until: transition.until,
      setBy: setBy(transition.reason),
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
