import { EXAMPLE_ACTIVITY_PAYLOADS, EXAMPLE_CUSTOM_STATUS_PAYLOADS } from '@rollcall/contract';
import type { EventName } from '../activity/event-id.ts';
import type { AccountNumber } from '../activity/position.ts';
import type { CallOutcome, Delivery, Receiver } from '../delivery/receiver.ts';
import type { Subscription } from '../delivery/subscription.ts';
import { type Answer, done, refuse } from '../directory/rejection.ts';
import type { Ask } from '../engine/agent-commands.ts';
import type { StoredRecord } from '../engine/change.ts';
import { auditThing, putRecord } from '../engine/directory-record.ts';
import type { Draft } from '../engine/draft.ts';
import type { Engine } from '../engine/engine.ts';
import { type AppDefinition, handlerOf } from '../marketplace/app-definition.ts';
import { appPayload, type ProductPayload } from '../marketplace/app-payload.ts';
import type { Finding } from '../marketplace/finding.ts';
import { checkIparams, defaultIparams } from '../marketplace/iparams.ts';
import type { JsonObject } from '../marketplace/json-value.ts';
import { validateApp } from '../marketplace/validate-app.ts';
import { AppLog } from './app-log.ts';
import { APP_RECORD, type AppRecord, SUBSCRIPTION_RECORD } from './app-record.ts';
import type { AppLine, AppRunner, AppRunners } from './app-runner.ts';
import type { AppInvocation, AppLogView, AppSettings, Apps, AppView } from './apps.ts';
import { KeyValueService, keyValueOperations } from './key-value-service.ts';
import { operationTable } from './operation-table.ts';

export type AppHostPorts = {
  readonly engine: Engine;
  readonly runners: AppRunners;
  readonly subscriptions: Subscriptions;
  /** The absolute path of a folder that the server was started with; null when it is none of them. */
  readonly resolveFolder: (folder: string) => string | null;
  readonly report: (sentence: string, details: Readonly<Record<string, unknown>>) => void;
};

/** Who drives deliveries, as far as apps come and go. */
export type Subscriptions = {
  add(subscription: Subscription, receiver: Receiver): void;
  remove(id: string): Promise<void>;
  get(id: string): Subscription | null;
};

/** The installed apps of all accounts: their records, their processes, and what connects them to the log. */
export class AppHost implements Apps {
  readonly #ports: AppHostPorts;
  readonly #log: AppLog;
  readonly #apps = new Map<string, RunningApp>();

  constructor(ports: AppHostPorts) {
    this.#ports = ports;
    this.#log = new AppLog(ports.engine.clock, (changes) => ports.engine.commit(changes));
  }

  /** Takes up the apps that were installed before. */
  async resume(records: readonly StoredRecord[]): Promise<void> {
    const subscriptions = new Map<string, Subscription>();
    for (const { type, key, body } of records) {
      if (type === SUBSCRIPTION_RECORD) subscriptions.set(key, JSON.parse(body) as Subscription);
    }
    for (const { type, body } of records) {
      if (type !== APP_RECORD) continue;
      const record = JSON.parse(body) as AppRecord;
      const subscription = subscriptions.get(record.subscription);
      if (subscription === undefined) continue;
      const app = this.#open(record, await this.#read(record.folder));
      this.#ports.subscriptions.add(subscription, app.receiver);
    }
  }

  /** The app of this folder, or null when it is not installed in the account. */
  ofFolder(account: AccountNumber, folder: string): AppView | null {
    for (const app of this.#apps.values()) {
      if (app.record.account === account && app.record.folder === folder) return this.#view(app);
    }
    return null;
  }

