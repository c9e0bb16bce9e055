import assert from 'node:assert/strict';
import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { ERROR_RULES, type KeyCreated, Problem, type Role, shapeFaults } from '@rollcall/contract';
import { pino } from 'pino';
import type { CallOutcome } from '../src/delivery/receiver.ts';
import type { Subscription } from '../src/delivery/subscription.ts';
import { Dispatcher } from '../src/dispatch/dispatcher.ts';
import { createAccount } from '../src/engine/account-commands.ts';
import { Engine } from '../src/engine/engine.ts';
import { putKey } from '../src/engine/key-commands.ts';
import { type Store, StoreFailure } from '../src/engine/store.ts';
import { tableFiles } from '../src/export/table-files.ts';
import { buildServer, type HttpServer, type ServerDeps } from '../src/http/build-server.ts';
import { liveDoors } from '../src/http/live/live-doors.ts';
import type { Route } from '../src/http/route.ts';
import { allRoutes } from '../src/http/routes/all-routes.ts';
import { openSqliteStore } from '../src/store/sqlite/open-sqlite-store.ts';
import { sha256Hex, systemRandomness } from '../src/system/system-randomness.ts';
import { createZones } from '../src/time/zone.ts';
import { fakeApps } from './fake-apps.ts';
import { type FakeReports, fakeReports } from './fake-reports.ts';
import { ManualClock } from './manual-clock.ts';

/** Wednesday, 4 March 2026, 9:00 UTC. */
export const START = Date.UTC(2026, 2, 4, 9);
/** The admin key of the first account. */
export const ADMIN_KEY = 'admin-key-of-the-first-account';

/** The whole door on a real store in a temporary folder, with the clock in the hand. */
export type HttpWorld = {
  readonly server: HttpServer;
  readonly engine: Engine;
  readonly dispatcher: Dispatcher;
  readonly reports: FakeReports;
  readonly clock: ManualClock;
  readonly disk: { isFull: boolean };
  readonly readiness: { isReady: boolean };
  /** Lines of the log, as objects. */
  readonly log: Record<string, unknown>[];
  readonly folder: string;
  /** A request with the first account's admin key unless another is named, and the answer, held against the contract. */
  ask<Body = Problem>(method: Method, path: string, options?: AskOptions): Promise<HttpAnswer<Body>>;
  /** A subscription of an account, from now on. Its receiver takes everything, or nothing. */
  subscribe(account: number, outcome?: CallOutcome): string;
  /** Lets time pass, with everything that its timers start. */
  pass(durationMs: number): Promise<void>;
  /** Another account with its admin key. */
  addAccount(name: string): Promise<{ readonly key: string; readonly number: number }>;
  stop(): Promise<void>;
};

export type Method = 'GET' | 'HEAD' | 'POST' | 'PUT' | 'PATCH' | 'DELETE' | 'OPTIONS';

export type AskOptions = {
  readonly body?: unknown;
  readonly key?: string | null;
  readonly headers?: Readonly<Record<string, string>>;
  /** Sent as it is instead of `body`. */
  readonly payload?: string | Buffer;
};

/** `body` is what the test says that it is, null when there is none; the world has held it against the contract. */
export type HttpAnswer<Body = Problem> = {
  readonly status: number;
  readonly headers: Headers;
  readonly body: Body;
  readonly text: string;
  readonly bytes: Buffer;
};
type Headers = Readonly<Record<string, string | string[] | number | undefined>>;

export async function startHttpWorld(options: Partial<ServerDeps> = {}): Promise<HttpWorld> {
  const folder = mkdtempSync(join(tmpdir(), 'rollcall-http-'));
  const clock = new ManualClock(START);
  const disk = { isFull: false };
  const store = fullable(openSqliteStore({ folder, hash: sha256Hex }), disk);
  const ports = {
    store,
    clock,
    random: systemRandomness(),
    hash: sha256Hex,
    report: () => {},
    zones: createZones(process.versions.tz ?? 'unknown'),
  };
  const { engine } = await Engine.start(ports, {
    accountId: '4096',
    accountName: 'First',
    domain: 'first.example.com',
    secret: ADMIN_KEY,
  });
  const log: Record<string, unknown>[] = [];
  const logger = pino({ level: 'debug' }, { write: (line) => void log.push(JSON.parse(line)) });
  const dispatcher = dispatcherOf(engine, logger);
  const reports = fakeReports(engine);
  const readiness = { isReady: true };
  const server = buildServer({
    engine,
    logger,
    apps: fakeApps(),
    deliveries: dispatcher,
    reports,
    tableFiles: tableFiles(),
    live: liveDoors(),
    version: '0.0.0-test',
    isReady: () => readiness.isReady,
    ...options,
  });
  return {
    server,
    engine,
    dispatcher,
    reports,
    clock,
    disk,
    readiness,
    log,
    folder,
    ask: (method, path, asked = {}) => ask(server, method, path, asked),
    subscribe: (account, outcome = { kind: 'delivered', durationMs: 1 }) =>
      subscribe(dispatcher, { account, from: engine.head, outcome }),
    pass: (durationMs) => pass(engine, clock, durationMs),
    addAccount: (name) => addAccount(engine, clock, name),
    stop: async () => {
      await server.stop();
      await dispatcher.stop();
      await engine.stop();
      await store.close();
      rmSync(folder, { recursive: true });
    },
  };
}

