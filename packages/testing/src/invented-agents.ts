import { FIRST_ACCOUNT } from '../../server/simulation/virtual-engine.ts';
import type { AgentNumber, SessionNumber } from '../../server/src/activity/position.ts';
import { AVAILABLE, isCustom, type StatusLabel } from '../../server/src/activity/status-label.ts';
import type { Caller } from '../../server/src/directory/api-key.ts';
import { nameKey } from '../../server/src/directory/name-key.ts';
import type { Answer } from '../../server/src/directory/rejection.ts';
import {
  type Ask,
  changeIntelliassign,
  closeSession,
  loseSession,
  openSession,
  type Signal,
  signal,
} from '../../server/src/engine/agent-commands.ts';
import { createAgent } from '../../server/src/engine/agent-record-commands.ts';
import { createCustomStatus } from '../../server/src/engine/custom-status-commands.ts';
import type { Draft } from '../../server/src/engine/draft.ts';
import type { Engine } from '../../server/src/engine/engine.ts';
import { type Agent as EngineAgent, scoped } from '../../server/src/engine/memory.ts';
import type { Agent, AgentProfileInput, SetStatusOptions } from './agent.ts';
import { durationMs } from './duration.ts';

/** The invented agents of a team, by e-mail address. */
export type InventedAgents = {
  /** Made when there is none of this address yet. */
  agent(email: string, profile?: AgentProfileInput): Promise<Agent>;
  /** Makes a custom status, unless there is one of this name. */
  addCustomStatus(input: CustomStatusInput): Promise<void>;
};

export type CustomStatusInput = {
  readonly name: string;
  /** Short code without colons. */
  readonly emoji?: string;
  readonly allowanceMinutes?: number;
  /** The agent is UNAVAILABLE when the allowance is over. */
  readonly endsAtAllowance?: boolean;
};

/** Does one thing in the engine and lets everything follow from it. */
export type Act = <T>(work: () => Promise<T>) => Promise<T>;

export function inventedAgents(engine: Engine, act: Act): InventedAgents {
  const cast: Cast = { engine, act, agents: new Map(), numbers: new Map() };
  return {
    addCustomStatus: (input) => addCustomStatus(cast, input),
    agent: async (email, profile = {}) => cast.agents.get(nameKey(email)) ?? invent(cast, email, profile),
  };
}

type Cast = {
  readonly engine: Engine;
  readonly act: Act;
  /** By e-mail address in lower case. */
  readonly agents: Map<string, Agent>;
  readonly numbers: Map<Agent, AgentNumber>;
};

const ADMIN: Caller = { keyId: 'team', account: FIRST_ACCOUNT, role: 'admin', agent: 0 };

async function invent(cast: Cast, email: string, profile: AgentProfileInput): Promise<Agent> {
  const { world } = cast.engine;
  const made = await decide(cast, ADMIN, (draft, ask) => createAgent(draft, world, ask, { email, ...profile }));
  const agent = agentOf(cast, { number: made.number, session: null });
  cast.agents.set(nameKey(email), agent);
  cast.numbers.set(agent, made.number);
  return agent;
}

/** An agent at its place in the engine, with the session that it has at the moment. */
type Seat = { readonly number: AgentNumber; session: SessionNumber | null };

function agentOf(cast: Cast, seat: Seat): Agent {
  const { engine } = cast;
  const current = (): EngineAgent => engine.memory.agents.get(seat.number) as EngineAgent;
  const { id, email, orgAgentId } = current().profile;
  return {
    email,
    id,
    orgAgentId,
    get generalAvailability() {
      return shown(engine, current().availability.general);
    },
    get intelliassign() {
      return shown(engine, current().availability.intelliassign);
    },
    signIn: () => signIn(cast, seat, id),
    signOut: () => endSession(cast, seat, { id, how: 'closed' }),
    loseConnection: () => endSession(cast, seat, { id, how: 'lost' }),
    beActive: () => beActive(cast, seat, email),
    setStatus: (status, options = {}) => setStatus(cast, seat, { id, status, options }),
    missAssignment: () => tell(cast, id, 'missed_assignment'),
    startCall: () => tell(cast, id, 'call_started'),
    endCall: () => tell(cast, id, 'call_ended'),
  };
}