  list(account: AccountNumber): readonly AppView[] {
    return [...this.#apps.values()].filter((app) => app.record.account === account).map((app) => this.#view(app));
  }

  get(account: AccountNumber, id: string): AppView | null {
    const app = this.#find(account, id);
    return app === undefined ? null : this.#view(app);
  }

  async install(
    ask: Ask,
    input: { readonly folder: string; readonly iparams: JsonObject | null } & Partial<AppSettings>,
  ): Promise<Answer<AppView>> {
    const folder = this.#ports.resolveFolder(input.folder);
    if (folder === null) {
      const detail = `The server was not started with the folder ${input.folder}: start it with --app ${input.folder}.`;
      return refuse('unknown_app', detail, [{ pointer: '/folder', detail }]);
    }
    const before = this.ofFolder(ask.caller.account, folder);
    if (before !== null) return refuse('name_taken', `The app of ${folder} is installed already, as ${before.id}.`);
    const code = await this.#read(folder);
    if (code.definition === null) return refusedApp(code);
    const iparams = checkIparams(
      code.definition.installation,
      input.iparams ?? defaultIparams(code.definition.installation),
    );
    if (input.iparams !== null && iparams.kind === 'rejected') {
      return refuse('iparams_invalid', 'The parameters do not fit the app.', belowIparams(iparams.errors));
    }
    const settings: AppSettings = {
      timestampUnit: input.timestampUnit ?? 'milliseconds',
      withActivity: input.withActivity ?? true,
    };
    const made = await this.#ports.engine.write((draft) =>
      this.#record(draft, ask, { folder, iparams: input.iparams, settings, definition: code.definition }),
    );
    const app = this.#open(made.record, code);
    this.#ports.subscriptions.add(made.subscription, app.receiver);
    return done(this.#view(app));
  }

  async setIparams(ask: Ask, id: string, values: JsonObject): Promise<Answer<AppView>> {
    const app = this.#find(ask.caller.account, id);
    if (app === undefined) return unknownApp(id);
    if (app.definition === null) return refusedApp(app);
    const iparams = unmasked(app, app.definition, values);
    const check = checkIparams(app.definition.installation, iparams);
    if (check.kind === 'rejected') {
      return refuse('iparams_invalid', 'The parameters do not fit the app.', belowIparams(check.errors, ''));
    }
    const record: AppRecord = { ...app.record, iparams };
    await this.#ports.engine.write((draft) => {
      const position = auditThing(draft, ask, { thing: 'app', id, change: 'changed' });
      putRecord(draft, APP_RECORD, id, { account: record.account, position }, record);
    });
    app.record = record;
    return done(this.#view(app));
  }

  async invoke(
    ask: Ask,
    id: string,
    call: { readonly event: string; readonly payload: JsonObject | null },
  ): Promise<Answer<AppInvocation>> {
    const app = this.#find(ask.caller.account, id);
    if (app === undefined) return unknownApp(id);
    if (app.definition === null) return refusedApp(app);
    const handler = handlerOf(app.definition, call.event);
    if (handler === null) {
      const has = app.definition.handlers.map((one) => one.event).join(', ');
      return refuse(
        'event_not_subscribed',
        `The app does not subscribe to ${call.event}; it has ${has || 'no event'}.`,
      );
    }
    const lines: AppInvocation['logs'][number][] = [];
    const callId = `invoke ${this.#ports.engine.world.random.uuid()}`;
    app.listeners.set(callId, (line, at) => lines.push({ at, level: line.level, text: line.text }));
    const given = call.payload === null ? examplePayload(call.event) : this.#completed(ask, call.event, call.payload);
    const payload = appPayload(given, receiverOf(app, app.definition));
    const outcome = await app.runner.call({ callId, handler: handler.handler, payload });
    app.listeners.delete(callId);
    return done(invocationOf(outcome, lines));
  }

