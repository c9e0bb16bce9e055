import type { ActivityPayload, CustomStatusPayload } from '@rollcall/contract';
import type { AppDefinition } from '../../server/src/marketplace/app-definition.ts';
import type { JobView } from '../../server/src/marketplace/job.ts';
import type { JsonObject, JsonValue } from '../../server/src/marketplace/json-value.ts';
import type { Agent, AgentProfileInput } from './agent.ts';
import type { Callback, LogLine, SentRequest } from './callback.ts';
import type { Duration } from './duration.ts';
import type { CustomStatusInput } from './invented-agents.ts';
import type { Reply } from './request-stubs.ts';

/** How a team is started. */
export type TeamOptions = {
  /** The app's folder, the one with manifest.json, as a path or a file: URL. Default: the working directory. */
  readonly app?: string | URL;
  /** Installation parameters, checked against config/iparams.json; what is left out has its default. */
  readonly iparams?: JsonObject;
  /** ISO 8601. Default: 2026-03-04T09:00:00Z, a Wednesday. */
  readonly startAt?: string;
  /** Default 10 minutes, the product's. */
  readonly idleAfter?: Duration;
  /** How long a lost connection may stay away. Default 1 minute, the product's. */
  readonly disconnectGrace?: Duration;
  /** IntelliAssign values that signing in, going idle and their like bring about; null or left out: none. */
  readonly couplings?: Couplings;
  /** A conversation missed so often in a row makes an agent UNAVAILABLE; null or left out: never. */
  readonly missedAssignmentsLimit?: number | null;
  readonly customStatuses?: readonly CustomStatusInput[];
  /** `seconds`: with three decimals, as some production consumers expect. Default: milliseconds. */
  readonly timestampUnit?: 'milliseconds' | 'seconds';
  /** Whether payloads carry the `activity` object. Default: true. */
  readonly withActivity?: boolean;
  /** Throw from whatever the test did when a callback fails, instead of recording it alone. Default: false. */
  readonly strict?: boolean;
  /** What chance is made of: ids are the same in every run. Default: 1. */
  readonly seed?: number | string;
  /** Real milliseconds for which time stands still while a callback is busy with the real world. Default: 100. */
  readonly patienceMs?: number;
};

export type Couplings = {
  readonly [Cause in 'login' | 'logout' | 'idle_timeout' | 'disconnect']?: 'AVAILABLE' | 'UNAVAILABLE' | null;
};

/**
 * An invented support team, the app under test, and virtual time. Every method settles when all that follows from it has
 * happened: the engine decided, the app was called, its callbacks ended (or wait for time to pass).
 */
export type Team = {
  /** The virtual instant, ISO 8601. */
  readonly now: string;
  /** What manifest.json and its neighbours say, as the server understands it. */
  readonly app: AppDefinition;

  /** An invented agent, made when there is none of this e-mail address yet. */
  agent(email: string, profile?: AgentProfileInput): Promise<Agent>;
  addCustomStatus(status: CustomStatusInput): Promise<void>;

  /** Lets virtual time pass: deadlines, retries, schedules and timers of the app come due on the way, in order. */
  advance(duration: Duration): Promise<void>;
  /** Lets virtual time pass until an instant, ISO 8601. */
  advanceTo(instant: string): Promise<void>;

  /** Every call of the app so far, in the order in which they began. */
  readonly callbacks: readonly Callback[];
  /** Those for one event, with its payload typed. */
  callbacksOf<Event extends string>(event: Event): readonly Callback<PayloadOf<Event>>[];
  /** What the app printed, outside of callbacks too. */
  readonly logs: readonly LogLine[];
  /** What the app sent with `$request`. */
  readonly requests: readonly SentRequest[];
  /** Forgets the calls, lines and requests so far, so that assertions speak of what follows. */
  clear(): void;

  /**
   * Answers requests of a template (by its name) or a legacy verb (`get`, `post`, `put`, `patch`, `delete`). Nothing is
   * ever sent out: a request without a stub is rejected, and says so.
   */
  stub(name: string, reply: Reply): void;

  /** `$db` of the app. */
  readonly db: TeamDb;
  /** What `$schedule` holds, the next one first. */
  readonly schedules: readonly TeamSchedule[];

  /**
   * Calls the handler of an event: set-up events (`onAppInstall`, `afterAppUpdate`, `onAppUninstall`), or any other with a
   * payload. Without one, product events get the app's own test data, or an example.
   *
   * @throws Error when the app has no handler for it
   */
  fire(event: string, options?: { readonly module?: string; readonly payload?: JsonObject }): Promise<Callback>;
  /** A request to the address that `generateTargetUrl()` gave; the callback is called again when it fails. */
  externalEvent(request?: ExternalRequest): Promise<void>;
  /** A server method or an action, as the app's front end calls it. */
  callFunction(name: string, args?: JsonObject): Promise<Callback>;
  /** Starts a job of the manifest and waits for its end, however long that takes in virtual time. */
  runJob(name: string, args?: JsonObject): Promise<Callback>;
  /** The runs of jobs, those that the app started itself too; the newest first. */
  readonly jobs: readonly JobView[];

  /** Ends everything. */
  close(): Promise<void>;
  [Symbol.asyncDispose](): Promise<void>;
};

/** The payload of an event of the server; of others only that it is an object. */
export type PayloadOf<Event extends string> = Event extends 'onAgentActivityCreate'
  ? ActivityPayload
  : Event extends 'onAgentCustomStatusUpdate'
    ? CustomStatusPayload
    : JsonObject;

export type ExternalRequest = {
  /** The body; objects arrive parsed, as from JSON. */
  readonly data?: JsonValue;
  readonly headers?: Readonly<Record<string, string>>;
  /** What the app gave to `generateTargetUrl(options)`. */
  readonly options?: string;
};

export type TeamDb = {
  /** The record, or null when there is none. */
  get(key: string): Promise<JsonValue>;
  set(key: string, value: JsonObject): Promise<void>;
  delete(key: string): Promise<void>;
};

export type TeamSchedule = {
  readonly name: string;
  readonly data: JsonValue;
  /** When it fires next, ISO 8601. */
  readonly nextAt: string;
  readonly isRecurring: boolean;
};
