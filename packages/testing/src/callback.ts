import type { JsonObject, JsonValue } from '../../server/src/marketplace/json-value.ts';

/** One call of one of the app's functions, as the test sees it. While it runs, `outcome` is `running`. */
export type Callback<Payload = JsonObject> = {
  /** The event; for server methods, actions and jobs the name of the function. */
  readonly event: string;
  /** Module of platform 3.0 (`chat_conversation`) or product of 2.x (`freshchat`); `common` for functions. */
  readonly module: string;
  /** Key of the function in the exports. */
  readonly handler: string;
  /** What the function got, as JSON. */
  readonly payload: Payload;
  /** 1, and more when a callback that failed is called again for the same event. */
  readonly attempt: number;
  /** The same on every attempt at one event. */
  readonly eventId: string;
  /** Virtual instant of the call, ISO 8601. */
  readonly startedAt: string;
  /**
   * `delivered`: it returned, and its promise settled · `answered`, `refused`: by `renderData(null, …)`,
   * `renderData({ message })` · `failed`: it threw, or its promise was rejected · `timed_out`: the platform's limit came
   * first · `running`: it waits for time to pass (`team.advance`), or for something that never comes.
   */
  readonly outcome: 'running' | 'delivered' | 'answered' | 'refused' | 'failed' | 'timed_out';
  /** What went wrong, with the place in the app's own file; the app's own refusal for `refused`. */
  readonly error: CallbackError | null;
  /** The second argument of `renderData`. */
  readonly answer: JsonValue;
  /** What it printed, in order. */
  readonly logs: readonly LogLine[];
  /** What it sent with `$request`, in order, each with the answer of its stub. */
  readonly requests: readonly SentRequest[];
  /** Virtual milliseconds. */
  readonly durationMs: number;
};

export type CallbackError = {
  /** `threw`, `rejected`, `timed_out`, `refused`. */
  readonly code: string;
  readonly message: string;
  /** Of a refusal. */
  readonly status?: number;
  /** Below the app folder, such as `server/server.js`. */
  readonly file?: string;
  /** 1-based. */
  readonly line?: number;
  /** 1-based. */
  readonly column?: number;
  readonly stack?: string;
};

export type LogLine = { readonly level: string; readonly text: string };

/** A request as it would have gone out: templates are filled in. */
export type SentRequest = {
  /** The template's name, or the verb: `get`, `post`, `put`, `patch`, `delete`. */
  readonly name: string;
  readonly method: string;
  readonly url: string;
  readonly headers: Readonly<Record<string, string>>;
  readonly body: string | null;
  /** What the app gave to the template; `{}` for verbs. */
  readonly context: JsonObject;
  /** Null when there was no stub, or it threw. */
  readonly status: number | null;
};