  async logs(
    account: AccountNumber,
    id: string,
    query: { readonly after: number; readonly limit: number },
  ): Promise<Answer<readonly AppLogView[]>> {
    if (this.#find(account, id) === undefined) return unknownApp(id);
    await this.#log.flush();
    return done(await this.#ports.engine.store.appLog({ app: id, ...query }));
  }

  async remove(ask: Ask, id: string): Promise<Answer<null>> {
    const app = this.#find(ask.caller.account, id);
    if (app === undefined) return unknownApp(id);
    // The records go first: whoever crashes in between finds no app, and never a subscription that begins anew.
    await this.#ports.engine.write((draft) => {
      auditThing(draft, ask, { thing: 'app', id, change: 'removed' });
      draft.put({ kind: 'RemoveRecord', type: APP_RECORD, key: id });
      draft.put({ kind: 'RemoveRecord', type: SUBSCRIPTION_RECORD, key: app.record.subscription });
      draft.put({ kind: 'RemoveKeyValues', app: id });
    });
    this.#apps.delete(id);
    await this.#ports.subscriptions.remove(app.record.subscription);
    await app.runner.stop();
    return done(null);
  }

  /** Ends every app's process and writes the lines that are still on their way. */
  async stop(): Promise<void> {
    await Promise.all([...this.#apps.values()].map((app) => app.runner.stop()));
    await this.#log.flush();
  }

  async #read(folder: string): Promise<AppCode> {
    const { files, findings } = await this.#ports.runners.readFolder(folder);
    if (files === null) return { findings, definition: null };
    const reading = validateApp(files);
    return { findings: [...findings, ...reading.findings], definition: reading.app };
  }

  #record(
    draft: Draft,
    ask: Ask,
    input: Pick<AppRecord, 'folder' | 'iparams' | 'settings'> & { readonly definition: AppDefinition | null },
  ): { readonly record: AppRecord; readonly subscription: Subscription } {
    const { account } = ask.caller;
    const unique = this.#ports.engine.world.random.uuid().replaceAll('-', '');
    const id = `app_${unique.slice(0, 20)}`;
    const position = auditThing(draft, ask, { thing: 'app', id, change: 'created' });
    const subscription: Subscription = {
      id: `sub_${unique.slice(0, 20)}`,
      account,
      kind: 'app',
      target: id,
      events: EVENTS.filter((event) => input.definition !== null && handlerOf(input.definition, event) !== null),
      filter: { groups: null },
      from: position,
      state: { kind: 'active' },
      failingSince: null,
    };
    const { folder, iparams, settings } = input;
    const installedAt = ask.now;
    const record: AppRecord = { id, account, folder, iparams, settings, subscription: subscription.id, installedAt };
    putRecord(draft, APP_RECORD, id, { account, position }, record);
    putRecord(draft, SUBSCRIPTION_RECORD, subscription.id, { account, position }, subscription);
    return { record, subscription };
  }

