import type { Transport } from '../src/activity/fact.ts';
import type { AgentNumber, SessionNumber } from '../src/activity/position.ts';
import type { Caller } from '../src/directory/api-key.ts';
import type { Answer } from '../src/directory/rejection.ts';
import { changeAccount } from '../src/engine/account-commands.ts';
import {
  type Ask,
  changeIntelliassign,
  closeSession,
  loseSession,
  openSession,
  returnSession,
  signal,
} from '../src/engine/agent-commands.ts';
import { changeAgent, createAgent } from '../src/engine/agent-record-commands.ts';
import { archiveCustomStatus, changeCustomStatus, createCustomStatus } from '../src/engine/custom-status-commands.ts';
import type { Draft } from '../src/engine/draft.ts';
import { changeGroup, createGroup } from '../src/engine/group-commands.ts';
import type { Agent } from '../src/engine/memory.ts';
import type { World } from '../src/engine/world.ts';
import { assert } from '../src/time/assert.ts';
import type { Instant } from '../src/time/instant.ts';
import { minuteMs, secondMs } from '../src/time/instant.ts';
import type { SeededRandom } from './seeded-random.ts';
import { FIRST_ACCOUNT, type VirtualEngine } from './virtual-engine.ts';

/**
 * Commands without a plan: whatever an agent, a supervisor, a router or an administrator may ask, in any order, sensible
 * or not. The behaviour model does what people do; this does what nobody thought of.
 */
export type RandomCommands = {
  readonly agents: readonly AgentNumber[];
  /** What was asked and granted on the general axis, in order: what a second opinion can be formed on. */
  readonly journal: readonly JournalEntry[];
  /** Asks one thing now, and settles when it is answered. */
  step(): Promise<void>;
  /** Goes on in an engine that took up the same store. */
  moveTo(house: VirtualEngine): void;
};

export type JournalEntry = {
  readonly at: Instant;
  readonly agent: AgentNumber;
  readonly kind: 'open' | 'activity' | 'close' | 'lose' | 'return';
  readonly session: SessionNumber;
};

export type RandomCommandsOptions = {
  readonly random: SeededRandom;
  readonly agents: number;
  /** Whether lengths, couplings, statuses and groups change on the way; without, deadlines are simple sums. */
  readonly withSettings: boolean;
};

/** Sets up an account of so many agents in three groups, with settings that make every rule fire often. */
export async function startRandomCommands(
  house: VirtualEngine,
  options: RandomCommandsOptions,
): Promise<RandomCommands> {
  const troupe: Troupe = { house, ...options, agents: [], statuses: [], groups: [], sessions: new Map(), journal: [] };
  await setUp(troupe, options.agents);
  const kinds = options.withSettings ? [...AGENT_STEPS, ...SETTING_STEPS] : AGENT_STEPS;
  return {
    agents: troupe.agents,
    journal: troupe.journal,
    step: () => troupe.random.pick(kinds)(troupe),
    moveTo(next) {
      troupe.house = next;
    },
  };
}

type Troupe = {
  house: VirtualEngine;
  readonly random: SeededRandom;
  readonly agents: AgentNumber[];
  readonly statuses: string[];
  readonly groups: string[];
  readonly sessions: Map<AgentNumber, SessionNumber[]>;
  readonly journal: JournalEntry[];
};

type Step = (troupe: Troupe) => Promise<void>;

const ADMIN: Caller = { keyId: 'admin', account: FIRST_ACCOUNT, role: 'admin', agent: 0 };
const ROUTER: Caller = { keyId: 'router', account: FIRST_ACCOUNT, role: 'ingest', agent: 0 };

async function setUp(troupe: Troupe, count: number): Promise<void> {
  await ask(troupe, ADMIN, (draft, world, asked) =>
    changeAccount(draft, world, asked, {
      missedAssignmentsLimit: 2,
      couplings: { login: 'AVAILABLE', logout: 'UNAVAILABLE', disconnect: 'UNAVAILABLE' },
    }),
  );
  for (const name of ['Early', 'Late', 'Night']) {
    const group = await granted(troupe, (draft, world, asked) => createGroup(draft, world, asked, { name }));
    troupe.groups.push(group.record.id);
  }
  for (const status of [
    { name: 'Lunch', emoji: 'sandwich', allowanceMinutes: 30 },
    { name: 'Break', emoji: 'coffee', allowanceMinutes: 15, endsAtAllowance: true },
    { name: 'Meeting', emoji: null },
  ]) {
    const made = await granted(troupe, (draft, world, asked) => createCustomStatus(draft, world, asked, status));
    troupe.statuses.push(made.record.id);
  }
  for (let index = 0; index < count; index++) troupe.agents.push(await makeAgent(troupe, index));
}

