import { AVAILABLE, isCustom } from '../activity/status-label.ts';
import { isAssignable } from '../availability/availability.ts';
import { type Deadline, nextDeadline } from '../availability/deadline.ts';
import { type Answer, done, refuse } from '../directory/rejection.ts';
import {
  changeIntelliassign,
  closeSession,
  loseSession,
  openSession,
  recordActivity,
  returnSession,
  type Signal,
  type StatusChoice,
  signal,
} from '../engine/agent-commands.ts';
import type { Engine } from '../engine/engine.ts';
import type { Agent } from '../engine/memory.ts';
import { surroundingsOf } from '../engine/surroundings.ts';
import { formatInstant, type Instant } from '../time/instant.ts';

/** The account that the workbench works in: a store of its own has no other. */
export const WORKBENCH_ACCOUNT = 1;

/** An agent as the page shows it. */
export type AgentView = {
  readonly id: string;
  readonly name: string;
  readonly email: string;
  readonly isSignedIn: boolean;
  readonly isLost: boolean;
  readonly isAssignable: boolean;
  readonly general: { readonly status: string; readonly reason: string | null; readonly since: string };
  readonly intelliassign: {
    readonly status: string;
    readonly customStatusId: string | null;
    readonly emoji: string | null;
    readonly reason: string | null;
    readonly since: string;
    readonly until: string | null;
  };
  readonly deadline: { readonly kind: Deadline['kind']; readonly at: string } | null;
};

export type StatusView = { readonly id: string; readonly name: string; readonly emoji: string | null };

/** What a person at the page does to an agent. */
export type AgentDeed =
  | { readonly kind: 'sign_in' | 'sign_out' | 'be_active' | 'lose_connection' | 'come_back' }
  | { readonly kind: 'choose'; readonly choice: StatusChoice; readonly bySupervisor: boolean }
  | { readonly kind: 'signal'; readonly signal: Signal };

/** Everybody, in order of creation. */
export function agentsOf(engine: Engine): readonly Agent[] {
  return engine.memory
    .agentsOf(WORKBENCH_ACCOUNT)
    .map((number) => engine.memory.agents.get(number))
    .filter((agent): agent is Agent => agent?.profile.active === true);
}

export function agentView(engine: Engine, agent: Agent): AgentView {
  const { profile, availability } = agent;
  const { general, intelliassign, sessions } = availability;
  const custom =
    intelliassign.customStatusId === null
      ? undefined
      : engine.memory.customStatuses.get(intelliassign.customStatusId)?.record;
  const deadline = deadlineOf(engine, agent);
  return {
    id: profile.id,
    name: nameOf(agent),
    email: profile.email,
    isSignedIn: sessions.length > 0,
    isLost: sessions.length > 0 && sessions.every((session) => session.lostAt !== null),
    isAssignable: isAssignable(availability),
    general: {
      status: plainName(general.status),
      reason: general.reason,
      since: formatInstant(general.since),
    },
    intelliassign: {
      status: custom?.name ?? plainName(intelliassign.status),
      customStatusId: intelliassign.customStatusId,
      emoji: custom?.emoji ?? null,
      reason: intelliassign.reason,
      since: formatInstant(intelliassign.since),
      until: intelliassign.until === null ? null : formatInstant(intelliassign.until),
    },
    deadline: deadline === null ? null : { kind: deadline.kind, at: formatInstant(deadline.at) },
  };
}

export function statusViews(engine: Engine): readonly StatusView[] {
  return [...engine.memory.customStatuses.values()]
    .filter(({ account, record }) => account === WORKBENCH_ACCOUNT && !record.archived)
    .map(({ record }) => record)
    .sort((left, right) => left.order - right.order || left.createdAt - right.createdAt)
    .map(({ id, name, emoji }) => ({ id, name, emoji }));
}

/** What time alone will do to this agent next; null when nothing. */
export function deadlineOf(engine: Engine, agent: Agent): Deadline | null {
  const around = surroundingsOf(agent, engine.memory, engine.presence, engine.world, engine.clock.now());
  return nextDeadline(agent.availability, around);
}

/** The agent with this id, or undefined. */
export function findAgent(engine: Engine, id: string): Agent | undefined {
  return agentsOf(engine).find((agent) => agent.profile.id === id);
}

export function nameOf({ profile }: Agent): string {
  return (
    [profile.firstName, profile.lastName].filter((part) => part !== null && part !== '').join(' ') || profile.email
  );
}

