import type { CallOutcome } from '../delivery/receiver.ts';
import type { AppFiles } from '../marketplace/app-files.ts';
import type { Finding } from '../marketplace/finding.ts';
import type { JsonObject, JsonValue } from '../marketplace/json-value.ts';
import type { KeyValueOperation } from '../marketplace/key-value.ts';

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
  /** One operation of `$db`; a refusal is an answer, a rejection is the server's own failure. */
  keyValue(operation: KeyValueOperation): Promise<KeyValueAnswer>;
  log(line: AppLine): void;
  /** An operation was rejected; the app learns only that it was. */
  broke(cause: unknown): void;
};

export type KeyValueAnswer =
  | { readonly kind: 'done'; readonly result: JsonValue }
  | { readonly kind: 'refused'; readonly error: { readonly status: number; readonly message: string } };

export type AppLine = {
  readonly level: 'debug' | 'log' | 'info' | 'warn' | 'error';
  readonly text: string;
  /** Of the call during which it was written, as given to `call`; null outside of one. */
  readonly callId: string | null;
};

export type AppRunner = {
  call(call: { readonly callId: string; readonly handler: string; readonly payload: JsonObject }): Promise<CallOutcome>;
  stop(): Promise<void>;
};
