// @ts-check
'use strict';

/**
 * The program inside an app's process. One process runs one app for one account; the host speaks to it in frames over
 * standard input and output, and nothing else of the machine is meant to be reached from here.
 *
 * It is plain CommonJS without dependencies and without types to strip: the same files run under every launcher, and
 * an app that was asleep wakes in a third of the time that stripping types would take.
 *
 *   runner.cjs <app folder>
 *
 * Nothing here is a wall. An app can leave its `vm` context in one line; what it finds outside is this process, and the
 * walls are around the process.
 */
const { AsyncLocalStorage } = require('node:async_hooks');
const { realpathSync } = require('node:fs');
const { createAppContext } = require('./runner/app-context.cjs');
const { describeError } = require('./runner/app-error.cjs');
const { captureOutput, createLog } = require('./runner/app-log.cjs');
const { createFrameWriter, readFrames } = require('./runner/frames.cjs');
const { createHostCalls } = require('./runner/host-calls.cjs');
const { openServer } = require('./runner/module-scheme.cjs');

runApp(realpathSync(process.argv[2] ?? '.'));

/** @param {string} appFolder */
function runApp(appFolder) {
  const send = createFrameWriter(1);
  // Which call a line or a failure belongs to, however many run at once and however far the app's promises carry it.
  const currentCall = /** @type {AsyncLocalStorage<number>} */ (new AsyncLocalStorage());
  const log = createLog(send, () => currentCall.getStore() ?? null);
  captureOutput(log);
  const context = createAppContext(log);
  const hostCalls = createHostCalls(send, context, () => currentCall.getStore() ?? null);
  /** @param {unknown} error @param {string} code */
  const explain = (error, code) => describeError(error, { code, appFolder });
  const calls = createCalls({ send, currentCall, explain, log });
  context.offer({ call: hostCalls.call, render: calls.render });
  const load = openServer({ appFolder, context });
  // The files run once before the first call, to see that they do; that call need not run them again.
  /** @type {{ exported: any } | null} */
  let ready = loadFirst();

  readFrames(process.stdin, {
    parse: context.parse,
    onMessage: receive,
    onEnd: () => calls.leave(),
  });

  function loadFirst() {
    try {
      const loaded = load();
      send({ type: 'ready', functions: namesOfFunctions(loaded) });
      return { exported: loaded };
    } catch (error) {
      send({ type: 'not_loaded', error: explain(error, 'not_loaded') });
      return calls.leave();
    }
  }

  function takeExports() {
    const { exported } = ready ?? { exported: load() };
    ready = null;
    return exported;
  }

  /** @param {any} message */
  function receive(message) {
    switch (message.type) {
      case 'call':
        return calls.run(message, () => callHandler(takeExports(), message));
      case 'answer':
        return hostCalls.settle(message);
      case 'ping':
        return send({ type: 'pong', id: message.id });
    }
  }
}

/**
 * Calls the function that the manifest names, as a method of the exports and with one argument, as the platform does.
 * @param {any} exported
 * @param {{ handler: string, payload: unknown }} call
 */
function callHandler(exported, { handler, payload }) {
  const isInherited = Object.hasOwn(Object.prototype, handler);
  if (isInherited || exported == null || typeof exported[handler] !== 'function') {
    throw Object.assign(new Error(`Event callback '${handler}' is not defined`), { isHandlerMissing: true });
  }
  return exported[handler](payload);
}

/**
 * Names of the functions that a handler may be, inherited ones too: `exports` may be an object of a class.
 * @param {any} exported
 */
function namesOfFunctions(exported) {
  const names = new Set();
  for (let holder = exported; isHolder(holder); holder = Object.getPrototypeOf(holder)) {
    for (const name of Object.getOwnPropertyNames(holder))
      if (isFunctionIn(exported, name)) names.add(name.slice(0, 200));
  }
  names.delete('constructor');
  return [...names].slice(0, 1000);
}

// The objects that everything inherits from have nothing of the app's.
/** @param {any} value */
function isHolder(value) {
  const isObject = (typeof value === 'object' && value !== null) || typeof value === 'function';
  return isObject && !Object.hasOwn(value, 'hasOwnProperty') && !Object.hasOwn(value, 'bind');
}

/** @param {any} exported @param {string} name */
function isFunctionIn(exported, name) {
  try {
    return typeof exported[name] === 'function';
  } catch {
    return false;
  }
}

/**
 * How a call ends, besides by failing:
 *
 * - `returned`: by the handler's return, or by what a returned promise becomes; `renderData` means nothing in it
 * - `rendered`: by `renderData` alone: a handler that ends without it is still waited for
 * - `either`: whichever of the two comes first
 *
 * @typedef {'returned' | 'rendered' | 'either'} End
 */

