import { fileURLToPath } from 'node:url';
import { parseInstant } from '@rollcall/contract';
import { createSeededRandom } from '../../server/simulation/seeded-random.ts';
import { FIRST_ACCOUNT, startVirtualEngine } from '../../server/simulation/virtual-engine.ts';
import { AppEvents } from '../../server/src/apps/app-events.ts';
import type { Caller } from '../../server/src/directory/api-key.ts';
import { changeAccount } from '../../server/src/engine/account-commands.ts';
import type { Engine } from '../../server/src/engine/engine.ts';
import type { AppDefinition, Dependency } from '../../server/src/marketplace/app-definition.ts';
import type { JsonValue } from '../../server/src/marketplace/json-value.ts';
import { sha256Hex } from '../../server/src/system/system-randomness.ts';
import type { Instant } from '../../server/src/time/instant.ts';
import { createZones } from '../../server/src/time/zone.ts';
import { type AppCode, type CodeListener, loadAppCode } from './app-code.ts';
import { type Installation, occasionOf } from './app-payloads.ts';
import { type AppServices, appServices } from './app-services.ts';
import { CallBook, type PlannedCall } from './call-book.ts';
import type { Callback } from './callback.ts';
import { deliverOwnEvent, startDispatcher } from './deliveries.ts';
import { durationMs } from './duration.ts';
import { inventedAgents } from './invented-agents.ts';
import { AppRefused, type LoadedApp, loadApp } from './load-app.ts';
import { firedEvent, functionCall, requireHandler, requireRequest } from './planned-calls.ts';
import { requestStubs } from './request-stubs.ts';
import type { ExternalRequest, PayloadOf, Team, TeamOptions } from './team.ts';
import { nextDeadlineOf, passTimeOf } from './team-deadlines.ts';
import { type TeamTime, teamTime } from './team-time.ts';

/** The app's id in its one account. */
const APP = 'app_under_test';
const ADMIN: Caller = { keyId: 'team', account: FIRST_ACCOUNT, role: 'admin', agent: 0 };

/** A callback failed, and the team was started with `strict`. */
export class CallbackFailed extends Error {
  override readonly name = 'CallbackFailed';
  readonly callback: Callback;

  constructor(callback: Callback) {
    const { event, attempt, outcome, error } = callback;
    const place = error?.file === undefined ? '' : ` at ${error.file}:${error.line}:${error.column}`;
    super(`${event} (attempt ${attempt}) ${outcome}: ${error?.message}${place}`);
    this.callback = callback;
  }
}

/** @throws AppRefused, TypeError for options that mean nothing, and whatever the app throws while it is loaded */
export async function openTeam(options: TeamOptions): Promise<Team> {
  const app = await loadApp(pathOf(options.app ?? '.'), options.iparams ?? {});
  const startAt = instantOf(options.startAt ?? '2026-03-04T09:00:00Z');
  const random = createSeededRandom(options.seed ?? 1);
  const zones = createZones(process.versions.tz ?? 'unknown');
  const virtual = await startVirtualEngine({ random: random.part('ids'), startAt, zones, sha256Hex });
  const { engine, clock } = virtual;
  await clock.run(configureAccount(engine, options));

  const installation: Installation = { app, engine, options };
  const schedulesDue = (): Instant | null => services.nextScheduleAt();
  const time = teamTime({
    clock,
    nextDeadline: () => nextDeadlineOf(engine, schedulesDue()),
    passTime: (now) => passTimeOf(engine, now),
    busyCalls: () => book.busy(),
    patienceMs: options.patienceMs ?? 100,
  });
  const book = new CallBook(time.clock);
  const stubs = requestStubs((call, request) => book.request(call, request));
  const events = new AppEvents({
    clock: time.clock,
    random: engine.world.random,
    commit: (changes) => engine.commit(changes),
    deliver: (_app, event) => deliverOwnEvent(installation, book, event),
    log: () => {},
    report: bug,
  });
  const services: AppServices = appServices({
    app,
    appId: APP,
    account: FIRST_ACCOUNT,
    engine,
    zones,
    clock,
    time,
    events,
    stubs,
    book,
    domain: () => occasionOf(engine).account.domain,
  });
  const dispatcher = startDispatcher(installation, {
    appId: APP,
    time,
    book,
    // In the middle: the published waits (5 s, 30 s, 2 min …) to the millisecond.
    random: options.seed === undefined ? () => 0.5 : random.part('jitter').fraction,
  });
  const code = loadCode(app, time, {
    line: (call, level, text) => book.line(call, { level, text }),
    timers: (call, change) => book.timers(call, change),
    operation: (call, name, args) => services.operation(call, name, args),
  });
  if (code !== null) book.use(code);
  events.open(APP);
  services.start();

  const act = actor(time, options.strict === true ? book : null);
  const agents = inventedAgents(engine, act);
  for (const status of options.customStatuses ?? []) await agents.addCustomStatus(status);
  const seen = { callbacks: 0, strayLines: 0 };

  const callNow = (planned: PlannedCall): Promise<Callback> =>
    act(async () => {
      let ended: Callback | null = null;
      void book.call(planned).then((callback) => {
        ended = callback;
      });
      await time.advanceUntil(() => ended !== null);
      return ended as unknown as Callback;
    }, 'drives');

  const callbacks = () => book.callbacks.slice(seen.callbacks);
  let closing: Promise<void> | null = null;
  const end = async () => {
    book.abandon();
    await time.run(Promise.all([dispatcher.stop(), events.stop(), services.stop()]));
    await virtual.close();
  };
  const close = () => {
    closing ??= end();
    return closing;
  };

  return {
    get now() {
      return new Date(clock.now()).toISOString();
    },
    app: app.definition,
    agent: (email, profile) => agents.agent(email, profile),
    addCustomStatus: (status) => agents.addCustomStatus(status),
    advance: async (duration) => act(() => time.advanceTo(clock.now() + durationMs(duration)), 'drives'),
    advanceTo: async (instant) => act(() => time.advanceTo(laterThan(clock.now(), instant)), 'drives'),
    get callbacks() {
      return callbacks();
    },
    callbacksOf: <Event extends string>(event: Event) =>
      callbacks().filter((callback) => callback.event === event) as unknown as readonly Callback<PayloadOf<Event>>[],
    get logs() {
      return [...book.strayLines.slice(seen.strayLines), ...callbacks().flatMap(({ logs }) => logs)];
    },
    get requests() {
      return callbacks().flatMap(({ requests }) => requests);
    },
    clear() {
      seen.callbacks = book.callbacks.length;
      seen.strayLines = book.strayLines.length;
    },
    stub: (name, reply) => {
      requireRequest(app.definition, name);
      stubs.stub(name, reply);
    },
    db: {
      get: (key) => act(() => services.readRecord(key)),
      set: (key, value) => act(() => services.writeRecord(key, value)),
      delete: (key) => act(() => services.removeRecord(key)),
    },
    get schedules() {
      return services.schedules();
    },
    fire: async (event, given = {}) => callNow(firedEvent(installation, event, given)),
    externalEvent: (request = {}) => act(() => sendExternal(installation, events, request)),
    callFunction: async (name, args = {}) => callNow(functionCall(installation, name, args)),
    runJob: async (name, args = {}) => {
      const id = await act(() => services.startJob(name, args));
      const run = () => callbacks().find(({ eventId }) => eventId === id);
      await act(() => time.advanceUntil(() => run()?.outcome !== 'running'), 'drives');
      return run() as Callback;
    },
    get jobs() {
      return services.jobs();
    },
    close,
    [Symbol.asyncDispose]: close,
  };
}