/** Does it to the agent as the agent, or where the page says so as a supervisor; settles when it is durable. */
export async function perform(engine: Engine, id: string, deed: AgentDeed): Promise<Answer<null>> {
  const agent = findAgent(engine, id);
  if (agent === undefined) return refuse('unknown_agent', `There is no agent ${id}.`);
  switch (deed.kind) {
    case 'sign_in':
      return write(engine, agent, (draft, ask) =>
        openSession(draft, engine.world, ask, { agentId: id, transport: 'http' }),
      );
    case 'sign_out':
      return endAllSessions(engine, agent);
    case 'be_active':
      return onNewestSession(engine, agent, recordActivity);
    case 'lose_connection':
      return loseAllSessions(engine, agent);
    case 'come_back':
      return onNewestSession(engine, agent, returnSession);
    case 'choose': {
      // Who clicks is there: an idle agent is active again before the status changes.
      const isAtPage = agent.availability.sessions.some(({ lostAt }) => lostAt === null);
      if (!deed.bySupervisor && isAtPage) {
        const moved = await onNewestSession(engine, agent, recordActivity);
        if (moved.kind === 'rejected') return moved;
      }
      return choose(engine, agent, deed);
    }
    case 'signal':
      return write(engine, agent, (draft, ask) =>
        signal(
          draft,
          engine.world,
          { ...ask, caller: { ...ask.caller, role: 'ingest', agent: 0 } },
          { agentId: id, type: deed.signal },
        ),
      );
  }
}

type Decide = Parameters<Engine['write']>[0];
type DraftOf = Parameters<Decide>[0];
type AskOf = Parameters<typeof openSession>[2];

async function write(
  engine: Engine,
  agent: Agent,
  decide: (draft: DraftOf, ask: AskOf) => Answer<unknown>,
): Promise<Answer<null>> {
  const caller = { keyId: 'workbench', account: WORKBENCH_ACCOUNT, role: 'agent', agent: agent.number } as const;
  const answer = await engine.write((draft) => decide(draft, { caller, now: engine.clock.now() }));
  return answer.kind === 'rejected' ? answer : done(null);
}

function choose(engine: Engine, agent: Agent, deed: Extract<AgentDeed, { kind: 'choose' }>): Promise<Answer<null>> {
  const other = agentsOf(engine).find(({ number }) => number !== agent.number);
  const person = deed.bySupervisor ? (other?.number ?? 0) : agent.number;
  return write(engine, agent, (draft, ask) => {
    const role = deed.bySupervisor ? 'supervisor' : 'agent';
    const caller = { ...ask.caller, role, agent: person } as const;
    return changeIntelliassign(draft, engine.world, { ...ask, caller }, { agentId: agent.profile.id, ...deed.choice });
  });
}

async function endAllSessions(engine: Engine, agent: Agent): Promise<Answer<null>> {
  for (const { number: session } of agent.availability.sessions) {
    const input = { agentId: agent.profile.id, session };
    const answer = await write(engine, agent, (draft, ask) => closeSession(draft, engine.world, ask, input));
    if (answer.kind === 'rejected') return answer;
  }
  return done(null);
}

async function loseAllSessions(engine: Engine, agent: Agent): Promise<Answer<null>> {
  for (const { number: session } of agent.availability.sessions) {
    const answer = await write(engine, agent, (draft, ask) =>
      loseSession(draft, engine.world, ask, { agentId: agent.profile.id, session, lostAt: ask.now }),
    );
    if (answer.kind === 'rejected') return answer;
  }
  return done(null);
}

async function onNewestSession(engine: Engine, agent: Agent, decide: typeof recordActivity): Promise<Answer<null>> {
  const session = agent.availability.sessions.at(-1)?.number;
  if (session === undefined) return refuse('unknown_session', `${nameOf(agent)} is not signed in.`);
  const input = { agentId: agent.profile.id, session };
  return write(engine, agent, (draft, ask) => decide(draft, engine.world, ask, input));
}

/** The next deadline of the whole team, and whose it is. */
export function nextOfTeam(engine: Engine): { readonly agent: Agent; readonly deadline: Deadline } | null {
  let next: { readonly agent: Agent; readonly deadline: Deadline } | null = null;
  for (const agent of agentsOf(engine)) {
    const deadline = deadlineOf(engine, agent);
    if (deadline !== null && (next === null || deadline.at < next.deadline.at)) next = { agent, deadline };
  }
  return next;
}

/**
 * Lets everybody else move who is at the desk, so that stepping to one agent's idle deadline makes that one idle alone.
 *
 * @returns the instant to step to
 */
export async function keepOthersActive(engine: Engine, agent: Agent): Promise<Instant | null> {
  for (const other of agentsOf(engine)) {
    const { sessions, general } = other.availability;
    if (other.number === agent.number || sessions.length === 0 || general.status !== AVAILABLE) continue;
    await onNewestSession(engine, other, recordActivity);
  }
  return deadlineOf(engine, agent)?.at ?? null;
}

function plainName(label: number): string {
  if (isCustom(label)) return 'custom status';
  return label === AVAILABLE ? 'AVAILABLE' : 'UNAVAILABLE';
}
