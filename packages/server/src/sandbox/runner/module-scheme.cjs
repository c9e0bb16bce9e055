// @ts-check
'use strict';

const fs = require('node:fs');
const path = require('node:path');
const { createRequire, isBuiltin } = require('node:module');

/**
 * The platform's own module scheme. It looks like CommonJS and is not:
 *
 * - a file runs as the body of a function with a local `exports`, and its result is whatever `exports` is bound to at
 *   the end; so `exports = { … }` works, `exports.x = …` too, and `module` does not exist;
 * - `require('./x')` means a file of the app below server/, seen from the requiring file, with `.js` appended;
 * - every other name is a package in server/node_modules, which runs as ordinary Node code;
 * - Node's own modules cannot be required.
 *
 * Files run anew for every call, as on the platform, where nothing that an app keeps in a variable outlives its call:
 * an app that counts in one would otherwise find the count of the call before. They are read and compiled once. Packages
 * are Node's own, and live as long as the process. In a circle of requires a file gets what the other has exported so far.
 *
 * @param {{ appFolder: string, context: import('./app-context.cjs').AppContext }} app
 * @returns {() => any} runs the files, and answers what server/server.js exports
 */
function openServer({ appFolder, context }) {
  const serverFolder = path.join(appFolder, 'server');
  const packages = createPackages(serverFolder, notFound);
  /** @type {Map<string, (loaded: Loaded, entry: Entry) => unknown>} */
  const prepared = new Map();
  /** @type {Map<string, string | null>} */
  const files = new Map();
  return () => load(new Map(), path.join(serverFolder, 'server.js'), 'server/server.js');

  /**
   * @typedef {{ exported: () => unknown }} Entry
   * @typedef {Map<string, Entry>} Loaded the files that run in one call
   * @param {Loaded} loaded @param {string} file @param {string} name
   */
  function load(loaded, file, name) {
    const known = loaded.get(file);
    if (known !== undefined) return known.exported();
    const run = prepared.get(file) ?? prepare(file, name);
    const entry = { exported: /** @returns {unknown} */ () => ({}) };
    loaded.set(file, entry);
    try {
      const result = run(loaded, entry);
      entry.exported = () => result;
      return result;
    } catch (error) {
      loaded.delete(file);
      throw error;
    }
  }

  /** @param {string} file @param {string} name */
  function prepare(file, name) {
    if (!isFileWithin(serverFolder, file)) throw notFound(name);
    const text = fs.readFileSync(file, 'utf8').replace(/^\uFEFF/, '');
    const run = file.endsWith('.json') ? () => parseFile(file, text) : prepareScript(file, text);
    prepared.set(file, run);
    return run;
  }

  /** @param {string} file @param {string} text */
  function parseFile(file, text) {
    try {
      return context.parse(text);
    } catch (cause) {
      throw placedInFile(cause, { filename: path.relative(appFolder, file).split(path.sep).join('/'), text });
    }
  }

  /**
   * @param {string} file @param {string} text
   * @returns {(loaded: Loaded, entry: Entry) => unknown}
   */
  function prepareScript(file, text) {
    const filename = nameOf(file);
    const source = text.startsWith('#!') ? `//${text}` : text;
    const wrapped = `${opening}${source}${closing}`;
    const start = context.run(wrapped, { filename, columnOffset: -opening.length, alone: source });
    return (loaded, entry) =>
      start(requireFrom(path.dirname(file), loaded), (/** @type {() => unknown} */ exported) => {
        entry.exported = exported;
      });
  }

  /**
   * A debugger finds the file that its developer has open by its whole path; everybody else reads the short name.
   * @param {string} file
   */
  function nameOf(file) {
    if (process.env.ROLLCALL_WHOLE_PATHS === '1') return file;
    return path.relative(appFolder, file).split(path.sep).join('/');
  }

  /** @param {string} folder @param {Loaded} loaded */
  function requireFrom(folder, loaded) {
    return (/** @type {unknown} */ name) => {
      if (typeof name !== 'string' || name === '') throw notFound(String(name));
      if (!/^\.\.?(\/|$)/.test(name)) return packages.load(name);
      const file = find(path.resolve(folder, name));
      if (file === null) throw notFound(name);
      return load(loaded, file, name);
    };
  }

  /** @param {string} base */
  function find(base) {
    const file = files.has(base) ? (files.get(base) ?? null) : findFile(serverFolder, base);
    files.set(base, file);
    return file;
  }

  /** @param {string} name */
  function notFound(name) {
    return Object.assign(context.error(`Cannot find module "${name}"`), { code: 'MODULE_NOT_FOUND' });
  }
}

// The outer function holds what the file may not see under a common name; the inner one is the file's. All on one
// line, so that lines stay as they are in the file, and columns but for the offset on the first.
const opening = '(function (require, __exported) { return (function () { var exports = {}; __exported(() => exports); ';
const closing = '\n;return exports; })(); })';

/**
 * A fault of a JSON file with its place written as V8 writes that of a script: file and line first, and a caret below
 * the text. The parser says where it stopped; when it reached the end it says nothing, and the end is the place.
 *
 * @param {any} error
 * @param {{ filename: string, text: string }} file
 */
function placedInFile(error, { filename, text }) {
  const said = /\(line (\d+) column (\d+)\)/.exec(String(error.message));
  const lines = text.split('\n');
  const line = said === null ? lines.length : Number(said[1]);
  const shown = lines[line - 1] ?? '';
  const column = said === null ? shown.length + 1 : Number(said[2]);
  error.message = `${filename} is not valid JSON: ${error.message}`;
  // A line of megabytes would push the caret out of what is kept of a stack.
  const caret = column <= 500 ? `${shown.slice(0, 500)}\n${' '.repeat(column - 1)}^\n` : '';
  error.stack = `${filename}:${line}\n${caret}\n${error.stack}`;
  return error;
}

/** @param {string} serverFolder @param {string} base */
function findFile(serverFolder, base) {
  const candidates = [`${base}.js`, base, `${base}.json`, path.join(base, 'index.js')];
  return candidates.find((file) => /\.js(on)?$/.test(file) && isFileWithin(serverFolder, file)) ?? null;
}

/** @param {string} folder @param {string} file */
function isFileWithin(folder, file) {
  if (!file.startsWith(folder + path.sep)) return false;
  try {
    return fs.statSync(file).isFile() && fs.realpathSync(file).startsWith(folder + path.sep);
  } catch {
    return false;
  }
}

/** @param {string} serverFolder @param {(name: string) => Error} notFound */
function createPackages(serverFolder, notFound) {
  const requirePackage = createRequire(path.join(serverFolder, 'server.js'));
  const way = { isPrepared: false };
  return { load };

  /** @param {string} name */
  function load(name) {
    const [first = '', second = ''] = name.split('/');
    const packageName = name.startsWith('@') ? `${first}/${second}` : first;
    const folder = path.join(serverFolder, 'node_modules', packageName);
    if (packageName.includes('..') || path.isAbsolute(name) || !fs.existsSync(folder)) throw notFound(name);
    if (!way.isPrepared) require('./for-packages.cjs').prepareForPackages();
    way.isPrepared = true;
    // Packages called as a module of Node's own (buffer, events, url) would be outshone by it.
    return requirePackage(isBuiltin(name) ? folder : name);
  }
}

module.exports = { openServer, openingLength: opening.length };
