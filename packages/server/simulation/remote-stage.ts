import type { Instant } from '../src/time/instant.ts';
import { INVENTED_GROUPS, INVENTED_STATUSES, type InventedAgent } from './invented-team.ts';
import type { Deed, Device, PlannedAction } from './planned-action.ts';
import { type RemoteAnswer, type RemoteApi, RemoteRefusal } from './remote-api.ts';

/** A stage in a running server: deeds become requests and presence sockets, as if each agent's own page made them. */
export type RemoteStage = {
  /** @throws RemoteRefusal when the server refuses what it should grant */
  perform(action: PlannedAction): Promise<void>;
  /** Sends the signs of life that were collected, all at once. */
  flushTouches(): Promise<void>;
  /** Closes every socket: whoever is still there is lost, as when a laptop is shut. */
  close(): Promise<void>;
};

export type RemoteStageOptions = {
  readonly api: RemoteApi;
  readonly team: readonly InventedAgent[];
  /** How many times as fast as its day the team lives; idle times and graces shrink with it. */
  readonly speed: number;
  /** The server's time at which a planned instant comes. */
  readonly realTimeOf: (planned: Instant) => Instant;
};

/** Sets the team up over the API. What is there already is found by its name or e-mail address. */
export async function openRemoteStage(options: RemoteStageOptions): Promise<RemoteStage> {
  const cast: Cast = {
    ...options,
    ids: await setUp(options),
    sessions: new Map(),
    sockets: new Map(),
    touched: new Set(),
  };
  return {
    perform: (action) => perform(cast, action),
    flushTouches: () => flushTouches(cast),
    async close() {
      await Promise.all([...cast.sockets.values()].map(closed));
    },
  };
}

type Cast = RemoteStageOptions & {
  /** Agents' ids, in the order of the team. */
  readonly ids: readonly string[];
  /** By `index/device`. */
  readonly sessions: Map<string, string>;
  readonly sockets: Map<string, WebSocket>;
  /** Sessions over plain HTTP whose activity is not sent yet. */
  readonly touched: Set<string>;
};

const API_LENGTH_MS_MIN = 100;
const IDLE_AFTER_MS = 600_000;
const DISCONNECT_GRACE_MS = 60_000;
/** An invented team speaks for itself alone, but one call may not hold more sessions than this. */
const TICKS_MAX = 1000;

async function setUp({ api, team, speed }: RemoteStageOptions): Promise<readonly string[]> {
  const statuses = namesOf(await api.list('/custom-statuses'), 'name');
  for (const status of INVENTED_STATUSES) {
    if (!statuses.has(status.name.toLowerCase())) await api.ask('POST', '/custom-statuses', statusBody(status));
  }
  const groups = namesOf(await api.list('/groups'), 'name');
  for (const { name } of INVENTED_GROUPS) {
    if (!groups.has(name.toLowerCase()))
      groups.set(name.toLowerCase(), idOf(await api.ask('POST', '/groups', { name })));
  }
  const known = namesOf(await api.list('/agents'), 'email');
  const ids: string[] = [];
  for (const agent of team) {
    const lengths = lengthsOf(agent, speed);
    const id = known.get(agent.email);
    if (id !== undefined) await api.ask('PATCH', `/agents/${id}`, { active: true, ...lengths });
    ids.push(id ?? idOf(await api.ask('POST', '/agents', { ...agentBody(agent, groups), ...lengths })));
  }
  return ids;
}

function lengthsOf(agent: InventedAgent, speed: number) {
  const own = INVENTED_GROUPS.filter(({ name }) => agent.groups.includes(name)).map(
    ({ idleAfterMs }) => idleAfterMs ?? 0,
  );
  const scaled = (lengthMs: number) => Math.max(API_LENGTH_MS_MIN, Math.round(lengthMs / speed));
  return {
    idle_after_ms: scaled(Math.max(...own) || IDLE_AFTER_MS),
    disconnect_grace_ms: scaled(DISCONNECT_GRACE_MS),
  };
}

function statusBody({
  name,
  emoji,
  allowanceMinutes,
  endsAtAllowance,
  productive,
}: (typeof INVENTED_STATUSES)[number]) {
  return { name, emoji, allowance_minutes: allowanceMinutes, ends_at_allowance: endsAtAllowance, productive };
}

function agentBody(agent: InventedAgent, groups: ReadonlyMap<string, string>) {
  return {
    email: agent.email,
    first_name: agent.firstName,
    last_name: agent.lastName,
    role: agent.role,
    time_zone: agent.shift.timeZone,
    groups: agent.groups.map((name) => groups.get(name.toLowerCase())),
  };
}

function namesOf(items: readonly RemoteAnswer[], field: string): Map<string, string> {
  return new Map(items.map((item) => [String(item[field]).toLowerCase(), idOf(item)]));
}

function idOf(answer: RemoteAnswer): string {
  return String(answer.id);
}

// Deeds

