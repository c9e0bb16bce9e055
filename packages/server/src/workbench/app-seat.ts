import type { AppView } from '../apps/apps.ts';
import type { Answer } from '../directory/rejection.ts';
import type { JsonObject, JsonValue } from '../marketplace/json-value.ts';
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

export type JobView = {
  readonly id: string;
  readonly name: string;
  readonly tag: string | null;
  readonly status: string;
  readonly statusMessage: string | null;
  readonly startedAt: Instant | null;
};

/** Everything that the app keeps in the platform. */
export type AppStorage = {
  readonly keyValues: readonly StoredValue[];
  readonly schedules: readonly ScheduleView[];
  readonly jobs: readonly JobView[];
};

/** An HTTP request to the app's own address for external events. */
export type ExternalRequest = {
  readonly method: string;
  readonly headers: Readonly<Record<string, string>>;
  readonly contentType: string | null;
  readonly body: string;
  readonly query: Readonly<Record<string, string>>;
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
  /** Uninstalls it, data and all; its `onAppUninstall` may refuse. */
  remove(): Promise<Answer<null>>;
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
  storage(): Promise<AppStorage>;
};