  #open(record: AppRecord, code: AppCode): RunningApp {
    const { engine } = this.#ports;
    const { store, clock } = engine;
    const keyValue = new KeyValueService(record.id, {
      store,
      commit: (changes) => engine.commit(changes),
      now: () => clock.now(),
    });
    const listeners: RunningApp['listeners'] = new Map();
    const runner = this.#ports.runners.open({
      folder: record.folder,
      services: {
        operation: operationTable([keyValueOperations((operation) => keyValue.call(operation))], () => null),
        log: (line) => this.#take(record.id, listeners, line),
        broke: (cause) => this.#ports.report('an operation of an app failed', { app: record.id, cause: String(cause) }),
      },
    });
    const app: RunningApp = { record, ...code, runner, listeners, lastError: null, receiver: NOBODY };
    app.receiver = { deliver: (delivery) => this.#deliver(app, delivery) };
    this.#apps.set(record.id, app);
    return app;
  }

  /** A payload of somebody's own, with what the platform adds to every one. */
  #completed(ask: Ask, event: string, payload: JsonObject): ProductPayload {
    const account = this.#ports.engine.memory.accounts.get(ask.caller.account)?.record;
    const envelope = {
      account_id: account?.id ?? '',
      domain: account?.domain ?? '',
      region: account?.region ?? 'US',
      timestamp: ask.now,
      version: '2.0.0',
      data: {},
    };
    return { ...envelope, ...payload, event } as ProductPayload;
  }

  #take(app: string, listeners: RunningApp['listeners'], line: AppLine): void {
    const eventId = line.callId?.startsWith('invoke ') === true ? null : line.callId;
    const at = this.#log.add({ app, level: line.level, text: line.text, eventId });
    if (line.callId !== null) listeners.get(line.callId)?.(line, at);
  }

  async #deliver(app: RunningApp, delivery: Delivery): Promise<CallOutcome> {
    const { definition } = app;
    const { payload } = delivery;
    const handler = definition === null ? null : handlerOf(definition, payload.event);
    if (definition === null || handler === null) return notLoaded(app, payload.event);
    const own = appPayload(payload as ProductPayload, receiverOf(app, definition));
    const eventId = payload.activity?.id ?? delivery.id;
    const outcome = await app.runner.call({ callId: eventId, handler: handler.handler, payload: own });
    if (outcome.kind === 'failed') this.#noteFailure(app, eventId, outcome);
    // What the callback printed is on its way to disk before anybody can note that it was delivered.
    void this.#log.flush();
    return outcome;
  }

  #noteFailure(app: RunningApp, eventId: string, outcome: Extract<CallOutcome, { kind: 'failed' }>): void {
    const { code, message, file, line, column } = outcome.error;
    const place = file === undefined ? '' : ` at ${file}:${line ?? 1}:${column ?? 1}`;
    const text = `${message}${place} (${code}, after ${Math.round(outcome.durationMs)} ms)`;
    const at = this.#log.add({ app: app.record.id, level: 'error', text, eventId });
    app.lastError = { at, message: text, eventId };
  }

  #find(account: AccountNumber, id: string): RunningApp | undefined {
    const app = this.#apps.get(id);
    return app?.record.account === account ? app : undefined;
  }

  #view(app: RunningApp): AppView {
    const { record, definition } = app;
    const subscription = this.#ports.subscriptions.get(record.subscription);
    const isOff = subscription?.state.kind === 'switched_off';
    return {
      id: record.id,
      name: nameOf(record.folder),
      folder: record.folder,
      platformVersion: definition?.platformVersion ?? 'unknown',
      state: definition === null ? 'faulty' : isOff ? 'switched_off' : 'active',
      events: definition?.handlers ?? [],
      iparams: definition === null ? {} : maskedIparams(app, definition),
      settings: record.settings,
      subscriptionId: record.subscription,
      fence: this.#ports.runners.fence,
      installedAt: record.installedAt,
      lastError: app.lastError ?? findingError(app, record.installedAt),
    };
  }
}

const EVENTS: readonly EventName[] = ['onAgentActivityCreate', 'onAgentCustomStatusUpdate'];

type AppCode = { readonly findings: readonly Finding[]; readonly definition: AppDefinition | null };

type RunningApp = AppCode & {
  record: AppRecord;
  readonly runner: AppRunner;
  readonly listeners: Map<string, (line: AppLine, at: number) => void>;
  receiver: Receiver;
  lastError: AppView['lastError'];
};

const NOBODY: Receiver = { deliver: async () => ({ kind: 'interrupted' }) };

function receiverOf(app: RunningApp, definition: AppDefinition) {
  const { timestampUnit, withActivity } = app.record.settings;
  return {
    platformVersion: definition.platformVersion,
    modules: definition.modules,
    iparams: iparamsOf(app, definition),
    settings: { timestampForm: timestampUnit, includeActivity: withActivity },
  };
}

function iparamsOf(app: RunningApp, definition: AppDefinition): JsonObject {
  return { ...defaultIparams(definition.installation), ...(app.record.iparams ?? {}) };
}

