// @ts-check
'use strict';

/**
 * Loaded before everything else into the process of an app that its developer runs: counts which lines of the app ran.
 *
 * Counting is the engine's own, so that the app runs as it always does. What was counted since the last time is appended
 * to a file as one line of JSON: when the host asks for it with a signal, and when the process ends.
 */
const { appendFileSync } = require('node:fs');
const { Session } = require('node:inspector');
const path = require('node:path');
const { pathToFileURL } = require('node:url');
const { openingLength } = require('./module-scheme.cjs');

/** @param {string} file */
function count(file) {
  const session = new Session();
  session.connect();
  session.post('Profiler.enable');
  session.post('Profiler.startPreciseCoverage', { callCount: true, detailed: true });
  // A session answers within the call: nothing is lost when the process ends right after.
  const take = () => session.post('Profiler.takePreciseCoverage', (error, taken) => write(error, taken));
  process.on('SIGUSR2', take);
  process.on('exit', take);

  /** @param {Error | null} error @param {import('node:inspector').Profiler.TakePreciseCoverageReturnType} taken */
  function write(error, taken) {
    if (error !== null) return;
    const scripts = taken.result.map(({ url, functions }) => ({ file: nameOf(url), functions }));
    const files = scripts.filter((script) => isOfApp(script.file));
    if (files.length === 0) return;
    try {
      appendFileSync(file, `${JSON.stringify({ opening: openingLength, files })}\n`);
    } catch {
      // Who removed the folder does not want to know.
    }
  }
}

const appFolder = `${pathToFileURL(process.argv[2] ?? '.').href}/`;

// A script has its short name, or under a debugger the whole path, which the inspector writes as an address.
/** @param {string} url */
function nameOf(url) {
  return url.startsWith(appFolder) ? decodeURIComponent(url.slice(appFolder.length)) : url;
}

// The files of the app itself have names below its folder; everything else has an address or an absolute path.
/** @param {string} url */
function isOfApp(url) {
  return url.startsWith('server/') && !url.includes('/node_modules/');
}

const folder = process.env.ROLLCALL_COVERAGE;
if (folder !== undefined) count(path.join(folder, `${process.pid}.jsonl`));
