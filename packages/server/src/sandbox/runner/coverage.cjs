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
const { openingLength } = require('./module-scheme.cjs');

const folder = process.env.ROLLCALL_COVERAGE;
if (folder !== undefined) count(path.join(folder, `${process.pid}.jsonl`));

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
    const scripts = taken.result.filter(({ url }) => isOfApp(url));
    if (scripts.length === 0) return;
    const files = scripts.map(({ url, functions }) => ({ file: url, functions }));
    try {
      appendFileSync(file, `${JSON.stringify({ opening: openingLength, files })}\n`);
    } catch {
      // Who removed the folder does not want to know.
    }
  }
}

// The files of the app itself have names below its folder; everything else has an address or an absolute path.
/** @param {string} url */
function isOfApp(url) {
  return url.startsWith('server/') && !url.includes('/node_modules/');
}
