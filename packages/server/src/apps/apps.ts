import type { Answer } from '../directory/rejection.ts';
import type { Ask } from '../engine/agent-commands.ts';
import type { AccountNumber } from '../activity/position.ts';
import type { Instant } from '../time/instant.ts';

/** An installed Marketplace app as people see it. */
export type AppView = {
  readonly id: string;
  readonly name: string;
  /** Where it was installed from: the folder's path, or null for an uploaded zip. */
  readonly folder: string | null;
  readonly platformVersion: string;
  /** `running` or `sleeping` (starts with its next event), `backing_off` after crashes, `stopped` while it cannot load. */
  readonly state: 'running' | 'sleeping' | 'backing_off' | 'stopped';
  readonly events: readonly { readonly module: string; readonly event: string; readonly handler: string }[];
  /** Values with the secure ones masked. */
  readonly iparams: Readonly<Record<string, unknown>>;
  readonly settings: AppSettings;
  readonly subscriptionId: string;
  readonly fence: string;
  readonly installedAt: Instant;
  readonly lastError: string | null;
};

/** Where consumers disagree, each app has a switch. */
export type AppSettings = {
  /** `milliseconds`: an integer; `seconds`: three decimals, never whole. */
  readonly timestamp: 'milliseconds' | 'seconds';
  /** Whether payloads carry the `activity` object. */
  readonly activity: boolean;
};

export type AppInvocation = {
  readonly outcome: 'delivered' | 'failed' | 'interrupted';
  readonly error: Readonly<Record<string, unknown>> | null;
  readonly durationMs: number;
  readonly payload: unknown;
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
  /** From a folder that the server was started with, or a zip. Every finding is named when it is refused. */
  install(
    ask: Ask,
    from: { readonly kind: 'folder'; readonly name: string } | { readonly kind: 'zip'; readonly bytes: Uint8Array },
  ): Promise<Answer<AppView>>;
  setIparams(ask: Ask, id: string, values: Readonly<Record<string, unknown>>): Promise<Answer<AppView>>;
  setSettings(ask: Ask, id: string, settings: Partial<AppSettings>): Promise<Answer<AppView>>;
  /** Calls one callback once, outside its subscription; without a payload, with one made for the event. */
  invoke(
    ask: Ask,
    id: string,
    call: { readonly event: string; readonly module: string | null; readonly payload: unknown },
  ): Promise<Answer<AppInvocation>>;
  /** Newest first. */
  logs(
    account: AccountNumber,
    id: string,
    query: { readonly before: number | null; readonly limit: number },
  ): Promise<Answer<readonly AppLogView[]>>;
  remove(ask: Ask, id: string): Promise<Answer<null>>;
};
