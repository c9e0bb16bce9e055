import { AsyncLocalStorage } from 'node:async_hooks';
import { createRequire } from 'node:module';
import { join } from 'node:path';
import { pathToFileURL } from 'node:url';
import { type Context, compileFunction } from 'node:vm';
import type { DeliveryError } from '../../server/src/delivery/receiver.ts';
import type { Clock } from '../../server/src/engine/clock.ts';
import type { JsonObject, JsonValue } from '../../server/src/marketplace/json-value.ts';
import { giveVirtualTime } from './virtual-app-time.ts';

/** How a call of one of the app's functions ended, as far as the app itself is concerned. */
export type CallEnd =
  | { readonly kind: 'returned' }
  /** `renderData(error, data)`: null stands for nothing given. */
  | { readonly kind: 'rendered'; readonly error: JsonValue; readonly data: JsonValue }
  | { readonly kind: 'failed'; readonly error: DeliveryError };

/** What ends a call: its return, `renderData`, or whichever comes first (jobs). */
export type CallEnding = 'returned' | 'rendered' | 'either';

/** What happens during calls; `call` is the number that `run` was given, null outside of every call. */
export type CodeListener = {
  line(call: number | null, level: string, text: string): void;
  operation(call: number | null, name: string, args: readonly JsonValue[]): Promise<OperationEnd>;
  /** The call set or lost a virtual timer: with one set, it waits for time to pass. */
  timers(call: number | null, change: 1 | -1): void;
};

export type OperationEnd =
  | { readonly kind: 'done'; readonly result: JsonValue }
  | { readonly kind: 'refused'; readonly error: JsonValue };

export type AppCode = {
  /** Calls a function of the exports. The answer is the end; a call that does not end keeps its promise open. */
  run(call: {
    readonly number: number;
    readonly handler: string;
    readonly payload: JsonObject;
    readonly ending: CallEnding;
  }): Promise<CallEnd>;
};

/**
 * Loads an app's server.js into this process, by the module scheme of the platform and with its globals. The files run
 * under their own addresses, unwrapped, so that breakpoints hold and coverage counts. Time is virtual for the app's own
 * files (`Date`, timers); npm packages run as ordinary Node code.
 *
 * @throws whatever the app's files throw while they are loaded
 */
export function loadAppCode(folder: string, clock: Clock, listener: CodeListener): AppCode {
  const runner = runnerParts();
  const currentCall = new AsyncLocalStorage<number>();
  const callNow = () => currentCall.getStore() ?? null;
  const context = runner.createAppContext((level, text) => listener.line(callNow(), level, text));
  const explain = (error: unknown, code: string) =>
    withoutAddress(runner.describeError(error, { code, appFolder: folder }));
  const calls = openCalls(listener, explain);
  giveVirtualTime(context.globals, {
    clock,
    run: context.run,
    within: (call, work) => within(currentCall, call, guarded(call, work, { calls, listener })),
    callNow,
    timers: (call, change) => listener.timers(call, change),
  });
  context.offer({
    call: (name, args) => hostCall(context, { call: callNow(), name, args }, listener),
    render: (error, data) => calls.render(callNow(), error, data),
  });
  const load = runner.openServer({ appFolder: folder, context: { ...context, run: unwrapped(folder, context) } });
  // The files run once before the first callback, to see that they do; that one need not run them again.
  let ready: { readonly exported: unknown } | null = { exported: load() };
  const takeExports = () => {
    const { exported } = ready ?? { exported: load() };
    ready = null;
    return exported;
  };
  return {
    run({ number, handler, payload, ending }) {
      const own = context.parse(JSON.stringify(payload));
      return calls.begin(number, ending, (work) => {
        currentCall.run(number, () => work(() => callHandler(takeExports(), handler, own)));
      });
    },
  };
}

/** The calls that have not ended. Each ends once, by whatever comes first of what may end it. */
type OpenCalls = {
  begin(number: number, ending: CallEnding, enter: (work: (handle: () => unknown) => void) => void): Promise<CallEnd>;
  render(number: number | null, error: unknown, data: unknown): void;
  fail(number: number, error: unknown, code: string): void;
};

function openCalls(listener: CodeListener, explain: (error: unknown, code: string) => DeliveryError): OpenCalls {
  const open = new Map<number, { readonly ending: CallEnding; readonly resolve: (end: CallEnd) => void }>();
  const end = (number: number, how: CallEnd): void => {
    const call = open.get(number);
    open.delete(number);
    call?.resolve(how);
  };
  const fail = (number: number, error: unknown, code: string): void => {
    const explained = explain(error, code);
    if (open.has(number)) end(number, { kind: 'failed', error: explained });
    else listener.line(number, 'error', `failed after its end: ${explained.stack ?? explained.message}`);
  };
  const handle = (number: number, ending: CallEnding, work: () => unknown): void => {
    try {
      const returned = work();
      const over = () => ending !== 'rendered' && end(number, { kind: 'returned' });
      if (isThenable(returned)) returned.then(over, (error: unknown) => fail(number, error, 'rejected'));
      else if (ending === 'returned') over();
    } catch (error) {
      fail(number, error, 'threw');
    }
  };
  return {
    fail,
    begin: (number, ending, enter) =>
      new Promise((resolve) => {
        open.set(number, { ending, resolve });
        enter((work) => handle(number, ending, work));
      }),
    render(number, error, data) {
      const ending = number === null ? undefined : open.get(number)?.ending;
      if (number === null || ending === undefined || ending === 'returned') return;
      end(number, { kind: 'rendered', error: plainError(error), data: (copy(data) ?? null) as JsonValue });
    },
  };
}

