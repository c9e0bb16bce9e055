import type { Fact, RecordedFact } from '../activity/fact.ts';
import type { AccountRecord } from '../activity/record.ts';
import type { Availability } from '../availability/availability.ts';
import { isLoggedIn } from '../availability/availability.ts';
import type { AvailabilityCommand } from '../availability/command.ts';
import { decide, type Outcome } from '../availability/decide.ts';
import type { Transition } from '../availability/transition.ts';
import { assert } from '../time/assert.ts';
import type { Instant } from '../time/instant.ts';
import type { Draft } from './draft.ts';
import type { Agent } from './memory.ts';
import { asksForBoundaries } from './schedule.ts';
import { slotOf } from './session-id.ts';
import { accountOf, surroundingsOf } from './surroundings.ts';
import type { World } from './world.ts';

/** What one command did to one agent. `event`: the fact of the command's own status change, when it made one. */
export type Acted = { readonly outcome: Outcome; readonly agent: Agent; readonly event: RecordedFact | null };

export type ActOptions = {
  readonly now: Instant;
  readonly world: World;
  /** The person who chose, for an IntelliAssign change by a person; null for the system. */
  readonly person: Agent | null;
};

/** Decides one command for one agent on the draft and writes the facts of it, the deadlines that were due first. */
export function act(draft: Draft, agent: Agent, command: AvailabilityCommand, options: ActOptions): Acted {
  const account = accountOf(agent, draft.memory);
  const decision = decide(agent.availability, command, {
    now: options.now,
    around: surroundingsOf(agent, draft.memory, draft.presence, options.world, options.now),
    couplings: account.record.couplings,
    isActive: agent.profile.active,
  });
  const settled = withBoundariesDecided(draft, agent, account.record, options.now);
  if (decision.transitions.length === 0) return { outcome: decision.outcome, agent: settled, event: null };
  return write(draft, settled, decision.transitions, decision.state, decision.outcome, options);
}

/** Notes on the draft that openings and closings up to now were decided, so that the next command does not again. */
function withBoundariesDecided(draft: Draft, agent: Agent, account: AccountRecord, now: Instant): Agent {
  if (!asksForBoundaries(account) || agent.boundariesDecidedAt >= now) return agent;
  const settled: Agent = { ...agent, boundariesDecidedAt: now };
  draft.memory.agents.put(agent.number, settled);
  return settled;
}

function write(
  draft: Draft,
  agent: Agent,
  transitions: readonly Transition[],
  state: Availability,
  outcome: Outcome,
  options: ActOptions,
): Acted {
  const own = outcome.kind === 'done' ? outcome.own : null;
  let head = agent.head;
  let event: RecordedFact | null = null;
  for (const transition of transitions) {
    const person = transition === own ? options.person : null;
    const recorded = draft.append(factOf(draft, agent, transition, person, state, options.now), head);
    head = recorded.position;
    if (transition === own) event = recorded;
    if (transition.kind !== 'StatusChanged') putSession(draft, agent, transition);
  }
  const after: Agent = { ...agent, availability: state, head };
  draft.memory.agents.put(agent.number, after);
  return { outcome, agent: after, event };
}

function factOf(
  draft: Draft,
  agent: Agent,
  transition: Transition,
  person: Agent | null,
  stateAfter: Availability,
  now: Instant,
): Fact {
  const recordedAt = Math.max(now, transition.at);
  const { account, number } = agent;
  if (transition.kind !== 'StatusChanged') return { ...transition, account, agent: number, recordedAt };
  return {
    kind: 'StatusChanged',
    account,
    agent: number,
    at: transition.at,
    recordedAt,
    axis: transition.axis,
    sequence: transition.sequence,
    status: transition.status,
    prevStatus: transition.prevStatus,
    prevAt: transition.prevAt,
    reason: transition.reason,
    loginStatus: loginStatusOf(agent, transition.loggedIn, person, stateAfter),
    subjectProfile: agent.profilePosition,
    actorProfile: person === null ? 0 : person.profilePosition,
    accountProfile: accountOf(agent, draft.memory).position,
    until: transition.until,
    note: transition.note,
    imported: false,
    delivered: true,
    source: null,
  };
}

/** Of the person who acted, or else of the subject after the transition. */
function loginStatusOf(agent: Agent, loggedIn: boolean, person: Agent | null, stateAfter: Availability): boolean {
  if (person === null) return loggedIn;
  return isLoggedIn(person.number === agent.number ? stateAfter : person.availability);
}

/** Keeps the session's row and its place in the presence columns in step with its facts. */
function putSession(draft: Draft, agent: Agent, transition: Exclude<Transition, { kind: 'StatusChanged' }>): void {
  switch (transition.kind) {
    case 'SessionOpened': {
      const { session: number, transport, at: openedAt } = transition;
      draft.put({
        kind: 'PutSession',
        session: { number, slot: slotOf(number), agent: agent.number, transport, openedAt, lostAt: null },
      });
      draft.onMerge(() => draft.presence.addSession(number, agent.number));
      draft.onDrop(() => draft.presence.releaseSlot(slotOf(number)));
      return;
    }
    case 'SessionClosed':
    case 'SessionEnded': {
      const number = transition.session;
      draft.put({ kind: 'RemoveSession', session: number });
      draft.onMerge(() => draft.presence.removeSession(number));
      return;
    }
    case 'SessionLost':
    case 'SessionReturned': {
      const lostAt = transition.kind === 'SessionLost' ? transition.at : null;
      draft.put({ kind: 'PutSession', session: sessionRow(draft, agent, transition.session, lostAt) });
      return;
    }
    case 'UntilChanged':
    case 'AssignmentMissed':
      return;
  }
}

function sessionRow(draft: Draft, agent: Agent, number: number, lostAt: Instant | null) {
  const current = draft.memory.agents.drafted(agent.number) ?? agent;
  const session = current.availability.sessions.find((candidate) => candidate.number === number);
  assert(session !== undefined, `session ${number} of agent ${agent.number} was lost or returned, but is not live`);
  const { transport, openedAt } = session;
  return { number, slot: slotOf(number), agent: agent.number, transport, openedAt, lostAt };
}
