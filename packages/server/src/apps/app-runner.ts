import type { CallOutcome } from '../delivery/receiver.ts';
import type { AppFiles } from '../marketplace/app-files.ts';
import type { Finding } from '../marketplace/finding.ts';
import type { JsonObject, JsonValue } from '../marketplace/json-value.ts';

/** An app's folder as it was read; null files when it cannot even be read, and the findings say why. */
export type AppFolder = { readonly files: AppFiles | null; readonly findings: readonly Finding[] };

/** The port behind which apps' code runs: a process of its own for each, behind the fence that is in force. */
export type AppRunners = {
  /** Which fence keeps the apps' processes from the machine. */
  readonly fence: 'hardened' | 'plain' | 'trusted';
  readFolder(folder: string): Promise<AppFolder>;
  /** Nothing is started before the first call. */
  open(spec: AppRunnerSpec): AppRunner;
};

export type AppRunnerSpec = {
  readonly folder: string;
  readonly services: AppServices;
};

/** What an app's globals reach: calls come from a process that is not trusted. */
export type AppServices = {
  /** One call of `$db`; never rejects, a refusal is an answer. */
  keyValue(method: string, args: readonly JsonValue[]): Promise<KeyValueAnswer>;
  log(line: AppLine): void;
};

export type KeyValueAnswer =
  | { readonly kind: 'resolved'; readonly value: JsonValue }
  | { readonly kind: 'rejected'; readonly reason: JsonObject };

export type AppLine = {
  readonly level: 'debug' | 'log' | 'info' | 'warn' | 'error';
  readonly text: string;
  /** Of the call during which it was written, as given to `call`; null outside of one. */
  readonly callId: string | null;
};

export type AppRunner = {
  call(call: { readonly id: string; readonly handler: string; readonly payload: JsonObject }): Promise<CallOutcome>;
  stop(): Promise<void>;
};
