import type { Axis, ErrorCode, Reason } from '@rollcall/contract';
import type { SessionEnd } from '../activity/fact.ts';
import type { CouplingCause, Couplings } from '../activity/record.ts';
import { AVAILABLE, type StatusLabel, UNAVAILABLE } from '../activity/status-label.ts';
import type { Instant } from '../time/instant.ts';
import { type Availability, type Session, sessionOf } from './availability.ts';
import type { AvailabilityCommand } from './command.ts';
import { coupledStatus } from './coupling.ts';
import { type Deadline, nextDeadline, type Surroundings } from './deadline.ts';
import { evolve } from './evolve.ts';
import type { Transition } from './transition.ts';

/**
 * The availability decider.
 *
 * The problem: a status chain without a gap, an overlap or a repetition, whose instants are exact however late they
 * are noticed. Deciding commands as they come and deadlines when a timer fires gives neither: a timer that is late by
 * a second would put an idle_timeout behind the activity that came in between.
 *
 * The rule: before a command at `now` is decided, every deadline of that agent at or before `now`, on both axes, is
 * decided first, in time order, each at its own instant. A command's time is max(now, the last change), so sequence
 * order is timestamp order. A refused command still leaves the deadlines it found due: they happened.
 */
export type Decision = {
  readonly state: Availability;
  readonly transitions: readonly Transition[];
  readonly outcome: Outcome;
};

export type Outcome =
  /** `changedBy`: the transition that is the command's own event, when it made one. */
  | { readonly kind: 'done'; readonly at: Instant; readonly own: Transition | null }
  | { readonly kind: 'rejected'; readonly code: ErrorCode; readonly detail: string; readonly pointer?: string };

export type DecideContext = {
  readonly now: Instant;
  readonly around: Surroundings;
  readonly couplings: Couplings;
  /** A deactivated agent's deadlines still pass, but nobody may act for it. */
  readonly isActive: boolean;
};

/** Decides one command for one agent. */
export function decide(state: Availability, command: AvailabilityCommand, context: DecideContext): Decision {
  const course = startCourse(state, context);
  passDeadlines(course, context.around, context.now);
  const at = Math.max(context.now, course.state.changedAt);
  const outcome = act(course, command, at, context.isActive);
  return { state: course.state, transitions: course.transitions, outcome };
}

/** A decision in the making: the state so far, and what led to it. */
type Course = { state: Availability; readonly transitions: Transition[]; readonly couplings: Couplings };

function startCourse(state: Availability, context: DecideContext): Course {
  return { state, transitions: [], couplings: context.couplings };
}

function apply(course: Course, transition: Transition): Transition {
  course.state = evolve(course.state, transition);
  course.transitions.push(transition);
  return transition;
}

function act(course: Course, command: AvailabilityCommand, at: Instant, isActive: boolean): Outcome {
  if (!isActive && needsActiveAgent(command)) {
    return rejected('agent_inactive', 'The agent is deactivated; activate it before acting for it.');
  }
  switch (command.kind) {
    case 'OpenSession':
      return openSession(course, command, at);
    case 'RecordActivity':
      return recordActivity(course, command, at);
    case 'CloseSession':
      return closeSession(course, command, at);
    case 'LoseSession':
      return loseSession(course, command, at);
    case 'ReturnSession':
      return returnSession(course, command, at);
    case 'ChangeIntelliassign':
      return changeIntelliassign(course, command, at);
    case 'MissAssignment':
      return missAssignment(course, command, at);
    case 'StartCall':
      return startCall(course, at);
    case 'EndCall':
      return endCall(course, at);
    case 'ArchiveStatus':
      return archiveStatus(course, command, at);
    case 'Deactivate':
      return deactivate(course, at);
    case 'PassTime':
      return { kind: 'done', at, own: null };
  }
}

function needsActiveAgent(command: AvailabilityCommand): boolean {
  switch (command.kind) {
    case 'OpenSession':
    case 'ChangeIntelliassign':
    case 'MissAssignment':
    case 'StartCall':
    case 'EndCall':
      return true;
    case 'RecordActivity':
    case 'CloseSession':
    case 'LoseSession':
    case 'ReturnSession':
    case 'ArchiveStatus':
    case 'Deactivate':
    case 'PassTime':
      return false;
  }
}

// Deadlines

