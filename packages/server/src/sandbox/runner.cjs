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
const { loadServer } = require('./runner/module-scheme.cjs');

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
  context.offer(hostCalls.call);
  /** @param {unknown} error @param {string} code */
  const explain = (error, code) => describeError(error, { code, appFolder });
  const calls = createCalls({ send, currentCall, explain, log });
  const exported = load();

  readFrames(process.stdin, {
    parse: context.parse,
    onMessage: receive,
    onEnd: () => calls.leave(),
  });

  function load() {
    try {
      const loaded = loadServer({ appFolder, context });
      send({ type: 'ready', functions: namesOfFunctions(loaded) });
      return loaded;
    } catch (error) {
      send({ type: 'not_loaded', error: explain(error, 'not_loaded') });
      return calls.leave();
    }
  }

  /** @param {any} message */
  function receive(message) {
    switch (message.type) {
      case 'call':
        return calls.run(message.id, () => callHandler(exported, message));
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
 * The calls that are under way. Each is answered once: by what its handler returns or throws, by what its promise
 * becomes, or by an exception that escaped from a callback of its.
 *
 * @param {{
 *   send: (message: object) => void,
 *   currentCall: AsyncLocalStorage<number>,
 *   explain: (error: unknown, code: string) => { message: string, stack?: string },
 *   log: (level: string, text: string) => void,
 * }} parts
 */
function createCalls({ send, currentCall, explain, log }) {
  /** @type {Set<number>} */
  const open = new Set();
  const ending = { isOrderly: false };

  process.on('unhandledRejection', (reason) => {
    const { message, stack } = explain(reason, 'rejected');
    log('error', `unhandled rejection: ${stack ?? message}`);
  });
  process.on('uncaughtException', (error) => {
    const call = currentCall.getStore();
    const { message, stack } = explain(error, 'threw');
    if (call !== undefined && open.has(call)) settle(call, explain(error, 'threw'));
    else log('error', `uncaught exception: ${stack ?? message}`);
  });
  process.on('exit', (code) => {
    if (!ending.isOrderly) send({ type: 'exiting', code, call: currentCall.getStore() ?? null });
  });

  return { run, leave };

  /** @param {number} id @param {() => unknown} handle */
  function run(id, handle) {
    open.add(id);
    currentCall.run(id, () => {
      try {
        const returned = /** @type {any} */ (handle());
        if (isPromise(returned)) {
          returned.then(
            () => settle(id, null),
            (/** @type {unknown} */ reason) => settle(id, explain(reason, 'rejected')),
          );
        } else settle(id, null);
      } catch (error) {
        settle(id, explain(error, isHandlerMissing(error) ? 'handler_missing' : 'threw'));
      }
    });
  }

  /** @param {number} id @param {object | null} error */
  function settle(id, error) {
    if (!open.delete(id)) return;
    send(error === null ? { type: 'settled', id } : { type: 'settled', id, error });
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

/** @param {any} error */
function isHandlerMissing(error) {
  return error instanceof Error && 'isHandlerMissing' in error;
}
