import type { AppView, ExternalOutcome } from '../apps/apps.ts';
import type { OauthCallback, OauthFinished } from '../apps/oauth-service.ts';
import type { Answer } from '../directory/rejection.ts';
import type { ExternalRequest } from '../marketplace/external-event.ts';
import type { JobView } from '../marketplace/job.ts';
import type { JsonObject, JsonValue } from '../marketplace/json-value.ts';
import type { PageCall, PageReply } from '../marketplace/page-call.ts';
import type { Instant } from '../time/instant.ts';

/** What came of a call that somebody asked for; what the app printed stands in the journal. */
export type SeatAnswer =
  /** `data` is what a callback gave to `renderData`; null for events that answer nothing. */
  | { readonly kind: 'done'; readonly data: JsonValue; readonly durationMs: number }
  | { readonly kind: 'failed'; readonly status: number; readonly message: string; readonly durationMs: number };

export type StoredValue = { readonly key: string; readonly value: JsonValue; readonly expiresAt: Instant | null };

export type ScheduleView = {
  readonly name: string;
  readonly nextAt: Instant | null;
  readonly repeat: JsonValue;
  readonly data: JsonValue;
};

/** Everything that the app keeps in the platform. */
export type AppStorage = {
  readonly keyValues: readonly StoredValue[];
  readonly schedules: readonly ScheduleView[];
  readonly jobs: readonly JobView[];
};

/** The one app that is worked on, among the installed apps: what the workbench asks of them. */
export type AppSeat = {
  /** Null while it is not installed: it does not load, or it refused its own installation. */
  view(): AppView | null;
  /** Installs it; null: with the defaults of its parameters. Its `onAppInstall` may refuse. */
  install(iparams: JsonObject | null): Promise<Answer<AppView>>;
  /** Takes its folder up as it is now, with its data kept. */
  reload(): Promise<Answer<AppView>>;
  setIparams(values: JsonObject): Promise<Answer<AppView>>;
  /** Uninstalls it, data and all; its `onAppUninstall` may refuse, unless that is not heeded. */
  remove(how: { readonly isForced: boolean }): Promise<Answer<null>>;
  /** Calls the callback of an event; null: with an invented payload. */
  fire(call: {
    readonly module: string | null;
    readonly event: string;
    readonly payload: JsonObject | null;
  }): Promise<Answer<SeatAnswer>>;
  /** A server method or an action. */
  callFunction(call: {
    readonly kind: 'function' | 'action';
    readonly name: string;
    readonly args: JsonObject;
  }): Promise<Answer<SeatAnswer>>;
  startJob(call: {
    readonly name: string;
    readonly tag: string | null;
    readonly args: JsonObject;
  }): Promise<Answer<SeatAnswer>>;
  /** A file of its own installation page, by its path below the app folder. */
  pageFile(path: string): Promise<Uint8Array | null>;
  /** What that page asks through its client; null when the app cannot even wait for its parameters. */
  callFromPage(call: PageCall): Promise<PageReply | null>;
  storage(): Promise<AppStorage>;
  /** The schedule that is due next; null when none is set. */
  nextSchedule(): { readonly name: string; readonly at: Instant } | null;
  /** A request to the address that the app gave out with this token; null when nobody knows it. */
  externalEvent(token: string, request: ExternalRequest): Promise<ExternalOutcome | null>;
  /** Begins an authorization; the answer is the address at which a person agrees. Null: the app's only integration. */
  startOauth(integration: string | null): Answer<{ readonly url: string }>;
  finishOauth(callback: OauthCallback): Promise<OauthFinished>;
};
