import type { AppState, Fence, TimestampUnit } from '@rollcall/contract';
import type { AccountNumber } from '../activity/position.ts';
import type { Answer } from '../directory/rejection.ts';
import type { Ask } from '../engine/agent-commands.ts';
import type { Instant } from '../time/instant.ts';

/** An installed Marketplace app as people see it. */
export type AppView = {
  readonly id: string;
  readonly name: string;
  /** The folder it runs from; null when it was uploaded. */
  readonly folder: string | null;
  readonly platformVersion: string;
  /** `active`: it receives events; `switched_off`: not any more; `faulty`: its folder does not load as it is now. */
  readonly state: AppState;
  readonly events: readonly { readonly module: string | null; readonly event: string; readonly handler: string }[];
  /** With the secure ones masked. */
  readonly iparams: Readonly<Record<string, unknown>>;
  readonly settings: AppSettings;
  readonly subscriptionId: string;
  readonly fence: Fence;
  readonly installedAt: Instant;
  readonly lastError: { readonly at: Instant; readonly message: string; readonly eventId: string | null } | null;
};

/** Where consumers disagree, each app has a switch. */
export type AppSettings = {
  /** `milliseconds`: an integer; `seconds`: three decimals, never whole. */
  readonly timestampUnit: TimestampUnit;
  /** Whether payloads carry the `activity` object. */
  readonly withActivity: boolean;
};

export type AppInvocation = {
  readonly outcome: 'delivered' | 'failed' | 'timed_out' | 'exited';
  readonly error: string | null;
  readonly durationMs: number;
  readonly logs: readonly { readonly at: Instant; readonly level: string; readonly text: string }[];
};

export type AppLogView = {
  readonly number: number;
  readonly at: Instant;
  readonly level: string;
  readonly text: string;
  readonly eventId: string | null;
};

/** Installed apps: what the doors ask of them. */
export type Apps = {
  list(account: AccountNumber): readonly AppView[];
  get(account: AccountNumber, id: string): AppView | null;
  /** From a folder that the server was started with. Every finding is named when it is refused. */
  install(
    ask: Ask,
    input: {
      readonly folder: string;
      readonly iparams: Readonly<Record<string, unknown>> | null;
    } & Partial<AppSettings>,
  ): Promise<Answer<AppView>>;
  setIparams(ask: Ask, id: string, values: Readonly<Record<string, unknown>>): Promise<Answer<AppView>>;
  /** Calls one callback once, outside its subscription; without a payload, with one made for the event. */
  invoke(
    ask: Ask,
    id: string,
    call: { readonly event: string; readonly payload: Readonly<Record<string, unknown>> | null },
  ): Promise<Answer<AppInvocation>>;
  /** Oldest first, after a line's number. */
  logs(
    account: AccountNumber,
    id: string,
    query: { readonly after: number; readonly limit: number },
  ): Promise<Answer<readonly AppLogView[]>>;
  remove(ask: Ask, id: string): Promise<Answer<null>>;
};
