import type { AppState, Fence, TimestampUnit } from '@rollcall/contract';
import type { AccountNumber } from '../activity/position.ts';
import type { Answer } from '../directory/rejection.ts';
import type { Ask } from '../engine/agent-commands.ts';
import type { ExternalRequest } from '../marketplace/external-event.ts';
import type { Finding } from '../marketplace/finding.ts';
import type { IparamDefinition } from '../marketplace/iparam-definition.ts';
import type { IparamFault } from '../marketplace/iparams.ts';
import type { JobView } from '../marketplace/job.ts';
import type { JsonObject, JsonValue } from '../marketplace/json-value.ts';
import type { PageCall, PageReply } from '../marketplace/page-call.ts';
import type { Instant } from '../time/instant.ts';
import type { AppRunnerState } from './app-runner.ts';
import type { AppSource } from './code-store.ts';
import type { OauthCallback, OauthFinished } from './oauth-service.ts';

/** An installed Marketplace app as people see it. */
export type AppView = {
  readonly id: string;
  readonly name: string;
  /** The folder it came from; null when it was uploaded. */
  readonly folder: string | null;
  readonly platformVersion: string;
  /**
   * `active`: it receives events; `switched_off`: not any more; `faulty`: it does not load as it is now;
   * `needs_parameters`: it is not installed before it has them.
   */
  readonly state: AppState;
  readonly events: readonly { readonly module: string | null; readonly event: string; readonly handler: string }[];
  /** With the secure ones masked. */
  readonly iparams: Readonly<Record<string, unknown>>;
  readonly settings: AppSettings;
  /** There is no subscription behind it while the app needs parameters. */
  readonly subscriptionId: string;
  readonly fence: Fence;
  readonly installedAt: Instant;
  readonly lastError: { readonly at: Instant; readonly message: string; readonly eventId: string | null } | null;
  /** The code that it runs; null when it runs in the folder itself, for its developer. */
  readonly version: AppVersion | null;
  readonly previousVersion: AppVersion | null;
  readonly process: AppRunnerState;
  /** What there is to say about its files. */
  readonly findings: readonly Finding[];
  readonly schedules: number;
  /** Scheduled and external events that wait for it. */
  readonly eventsWaiting: number;
};

export type AppVersion = { readonly digest: string; readonly at: Instant };

/** Where consumers disagree, each app has a switch. */
export type AppSettings = {
  /** `milliseconds`: an integer; `seconds`: three decimals, never whole. */
  readonly timestampUnit: TimestampUnit;
  /** Whether payloads carry the `activity` object. */
  readonly withActivity: boolean;
  /** Whether storage and requests have the platform's limits per minute. Absent where it was never said: no. */
  readonly strictLimits?: boolean;
};

export type AppInvocation = {
  /** `refused`: a set-up event to which the app said no. */
  readonly outcome: 'delivered' | 'refused' | 'failed' | 'timed_out' | 'exited';
  readonly error: string | null;
  readonly durationMs: number;
  readonly logs: readonly { readonly at: Instant; readonly level: string; readonly text: string }[];
};

/** What a function or an action answered with `renderData`. */
export type AppReply = Pick<AppInvocation, 'durationMs' | 'logs'> &
  (
    | { readonly outcome: 'answered'; readonly data: JsonValue }
    | { readonly outcome: 'refused'; readonly error: JsonObject }
    | { readonly outcome: 'failed' | 'timed_out' | 'exited'; readonly message: string }
  );

export type AppLogView = {
  readonly number: number;
  readonly at: Instant;
  readonly level: string;
  readonly text: string;
  readonly eventId: string | null;
};

/** A schedule of an app. */
export type AppScheduleView = {
  readonly name: string;
  readonly data: JsonValue;
  /** When it was first due, and when it is due next. */
  readonly at: Instant;
  readonly nextAt: Instant;
  readonly repeat: { readonly timeUnit: string; readonly frequency: number; readonly timezone: string } | null;
};

/** What a page for installing an app shows. */
export type AppInstallation = {
  readonly app: string;
  readonly name: string;
  readonly state: AppState;
  /** `custom_page`: the app asks by a page of its own, and `definitions` is empty. */
  readonly kind: 'definitions' | 'custom_page';
  readonly definitions: readonly IparamDefinition[];
  /** What holds, secrets masked. */
  readonly values: JsonObject;
};

/** An app's own installation page: what stands around it, and what it is told. */
export type CustomPage = {
  readonly name: string;
  /** By this its files are read, and nothing else. */
  readonly pageKey: string;
  /** The app waits for its parameters; else they are changed. */
  readonly isInstall: boolean;
  /** It has buttons of its own. */
  readonly hidesButtons: boolean;
  /** What holds, secrets masked, for its `getConfigs`. */
  readonly values: JsonObject;
  /** For its `client.data`. */
  readonly host: { readonly domain: string; readonly currentHost: JsonObject };
};

