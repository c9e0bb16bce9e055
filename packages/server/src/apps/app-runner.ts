import type { CallOutcome, DeliveryError } from '../delivery/receiver.ts';
import type { AppFiles } from '../marketplace/app-files.ts';
import type { Finding } from '../marketplace/finding.ts';
import type { JsonObject, JsonValue } from '../marketplace/json-value.ts';
import type { AppOperation, OperationAnswer } from './app-operation.ts';

/** An app's folder as it was read; null files when it cannot even be read, and the findings say why. */
export type AppFolder = { readonly files: AppFiles | null; readonly findings: readonly Finding[] };

/** The port behind which apps' code runs: a process of its own for each, behind the fence that is in force. */
export type AppRunners = {
  /** Which fence keeps the apps' processes from the machine; `none`: there is none, and no app runs. */
  readonly fence: 'hardened' | 'plain' | 'trusted' | 'none';
  readFolder(folder: string): Promise<AppFolder>;
  /** The bytes of one file, by its path below the folder; null when there is none, or it leads out of the folder. */
  readFile(folder: string, path: string): Promise<Uint8Array | null>;
  /** Nothing is started before the first call. */
  open(spec: AppRunnerSpec): AppRunner;
};

export type AppRunnerSpec = {
  /** Absolute path of the folder that holds manifest.json; nothing is ever written to it. */
  readonly folder: string;
  readonly services: AppServices;
};

/** What an app's process reaches of the server: everything here is called by somebody who is not trusted. */
export type AppServices = {
  /** One operation of a platform global; a refusal is an answer, a rejection is the server's own failure. */
  operation(operation: AppOperation): Promise<OperationAnswer>;
  log(line: AppLine): void;
  /** An operation was rejected; the app learns only that it was. */
  broke(cause: unknown): void;
};

export type AppLine = {
  readonly level: 'debug' | 'log' | 'info' | 'warn' | 'error';
  readonly text: string;
  /** Of the call during which it was written, as given to `call`; null outside of one. */
  readonly callId: string | null;
};

/** One call of a function that server.js exports. */
export type AppCall = {
  readonly callId: string;
  /** Key of the function in the exports. */
  readonly handler: string;
  /** The function's one argument. */
  readonly payload: JsonObject;
  /** Default: 20 s, the platform's limit for product events. */
  readonly limitMs?: number;
};

/** A call that is answered with `renderData`. */
export type AppQuestion = AppCall & {
  /** True for jobs: the handler's return, or the end of the promise that it returns, ends the call too, with null as its data. */
  readonly mayEndByReturn?: boolean;
};

/** How a call ended that is answered with `renderData`. */
export type AppAnswer =
  | { readonly kind: 'answered'; readonly data: JsonValue; readonly durationMs: number }
  /** `renderData(error)`: the app says no. */
  | { readonly kind: 'refused'; readonly error: AppRefusal; readonly durationMs: number }
  /** A throw, a rejection, an exit, or no `renderData` within the limit (`timed_out`). */
  | { readonly kind: 'failed'; readonly error: DeliveryError; readonly durationMs: number }
  /** The process ended through another call's fault: ask again. */
  | { readonly kind: 'interrupted' };

/** What an app gave to `renderData` as its error: `message` and `status` are filled in where it left one out. */
export type AppRefusal = { readonly status: number; readonly message: string; readonly [key: string]: JsonValue };

/**
 * What an app's process is doing; `waiting`: as many processes as may run at once are at work; `backing_off`: it crashed,
 * and the next start has to wait.
 */
export type AppRunnerState = {
  readonly phase: 'asleep' | 'waiting' | 'starting' | 'running' | 'backing_off' | 'closed';
  readonly pid: number | null;
  readonly crashesInARow: number;
  readonly lastCrash: { readonly at: number; readonly message: string } | null;
  /** Epoch milliseconds before which it is not started; null when nothing holds it back. */
  readonly startsAgainAt: number | null;
};

/** Whether an app's code runs as far as it runs by itself; a throw or an endless loop in it is an error. */
export type AppLoad = { readonly kind: 'loaded' } | { readonly kind: 'not_loaded'; readonly error: DeliveryError };

export type AppRunner = {
  readonly state: AppRunnerState;
  /** Starts the process if it does not run. */
  load(): Promise<AppLoad>;
  /** Product, scheduled and external events: ended by the return, or by what a returned promise becomes. */
  call(call: AppCall): Promise<CallOutcome>;
  /** Set-up events, server methods, actions and jobs: ended by `renderData`. */
  ask(call: AppQuestion): Promise<AppAnswer>;
  stop(): Promise<void>;
};
