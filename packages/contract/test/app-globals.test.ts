import assert from 'node:assert/strict';
import { spawnSync } from 'node:child_process';
import { mkdirSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { dirname, join } from 'node:path';
import { after, test } from 'node:test';
import { renderAppGlobals } from '../../../scripts/app-globals.ts';
import { repositoryRoot } from '../../../scripts/repository-root.ts';

/** The types of app code, as the compiler reads them: it knows nothing else, no Node and no browser. */
const globals = join(repositoryRoot, 'packages', 'contract', 'app-globals.d.ts');
const place = mkdtempSync(join(tmpdir(), 'rollcall-app-types-'));
after(() => rmSync(place, { recursive: true, force: true }));

test('the payload types are those that the schemas give, with every description', () => {
  const text = readFileSync(globals, 'utf8');
  assert.equal(renderAppGlobals(text), text, 'run node scripts/app-globals.ts --write');
});

test('the payload types are the contract’s', () => {
  const contract = join(repositoryRoot, 'packages', 'contract', 'src', 'index.ts');
  const said = compile('same', {
    'equal.ts': `/// <reference path="${globals}" />
import type { ActivityPayload, CustomStatusPayload } from '${contract}';
type Same<A, B> = [A, B] extends [B, A] ? ([keyof A, keyof B] extends [keyof B, keyof A] ? true : false) : false;
type Event = App.AgentActivityPayload;
export const activity: Same<Event, ActivityPayload> = true;
export const change: Same<App.AgentActivity, ActivityPayload['data']['agent_activity']> = true;
export const actor: Same<App.Actor, ActivityPayload['data']['actor']> = true;
export const ours: Same<Required<Event>['activity'], Required<ActivityPayload>['activity']> = true;
export const customStatus: Same<App.CustomStatusPayload, CustomStatusPayload> = true;
export const swapped: Same<App.CustomStatusPayload['data'], CustomStatusPayload['data']> = true;
// The comparison tells one field too many, optional or not, and one that may be null: it cannot hold for everything.
export const more: Same<Event, ActivityPayload & { readonly more?: 1 }> = false;
export const nullable: Same<App.Actor, Omit<App.Actor, 'id'> & { readonly id: string | null }> = false;
export const missing: Same<App.Actor, Omit<App.Actor, 'id'>> = false;
export const manifests: App.Manifest[] = [
  { 'platform-version': '2.3', product: { freshchat: { events: { onAgentActivityCreate: { handler: 'on' } } } } },
  {
    'platform-version': '3.0',
    modules: { common: { functions: { echo: { timeout: 10 } } }, chat_conversation: { events: { onMessageCreate: { handler: 'on' } } } },
    engines: { node: '24.11.1', fdk: '10.1.2' },
  },
];
// @ts-expect-error engines are required in 3.0
export const incomplete: App.Manifest = { 'platform-version': '3.0', modules: { chat_conversation: {} } };
// @ts-expect-error a slip in the handler's name
export const slipped: App.Manifest = { 'platform-version': '2.3', product: { freshchat: { events: { onX: { hanlder: 'on' } } } } };`,
  });
  assert.deepEqual(said, []);
});

test('an app’s own code is checked against payloads and globals', () => {
  const said = compile('app', {
    'server/lib/count.js': `exports.count = function count(/** @type {string} */ email) {
  return $db.update(email, 'increment', { changes: 1 }, { ttl: 60 });
};`,
    'server/server.js': `const { count } = require('./lib/count');
exports = {
  /** @param {App.AgentActivityPayload} payload */
  async onAgentActivity(payload) {
    const { agent_activity: change, actor } = payload.data;
    await count(change.email);
    console.info(change.status, actor.avatar.url?.length, payload.iparams['key']);
    $db.get('x').done((record) => console.log(record.changes)).fail((error) => console.warn(error.message));
    const { status, response } = await $request.invokeTemplate('tell', { context: { who: 1 }, body: '{}' });
    await $schedule.create({ name: 'n', data: {}, schedule_at: payload.activity?.recorded_at ?? '' });
    const url = await generateTargetUrl('a');
    console.info(status, response.length, url.startsWith('https'));
  },
  /** @type {App.Callback<'onAppInstall'>} */
  onInstall() { renderData(); },
  /** @param {App.FunctionArguments<{ text: string }>} given */
  echo(given) { renderData(null, { text: given.text, key: given.iparams['key'] }); },
};`,
  });
  assert.deepEqual(said, []);
});

test('a slip in an app’s code is found, at its line', () => {
  const said = compile('slip', {
    'server/server.js': `exports = {
  /** @param {App.AgentActivityPayload} payload */
  async onAgentActivity(payload) {
    console.info(payload.data.agent_activity.stauts);
    await $db.set('key', 'no object');
    await $request.invokeTemplates('x', {});
    setTimeout(() => {}, process.pid);
  },
};`,
  });
  assert.deepEqual(
    said.map((line) => line.replace(/^.*server\.js\((\d+),\d+\): error (TS\d+).*$/, '$1 $2')),
    ['4 TS2551', '5 TS2345', '6 TS2551', '7 TS2304', '7 TS2591'],
  );
});

/** @returns what the compiler says, a line for each fault */
function compile(name: string, files: Readonly<Record<string, string>>): readonly string[] {
  const folder = join(place, name);
  for (const [path, text] of Object.entries(files)) {
    mkdirSync(dirname(join(folder, path)), { recursive: true });
    writeFileSync(join(folder, path), text);
  }
  const compilerOptions = {
    ...{ allowJs: true, checkJs: true, strict: true, noEmit: true, target: 'esnext', lib: ['es2023'], types: [] },
    ...{ module: 'nodenext', moduleDetection: 'force', allowImportingTsExtensions: true, skipLibCheck: false },
    exactOptionalPropertyTypes: true,
  };
  const paths = Object.keys(files);
  writeFileSync(join(folder, 'tsconfig.json'), JSON.stringify({ compilerOptions, files: [globals, ...paths] }));
  const compiler = join(repositoryRoot, 'node_modules', 'typescript', 'bin', 'tsc');
  const { stdout, stderr } = spawnSync(process.execPath, [compiler, '-p', folder, '--pretty', 'false'], {
    encoding: 'utf8',
  });
  assert.equal(stderr, '');
  return stdout.split('\n').filter((line) => line.includes(': error '));
}
