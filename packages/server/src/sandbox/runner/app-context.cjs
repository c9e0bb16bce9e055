// @ts-check
'use strict';

const vm = require('node:vm');
const { createConsole } = require('./app-log.cjs');
const { deferredSource } = require('./deferred.cjs');
const { platformGlobals } = require('./platform-globals.cjs');

/**
 * What app code and this program share. Everything handed to the app is made inside its own context, so that
 * `instanceof Object`, `Array` and `Promise` hold there.
 *
 * @typedef {object} AppContext
 * @property {(source: string, at: ScriptPlace) => any} run runs a script in the context
 * @property {(text: string) => any} parse JSON.parse of the context
 * @property {(message: string) => Error} error a new error of the context
 * @property {() => Deferred} defer a new promise of the platform's shape
 * @property {(ways: Ways) => void} offer puts the platform's globals in place
 * @property {import('node:vm').Context} globals the object behind the context's globals
 *
 * @typedef {{ filename: string, columnOffset?: number, alone?: string }} ScriptPlace `alone` is the text as it stands in
 *   its file: when the script cannot be compiled, the error is that of the file, not of what was put around it
 * @typedef {{ promise: Promise<unknown>, resolve: (value: unknown) => void, reject: (reason: unknown) => void }} Deferred
 * @typedef {(name: string, args: unknown[]) => Promise<unknown>} HostCall
 * @typedef {{ call: HostCall, render: (error: unknown, data: unknown) => void, parse?: (text: string) => any }} Ways what
 *   the globals are made of; `parse` is the context's own
 */

// What the vendor's sandbox does not have and nothing of an app collides with. Packages have it anyway.
const lenientGlobals = {
  setTimeout,
  setInterval,
  setImmediate,
  clearTimeout,
  clearInterval,
  clearImmediate,
  queueMicrotask,
  structuredClone,
  Buffer,
  URL,
  URLSearchParams,
  TextEncoder,
  TextDecoder,
  atob,
  btoa,
};

/**
 * @param {(level: string, text: string) => void} log
 * @returns {AppContext}
 */
function createAppContext(log) {
  const globals = vm.createContext(
    { ...lenientGlobals, console: createConsole(log), process: { env: {}, cwd: () => 'server' } },
    { name: 'app' },
  );
  /** @type {AppContext['run']} */
  const run = (source, place) => compile(source, place).runInContext(globals);
  globals.global = run('globalThis', { filename: 'context' });
  const own = run('({ parse: JSON.parse, error: (message) => new Error(message) })', { filename: 'context' });
  const defer = run(deferredSource, { filename: 'deferred' });
  return { run, parse: own.parse, error: own.error, defer, offer, globals };

  /** @param {Ways} ways */
  function offer(ways) {
    for (const [name, create] of Object.entries(platformGlobals)) globals[name] = create({ ...ways, parse: own.parse });
  }
}

/** @param {string} source @param {ScriptPlace} place */
function compile(source, { filename, columnOffset = 0, alone = source }) {
  try {
    return new vm.Script(source, { filename, columnOffset });
  } catch (error) {
    try {
      new vm.Script(alone, { filename });
    } catch (ownError) {
      throw placed(ownError, filename);
    }
    throw placed(error, filename);
  }
}

/**
 * Node says in which file and line a script is broken. Deno does not; the file is known here, the line is not.
 * @param {any} error
 * @param {string} filename
 */
function placed(error, filename) {
  if (process.versions.deno !== undefined) error.stack = `${filename}:1\n\n${error.stack}`;
  return error;
}

module.exports = { createAppContext };
