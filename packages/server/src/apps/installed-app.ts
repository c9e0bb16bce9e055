import type { CallOutcome, Delivery, DeliveryError, Receiver } from '../delivery/receiver.ts';
import type { AppDefinition } from '../marketplace/app-definition.ts';
import { handlerOf } from '../marketplace/app-definition.ts';
import {
  appPayload,
  type Occasion,
  type PayloadAccount,
  type PayloadReceiver,
  type ProductPayload,
} from '../marketplace/app-payload.ts';
import { defaultIparams } from '../marketplace/iparams.ts';
import type { JsonObject } from '../marketplace/json-value.ts';
import { partedIparams } from '../marketplace/secret-iparams.ts';
import { secretMasker } from '../marketplace/secret-masker.ts';
import type { Instant } from '../time/instant.ts';
import type { AppLog } from './app-log.ts';
import type { CallPurpose, OperationHandlers } from './app-operation.ts';
import type { AppRecord } from './app-record.ts';
import type { AppAnswer, AppLine, AppQuestion, AppRunner, AppRunnerState, AppRunners } from './app-runner.ts';
import { secretsOf } from './app-secrets.ts';
import type { AppView } from './apps.ts';
import { type LoadedApp, notLoadedError } from './loaded-app.ts';
import { operationTable } from './operation-table.ts';

/** What an app runs at the moment. */
export type AppWork = {
  /** Absolute path of the folder with its manifest.json. */
  readonly folder: string;
  readonly loaded: LoadedApp;
  /** As given, in clear, without defaults; null when they cannot be read. */
  readonly iparams: JsonObject | null;
};

/** What all apps of a server share. */
export type AppFacilities = {
  readonly runners: AppRunners;
  readonly log: AppLog;
  now(): Instant;
  accountOf(record: AppRecord): PayloadAccount;
  /** The globals of the platform for one app. */
  operationsOf(app: InstalledApp): readonly OperationHandlers[];
  report(sentence: string, details: Readonly<Record<string, unknown>>): void;
};

export type PurposefulCall = AppQuestion & {
  readonly purpose: CallPurpose;
  /** In whose name it is made; null or nothing: in nobody's. */
  readonly agent?: string | null;
  /** Hears of what the app prints during the call. */
  readonly hear?: (line: PrintedLine) => void;
};

export type PrintedLine = { readonly at: Instant; readonly level: string; readonly text: string };