/** Decides every deadline at or before `until`, in time order. Ends because each one removes itself. */
function passDeadlines(course: Course, around: Surroundings, until: Instant): void {
  let surroundings = around;
  for (;;) {
    const deadline = nextDeadline(course.state, surroundings);
    if (deadline === null || deadline.at > until) return;
    // A loss that was noticed late can be due before the last change: it takes effect at that change, not before it.
    const at = Math.max(deadline.at, course.state.changedAt);
    if (deadline.kind === 'boundary') surroundings = { ...surroundings, boundaries: surroundings.boundaries.slice(1) };
    if (deadline.kind === 'allowance') surroundings = { ...surroundings, allowance: null };
    meet(course, deadline, at);
  }
}

function meet(course: Course, deadline: Deadline, at: Instant): void {
  switch (deadline.kind) {
    case 'idle':
      changeGeneral(course, UNAVAILABLE, 'idle_timeout', at);
      couple(course, 'idle_timeout', at);
      return;
    case 'disconnect':
      endSession(course, deadline.session, 'disconnect', at);
      if (course.state.sessions.length > 0) return;
      changeGeneral(course, UNAVAILABLE, 'disconnect', at);
      couple(course, 'disconnect', at);
      return;
    case 'boundary':
      couple(course, deadline.cause, at);
      return;
    case 'until':
      changeStatus(course, { status: AVAILABLE, customStatusId: null, reason: 'status_expired', at });
      return;
    case 'allowance':
      changeStatus(course, { status: UNAVAILABLE, customStatusId: null, reason: 'status_expired', at });
      return;
  }
}

// Sessions and the general axis

function openSession(
  course: Course,
  command: Extract<AvailabilityCommand, { kind: 'OpenSession' }>,
  at: Instant,
): Outcome {
  const before = course.state.sessions;
  apply(course, { kind: 'SessionOpened', at, session: command.session, transport: command.transport });
  // The return of a lost agent in a new session ends the loss: what was lost is replaced, so that a sign-out of the
  // new session is a sign-out, and not a disconnect a minute later.
  for (const session of before) if (session.lostAt !== null) endSession(course, session.number, 'replaced', at);
  if (course.state.general.status === AVAILABLE) return done(at);
  const reason = before.length === 0 ? 'login' : 'active';
  changeGeneral(course, AVAILABLE, reason, at);
  if (reason === 'login') couple(course, 'login', at);
  return done(at);
}

function recordActivity(
  course: Course,
  command: Extract<AvailabilityCommand, { kind: 'RecordActivity' }>,
  at: Instant,
): Outcome {
  if (liveSession(course, command.session) === undefined) return sessionEnded();
  if (course.state.general.status === UNAVAILABLE) changeGeneral(course, AVAILABLE, 'active', at);
  return done(at);
}

function closeSession(
  course: Course,
  command: Extract<AvailabilityCommand, { kind: 'CloseSession' }>,
  at: Instant,
): Outcome {
  if (liveSession(course, command.session) === undefined) return sessionEnded();
  apply(course, { kind: 'SessionClosed', at, session: command.session });
  if (course.state.sessions.length > 0) return done(at);
  changeGeneral(course, UNAVAILABLE, 'logout', at);
  couple(course, 'logout', at);
  return done(at);
}

function loseSession(
  course: Course,
  command: Extract<AvailabilityCommand, { kind: 'LoseSession' }>,
  at: Instant,
): Outcome {
  const session = liveSession(course, command.session);
  if (session === undefined || session.lostAt !== null) return done(at);
  const lostAt = Math.max(session.openedAt, Math.min(command.lostAt, at));
  apply(course, { kind: 'SessionLost', at: lostAt, session: command.session });
  return done(at);
}

function returnSession(
  course: Course,
  command: Extract<AvailabilityCommand, { kind: 'ReturnSession' }>,
  at: Instant,
): Outcome {
  const session = liveSession(course, command.session);
  if (session === undefined) return sessionEnded();
  if (session.lostAt !== null) apply(course, { kind: 'SessionReturned', at, session: command.session });
  return done(at);
}

function deactivate(course: Course, at: Instant): Outcome {
  for (const session of course.state.sessions) endSession(course, session.number, 'deactivated', at);
  changeGeneral(course, UNAVAILABLE, 'deactivated', at);
  return done(at);
}

function endSession(course: Course, session: number, cause: SessionEnd, at: Instant): void {
  apply(course, { kind: 'SessionEnded', at, session, cause });
}

function liveSession(course: Course, number: number): Session | undefined {
  return sessionOf(course.state, number);
}

// The IntelliAssign axis