/**
 * The calls that are under way. Each is answered once: by what its handler returns or throws, by what its promise
 * becomes, by `renderData`, or by an exception that escaped from a callback of its.
 *
 * @param {{
 *   send: (message: object) => void,
 *   currentCall: AsyncLocalStorage<number>,
 *   explain: (error: unknown, code: string) => { message: string, stack?: string },
 *   log: (level: string, text: string) => void,
 * }} parts
 */
function createCalls({ send, currentCall, explain, log }) {
  /** @type {Map<number, End>} */
  const open = new Map();
  const ending = { isOrderly: false };

  process.on('unhandledRejection', (reason) => {
    const { message, stack } = explain(reason, 'rejected');
    log('error', `unhandled rejection: ${stack ?? message}`);
  });
  process.on('uncaughtException', (error) => {
    const call = currentCall.getStore() ?? theOnlyOne();
    const { message, stack } = explain(error, 'threw');
    if (call !== undefined && open.has(call)) settle(call, explain(error, 'threw'));
    else log('error', `uncaught exception: ${stack ?? message}`);
  });
  process.on('exit', (code) => {
    if (!ending.isOrderly) send({ type: 'exiting', code, call: currentCall.getStore() ?? null });
  });

  return { run, render, leave };

  // Deno has forgotten by then in whose course an exception was thrown: a call that is alone has done it.
  function theOnlyOne() {
    return process.versions.deno !== undefined && open.size === 1 ? [...open.keys()][0] : undefined;
  }

  /** @param {{ id: number, ends: End }} call @param {() => unknown} handle */
  function run({ id, ends }, handle) {
    open.set(id, ends);
    currentCall.run(id, () => {
      try {
        const returned = /** @type {any} */ (handle());
        if (isPromise(returned)) {
          returned.then(
            () => returnedFrom(id),
            (/** @type {unknown} */ reason) => fail(id, reason, 'rejected'),
          );
        } else returnedFrom(id);
      } catch (error) {
        fail(id, error, isHandlerMissing(error) ? 'handler_missing' : 'threw');
      }
    });
  }

  /** @param {number} id */
  function returnedFrom(id) {
    if (open.get(id) !== 'rendered') settle(id, null);
  }

  // Whoever has answered may still fail: nobody waits for it any more, and its developer wants to know all the same.
  /** @param {number} id @param {unknown} error @param {string} code */
  function fail(id, error, code) {
    const explained = explain(error, code);
    if (open.has(id)) settle(id, explained);
    else log('error', `failed after its answer: ${explained.stack ?? explained.message}`);
  }

  /** @param {number} id @param {object | null} error */
  function settle(id, error) {
    if (!open.delete(id)) return;
    send(error === null ? { type: 'settled', id } : { type: 'settled', id, error });
  }

  /**
   * `renderData`, for the call in which it is called. The first one counts; in calls that it does not end it is nothing.
   * @param {unknown} error
   * @param {unknown} data
   */
  function render(error, data) {
    const id = currentCall.getStore() ?? onlyRendered();
    const ends = id === undefined ? undefined : open.get(id);
    if (id === undefined || ends === undefined || ends === 'returned') return;
    open.delete(id);
    try {
      send({ type: 'rendered', id, error: plainError(error), data });
    } catch (cause) {
      open.set(id, ends);
      settle(id, explain(cause, 'threw'));
    }
  }

  // A package may call back outside of every call (from a pool of sockets, for one). With one call waiting it is clear.
  function onlyRendered() {
    const waiting = [...open].filter(([, ends]) => ends !== 'returned').map(([id]) => id);
    return waiting.length === 1 ? waiting[0] : undefined;
  }

  /** @returns {never} */
  function leave() {
    ending.isOrderly = true;
    process.exit(0);
  }
}

/** @param {any} value */
function isPromise(value) {
  return value !== null && typeof value === 'object' && typeof value.then === 'function';
}

/**
 * An error as JSON can carry it: the message of an `Error` is no enumerable property. What counts as none is null.
 * @param {any} error
 */
function plainError(error) {
  if (!error) return null;
  if (typeof error !== 'object' || Array.isArray(error)) return error;
  const { message, status } = error;
  return { ...error, ...(message === undefined ? {} : { message }), ...(status === undefined ? {} : { status }) };
}

/** @param {any} error */
function isHandlerMissing(error) {
  return error instanceof Error && 'isHandlerMissing' in error;
}
