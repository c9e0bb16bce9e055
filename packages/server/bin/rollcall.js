#!/usr/bin/env node
/**
 * The command `rollcall`. The program itself is TypeScript that only Node 26 and later runs as it stands; what a person
 * has installed may be older. So this file, plain JavaScript that Node 20 runs too, either loads the program right here
 * or starts itself once more under the Node that came with the installation (the npm package `node`).
 *
 * Two processes must look like one to whoever started it: same terminal, same signals, same exit code. And when this
 * one is killed so hard that it can pass nothing on (`kill -9`), the other must not go on holding the port and the data
 * folder: it holds the far end of a pipe that the kernel closes with us, and ends in the same moment, the same way.
 */
import { spawn } from 'node:child_process';
import { existsSync, readFileSync } from 'node:fs';
import { createRequire } from 'node:module';
import { Socket } from 'node:net';
import { dirname, join } from 'node:path';
import { fileURLToPath } from 'node:url';

const oldestNodeMajor = 26;
const lifelineVariable = 'ROLLCALL_LIFELINE_FD';
const lifelineFd = 3;
// A group of a thousand commands leaves a few megabytes of short-lived objects: with room for several groups most of them
// are dead before anything is copied: compare `npm run bench transitions` with and without it.
const nodeFlags = ['--max-semi-space-size=64'];

if (Number.parseInt(process.versions.node, 10) >= oldestNodeMajor) {
  if (process.env[lifelineVariable] !== undefined) endWithTheLauncher();
  await import('../src/cli/main.ts');
} else {
  startAgainUnder(bundledNode());
}

/** The launcher never writes to the pipe: all it can tell us is that it is gone. */
function endWithTheLauncher() {
  const lifeline = new Socket({ fd: Number(process.env[lifelineVariable]), readable: true, writable: false });
  delete process.env[lifelineVariable];
  // SIGKILL and not an orderly stop: whoever killed the launcher with -9 meant the server, and may start the next one
  // on the same data folder at once. Everything acknowledged is on disk by then.
  lifeline.on('close', () => process.kill(process.pid, 'SIGKILL'));
  lifeline.on('error', () => undefined);
  lifeline.resume();
  lifeline.unref();
}

/** @param {string} node the program to run */
function startAgainUnder(node) {
  const child = spawn(node, [...nodeFlags, fileURLToPath(import.meta.url), ...process.argv.slice(2)], {
    stdio: ['inherit', 'inherit', 'inherit', 'pipe'],
    env: { ...process.env, [lifelineVariable]: String(lifelineFd) },
  });
  for (const signal of ['SIGTERM', 'SIGHUP', 'SIGUSR2', 'SIGINT', 'SIGQUIT']) {
    process.on(signal, () => {
      // Ctrl-C and Ctrl-\ in a terminal reach the child as well, by themselves: a second one would make an orderly stop
      // a hurried one.
      const cameFromTerminal = process.stdin.isTTY && (signal === 'SIGINT' || signal === 'SIGQUIT');
      if (!cameFromTerminal) child.kill(signal);
    });
  }
  child.on('error', (error) => refuse(`cannot start ${node}: ${error.message}`));
  child.on('exit', (code, signal) => {
    if (signal === null) process.exit(code ?? 1);
    process.removeAllListeners(signal);
    process.kill(process.pid, signal);
  });
}

/** @returns {string} the path of the Node that the npm package `node` installed, next to us or hoisted above us */
function bundledNode() {
  try {
    const manifestPath = createRequire(import.meta.url).resolve('node/package.json');
    const { bin } = JSON.parse(readFileSync(manifestPath, 'utf8'));
    const program = join(dirname(manifestPath), bin.node);
    const found = [program, `${program}.exe`].find((path) => existsSync(path));
    if (found !== undefined) return found;
  } catch (error) {
    if (error.code !== 'MODULE_NOT_FOUND') throw error;
  }
  return refuse(
    `needs Node ${oldestNodeMajor} or later, and this is ${process.version}; the one that comes with Rollcall is not ` +
      'installed. Run "npm ci" (with install scripts allowed for the package "node"), or install a newer Node.',
  );
}

/** @returns {never} */
function refuse(sentence) {
  process.stderr.write(`rollcall ${sentence}\n`);
  process.exit(1);
}