/** Null for an app that has a front end alone. */
function loadCode(app: LoadedApp, time: TeamTime, listener: CodeListener): AppCode | null {
  if (!app.files.has('server/server.js')) return null;
  try {
    return loadAppCode(app.folder, time.clock, listener);
  } catch (error) {
    const { name, version } = missingDependency(app.definition, error) ?? {};
    if (name === undefined) throw error;
    const sentence = `The app’s package ${name} is not installed: npm install --prefix server --no-save ${name}@${version}`;
    throw new AppRefused(sentence, []);
  }
}

function missingDependency({ dependencies }: AppDefinition, error: unknown): Dependency | undefined {
  const { code, message } = (error ?? {}) as { readonly code?: unknown; readonly message?: unknown };
  if (code !== 'MODULE_NOT_FOUND') return undefined;
  return dependencies.find(({ name }) => String(message).includes(`"${name}`));
}

function pathOf(folder: string | URL): string {
  return typeof folder === 'string' ? folder : fileURLToPath(folder);
}

function instantOf(text: string): Instant {
  const instant = parseInstant(text);
  if (instant === undefined) throw new TypeError(`${text} is no instant: write 2026-03-04T09:00:00Z`);
  return instant;
}

function laterThan(now: Instant, text: string): Instant {
  const instant = instantOf(text);
  if (instant < now)
    throw new TypeError(`${text} is over: it is ${new Date(now).toISOString()}, and time does not go back`);
  return instant;
}

function bug(sentence: string, details: object): never {
  throw new Error(`${sentence}: ${JSON.stringify(details)}`);
}

async function configureAccount(engine: Engine, options: TeamOptions): Promise<void> {
  const { idleAfter, disconnectGrace, couplings = {}, missedAssignmentsLimit } = options;
  const answer = await engine.write((draft) =>
    changeAccount(
      draft,
      engine.world,
      { caller: ADMIN, now: engine.clock.now() },
      {
        ...(idleAfter === undefined ? {} : { idleAfterMs: durationMs(idleAfter) }),
        ...(disconnectGrace === undefined ? {} : { disconnectGraceMs: durationMs(disconnectGrace) }),
        ...(missedAssignmentsLimit === undefined ? {} : { missedAssignmentsLimit }),
        couplings,
      },
    ),
  );
  if (answer.kind === 'rejected') throw new TypeError(answer.detail);
}

/** One thing after the other, each with everything that follows from it; with `strict`, failures come out here. */
function actor(time: TeamTime, strict: CallBook | null) {
  let before: Promise<unknown> = Promise.resolve();
  let judged = 0;
  const judge = () => {
    const failed = strict?.callbacks
      .slice(judged)
      .find(({ outcome }) => outcome === 'failed' || outcome === 'timed_out');
    judged = strict?.callbacks.length ?? 0;
    if (failed !== undefined) throw new CallbackFailed(failed);
  };
  return <T>(work: () => Promise<T>, how: 'is driven' | 'drives' = 'is driven'): Promise<T> => {
    const turn = async () => {
      await time.settle();
      const result = how === 'drives' ? await work() : await time.run(work());
      await time.settle();
      judge();
      return result;
    };
    const mine = before.then(turn, turn);
    before = mine;
    return mine;
  };
}

async function sendExternal(installation: Installation, events: AppEvents, request: ExternalRequest): Promise<void> {
  requireHandler(installation.app.definition, 'onExternalEvent', undefined);
  const { data = {}, headers = {}, options = null } = request;
  const event = { data: data as JsonValue, headers: { ...headers }, options };
  const answer = await events.putExternal({ id: APP, account: FIRST_ACCOUNT }, event);
  if (answer !== 'accepted') throw new Error(`the event was not accepted: ${answer.replaceAll('_', ' ')}`);
}
