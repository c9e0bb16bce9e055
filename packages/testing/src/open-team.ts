import { fileURLToPath } from 'node:url';
import { parseInstant } from '@rollcall/contract';
import { createSeededRandom } from '../../server/simulation/seeded-random.ts';
import { FIRST_ACCOUNT, startVirtualEngine } from '../../server/simulation/virtual-engine.ts';
import type { RecordedFact } from '../../server/src/activity/fact.ts';
import { AppEvents } from '../../server/src/apps/app-events.ts';
import { subscriptionChanges } from '../../server/src/apps/subscription-record.ts';
import { nextDeadline } from '../../server/src/availability/deadline.ts';
import type { CallOutcome, Delivery } from '../../server/src/delivery/receiver.ts';
import type { Subscription } from '../../server/src/delivery/subscription.ts';
import type { Caller } from '../../server/src/directory/api-key.ts';
import { Dispatcher } from '../../server/src/dispatch/dispatcher.ts';
import { changeAccount } from '../../server/src/engine/account-commands.ts';
import { passTime } from '../../server/src/engine/agent-commands.ts';
import type { Engine } from '../../server/src/engine/engine.ts';
import { surroundingsOf } from '../../server/src/engine/surroundings.ts';
import {
  type AppDefinition,
  type Dependency,
  type EventHandler,
  handlerOf,
} from '../../server/src/marketplace/app-definition.ts';
import {
  actionPayload,
  appPayload,
  externalPayload,
  functionPayload,
  type Occasion,
  type PayloadReceiver,
  type ProductPayload,
  scheduledPayload,
  setUpPayload,
} from '../../server/src/marketplace/app-payload.ts';
import { didYouMean } from '../../server/src/marketplace/did-you-mean.ts';
import { isSetUpEvent } from '../../server/src/marketplace/event-handlers.ts';
import type { JsonObject, JsonValue } from '../../server/src/marketplace/json-value.ts';
import { commonEvents } from '../../server/src/marketplace/platform-catalog.ts';
import { sha256Hex } from '../../server/src/system/system-randomness.ts';
import type { Instant } from '../../server/src/time/instant.ts';
import { createZones } from '../../server/src/time/zone.ts';
import { type AppCode, type CodeListener, loadAppCode } from './app-code.ts';
import { type AppServices, appServices } from './app-services.ts';
import { CallBook, type PlannedCall } from './call-book.ts';
import type { Callback } from './callback.ts';
import { durationMs } from './duration.ts';
import { inventedAgents } from './invented-agents.ts';
import { AppRefused, type LoadedApp, loadApp } from './load-app.ts';
import { requestStubs } from './request-stubs.ts';
import { sampleOf } from './sample-payload.ts';
import type { ExternalRequest, PayloadOf, Team, TeamOptions } from './team.ts';
import { type TeamTime, teamTime } from './team-time.ts';

/** The app's id in its one account, and its subscription's. */
const APP = 'app_under_test';
const SUBSCRIPTION = 'sub_under_test';
const ADMIN: Caller = { keyId: 'team', account: FIRST_ACCOUNT, role: 'admin', agent: 0 };

