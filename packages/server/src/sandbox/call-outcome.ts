/** How one call of an app's handler ended. */
export type CallOutcome =
  | { readonly kind: 'delivered'; readonly durationMs: number }
  | { readonly kind: 'failed'; readonly error: CallError; readonly durationMs: number }
  /** The process died through another call's fault, or was stopped. It is no attempt: the call is made again. */
  | { readonly kind: 'interrupted' };

/**
 * - `threw`, `rejected`: the handler did; `handler_missing`: there is no such function in the exports
 * - `timed_out`: neither returned nor settled within the limit
 * - `exited`: the process ended during the call, when no other call can have been the cause
 * - `not_loaded`: server.js cannot be run; `not_started`: the process cannot be
 * - `bad_frame`: the process sent something that is not of the protocol, and was ended
 * - `payload_too_large`: the payload does not fit the protocol
 */
export type CallErrorCode =
  | 'threw'
  | 'rejected'
  | 'handler_missing'
  | 'timed_out'
  | 'exited'
  | 'not_loaded'
  | 'not_started'
  | 'bad_frame'
  | 'payload_too_large';

/** Why a call failed, with the place in the app's own file when there is one. */
export interface CallError {
  readonly code: CallErrorCode;
  readonly message: string;
  /** Path below the app folder. */
  readonly file?: string;
  /** 1-based. */
  readonly line?: number;
  /** 1-based. */
  readonly column?: number;
  readonly stack?: string;
}

/** Whether an app's code runs: the names of the functions that it exports, or why not. */
export type LoadOutcome =
  | { readonly kind: 'loaded'; readonly functions: readonly string[] }
  | { readonly kind: 'not_loaded'; readonly error: CallError };