/** A secure parameter that comes back as its own mask was not changed. */
function unmasked(app: RunningApp, definition: AppDefinition, values: JsonObject): JsonObject {
  const before = iparamsOf(app, definition);
  const secure = secureNames(definition);
  const entries = Object.entries(values).map(([name, value]) => {
    const isMask = secure.has(name) && value === MASK && Object.hasOwn(before, name);
    return [name, isMask ? before[name] : value];
  });
  return Object.fromEntries(entries);
}

function secureNames(definition: AppDefinition): ReadonlySet<string> {
  const { installation } = definition;
  if (installation.kind !== 'definitions') return new Set();
  return new Set(installation.definitions.filter((one) => one.secure).map((one) => one.name));
}

function maskedIparams(app: RunningApp, definition: AppDefinition): JsonObject {
  const secure = secureNames(definition);
  const entries = Object.entries(iparamsOf(app, definition)).map(([name, value]) => [
    name,
    secure.has(name) && value !== '' ? MASK : value,
  ]);
  return Object.fromEntries(entries);
}

const MASK = '********';

function notLoaded(app: RunningApp, event: string): CallOutcome {
  const first = app.findings.find((finding) => finding.severity === 'error');
  const error =
    first === undefined
      ? { code: 'no_handler', message: `The app has no handler for ${event} any more.` }
      : { code: 'not_loaded', message: first.message, file: first.file, line: first.line, column: first.column };
  return { kind: 'failed', durationMs: 0, error };
}

function findingError(app: RunningApp, at: number): AppView['lastError'] {
  const first = app.findings.find((finding) => finding.severity === 'error');
  if (first === undefined) return null;
  return { at, eventId: null, message: `${first.file}:${first.line}:${first.column} ${first.message}` };
}

function invocationOf(outcome: CallOutcome, logs: AppInvocation['logs']): AppInvocation {
  if (outcome.kind === 'delivered') return { outcome: 'delivered', error: null, durationMs: outcome.durationMs, logs };
  if (outcome.kind === 'interrupted') {
    return { outcome: 'exited', error: "The app's process ended through another call.", durationMs: 0, logs };
  }
  const { code, message, file, line, column } = outcome.error;
  const place = file === undefined ? '' : ` (${file}:${line ?? 1}:${column ?? 1})`;
  const kind = code === 'timed_out' ? 'timed_out' : code === 'exited' ? 'exited' : 'failed';
  return { outcome: kind, error: `${message}${place}`, durationMs: outcome.durationMs, logs };
}

/** An invented payload of the event; it says so itself. */
function examplePayload(event: string): ProductPayload {
  const examples = event === 'onAgentCustomStatusUpdate' ? EXAMPLE_CUSTOM_STATUS_PAYLOADS : EXAMPLE_ACTIVITY_PAYLOADS;
  return Object.values(examples)[0] as unknown as ProductPayload;
}

function refusedApp(code: AppCode): Extract<Answer<never>, { kind: 'rejected' }> {
  const errors = code.findings.filter((finding) => finding.severity === 'error');
  const faults = errors.map(({ file, line, column, message, fix }) => ({
    pointer: '/folder',
    detail: `${file}:${line}:${column} ${message}${fix === undefined ? '' : ` — ${fix}`}`,
  }));
  return refuse('app_invalid', faults[0]?.detail ?? 'The app does not load.', faults);
}

function belowIparams(
  faults: readonly { readonly pointer: string; readonly detail: string }[],
  below = '/iparams',
): readonly { readonly pointer: string; readonly detail: string }[] {
  return faults.map(({ pointer, detail }) => ({ pointer: `${below}${pointer}`, detail }));
}

function unknownApp(id: string): Extract<Answer<never>, { kind: 'rejected' }> {
  return refuse('unknown_app', `There is no app ${id}.`);
}

function nameOf(folder: string): string {
  return (
    folder
      .split(/[\\/]/)
      .filter((part) => part !== '')
      .at(-1) ?? folder
  );
}