/** A page by which somebody without a key gives an app its parameters. */
export type InstallationLink = { readonly url: string; readonly expiresAt: Instant };

/** What became of a sent installation page. */
export type InstallationOutcome =
  | { readonly kind: 'installed'; readonly name: string }
  /** `notice`: why, when it is about no field. */
  | { readonly kind: 'refused'; readonly faults: readonly IparamFault[]; readonly notice: string | null }
  | { readonly kind: 'unknown_link' };

/** Installed apps: what the doors ask of them. */
export type Apps = {
  list(account: AccountNumber): readonly AppView[];
  get(account: AccountNumber, id: string): AppView | null;
  /** From a folder that the server was started with, or from a zip. Every finding is named when it is refused. */
  install(
    ask: Ask,
    input: {
      readonly source: AppSource;
      readonly iparams: Readonly<Record<string, unknown>> | null;
      /** What to call an app that comes as a zip. */
      readonly name?: string;
    } & Partial<AppSettings>,
  ): Promise<Answer<AppView>>;
  /** Another version; the subscription stays where it is. The app may refuse, and is then as it was. */
  update(
    ask: Ask,
    id: string,
    input: { readonly source: AppSource; readonly iparams: Readonly<Record<string, unknown>> | null },
  ): Promise<Answer<AppView>>;
  /** Back to the version before the last update. */
  rollBack(ask: Ask, id: string): Promise<Answer<AppView>>;
  setIparams(ask: Ask, id: string, values: Readonly<Record<string, unknown>>): Promise<Answer<AppView>>;
  /** Calls one callback once, outside its subscription; without a payload, with one made for the event. */
  invoke(
    ask: Ask,
    id: string,
    call: {
      readonly event: string;
      readonly module?: string | null;
      readonly payload: Readonly<Record<string, unknown>> | null;
    },
  ): Promise<Answer<AppInvocation>>;
  /** Calls a server method or an action, and answers with what it rendered. */
  callFunction(
    ask: Ask,
    id: string,
    call: {
      readonly kind: 'function' | 'action';
      readonly name: string;
      readonly args: Readonly<Record<string, unknown>>;
    },
  ): Promise<Answer<AppReply>>;
  startJob(
    ask: Ask,
    id: string,
    job: { readonly name: string; readonly tag: string | null; readonly args: Readonly<Record<string, unknown>> },
  ): Promise<Answer<JobView>>;
  /** Runs of the app's jobs, as far as they are kept, the newest first. */
  jobs(account: AccountNumber, id: string): Answer<readonly JobView[]>;
  schedules(account: AccountNumber, id: string): Answer<readonly AppScheduleView[]>;
  /** Oldest first, after a line's number. */
  logs(
    account: AccountNumber,
    id: string,
    query: { readonly after: number; readonly limit: number },
  ): Promise<Answer<readonly AppLogView[]>>;
  /** The app may refuse, unless it is forced. */
  remove(ask: Ask, id: string, options: { readonly isForced: boolean }): Promise<Answer<null>>;
  installation(account: AccountNumber, id: string): Answer<AppInstallation>;
  installationLink(ask: Ask, id: string): Answer<InstallationLink>;
  /** What the link's page shows; null when the link is unknown, used, or too old. */
  installationOf(token: string): AppInstallation | null;
  /** The app's own page behind a link; null when the link is over, or the app has no such page. */
  customPage(token: string): Promise<CustomPage | null>;
  /** A file of that page, by the key that `customPage` gave and its path below the app folder. */
  customPageFile(pageKey: string, path: string): Promise<Uint8Array | null>;
  /** What the page asks through its client; null when the link is over. */
  callFromPage(token: string, call: PageCall): Promise<PageReply | null>;
  /** What was sent from the link's page; a link is used up when the parameters are taken. */
  submitInstallation(token: string, values: JsonObject): Promise<InstallationOutcome>;
  /** A request to an address that an app gave out; null when nobody knows the token. */
  externalEvent(token: string, request: ExternalRequest): Promise<ExternalOutcome | null>;
  /** Begins an authorization with a service: the answer is where a person agrees. */
  startOauth(
    ask: Ask,
    id: string,
    start: {
      /** Null: the only one. */
      readonly integration: string | null;
      readonly oauthIparams: Readonly<Record<string, unknown>>;
      readonly agent: string | null;
    },
  ): Answer<{ readonly url: string }>;
  /** What a service sent the browser back with. */
  finishOauth(callback: OauthCallback): Promise<OauthFinished>;
};

/** What became of a request to an app's address. */
export type ExternalOutcome =
  | { readonly kind: 'accepted' }
  /** Answered as it is, with 200. */
  | { readonly kind: 'challenge'; readonly text: string }
  | { readonly kind: 'refused'; readonly status: number; readonly message: string };
