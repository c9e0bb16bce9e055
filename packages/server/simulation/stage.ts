import type { AgentNumber, SessionNumber } from '../src/activity/position.ts';
import type { Caller } from '../src/directory/api-key.ts';
import { type Answer, done } from '../src/directory/rejection.ts';
import {
  changeIntelliassign,
  closeSession,
  loseSession,
  type OpenedSession,
  openSession,
  returnSession,
  type Signal,
  signal,
} from '../src/engine/agent-commands.ts';
import type { Engine } from '../src/engine/engine.ts';
import type { Agent } from '../src/engine/memory.ts';
import { assert } from '../src/time/assert.ts';
import { INVENTED_STATUSES, type InventedAgent } from './invented-team.ts';
import type { Deed, Device, PlannedAction } from './planned-action.ts';
import { setUpTeam, type TeamLengths } from './set-up-team.ts';

/** Where the invented team acts: it turns deeds into commands of the engine, as the doors would for real people. */
export type Stage = {
  /** Does it now, whatever instant was planned, and settles when it is durable. A refusal is answered, not thrown. */
  perform(action: Pick<PlannedAction, 'agent' | 'deed'>): Promise<Answer<null>>;
  /** A sign of life, at the cost of one write into memory; false when it would change something: then perform it. */
  touch(agent: number, device: Device): boolean;
  /** The agent at this place in the team, as it is now. */
  agent(index: number): Agent;
};

export type StageOptions = {
  readonly account: number;
  readonly team: readonly InventedAgent[];
  readonly lengths: TeamLengths;
  /** Whose name stands in the log where somebody set something up. */
  readonly keyId: string;
};

/** Sets the team up in the engine, and finds the sessions that it left open before. */
export async function openStage(engine: Engine, options: StageOptions): Promise<Stage> {
  const { account, team, keyId } = options;
  const admin: Caller = { keyId, account, role: 'admin', agent: 0 };
  const numbers = await engine.write((draft) =>
    setUpTeam(draft, engine.world, { caller: admin, now: engine.clock.now() }, options),
  );
  const cast: Cast = { engine, team, numbers, keyId, account, sessions: new Map() };
  for (const member of team) takeUpSessions(cast, member.index);
  return {
    perform: (action) => perform(cast, action.agent, action.deed),
    touch: (index, device) => touch(cast, index, device),
    agent: (index) => agentAt(cast, index),
  };
}

type Cast = {
  readonly engine: Engine;
  readonly team: readonly InventedAgent[];
  readonly numbers: readonly AgentNumber[];
  readonly keyId: string;
  readonly account: number;
  /** The session of each device, by `index/device`; it may have ended meanwhile. */
  readonly sessions: Map<string, SessionNumber>;
};

/** A team that stood before a restart goes on with the sessions it had: the newest is the desk's. */
function takeUpSessions(cast: Cast, index: number): void {
  const [phone, desk] = agentAt(cast, index)
    .availability.sessions.slice(-2)
    .map(({ number }) => number);
  const newest = desk ?? phone;
  if (newest !== undefined) cast.sessions.set(placeOf(index, 'desk'), newest);
  if (desk !== undefined && phone !== undefined) cast.sessions.set(placeOf(index, 'phone'), phone);
}

function perform(cast: Cast, index: number, deed: Deed): Promise<Answer<null>> {
  switch (deed.kind) {
    case 'SignIn':
    case 'Reconnect':
      return beHere(cast, index, deed.device);
    case 'BeActive':
      return beActive(cast, index, deed.device);
    case 'SignOut':
      return endSession(cast, index, deed);
    case 'LoseConnection':
      return endSession(cast, index, deed);
    case 'ChangeStatus':
      return changeStatus(cast, index, deed);
    case 'MissAssignment':
      return tell(cast, index, 'missed_assignment');
    case 'StartCall':
      return tell(cast, index, 'call_started');
    case 'EndCall':
      return tell(cast, index, 'call_ended');
  }
}

function touch({ engine, sessions, numbers }: Cast, index: number, device: Device): boolean {
  const session = sessions.get(placeOf(index, device));
  if (session === undefined) return false;
  const number = engine.presence.agentOf(session);
  return number === numbers[index] && engine.presence.tick(number, engine.clock.now());
}

/** Activity on the session of this device; a page whose session has ended signs in anew. */
async function beActive(cast: Cast, index: number, device: Device): Promise<Answer<null>> {
  const { engine, sessions } = cast;
  const session = sessions.get(placeOf(index, device));
  if (session !== undefined && (await engine.tick(asAgent(cast, index), session, engine.clock.now())))
    return done(null);
  return signIn(cast, index, device);
}