async function makeAgent(troupe: Troupe, index: number): Promise<AgentNumber> {
  const { random } = troupe;
  const idleAfterMs = random.pick([null, 2 * minuteMs, 10 * minuteMs + 7, 45 * minuteMs]);
  const disconnectGraceMs = random.pick([null, 500, 20 * secondMs]);
  const input = { email: `demo.${index}@example.com`, idleAfterMs, disconnectGraceMs };
  const agent = await granted(troupe, (draft, world, asked) => createAgent(draft, world, asked, input));
  return agent.number;
}

// What agents and their devices do

const AGENT_STEPS: readonly Step[] = [
  open,
  open,
  beActive,
  beActive,
  beActive,
  close,
  lose,
  comeBack,
  toggle,
  toggle,
  tell,
];

async function open(troupe: Troupe): Promise<void> {
  const agent = anyAgent(troupe);
  const transport: Transport = troupe.random.chance(0.6) ? 'websocket' : 'http';
  const opened = await ask(troupe, asAgent(agent), (draft, world, asked) =>
    openSession(draft, world, asked, { agentId: agent.profile.id, transport }),
  );
  if (opened.kind === 'rejected') return;
  sessionsOf(troupe, agent).push(opened.value.session);
  note(troupe, agent, 'open', opened.value.session);
}

async function beActive(troupe: Troupe): Promise<void> {
  const found = anySession(troupe);
  if (found === null) return;
  const { engine, clock } = troupe.house;
  const isLive = await clock.run(engine.tick(asAgent(found.agent), found.session, clock.now()));
  if (isLive) note(troupe, found.agent, 'activity', found.session);
}

async function close(troupe: Troupe): Promise<void> {
  const found = anySession(troupe);
  if (found === null || troupe.random.chance(0.4)) return;
  const input = { agentId: found.agent.profile.id, session: found.session };
  const closed = await ask(troupe, asAgent(found.agent), (draft, world, asked) =>
    closeSession(draft, world, asked, input),
  );
  if (closed.kind === 'done') note(troupe, found.agent, 'close', found.session);
}

async function lose(troupe: Troupe): Promise<void> {
  const found = anySession(troupe);
  const session = found?.agent.availability.sessions.find(({ number }) => number === found.session);
  if (found === null || session?.transport !== 'websocket' || session.lostAt !== null) return;
  const input = { agentId: found.agent.profile.id, session: found.session, lostAt: troupe.house.clock.now() };
  const lost = await ask(troupe, asAgent(found.agent), (draft, world, asked) =>
    loseSession(draft, world, asked, input),
  );
  if (lost.kind === 'done') note(troupe, found.agent, 'lose', found.session);
}

async function comeBack(troupe: Troupe): Promise<void> {
  const found = anySession(troupe);
  if (found === null) return;
  const input = { agentId: found.agent.profile.id, session: found.session };
  const returned = await ask(troupe, asAgent(found.agent), (draft, world, asked) =>
    returnSession(draft, world, asked, input),
  );
  if (returned.kind === 'done') note(troupe, found.agent, 'return', found.session);
}

async function toggle(troupe: Troupe): Promise<void> {
  const { random, house, statuses } = troupe;
  const agent = anyAgent(troupe);
  const actor = random.pick([agent, anyAgent(troupe), null]);
  const caller = actor === null ? ADMIN : { ...asAgent(actor), role: 'supervisor' as const };
  const status = random.pick(['AVAILABLE', 'AVAILABLE', 'UNAVAILABLE'] as const);
  const customStatusId = random.chance(0.5) && statuses.length > 0 ? random.pick(statuses) : undefined;
  const until = random.chance(0.4) ? house.clock.now() + random.integer(1, 40 * minuteMs) : null;
  const choice = { agentId: agent.profile.id, status, customStatusId, until };
  const before = agent.availability.intelliassign;
  const changed = await ask(troupe, caller, (draft, world, asked) => changeIntelliassign(draft, world, asked, choice));
  if (changed.kind === 'rejected') return;
  const after = changed.value.agent.availability.intelliassign;
  assert(changed.value.changed === (changed.value.event !== null), 'a change and its event come together');
  assert(after.customStatusId === (customStatusId ?? null), 'what was chosen holds');
  assert(after.until === until, 'the chosen end holds, also where the status was there before');
  assert(before.until === until || after !== before, 'a new end is a new state');
}

async function tell(troupe: Troupe): Promise<void> {
  const agent = anyAgent(troupe);
  const type = troupe.random.pick(['missed_assignment', 'call_started', 'call_ended'] as const);
  await ask(troupe, ROUTER, (draft, world, asked) => signal(draft, world, asked, { agentId: agent.profile.id, type }));
}