/** One app at work: its record, its code, its process, and what is going on in it. */
export class InstalledApp {
  readonly receiver: Receiver = { deliver: (delivery) => this.#deliver(delivery) };
  record: AppRecord;
  readonly #facilities: AppFacilities;
  readonly #calls = new Map<string, CallUnderWay[]>();
  #work: AppWork;
  #runner: AppRunner;
  #mask: (text: string) => string = (text) => text;
  #held: Hold | null = null;
  #isStopped = false;
  #lastError: AppView['lastError'] = null;

  constructor(facilities: AppFacilities, record: AppRecord, work: AppWork) {
    this.#facilities = facilities;
    this.record = record;
    this.#work = work;
    this.#runner = this.#open(work);
  }

  get id(): string {
    return this.record.id;
  }

  get work(): AppWork {
    return this.#work;
  }

  get definition(): AppDefinition | null {
    return this.#work.loaded.definition;
  }

  get process(): AppRunnerState {
    const { state } = this.#runner;
    const { lastCrash } = state;
    return lastCrash === null
      ? state
      : { ...state, lastCrash: { ...lastCrash, message: this.#mask(lastCrash.message) } };
  }

  /** Why no callback can be called; null when nothing is known to be in the way. */
  get fault(): DeliveryError | null {
    return this.#work.iparams === null ? SECRETS_UNREADABLE : notLoadedError(this.#work.loaded);
  }

  get lastError(): AppView['lastError'] {
    return this.#lastError;
  }

  /** The parameters that callbacks get, in clear. */
  get iparams(): JsonObject {
    const { loaded, iparams } = this.#work;
    const defaults = loaded.definition === null ? {} : defaultIparams(loaded.definition.installation);
    return { ...defaults, ...iparams };
  }

  get secrets(): ReadonlySet<string> {
    return secretsOf(this.definition, this.iparams);
  }

  /** To whom payloads are made out. */
  receiverOf(definition: AppDefinition): PayloadReceiver {
    const { timestampUnit, withActivity } = this.record.settings;
    const { platformVersion, modules } = definition;
    const settings = { timestampForm: timestampUnit, includeActivity: withActivity };
    return { platformVersion, modules, iparams: this.iparams, settings };
  }

  /** Now, in the app's account: what payloads of events that are not the log's tell of when and where. */
  occasion(): Occasion {
    return { account: this.#facilities.accountOf(this.record), at: this.#facilities.now() };
  }

  /** In what a call that is under way was made; null when it has ended or never was. */
  purposeOf(callId: string): CallPurpose | null {
    return this.#calls.get(callId)?.[0]?.purpose ?? null;
  }

  /** In whose name a call that is under way was made: an agent's id, or null for nobody. */
  agentOf(callId: string): string | null {
    return this.#calls.get(callId)?.[0]?.agent ?? null;
  }

  /**
   * Calls a handler, in which a process that was changed for another one meanwhile does not show: the call is made again
   * in the new one, as if it had waited for it.
   */
  async call(call: PurposefulCall): Promise<CallOutcome> {
    for (;;) {
      await this.#held?.over;
      if (this.fault !== null) return { kind: 'failed', durationMs: 0, error: this.fault };
      const runner = this.#runner;
      const outcome = await this.#during(call, () => runner.call(call));
      const isOtherProcess = outcome.kind === 'interrupted' && runner !== this.#runner && !this.#isStopped;
      if (!isOtherProcess) return this.#masked(outcome);
    }
  }

  /** Calls a function that answers with `renderData`. What the platform asks about set-up does not wait for a hold. */
  async ask(call: PurposefulCall): Promise<AppAnswer> {
    if (call.purpose !== 'set_up_event') await this.#held?.over;
    if (this.fault !== null) return { kind: 'failed', durationMs: 0, error: this.fault };
    return this.#masked(await this.#during(call, () => this.#runner.ask(call)));
  }

  /**
   * Runs the app's code as far as it runs by itself, and says what is wrong with that; null when nothing is. A process that
   * cannot be started says nothing about the code.
   */
  async load(): Promise<DeliveryError | null> {
    const { definition } = this;
    if (definition === null || !hasServerCode(definition)) return null;
    const outcome = await this.#runner.load();
    if (outcome.kind === 'loaded' || outcome.error.code === 'not_started') return null;
    return maskedError(outcome.error, this.#mask);
  }

  /** From here on calls wait, until what comes back is called. */
  hold(): () => void {
    let release = () => {};
    const over = new Promise<void>((resolve) => {
      release = resolve;
    });
    const hold: Hold = { over };
    this.#held = hold;
    return () => {
      if (this.#held === hold) this.#held = null;
      release();
    };
  }

  /** Ends the process and goes on with this code and these parameters; what it did before comes back. */
  async begin(work: AppWork): Promise<AppWork> {
    const before = this.#work;
    const runner = this.#runner;
    this.#work = work;
    this.#runner = this.#open(work);
    await runner.stop();
    return before;
  }

  /** Callbacks get these parameters from the next call on; the process stays. */
  setIparams(iparams: JsonObject): void {
    this.#work = { ...this.#work, iparams };
    this.#renewMask();
  }

  noteFailure(error: DeliveryError, call: { readonly callId: string; readonly durationMs: number }): void {
    const { code, message, file, line, column } = error;
    const place = file === undefined ? '' : ` at ${file}:${line ?? 1}:${column ?? 1}`;
    const text = this.#mask(`${message}${place} (${code}, after ${Math.round(call.durationMs)} ms)`);
    const eventId = eventIdOf(call.callId);
    const at = this.#facilities.log.add({ app: this.id, level: 'error', text, eventId });
    this.#lastError = { at, message: text, eventId };
  }

  async stop(): Promise<void> {
    this.#isStopped = true;
    await this.#runner.stop();
  }

  #open(work: AppWork): AppRunner {
    const { runners, report } = this.#facilities;
    this.#renewMask();
    return runners.open({
      folder: work.folder,
      services: {
        // Made when it is first asked: the services may look at the app, which is not whole yet.
        operation: once(() => operationTable(this.#facilities.operationsOf(this), (callId) => this.purposeOf(callId))),
        log: (line) => this.#take(line),
        broke: (cause) => report('an operation of an app failed', { app: this.id, cause: String(cause) }),
      },
    });
  }

  #renewMask(): void {
    this.#mask = secretMasker(partedIparams(this.iparams, this.secrets).secret);
  }

  #take(line: AppLine): void {
    const text = this.#mask(line.text);
    const eventId = line.callId === null ? null : eventIdOf(line.callId);
    const at = this.#facilities.log.add({ app: this.id, level: line.level, text, eventId });
    if (line.callId === null) return;
    for (const { hear } of this.#calls.get(line.callId) ?? []) hear?.({ at, level: line.level, text });
  }

  async #deliver(delivery: Delivery): Promise<CallOutcome> {
    const { payload } = delivery;
    await this.#held?.over;
    const { definition } = this;
    const handler = definition === null ? null : handlerOf(definition, payload.event);
    if (definition === null || handler === null) {
      return { kind: 'failed', durationMs: 0, error: this.fault ?? noHandler(payload.event) };
    }
    const own = appPayload(payload as ProductPayload, this.receiverOf(definition));
    const callId = payload.activity?.id ?? delivery.id;
    const outcome = await this.call({ callId, handler: handler.handler, payload: own, purpose: 'product_event' });
    if (outcome.kind === 'failed') this.noteFailure(outcome.error, { callId, durationMs: outcome.durationMs });
    // What the callback printed is on its way to disk before anybody can note that it was delivered.
    void this.#facilities.log.flush();
    return outcome;
  }

  async #during<Result>({ callId, purpose, agent, hear }: PurposefulCall, run: () => Promise<Result>): Promise<Result> {
    const call: CallUnderWay = { purpose, agent: agent ?? null, ...(hear === undefined ? {} : { hear }) };
    // The same event may be sent again by hand while it is being delivered.
    const calls = this.#calls.get(callId) ?? [];
    this.#calls.set(callId, [...calls, call]);
    try {
      return await run();
    } finally {
      const left = (this.#calls.get(callId) ?? []).filter((one) => one !== call);
      if (left.length === 0) this.#calls.delete(callId);
      else this.#calls.set(callId, left);
    }
  }

  /** An error may repeat what the callback was given. */
  #masked<Outcome extends CallOutcome | AppAnswer>(outcome: Outcome): Outcome {
    if (outcome.kind === 'failed') return { ...outcome, error: maskedError(outcome.error, this.#mask) };
    if (outcome.kind !== 'refused') return outcome;
    return { ...outcome, error: { ...outcome.error, message: this.#mask(outcome.error.message) } };
  }
}

type Hold = { readonly over: Promise<void> };
type CallUnderWay = {
  readonly purpose: CallPurpose;
  readonly agent: string | null;
  readonly hear?: (line: PrintedLine) => void;
};

const SECRETS_UNREADABLE: DeliveryError = {
  code: 'secrets_unreadable',
  message:
    'The secret parameters of the app cannot be read: the key file secret.key of the data folder is missing, or is another one. Put it back from a backup, or set all parameters of the app anew.',
};

function noHandler(event: string): DeliveryError {
  return { code: 'no_handler', message: `The app has no handler for ${event} any more.` };
}

function hasServerCode({ handlers, functions, actions, jobs }: AppDefinition): boolean {
  return [handlers, functions, actions, jobs].some((named) => named.length > 0);
}

function maskedError(error: DeliveryError, mask: (text: string) => string): DeliveryError {
  const { message, stack } = error;
  return { ...error, message: mask(message), ...(stack === undefined ? {} : { stack: mask(stack) }) };
}

/** Ids of calls that are no event's have a space in them. */
function eventIdOf(callId: string): string | null {
  return callId.includes(' ') ? null : callId;
}

function once<Input, Output>(make: () => (input: Input) => Output): (input: Input) => Output {
  let made: ((input: Input) => Output) | null = null;
  return (input) => {
    made ??= make();
    return made(input);
  };
}
