// @ts-check
'use strict';

const { Console } = require('node:console');
const { Writable } = require('node:stream');
const { format } = require('node:util');
const { isOurs } = require('./app-error.cjs');

const levels = ['log', 'info', 'warn', 'error', 'debug'];
const lineLengthMax = 8192;

/**
 * Sends lines of the app's log to the host, each with the call that it belongs to.
 *
 * @param {(message: object) => void} send
 * @param {() => number | null} currentCall
 * @returns {(level: string, text: string) => void}
 */
function createLog(send, currentCall) {
  return (level, text) => send({ type: 'log', level, text: cut(text), call: currentCall() });
}

/** @param {string} text */
function cut(text) {
  if (text.length <= lineLengthMax) return text;
  return `${text.slice(0, lineLengthMax)} … ${text.length - lineLengthMax} more characters left out`;
}

/**
 * The console that an app has: the levels are lines of the log, and the rest of Node's (`table`, `dir`, `time`, `count`
 * and so on) print there too.
 * @param {(level: string, text: string) => void} log
 */
function createConsole(log) {
  const rest = new Console({ stdout: createStream('log', log), stderr: createStream('error', log), colorMode: false });
  const own = levels.map((level) => [level, (/** @type {unknown[]} */ ...values) => log(level, formatSafely(values))]);
  return { ...harmless(rest), ...Object.fromEntries(own) };
}

// Printing is no reason to fail: a value may throw while it is shown, and `console.table` knows nothing of that.
/** @param {Console} console */
function harmless(console) {
  const methods = Object.entries(console).filter(([, method]) => typeof method === 'function');
  return Object.fromEntries(
    methods.map(([name, method]) => [
      name,
      (/** @type {unknown[]} */ ...args) => {
        try {
          method(...args);
        } catch {
          console.log('(a value that cannot be shown)');
        }
      },
    ]),
  );
}

// A value may throw while it is shown: a getter, a proxy, an inspection method of its own.
/** @param {unknown[]} values */
function formatSafely(values) {
  try {
    return withoutOurFrames(format(...values));
  } catch {
    return '(a value that cannot be shown)';
  }
}

// An error that an app prints shows where in the app it came from; how the runner called it is nobody's business.
/** @param {string} text */
function withoutOurFrames(text) {
  if (!text.includes('\n    at ')) return text;
  return text
    .split('\n')
    .filter((line) => !isOurs(line))
    .join('\n');
}

/**
 * Standard output carries frames. What packages print there, or to standard error, becomes lines of the log instead.
 * @param {(level: string, text: string) => void} log
 */
function captureOutput(log) {
  Object.assign(console, createConsole(log));
  Object.defineProperty(process, 'stdout', { configurable: true, value: createStream('log', log) });
  Object.defineProperty(process, 'stderr', { configurable: true, value: createStream('error', log) });
}

/** @param {string} level @param {(level: string, text: string) => void} log */
function createStream(level, log) {
  return new Writable({
    decodeStrings: false,
    write(chunk, _encoding, done) {
      const text = String(chunk).replace(/\n$/, '');
      if (text !== '') log(level, withoutOurFrames(text));
      done();
    },
  });
}

module.exports = { captureOutput, createConsole, createLog };
