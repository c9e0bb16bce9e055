import type { JsonObject, JsonValue } from '../marketplace/json-value.ts';

/**
 * What an app asks of the server through a global of the platform: `$db.get(…)` is the operation `db.get`. The way is
 * the same for all of them: runner → frame → sandbox → the handler of that name → answer → the app's promise.
 */
export type AppOperation = {
  /** Such as `db.get`, `request.invoke_template`, `schedule.create`, `target_url.generate`. */
  readonly name: string;
  /** As the app gave them: of any shape. */
  readonly args: readonly JsonValue[];
  /** Of the call during which it was asked, as given to `call`; null outside of one. */
  readonly callId: string | null;
};

/** What the app's promise becomes. The error is what it is rejected with: always `status` and `message`, often more. */
export type OperationAnswer =
  | { readonly kind: 'done'; readonly result: JsonValue }
  | { readonly kind: 'refused'; readonly error: OperationError };

export type OperationError = JsonObject & { readonly status: number; readonly message: string };

/** In what a call was made: some globals are not to be had everywhere. */
export type CallPurpose =
  | 'product_event'
  | 'set_up_event'
  | 'scheduled_event'
  | 'external_event'
  | 'function'
  /** A server method called from the installation page: before there is an installation. */
  | 'function_of_installation'
  | 'action'
  | 'job';

export type OperationContext = {
  readonly callId: string | null;
  /** Null outside of a call. */
  readonly purpose: CallPurpose | null;
};

/** One service's operations by name: `{ 'db.get': …, 'db.set': … }`. An app's handlers are all services' put together. */
export type OperationHandlers = Readonly<
  Record<string, (args: readonly JsonValue[], context: OperationContext) => Promise<OperationAnswer>>
>;
