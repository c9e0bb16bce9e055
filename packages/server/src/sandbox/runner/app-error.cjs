// @ts-check
'use strict';

const path = require('node:path');

const messageLengthMax = 2000;
const stackLengthMax = 8000;

/**
 * What went wrong, in words for the app's developer: the message, and the place in the app's own file with the stack
 * below it. Errors of the app come from another context, and anything can be thrown: nothing is taken for granted.
 *
 * @param {unknown} error
 * @param {{ code: string, appFolder: string }} about
 * @returns {{ code: string, message: string, file?: string, line?: number, column?: number, stack?: string }}
 */
function describeError(error, { code, appFolder }) {
  const message = messageOf(error).slice(0, messageLengthMax);
  const stack = readText(error, 'stack');
  if (stack === null) return { code, message };
  const lines = stack.split('\n').filter((line) => !isOurs(line));
  const shown = lines.map((line) => line.replaceAll(`${appFolder}${path.sep}`, ''));
  return { code, message, ...placeIn(shown), stack: shown.join('\n').slice(0, stackLengthMax) };
}

/** @param {unknown} error */
function messageOf(error) {
  const message = readText(error, 'message');
  const name = readText(error, 'name');
  if (message !== null) return name === null || name === 'Error' ? message : `${name}: ${message}`;
  try {
    return typeof error === 'object' && error !== null ? JSON.stringify(error) : String(error);
  } catch {
    return 'something that cannot be shown';
  }
}

/** @param {unknown} error @param {string} key */
function readText(error, key) {
  try {
    const value = /** @type {Record<string, unknown> | null | undefined} */ (error)?.[key];
    return typeof value === 'string' ? value : null;
  } catch {
    return null;
  }
}

// `node:` and `ext:` are the runtimes' own; `context` and `deferred` are the scripts that app-context.cjs puts into the app's context.
const ourNames = /\(?\b(node|ext):|runner\.cjs:\d|\(?\b(context|deferred):\d/;

/**
 * Whether a line of a stack speaks of the runner or of Node, and not of the app.
 * @param {string} line
 */
function isOurs(line) {
  return /^\s+at /.test(line) && (line.includes(__dirname) || ourNames.test(line));
}

/**
 * The first place in a file of the app itself. A syntax error has it in the first line, with a caret for the column.
 * @param {string[]} lines
 * @returns {{ file?: string, line?: number, column?: number }}
 */
function placeIn(lines) {
  const [first = ''] = lines;
  const syntax = /^(server\/[^\s:]+):(\d+)$/.exec(first);
  if (syntax !== null) {
    const column =
      lines
        .slice(0, 4)
        .find((line) => /^\s*\^+\s*$/.test(line))
        ?.indexOf('^') ?? 0;
    return { file: syntax[1] ?? '', line: Number(syntax[2]), column: column + 1 };
  }
  for (const line of lines) {
    const place = /^\s+at .*?\(?(server\/(?!node_modules\/)[^\s():]+):(\d+):(\d+)\)?$/.exec(line);
    if (place !== null) return { file: place[1] ?? '', line: Number(place[2]), column: Number(place[3]) };
  }
  return {};
}

module.exports = { describeError, isOurs };