// What administrators change

const SETTING_STEPS: readonly Step[] = [
  moveLengths,
  regroup,
  moveGroupLengths,
  renameStatus,
  archiveStatus,
  deactivate,
];

async function moveLengths(troupe: Troupe): Promise<void> {
  const idleAfterMs = troupe.random.integer(minuteMs, 20 * minuteMs);
  const disconnectGraceMs = troupe.random.integer(100, 2 * minuteMs);
  const logout = troupe.random.pick(['AVAILABLE', 'UNAVAILABLE', null] as const);
  await ask(troupe, ADMIN, (draft, world, asked) =>
    changeAccount(draft, world, asked, { idleAfterMs, disconnectGraceMs, couplings: { logout } }),
  );
}

async function regroup(troupe: Troupe): Promise<void> {
  const { id } = anyAgent(troupe).profile;
  const groups = troupe.groups.filter(() => troupe.random.chance(0.5));
  const idleAfterMs = troupe.random.pick([null, 3 * minuteMs]);
  await ask(troupe, ADMIN, (draft, world, asked) => changeAgent(draft, world, asked, { id, groups, idleAfterMs }));
}

async function moveGroupLengths(troupe: Troupe): Promise<void> {
  const id = troupe.random.pick(troupe.groups);
  const idleAfterMs = troupe.random.pick([null, troupe.random.integer(minuteMs, 30 * minuteMs)]);
  await ask(troupe, ADMIN, (draft, world, asked) => changeGroup(draft, world, asked, { id, idleAfterMs }));
}

async function renameStatus(troupe: Troupe): Promise<void> {
  if (troupe.statuses.length === 0) return;
  const id = troupe.random.pick(troupe.statuses);
  const name = `Status ${troupe.random.integer(1, 1_000_000)}`;
  const allowanceMinutes = troupe.random.integer(5, 60);
  await ask(troupe, ADMIN, (draft, world, asked) =>
    changeCustomStatus(draft, world, asked, { id, name, allowanceMinutes }),
  );
}

async function archiveStatus(troupe: Troupe): Promise<void> {
  if (troupe.random.chance(0.8) || troupe.statuses.length < 2) return;
  const id = troupe.statuses.shift() ?? '';
  await ask(troupe, ADMIN, (draft, world, asked) => archiveCustomStatus(draft, world, asked, { id }));
}

async function deactivate(troupe: Troupe): Promise<void> {
  const { profile } = anyAgent(troupe);
  const active = !profile.active || troupe.random.chance(0.7);
  await ask(troupe, ADMIN, (draft, world, asked) => changeAgent(draft, world, asked, { id: profile.id, active }));
}

// Shared

type Decide<T> = (draft: Draft, world: World, asked: Ask) => Answer<T>;

function ask<T>({ house }: Troupe, caller: Caller, decide: Decide<T>): Promise<Answer<T>> {
  const { engine, clock } = house;
  const asked = { caller, now: clock.now() };
  return clock.run(engine.write((draft) => decide(draft, engine.world, asked)));
}

async function granted<T>(troupe: Troupe, decide: Decide<T>): Promise<T> {
  const answer = await ask(troupe, ADMIN, decide);
  assert(answer.kind === 'done', `setting up was refused: ${answer.kind === 'rejected' ? answer.detail : ''}`);
  return answer.value;
}

function anyAgent({ house, random, agents }: Troupe): Agent {
  const agent = house.engine.memory.agents.get(random.pick(agents));
  assert(agent !== undefined, 'the agents were made at the beginning');
  return agent;
}

/** Of the sessions that were ever opened for somebody, also those that ended: late messages are a part of life. */
function anySession(troupe: Troupe): { readonly agent: Agent; readonly session: SessionNumber } | null {
  const agent = anyAgent(troupe);
  const sessions = sessionsOf(troupe, agent).slice(-3);
  return sessions.length === 0 ? null : { agent, session: troupe.random.pick(sessions) };
}

function sessionsOf({ sessions }: Troupe, agent: Agent): SessionNumber[] {
  const known = sessions.get(agent.number) ?? [];
  sessions.set(agent.number, known);
  return known;
}

function note({ house, journal }: Troupe, agent: Agent, kind: JournalEntry['kind'], session: SessionNumber): void {
  journal.push({ at: house.clock.now(), agent: agent.number, kind, session });
}

function asAgent(agent: Agent): Caller {
  return { keyId: 'agent', account: FIRST_ACCOUNT, role: 'agent', agent: agent.number };
}