function fullable(store: Store, disk: { isFull: boolean }): Store {
  return Object.assign(Object.create(store), {
    commit: (changes: Parameters<Store['commit']>[0]) => {
      if (disk.isFull) throw new StoreFailure('full', 'the disk is full', 'later');
      return store.commit(changes);
    },
  });
}

function dispatcherOf(engine: Engine, logger: ServerDeps['logger']): Dispatcher {
  const dispatcher = new Dispatcher({
    ports: {
      log: engine.store,
      history: engine.store,
      commit: (changes) => engine.commit(changes),
      clock: engine.clock,
      random: () => 0.5,
      headOf: (agent) => engine.memory.agents.get(agent)?.head ?? 0,
      subscriptionChanges: () => [],
      logger,
    },
    head: engine.head,
    cursors: [],
    lanes: [],
  });
  engine.onCommitted((head, facts) => dispatcher.onCommitted(head, facts));
  dispatcher.start();
  return dispatcher;
}

type Subscribing = { readonly account: number; readonly from: number; readonly outcome: CallOutcome };

function subscribe(dispatcher: Dispatcher, { account, from, outcome }: Subscribing): string {
  const id = `sub_${dispatcher.statuses().length + 1}`;
  const subscription: Subscription = {
    id,
    account,
    kind: 'app',
    target: 'app_1',
    events: ['onAgentActivityCreate'],
    filter: { groups: null },
    from,
    state: { kind: 'active' },
    failingSince: null,
  };
  dispatcher.add(subscription, { deliver: async () => outcome });
  return id;
}

async function pass(engine: Engine, clock: ManualClock, durationMs: number): Promise<void> {
  for (let left = durationMs; left > 0; left -= 60_000) {
    clock.advance(Math.min(60_000, left));
    await engine.write(() => null);
  }
  for (let turn = 0; turn < 3; turn++) await engine.write(() => null);
}

async function addAccount(engine: Engine, clock: ManualClock, name: string) {
  const key = `admin-key-of-${name.toLowerCase()}`;
  const number = await engine.write((draft) => {
    const account = createAccount(draft, { id: name, name, domain: 'other.example.com', by: 'test' }, clock.now());
    const caller = { keyId: 'test', account: account.number, role: 'admin', agent: 0 } as const;
    putKey(draft, engine.world, { caller, now: clock.now() }, { role: 'admin', name: '', agent: 0, secret: key });
    return account.number;
  });
  return { key, number };
}

async function ask<Body>(
  server: HttpServer,
  method: Method,
  path: string,
  asked: AskOptions,
): Promise<HttpAnswer<Body>> {
  const { body, key = ADMIN_KEY, headers = {}, payload } = asked;
  const url = path.startsWith('/api') || isOutside(path) ? path : `/api/v1${path}`;
  const content = payload ?? (body === undefined ? undefined : JSON.stringify(body));
  const response = await server.app.inject({
    method,
    url,
    headers: {
      ...(key === null ? {} : { authorization: `Bearer ${key}` }),
      ...(content === undefined ? {} : { 'content-type': 'application/json' }),
      ...headers,
    },
    ...(content === undefined ? {} : { payload: content }),
  });
  const isJson = String(response.headers['content-type'] ?? '').includes('json');
  const answer: HttpAnswer<Body> = {
    status: response.statusCode,
    headers: response.headers,
    body: isJson && response.body !== '' ? JSON.parse(response.body) : null,
    text: response.body,
    bytes: response.rawPayload,
  };
  if (method !== 'HEAD') holdAgainstContract(method, url, answer);
  return answer;
}

const isOutside = (path: string) =>
  ['/healthz', '/readyz', '/metrics', '/docs/errors'].includes(path) ||
  /^\/(install|install-page|event\/hook|auth)\//.test(path);

/** Every answer of every test is what the contract says: the route's own schema, or a problem. */
function holdAgainstContract(method: Method, url: string, { status, headers, body }: HttpAnswer<unknown>): void {
  if (isOutside(url)) return;
  const at = `${method} ${url} ${status}`;
  if (status >= 400) {
    assert.equal(headers['content-type'], 'application/problem+json; charset=utf-8', at);
    assert.deepEqual(shapeFaults(Problem, body), [], at);
    assert.equal(ERROR_RULES[(body as Problem).code].status, status, at);
    return;
  }
  const route = allRoutes.find((candidate) => candidate.method === method && matches(candidate, url));
  if (route === undefined) return;
  assert.equal(status, route.answer.status, at);
  if (route.answer.status === 204 || 'anyOf' in route.answer.schema) return;
  const mediaType = String(headers['content-type']).split(';', 1)[0] ?? '';
  if (route.answer.files?.includes(mediaType) === true) return;
  if (route.answer.mediaType?.startsWith('text/') === true) return;
  assert.deepEqual(shapeFaults(route.answer.schema, body), [], at);
}

function matches(route: Route, url: string): boolean {
  const pattern = `^/api/v1${route.path.replaceAll(/\{\w+\}/g, '[^/]+')}$`;
  return new RegExp(pattern).test(url.split('?', 1)[0] ?? '');
}

/** Makes a key and answers its secret. */
export async function makeKey(world: HttpWorld, role: Role, agentId: string | null, by?: string): Promise<string> {
  const made = await world.ask<KeyCreated>('POST', '/keys', {
    body: { role, agent_id: agentId },
    ...(by === undefined ? {} : { key: by }),
  });
  assert.equal(made.status, 201, made.text);
  return made.body.key;
}
