import { AsyncLocalStorage } from 'node:async_hooks';
import { createRequire } from 'node:module';
import { join } from 'node:path';
import { pathToFileURL } from 'node:url';
import { type Context, compileFunction } from 'node:vm';
import type { DeliveryError } from '../../server/src/delivery/receiver.ts';
import type { Clock } from '../../server/src/engine/clock.ts';
import type { JsonObject, JsonValue } from '../../server/src/marketplace/json-value.ts';

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
  const open = new Map<number, { readonly ending: CallEnding; readonly end: (end: CallEnd) => void }>();

  const end = (number: number, how: CallEnd): void => {
    const call = open.get(number);
    open.delete(number);
    if (call !== undefined) call.end(how);
    else if (how.kind === 'failed')
      listener.line(number, 'error', `failed after its end: ${how.error.stack ?? how.error.message}`);
  };
  const fail = (number: number, error: unknown, code: string): void => {
    end(number, { kind: 'failed', error: withoutAddress(runner.describeError(error, { code, appFolder: folder })) });
  };

  giveVirtualTime(context.globals, {
    clock,
    run: context.run,
    within: (call, work) => {
      const guarded = () => {
        try {
          work();
        } catch (error) {
          if (call === null) listener.line(null, 'error', `uncaught: ${String(error)}`);
          else fail(call, error, 'threw');
        }
      };
      if (call === null) currentCall.exit(guarded);
      else currentCall.run(call, guarded);
    },
    callNow,
    timers: (call, change) => listener.timers(call, change),
  });

  context.offer({
    call(name, args) {
      const deferred = context.defer();
      const call = callNow();
      const inContext = (value: unknown) => (value === undefined ? undefined : context.parse(JSON.stringify(value)));
      // What crosses is JSON, as it is when a process lies between: functions and dates do not come through here either.
      const copied = copy(args);
      if (copied === undefined) deferred.reject(inContext({ status: 400, message: 'The arguments are no JSON' }));
      else {
        listener.operation(call, name, copied as JsonValue[]).then(
          (answer) =>
            answer.kind === 'done'
              ? deferred.resolve(inContext(answer.result))
              : deferred.reject(inContext(answer.error)),
          (error: unknown) => deferred.reject(inContext({ status: 500, message: String(error) })),
        );
      }
      return deferred.promise;
    },
    render(error, data) {
      const number = callNow();
      const call = number === null ? undefined : open.get(number);
      if (number === null || call === undefined || call.ending === 'returned') return;
      end(number, { kind: 'rendered', error: plainError(error), data: (copy(data) ?? null) as JsonValue });
    },
  });

  const exported = runner.loadServer({ appFolder: folder, context: { ...context, run: unwrapped(folder, context) } });

  return {
    run({ number, handler, payload, ending }) {
      return new Promise<CallEnd>((resolve) => {
        open.set(number, { ending, end: resolve });
        currentCall.run(number, () => {
          try {
            const returned = call(exported, handler, context.parse(JSON.stringify(payload)));
            if (isThenable(returned)) {
              returned.then(
                () => ending !== 'rendered' && open.has(number) && end(number, { kind: 'returned' }),
                (error: unknown) => fail(number, error, 'rejected'),
              );
            } else if (ending === 'returned') end(number, { kind: 'returned' });
          } catch (error) {
            fail(number, error, 'threw');
          }
        });
      });
    },
  };
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
  loadServer(app: { appFolder: string; context: object }): unknown;
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

type VirtualTimeParts = {
  readonly clock: Clock;
  readonly run: RunScript;
  readonly within: (call: number | null, work: () => void) => void;
  readonly callNow: () => number | null;
  readonly timers: CodeListener['timers'];
};

/** `Date` and the timers of the app's own context, on the virtual clock. */
function giveVirtualTime(globals: Context, { clock, run, within, callNow, timers }: VirtualTimeParts): void {
  const later = (delayMs: unknown, work: () => void, isRepeated: boolean): Timer => {
    const call = callNow();
    const waitMs = Math.max(isRepeated ? 1 : 0, Number(delayMs) || 0);
    const timer: Timer = { cancel: () => {}, isPending: true, call };
    const set = () => {
      timer.cancel = clock.after(waitMs, () => {
        if (isRepeated) set();
        else release(timer);
        within(call, work);
      });
    };
    timers(call, 1);
    set();
    return timer;
  };
  const release = (timer: Timer): void => {
    if (timer.isPending) timers(timer.call, -1);
    timer.isPending = false;
  };
  const clear = (timer: unknown): void => {
    if (!isTimer(timer)) return;
    timer.cancel();
    release(timer);
  };
  type Work = (...args: unknown[]) => unknown;
  Object.assign(globals, {
    setTimeout: (work: Work, delayMs?: unknown, ...args: unknown[]) => later(delayMs, () => work(...args), false),
    setInterval: (work: Work, delayMs?: unknown, ...args: unknown[]) => later(delayMs, () => work(...args), true),
    setImmediate: (work: Work, ...args: unknown[]) => later(0, () => work(...args), false),
    clearTimeout: clear,
    clearInterval: clear,
    clearImmediate: clear,
  });
  const install = run(virtualDateSource, { filename: 'virtual-date' }) as (now: () => number) => void;
  install(() => clock.now());
}

const virtualDateSource = `(now) => {
  const RealDate = Date;
  globalThis.Date = new Proxy(RealDate, {
    apply: () => new RealDate(now()).toString(),
    construct: (target, args, newTarget) => Reflect.construct(target, args.length === 0 ? [now()] : args, newTarget),
    get: (target, key) => (key === 'now' ? now : Reflect.get(target, key)),
  });
}`;

type Timer = { cancel: () => void; isPending: boolean; readonly call: number | null };

function isTimer(value: unknown): value is Timer {
  return typeof value === 'object' && value !== null && 'cancel' in value && 'isPending' in value;
}

function call(exported: unknown, handler: string, payload: unknown): unknown {
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