function changeIntelliassign(
  course: Course,
  command: Extract<AvailabilityCommand, { kind: 'ChangeIntelliassign' }>,
  at: Instant,
): Outcome {
  if (command.until !== null && command.until <= at) {
    return rejected('invalid_input', 'The instant must lie in the future.', '/until');
  }
  if (isSameStatus(course.state, command)) return chooseAgain(course, command.until, at);
  const own = changeStatus(course, { ...command, at });
  return { kind: 'done', at, own };
}

function isSameStatus(state: Availability, to: { status: StatusLabel; customStatusId: string | null }): boolean {
  const { status, customStatusId } = state.intelliassign;
  if (customStatusId !== null || to.customStatusId !== null) return customStatusId === to.customStatusId;
  return status === to.status;
}

/**
 * The status that is set already, chosen by a person: no event, but it may get another end, and an away state that a
 * coupling or a call had set is from now on the person's, so that the system does not lift it.
 */
function chooseAgain(course: Course, until: Instant | null, at: Instant): Outcome {
  const { status, setBy, until: before } = course.state.intelliassign;
  const isTakenOver = status !== AVAILABLE && (setBy === 'coupling' || setBy === 'call');
  if (before !== until || isTakenOver) apply(course, { kind: 'UntilChanged', at, until });
  return done(at);
}

function missAssignment(
  course: Course,
  command: Extract<AvailabilityCommand, { kind: 'MissAssignment' }>,
  at: Instant,
): Outcome {
  if (course.state.intelliassign.status !== AVAILABLE) return done(at);
  const missed = course.state.missed + 1;
  apply(course, { kind: 'AssignmentMissed', at, missed });
  if (command.limit === null || missed < command.limit) return done(at);
  const own = changeStatus(course, { status: UNAVAILABLE, customStatusId: null, reason: 'missed_assignments', at });
  return { kind: 'done', at, own };
}

function startCall(course: Course, at: Instant): Outcome {
  if (course.state.intelliassign.status !== AVAILABLE) return done(at);
  const own = changeStatus(course, { status: UNAVAILABLE, customStatusId: null, reason: 'call_started', at });
  return { kind: 'done', at, own };
}

function endCall(course: Course, at: Instant): Outcome {
  if (course.state.intelliassign.setBy !== 'call') return done(at);
  const own = changeStatus(course, { status: AVAILABLE, customStatusId: null, reason: 'call_ended', at });
  return { kind: 'done', at, own };
}

function archiveStatus(
  course: Course,
  command: Extract<AvailabilityCommand, { kind: 'ArchiveStatus' }>,
  at: Instant,
): Outcome {
  if (course.state.intelliassign.customStatusId !== command.customStatusId) return done(at);
  const own = changeStatus(course, { status: UNAVAILABLE, customStatusId: null, reason: 'status_deleted', at });
  return { kind: 'done', at, own };
}

function couple(course: Course, cause: CouplingCause, at: Instant): void {
  const status = coupledStatus(course.couplings, cause, course.state.intelliassign);
  if (status !== null) changeStatus(course, { status, customStatusId: null, reason: cause, at });
}

// Both axes: one transition exactly when the value changes

function changeGeneral(course: Course, status: StatusLabel, reason: Reason, at: Instant): void {
  const { general } = course.state;
  if (general.status === status) return;
  changeAxis(course, 'GeneralAvailability', general, { status, customStatusId: null, reason, at });
}

type StatusChange = {
  readonly status: StatusLabel;
  readonly customStatusId: string | null;
  readonly reason: Reason;
  readonly at: Instant;
  readonly until?: Instant | null;
  readonly note?: string | null;
};

function changeStatus(course: Course, change: StatusChange): Transition {
  return changeAxis(course, 'Intelliassign', course.state.intelliassign, change);
}

function changeAxis(
  course: Course,
  axis: Axis,
  before: { readonly status: StatusLabel; readonly since: Instant },
  change: StatusChange,
): Transition {
  return apply(course, {
    kind: 'StatusChanged',
    axis,
    at: change.at,
    sequence: course.state.sequence + 1,
    status: change.status,
    customStatusId: change.customStatusId,
    prevStatus: before.status,
    prevAt: before.since,
    reason: change.reason,
    loggedIn: course.state.sessions.length > 0,
    until: change.until ?? null,
    note: change.note ?? null,
    imported: false,
  });
}

function done(at: Instant): Outcome {
  return { kind: 'done', at, own: null };
}

function rejected(code: ErrorCode, detail: string, pointer?: string): Outcome {
  return pointer === undefined ? { kind: 'rejected', code, detail } : { kind: 'rejected', code, detail, pointer };
}

function sessionEnded(): Outcome {
  return rejected('unknown_session', 'The session has ended, or was never opened for this agent.');
}