/** The platform's limits, in virtual milliseconds. */
const CALLBACK_LIMIT_MS = 20_000;

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

  const parts: Parts = { app, engine, options };
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
    deliver: (_app, event) => deliverOwnEvent(parts, book, event),
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
  const dispatcher = startDispatcher(parts, { time, book, random: random.part('jitter').fraction });
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
    });

  const callbacks = () => book.callbacks.slice(seen.callbacks);
  const close = async () => {
    book.abandon();
    await time.run(Promise.all([dispatcher.stop(), events.stop(), services.stop()]));
    await virtual.close();
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
    fire: async (event, given = {}) => callNow(firedEvent(parts, event, given)),
    externalEvent: (request = {}) => act(() => sendExternal(parts, events, request)),
    callFunction: async (name, args = {}) => callNow(functionCall(parts, name, args)),
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

type Parts = { readonly app: LoadedApp; readonly engine: Engine; readonly options: TeamOptions };

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

/** The earliest instant ahead at which something happens by itself; what is due already was looked at. */
function nextDeadlineOf(engine: Engine, schedule: Instant | null): Instant | null {
  const now = engine.clock.now();
  let next = schedule !== null && schedule > now ? schedule : Number.POSITIVE_INFINITY;
  for (const number of engine.memory.agentsOf(FIRST_ACCOUNT)) {
    const agent = engine.memory.agents.get(number);
    if (agent === undefined) continue;
    const around = surroundingsOf(agent, engine.memory, engine.presence, engine.world, now);
    const at = nextDeadline(agent.availability, around)?.at;
    if (at !== undefined && at > now && at < next) next = at;
  }
  return Number.isFinite(next) ? next : null;
}

async function passTimeOf(engine: Engine, now: Instant): Promise<void> {
  const agents = engine.memory.agentsOf(FIRST_ACCOUNT);
  await engine.write((draft) => {
    passTime(draft, engine.world, agents, now);
    draft.reschedule(agents);
  });
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

function startDispatcher(
  parts: Parts,
  { time, book, random }: { readonly time: TeamTime; readonly book: CallBook; readonly random: () => number },
): Dispatcher {
  const { engine, app } = parts;
  const silent = { info: () => {}, warn: () => {}, error: () => {} };
  const dispatcher = new Dispatcher({
    ports: {
      log: engine.store,
      history: engine.store,
      commit: (changes) => engine.commit(changes),
      clock: time.clock,
      // In the middle: the published waits (5 s, 30 s, 2 min …) to the millisecond.
      random: () => (parts.options.seed === undefined ? 0.5 : random()),
      headOf: (agent) => engine.memory.agents.get(agent)?.head ?? 0,
      subscriptionChanges,
      logger: silent,
    },
    head: engine.head,
    cursors: [],
    lanes: [],
  });
  engine.onCommitted((head, facts: readonly RecordedFact[]) => dispatcher.onCommitted(head, facts));
  const names = ['onAgentActivityCreate', 'onAgentCustomStatusUpdate'] as const;
  const subscription: Subscription = {
    id: SUBSCRIPTION,
    account: FIRST_ACCOUNT,
    kind: 'app',
    target: APP,
    events: names.filter((event) => handlerOf(app.definition, event) !== null),
    filter: { groups: null },
    from: engine.head,
    state: { kind: 'active' },
    failingSince: null,
  };
  dispatcher.add(subscription, { deliver: (delivery) => deliver(parts, book, delivery) });
  dispatcher.start();
  return dispatcher;
}

async function deliver(parts: Parts, book: CallBook, delivery: Delivery): Promise<CallOutcome> {
  const { payload, attempt, id } = delivery;
  const handler = handlerOf(parts.app.definition, payload.event);
  if (handler === null) return { kind: 'interrupted' };
  const callback = await book.call({
    event: payload.event,
    module: handler.module,
    handler: handler.handler,
    payload: productPayload(parts, payload as unknown as ProductPayload),
    attempt,
    eventId: payload.activity?.id ?? id,
    purpose: 'product_event',
    ending: 'returned',
    limitMs: CALLBACK_LIMIT_MS,
  });
  return outcomeOf(callback);
}

function productPayload(parts: Parts, payload: ProductPayload): JsonObject {
  return appPayload(payload, receiverOf(parts));
}

function receiverOf({ app, options }: Parts): PayloadReceiver {
  const { platformVersion, modules } = app.definition;
  const settings = {
    timestampForm: options.timestampUnit ?? 'milliseconds',
    includeActivity: options.withActivity ?? true,
  } as const;
  return { platformVersion, modules, iparams: app.iparams, settings };
}

function outcomeOf({ error, durationMs }: Callback): CallOutcome {
  if (error === null) return { kind: 'delivered', durationMs };
  if (error.code === 'abandoned') return { kind: 'interrupted' };
  return { kind: 'failed', error, durationMs };
}

type OwnEvent = Parameters<ConstructorParameters<typeof AppEvents>[0]['deliver']>[1];

async function deliverOwnEvent(parts: Parts, book: CallBook, event: OwnEvent): Promise<CallOutcome> {
  const name = event.kind === 'scheduled' ? 'onScheduledEvent' : 'onExternalEvent';
  const handler = parts.app.definition.handlers.find((one) => one.event === name);
  const attempt = book.callbacks.filter(({ eventId }) => eventId === event.id).length + 1;
  if (handler === undefined) return { kind: 'failed', error: { code: 'no_handler', message: name }, durationMs: 0 };
  const receiver = receiverOf(parts);
  const occasion = occasionOf(parts.engine);
  const payload =
    event.kind === 'scheduled'
      ? scheduledPayload(event.data, occasion, receiver)
      : externalPayload(event, occasion, receiver);
  const callback = await book.call({
    event: name,
    module: handler.module,
    handler: handler.handler,
    payload,
    attempt,
    eventId: event.id,
    purpose: event.kind === 'scheduled' ? 'scheduled_event' : 'external_event',
    ending: 'returned',
    limitMs: CALLBACK_LIMIT_MS,
  });
  return outcomeOf(callback);
}

function payloadOfOwn(parts: Parts, event: string, more: JsonObject): JsonObject {
  const receiver = receiverOf(parts);
  const occasion = occasionOf(parts.engine);
  const call = { data: {}, headers: {}, options: null };
  switch (event) {
    case 'onScheduledEvent':
      return { ...scheduledPayload({}, occasion, receiver), ...more };
    case 'onExternalEvent':
      return { ...externalPayload(call, occasion, receiver), ...more };
    default:
      return { ...setUpPayload(event, occasion, receiver), ...more };
  }
}

function occasionOf({ memory, clock }: Engine): Occasion {
  const record = memory.accounts.get(FIRST_ACCOUNT)?.record;
  const { id = '1', domain = '', region = 'US' } = record ?? {};
  return { account: { accountId: id, domain, region }, at: clock.now() };
}

/** A call that the test makes by hand. */
function firedEvent(
  parts: Parts,
  event: string,
  given: { readonly module?: string; readonly payload?: JsonObject },
): PlannedCall {
  const handler = findHandler(parts.app.definition, event, given.module);
  const isCommon = commonEvents.some((name) => name === event);
  const isSetUp = isSetUpEvent(event);
  const payload = isCommon
    ? payloadOfOwn(parts, event, given.payload ?? {})
    : productPayload(parts, completed(parts, handler, given.payload));
  return {
    ...handler,
    payload,
    attempt: 1,
    eventId: `fired ${event}`,
    purpose: isSetUp ? 'set_up_event' : isCommon ? commonPurpose(event) : 'product_event',
    ending: isSetUp ? 'rendered' : 'returned',
    limitMs: CALLBACK_LIMIT_MS,
  };
}

function commonPurpose(event: string): 'scheduled_event' | 'external_event' {
  return event === 'onScheduledEvent' ? 'scheduled_event' : 'external_event';
}

function findHandler(app: AppDefinition, event: string, module: string | undefined): EventHandler {
  const found = app.handlers.find((one) => one.event === event && (module === undefined || one.module === module));
  if (found !== undefined) return found;
  const names = [...new Set(app.handlers.map((one) => one.event))];
  throw new Error(
    `The app has no handler for ${event}${module === undefined ? '' : ` in ${module}`}. ${hint(event, names)}`,
  );
}

function hint(word: string, words: readonly string[]): string {
  const guess = didYouMean(word, words);
  return guess === null ? `It has ${words.join(', ') || 'none'}.` : `Did you mean ${guess}?`;
}

function completed(parts: Parts, { module, event }: EventHandler, given: JsonObject | undefined): ProductPayload {
  const payload = given ?? sampleOf(parts.app.files, module, event);
  if (payload === null)
    throw new Error(`${event} needs a payload, or test data in server/test_data/${module}/${event}.json`);
  const { accountId, domain, region } = occasionOf(parts.engine).account;
  const envelope = { account_id: accountId, domain, region, version: '2.0.0', data: {} };
  return { timestamp: parts.engine.clock.now(), ...envelope, ...payload, event } as ProductPayload;
}

function functionCall({ app }: Parts, name: string, args: JsonObject): PlannedCall {
  const { functions, actions } = app.definition;
  const found = functions.find((one) => one.name === name);
  const names = [...functions.map((one) => one.name), ...actions.map((one) => one.name)];
  if (!names.includes(name)) throw new Error(`The app has no function or action ${name}. ${hint(name, names)}`);
  const seconds = found?.timeoutSeconds ?? null;
  return {
    event: name,
    module: found?.module ?? 'common',
    handler: name,
    payload: found === undefined ? actionPayload(args, app) : functionPayload(args, app, { isInstall: false }),
    attempt: 1,
    eventId: `called ${name}`,
    purpose: found === undefined ? 'action' : 'function',
    ending: 'rendered',
    limitMs: seconds === null ? CALLBACK_LIMIT_MS : seconds * 1000,
  };
}

async function sendExternal(parts: Parts, events: AppEvents, request: ExternalRequest): Promise<void> {
  findHandler(parts.app.definition, 'onExternalEvent', undefined);
  const { data = {}, headers = {}, options = null } = request;
  const event = { data: data as JsonValue, headers: { ...headers }, options };
  const answer = await events.putExternal({ id: APP, account: FIRST_ACCOUNT }, event);
  if (answer !== 'accepted') throw new Error(`the event was not accepted: ${answer.replaceAll('_', ' ')}`);
}

function requireRequest({ requests, requestTemplates }: AppDefinition, name: string): void {
  const names = [...new Set([...requests, ...requestTemplates.map((one) => one.name)]), ...VERBS];
  if (!names.includes(name)) throw new Error(`The app has no request template ${name}. ${hint(name, names)}`);
}

const VERBS = ['get', 'post', 'put', 'patch', 'delete'];
