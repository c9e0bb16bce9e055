/**
 * `node scripts/try-public-apps.ts FOLDER…`: tries apps that others wrote. Every app folder at or below the folders
 * given is copied, validated and loaded, and each of its handlers is called once with the app's own test data or an
 * invented payload, or an empty one where none is known. Packages are stand-ins unless `--install` lets npm fetch them.
 * Prints a line per app, and one per handler that did not end well; a payload with nothing in it makes many an app
 * throw, so not every line is a fault of ours. Nothing is written into the folders.
 */
import { spawnSync } from 'node:child_process';
import { cpSync, existsSync, globSync, mkdirSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { dirname, join, resolve } from 'node:path';
import { type AppSession, INVOKED, openAppSession } from '../packages/server/src/cli/app-session.ts';
import { payloadFor } from '../packages/server/src/cli/invoke-payload.ts';
import { readApp } from '../packages/server/src/cli/read-app.ts';
import type { AppDefinition, EventHandler } from '../packages/server/src/marketplace/app-definition.ts';
import type { AppFiles } from '../packages/server/src/marketplace/app-files.ts';
import { isSetUpEvent } from '../packages/server/src/marketplace/event-handlers.ts';
import { defaultIparams } from '../packages/server/src/marketplace/iparams.ts';

type Try = { readonly event: string; readonly outcome: string; readonly detail: string };

const CALL_MS_MAX = 8000;

/**
 * A package that lets itself be called, constructed and awaited, and has every property that is asked of it: enough for
 * an app to load and to come to its own code.
 */
const STAND_IN = `
const never = new Set(['then', 'catch', 'finally', 'toJSON', Symbol.toPrimitive, Symbol.iterator]);
const make = () => new Proxy(function standIn() {}, {
  get: (target, name) => (never.has(name) || name === 'prototype' ? target[name] : make()),
  apply: () => make(),
  construct: () => make(),
});
module.exports = make();
`;

const words = process.argv.slice(2);
const isInstalling = words.includes('--install');
const folders = words.filter((word) => !word.startsWith('--')).flatMap(appsBelow);
if (folders.length === 0) {
  process.stderr.write('give a folder with an app in it, or above some\n');
  process.exit(2);
}
const counts = { apps: 0, loaded: 0, handlers: 0, done: 0 };
for (const folder of folders) await tryApp(folder);
process.stdout.write(
  `${counts.apps} apps, ${counts.loaded} load; ${counts.handlers} handlers called, ${counts.done} ended well\n`,
);

function appsBelow(folder: string): readonly string[] {
  const manifests = globSync('**/manifest.json', {
    cwd: resolve(folder),
    exclude: (path) => /node_modules/.test(path),
  });
  return manifests
    .map((path) => join(resolve(folder), dirname(path)))
    .filter((app) => existsSync(join(app, 'server', 'server.js')))
    .sort();
}

async function tryApp(folder: string): Promise<void> {
  counts.apps += 1;
  const copy = mkdtempSync(join(tmpdir(), 'rollcall-try-'));
  try {
    cpSync(folder, copy, { recursive: true, filter: (path) => !/[\\/](node_modules|\.git|coverage|log)$/.test(path) });
    const packages = addPackages(copy);
    const read = await readApp(copy);
    const errors = read.findings.filter(({ severity }) => severity === 'error');
    if (read.app === null || read.files === null) {
      print(
        folder,
        `does not load: ${errors.map(({ message, file, line }) => `${file}:${line} ${message}`).join(' | ')}`,
      );
      return;
    }
    counts.loaded += 1;
    const tries = await tryHandlers(copy, read.app, read.files);
    const done = tries.filter(({ outcome }) => outcome === 'done').length;
    counts.handlers += tries.length;
    counts.done += done;
    const version = read.app.platformVersion;
    print(folder, `${version}, ${errors.length} errors, ${packages} packages, ${done} of ${tries.length} handlers`);
    for (const { message, file, line } of errors) process.stdout.write(`    finding  ${file}:${line} ${message}\n`);
    for (const one of tries.filter(({ outcome }) => outcome !== 'done')) {
      process.stdout.write(`    ${one.outcome.padEnd(8)} ${one.event}: ${one.detail}\n`);
    }
  } finally {
    rmSync(copy, { recursive: true, force: true });
  }
}

function print(folder: string, sentence: string): void {
  process.stdout.write(`${folder.split('/').slice(-3).join('/')}: ${sentence}\n`);
}

async function tryHandlers(folder: string, app: AppDefinition, files: AppFiles): Promise<readonly Try[]> {
  const tries: Try[] = [];
  const iparams = defaultIparams(app.installation);
  for (const handler of app.handlers) {
    const session = await openAppSession({
      appFolder: folder,
      definition: app,
      iparams,
      purpose: purposeOf(handler.event),
      print: () => {},
      fence: 'trusted',
    });
    const made = payloadFor(handler, { app, files, iparams });
    const payload = made.kind === 'payload' ? made.payload : { data: {}, iparams, event: handler.event };
    const call = { callId: INVOKED, handler: handler.handler, payload, limitMs: CALL_MS_MAX };
    const isAsked = isSetUpEvent(handler.event);
    const outcome = isAsked ? await session.runner.ask(call) : await session.runner.call(call);
    const tried = tryOf(handler, outcome);
    tries.push(
      made.kind === 'payload' ? tried : { ...tried, detail: `${tried.detail} [called with an empty payload]` },
    );
    await session.close();
  }
  return tries;
}

type Outcome = Awaited<ReturnType<AppSession['runner']['ask' | 'call']>>;

function tryOf({ event }: EventHandler, outcome: Outcome): Try {
  switch (outcome.kind) {
    case 'delivered':
    case 'answered':
      return { event, outcome: 'done', detail: '' };
    case 'refused':
      return { event, outcome: 'refused', detail: outcome.error.message };
    case 'interrupted':
      return { event, outcome: 'cut off', detail: '' };
    case 'failed': {
      const { code, message, file = '?', line = 0 } = outcome.error;
      return { event, outcome: code, detail: `${message.split('\n')[0]} (${file}:${line})` };
    }
  }
}

function purposeOf(event: string) {
  if (isSetUpEvent(event)) return 'set_up_event';
  if (event === 'onScheduledEvent') return 'scheduled_event';
  return event === 'onExternalEvent' ? 'external_event' : 'product_event';
}

/** Answers how many. */
function addPackages(folder: string): number {
  const dependencies = dependenciesOf(folder);
  const names = Object.keys(dependencies);
  const server = join(folder, 'server');
  if (names.length > 0 && isInstalling) {
    writeFileSync(join(server, 'package.json'), JSON.stringify({ private: true, dependencies }));
    spawnSync('npm', ['install', '--ignore-scripts', '--no-audit', '--no-fund'], { cwd: server, timeout: 120_000 });
    return names.length;
  }
  for (const name of names) {
    const place = join(server, 'node_modules', name);
    mkdirSync(place, { recursive: true });
    writeFileSync(join(place, 'package.json'), JSON.stringify({ name, version: '0.0.0', main: 'index.js' }));
    writeFileSync(join(place, 'index.js'), STAND_IN);
  }
  return names.length;
}

function dependenciesOf(folder: string): Readonly<Record<string, string>> {
  try {
    const manifest = JSON.parse(readFileSync(join(folder, 'manifest.json'), 'utf8'));
    return manifest.dependencies ?? {};
  } catch {
    return {};
  }
}