/** An exception in a timer of the app ends the call that set it; outside of every call it is a line of the log. */
function guarded(
  call: number | null,
  work: () => void,
  { calls, listener }: { readonly calls: OpenCalls; readonly listener: CodeListener },
): () => void {
  return () => {
    try {
      work();
    } catch (error) {
      if (call === null) listener.line(null, 'error', `uncaught: ${String(error)}`);
      else calls.fail(call, error, 'threw');
    }
  };
}

function within(currentCall: AsyncLocalStorage<number>, call: number | null, work: () => void): void {
  if (call === null) currentCall.exit(work);
  else currentCall.run(call, work);
}

/**
 * One operation of a platform global, as a promise of the platform's shape. What crosses is JSON, as it is when a process
 * lies between: functions and dates do not come through here either.
 */
function hostCall(
  context: AppContext,
  { call, name, args }: { readonly call: number | null; readonly name: string; readonly args: unknown[] },
  listener: CodeListener,
): Promise<unknown> {
  const deferred = context.defer();
  const own = (value: unknown) => (value === undefined ? undefined : context.parse(JSON.stringify(value)));
  const reject = (error: unknown) => deferred.reject(own(error));
  const copied = copy(args) as JsonValue[] | undefined;
  if (copied === undefined) reject({ status: 400, message: 'The arguments are no JSON' });
  else {
    listener.operation(call, name, copied).then(
      (answer) => (answer.kind === 'done' ? deferred.resolve(own(answer.result)) : reject(answer.error)),
      (error: unknown) => reject({ status: 500, message: String(error) }),
    );
  }
  return deferred.promise;
}

type RunScript = (source: string, at: { filename: string; columnOffset?: number; alone?: string }) => unknown;

type AppContext = {
  readonly run: RunScript;
  readonly parse: (text: string) => unknown;
  readonly defer: () => { promise: Promise<unknown>; resolve(value: unknown): void; reject(reason: unknown): void };
  readonly offer: (ways: {
    call(name: string, args: unknown[]): Promise<unknown>;
    render(error: unknown, data: unknown): void;
  }) => void;
  readonly globals: Context;
};

type RunnerParts = {
  createAppContext(log: (level: string, text: string) => void): AppContext;
  openServer(app: { appFolder: string; context: object }): () => unknown;
  describeError(error: unknown, about: { code: string; appFolder: string }): DeliveryError;
};

/** The very files that run inside an app's process. */
function runnerParts(): RunnerParts {
  const require = createRequire(import.meta.url);
  return {
    ...require('../../server/src/sandbox/runner/app-context.cjs'),
    ...require('../../server/src/sandbox/runner/module-scheme.cjs'),
    ...require('../../server/src/sandbox/runner/app-error.cjs'),
  };
}

/**
 * Runs a file of the app as the body of a function that is compiled from the file's text as it stands, under the file's
 * address: what a wrapper puts before the text would shift every place in it. `exports` and `require` lie around the
 * function as a `with` statement would put them, so that `exports = { … }` is seen from outside.
 */
function unwrapped(folder: string, context: AppContext): RunScript {
  return (source, at) => {
    const { filename, alone } = at;
    if (alone === undefined) return context.run(source, at);
    return (require: unknown, exported: (read: () => unknown) => void) => {
      const scope: { exports: unknown; require: unknown } = { exports: context.parse('{}'), require };
      exported(() => scope.exports);
      const body = compileFunction(`${alone}\n;return exports;`, [], {
        filename: pathToFileURL(join(folder, filename)).href,
        parsingContext: context.globals,
        contextExtensions: [scope],
      });
      return body();
    };
  };
}

function callHandler(exported: unknown, handler: string, payload: unknown): unknown {
  const holder = exported as Record<string, unknown> | null | undefined;
  const isInherited = Object.hasOwn(Object.prototype, handler);
  const found = isInherited || holder == null ? undefined : holder[handler];
  if (typeof found !== 'function') throw new Error(`Event callback '${handler}' is not defined`);
  return found.call(holder, payload);
}

function isThenable(value: unknown): value is PromiseLike<unknown> {
  return typeof value === 'object' && value !== null && typeof (value as { then?: unknown }).then === 'function';
}

/** What JSON makes of a value; undefined when it makes nothing of it. */
function copy(value: unknown): unknown {
  try {
    const text = JSON.stringify(value);
    return text === undefined ? undefined : JSON.parse(text);
  } catch {
    return undefined;
  }
}

/** An `Error` has its message where JSON does not look. */
function plainError(error: unknown): JsonValue {
  if (typeof error !== 'object' || error === null || Array.isArray(error)) return (copy(error) ?? null) as JsonValue;
  const { message, status } = error as { message?: unknown; status?: unknown };
  const known = { ...(message === undefined ? {} : { message }), ...(status === undefined ? {} : { status }) };
  return (copy({ ...error, ...known }) ?? null) as JsonValue;
}

/** Places in the app's files are named as the server names them: below the app folder. */
function withoutAddress(error: DeliveryError): DeliveryError {
  return error.stack === undefined ? error : { ...error, stack: error.stack.replaceAll('file://server/', 'server/') };
}