/** Back to the session of this device when it still lives, else in a new one. */
async function beHere(cast: Cast, index: number, device: Device): Promise<Answer<null>> {
  const session = cast.sessions.get(placeOf(index, device));
  if (session === undefined) return signIn(cast, index, device);
  const { engine } = cast;
  const caller = asAgent(cast, index);
  const now = engine.clock.now();
  const returned = await engine.write((draft) =>
    returnSession(draft, engine.world, { caller, now }, { agentId: idOf(cast, index), session }),
  );
  if (returned.kind === 'rejected') return signIn(cast, index, device);
  await engine.tick(caller, session, now);
  return done(null);
}

async function signIn(cast: Cast, index: number, device: Device): Promise<Answer<null>> {
  const { engine, team } = cast;
  const transport = device === 'phone' ? 'http' : (team[index] as InventedAgent).transport;
  const opened: Answer<OpenedSession> = await engine.write((draft) =>
    openSession(
      draft,
      engine.world,
      { caller: asAgent(cast, index), now: engine.clock.now() },
      { agentId: idOf(cast, index), transport },
    ),
  );
  if (opened.kind === 'rejected') return opened;
  cast.sessions.set(placeOf(index, device), opened.value.session);
  return done(null);
}

async function endSession(
  cast: Cast,
  index: number,
  deed: Extract<Deed, { kind: 'SignOut' | 'LoseConnection' }>,
): Promise<Answer<null>> {
  const place = placeOf(index, deed.device);
  const session = cast.sessions.get(place);
  if (session === undefined) return done(null);
  const { engine } = cast;
  const now = engine.clock.now();
  const ask = { caller: asAgent(cast, index), now };
  const input = { agentId: idOf(cast, index), session };
  if (deed.kind === 'LoseConnection') {
    return emptied(await engine.write((draft) => loseSession(draft, engine.world, ask, { ...input, lostAt: now })));
  }
  cast.sessions.delete(place);
  const closed = await engine.write((draft) => closeSession(draft, engine.world, ask, input));
  // A session that ended by itself before its page closed it is what real pages meet, too.
  return closed.kind === 'rejected' && closed.code === 'unknown_session' ? done(null) : emptied(closed);
}

async function changeStatus(
  cast: Cast,
  index: number,
  deed: Extract<Deed, { kind: 'ChangeStatus' }>,
): Promise<Answer<null>> {
  const { engine } = cast;
  const now = engine.clock.now();
  const isCustom = INVENTED_STATUSES.some(({ name }) => name === deed.status);
  const until = deed.until !== null && deed.until > now ? deed.until : null;
  const choice = isCustom
    ? { customStatus: deed.status, until }
    : { status: deed.status === 'AVAILABLE' ? ('AVAILABLE' as const) : ('UNAVAILABLE' as const), until };
  const caller = deed.by === null ? asAgent(cast, index) : asSupervisor(cast, deed.by);
  return emptied(
    await engine.write((draft) =>
      changeIntelliassign(draft, engine.world, { caller, now }, { agentId: idOf(cast, index), ...choice }),
    ),
  );
}

async function tell(cast: Cast, index: number, type: Signal): Promise<Answer<null>> {
  const { engine, keyId, account } = cast;
  const caller: Caller = { keyId, account, role: 'ingest', agent: 0 };
  const ask = { caller, now: engine.clock.now() };
  return emptied(await engine.write((draft) => signal(draft, engine.world, ask, { agentId: idOf(cast, index), type })));
}

function emptied(answer: Answer<unknown>): Answer<null> {
  return answer.kind === 'rejected' ? answer : done(null);
}

function asAgent(cast: Cast, index: number): Caller {
  return { keyId: cast.keyId, account: cast.account, role: 'agent', agent: cast.numbers[index] as AgentNumber };
}

function asSupervisor(cast: Cast, index: number): Caller {
  return { ...asAgent(cast, index), role: 'supervisor' };
}

function idOf(cast: Cast, index: number): string {
  return agentAt(cast, index).profile.id;
}

function agentAt({ engine, numbers }: Cast, index: number): Agent {
  const agent = engine.memory.agents.get(numbers[index] ?? 0);
  assert(agent !== undefined, `the team has nobody at place ${index}`);
  return agent;
}

function placeOf(index: number, device: Device): string {
  return `${index}/${device}`;
}