async function perform(cast: Cast, { agent, deed }: PlannedAction): Promise<void> {
  const path = `/agents/${cast.ids[agent]}`;
  switch (deed.kind) {
    case 'SignIn':
    case 'Reconnect':
      return beHere(cast, agent, deed.device);
    case 'BeActive':
      return beActive(cast, agent, deed.device);
    case 'SignOut':
      return signOut(cast, agent, deed.device);
    case 'LoseConnection':
      return loseConnection(cast, agent, deed.device);
    case 'ChangeStatus':
      await cast.api.ask('PUT', `${path}/intelliassign`, changeBody(cast, agent, deed));
      return;
    case 'MissAssignment':
      await cast.api.ask('POST', `${path}/signals`, { type: 'missed_assignment' });
      return;
    case 'StartCall':
      await cast.api.ask('POST', `${path}/signals`, { type: 'call_started' });
      return;
    case 'EndCall':
      await cast.api.ask('POST', `${path}/signals`, { type: 'call_ended' });
      return;
  }
}

function changeBody(cast: Cast, agent: number, deed: Extract<Deed, { kind: 'ChangeStatus' }>): object {
  const isCustom = INVENTED_STATUSES.some(({ name }) => name === deed.status);
  const until = deed.until === null ? null : cast.realTimeOf(deed.until);
  const isAhead = until !== null && until > Date.now() && deed.status !== 'AVAILABLE';
  return {
    ...(isCustom ? { custom_status: deed.status } : { status: deed.status }),
    ...(isAhead ? { until: new Date(until).toISOString() } : {}),
    actor_id: cast.ids[deed.by ?? agent],
  };
}

async function beHere(cast: Cast, agent: number, device: Device): Promise<void> {
  const place = `${agent}/${device}`;
  const isOnSocket = device === 'desk' && cast.team[agent]?.transport === 'websocket';
  if (isOnSocket) return connect(cast, agent, place);
  if (cast.sessions.has(place)) return beActive(cast, agent, device);
  cast.sessions.set(place, idOf(await cast.api.ask('POST', `/agents/${cast.ids[agent]}/sessions`, {})));
}

/** Opens the page's socket: back to its session when that still lives, else in a new one. */
async function connect(cast: Cast, agent: number, place: string): Promise<void> {
  if (cast.sockets.get(place)?.readyState === WebSocket.OPEN) return;
  const path = `/agents/${cast.ids[agent]}/presence`;
  const session = cast.sessions.get(place);
  const back = session === undefined ? null : await opened(cast.api.presence(`${path}?session=${session}`));
  const page = back ?? (await opened(cast.api.presence(path)));
  if (page === null)
    throw new RemoteRefusal(0, 'refused_socket', `A presence socket of agent ${cast.ids[agent]} was refused.`);
  cast.sockets.set(place, page.socket);
  cast.sessions.set(place, page.session);
  page.socket.send(ACTIVITY);
}

const ACTIVITY = JSON.stringify({ type: 'activity' });

/** The socket with its session, once the server has named it; null when it refused. */
function opened(socket: WebSocket): Promise<{ readonly socket: WebSocket; readonly session: string } | null> {
  return new Promise((resolve) => {
    socket.addEventListener('message', ({ data }) => resolve({ socket, session: idOf(JSON.parse(String(data))) }), {
      once: true,
    });
    socket.addEventListener('close', () => resolve(null), { once: true });
    socket.addEventListener('error', () => resolve(null), { once: true });
  });
}

async function beActive(cast: Cast, agent: number, device: Device): Promise<void> {
  const place = `${agent}/${device}`;
  const socket = cast.sockets.get(place);
  if (socket?.readyState === WebSocket.OPEN) return socket.send(ACTIVITY);
  const session = cast.sessions.get(place);
  if (session === undefined || socket !== undefined) return beHere(cast, agent, device);
  cast.touched.add(session);
}

async function flushTouches({ api, touched }: Cast): Promise<void> {
  const sessions = [...touched].slice(0, TICKS_MAX);
  for (const session of sessions) touched.delete(session);
  // Sessions that have ended meanwhile are named in the answer, item by item; their pages find out by themselves.
  if (sessions.length > 0) await api.ask('POST', '/activity-ticks', { sessions });
}

async function signOut(cast: Cast, agent: number, device: Device): Promise<void> {
  const place = `${agent}/${device}`;
  const session = cast.sessions.get(place);
  cast.sessions.delete(place);
  if (session === undefined) return;
  try {
    await cast.api.ask('DELETE', `/agents/${cast.ids[agent]}/sessions/${session}`);
  } catch (error) {
    const hasEnded = error instanceof RemoteRefusal && error.code === 'unknown_session';
    if (!hasEnded) throw error;
  }
  await loseConnection(cast, agent, device);
}

async function loseConnection({ sockets }: Cast, agent: number, device: Device): Promise<void> {
  const place = `${agent}/${device}`;
  const socket = sockets.get(place);
  sockets.delete(place);
  if (socket !== undefined) await closed(socket);
}

function closed(socket: WebSocket): Promise<void> {
  if (socket.readyState === WebSocket.CLOSED) return Promise.resolve();
  return new Promise((resolve) => {
    socket.addEventListener('close', () => resolve(), { once: true });
    socket.close();
  });
}