async function signIn(cast: Cast, seat: Seat, agentId: string): Promise<void> {
  const { world } = cast.engine;
  const input = { agentId, transport: 'websocket' } as const;
  const opened = await decide(cast, selfOf(seat), (draft, ask) => openSession(draft, world, ask, input));
  seat.session = opened.session;
}

/** A session that ended by itself before is no fault: real pages meet that too. */
async function endSession(
  { engine, act }: Cast,
  seat: Seat,
  { id, how }: { readonly id: string; readonly how: 'closed' | 'lost' },
): Promise<void> {
  const { session } = seat;
  if (session === null) return;
  seat.session = null;
  const input = { agentId: id, session };
  await act(() =>
    engine.write((draft) => {
      const ask = { caller: selfOf(seat), now: engine.clock.now() };
      if (how === 'closed') return closeSession(draft, engine.world, ask, input);
      return loseSession(draft, engine.world, ask, { ...input, lostAt: ask.now });
    }),
  );
}

async function beActive({ engine, act }: Cast, seat: Seat, email: string): Promise<void> {
  const { session } = seat;
  if (session === null) throw new Error(`${email} is not signed in, and so cannot be active: signIn() first`);
  const isAlive = await act(() => engine.tick(selfOf(seat), session, engine.clock.now()));
  if (!isAlive) throw new Error(`the session of ${email} has ended: signIn() again`);
}

type StatusWish = { readonly id: string; readonly status: string; readonly options: SetStatusOptions };

async function setStatus(cast: Cast, seat: Seat, { id, status, options }: StatusWish): Promise<void> {
  const { engine, numbers } = cast;
  const plain = plainStatus(status);
  if (plain === null) await addCustomStatus(cast, { name: status });
  const by = options.by === undefined ? undefined : numbers.get(options.by);
  const self = selfOf(seat);
  const caller: Caller = by === undefined ? self : { ...self, role: 'supervisor', agent: by };
  const until = options.for === undefined ? null : engine.clock.now() + durationMs(options.for);
  const choice = plain === null ? { customStatus: status } : { status: plain };
  const input = { agentId: id, until, ...choice };
  await decide(cast, caller, (draft, ask) => changeIntelliassign(draft, engine.world, ask, input));
}

async function tell(cast: Cast, agentId: string, type: Signal): Promise<void> {
  const { world } = cast.engine;
  const caller: Caller = { ...ADMIN, role: 'ingest' };
  await decide(cast, caller, (draft, ask) => signal(draft, world, ask, { agentId, type }));
}

async function addCustomStatus({ engine, act }: Cast, input: CustomStatusInput): Promise<void> {
  await act(() =>
    engine.write((draft) => {
      const known = draft.memory.customStatusNames.drafted(scoped(FIRST_ACCOUNT, nameKey(input.name)));
      if (known !== undefined) return;
      granted(createCustomStatus(draft, engine.world, { caller: ADMIN, now: engine.clock.now() }, input));
    }),
  );
}

/** @throws Error with the engine's own words when it refuses */
function decide<T>({ engine, act }: Cast, caller: Caller, work: (draft: Draft, ask: Ask) => Answer<T>): Promise<T> {
  return act(async () => granted(await engine.write((draft) => work(draft, { caller, now: engine.clock.now() }))));
}

function selfOf({ number }: Seat): Caller {
  return { keyId: 'team', account: FIRST_ACCOUNT, role: 'agent', agent: number };
}

function plainStatus(status: string): 'AVAILABLE' | 'UNAVAILABLE' | null {
  const upper = status.toUpperCase();
  return upper === 'AVAILABLE' || upper === 'UNAVAILABLE' ? upper : null;
}

function shown(engine: Engine, { status, since }: { readonly status: StatusLabel; readonly since: number }) {
  return { status: nameOf(engine, status), since: new Date(since).toISOString() };
}

function nameOf({ memory }: Engine, label: StatusLabel): string {
  if (!isCustom(label)) return label === AVAILABLE ? 'AVAILABLE' : 'UNAVAILABLE';
  const record = memory.records.get(label);
  return record !== undefined && 'name' in record ? record.name : 'unknown';
}

function granted<T>(answer: Answer<T>): T {
  if (answer.kind === 'done') return answer.value;
  throw new Error(`${answer.detail} (${answer.code})`);
}
