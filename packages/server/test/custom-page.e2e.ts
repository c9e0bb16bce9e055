import assert from 'node:assert/strict';
import { type ChildProcess, spawn } from 'node:child_process';
import { once } from 'node:events';
import { mkdtempSync, readdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { createInterface } from 'node:readline';
import { after, before, test } from 'node:test';
import { fileURLToPath } from 'node:url';
import type { AppInstallationLink, AppPage, AppRead } from '@rollcall/contract';
import type { Browser, Page } from 'playwright-core';
import { launchBrowser } from './browser.ts';
import { writeChannelApp, writeHostileApp } from './custom-page-apps.ts';
import { callServer, eventually, type ServerProcess, startServerProcess, stopServerProcess } from './server-process.ts';

const program = fileURLToPath(new URL('../bin/rollcall.js', import.meta.url));
const waitMs = 10_000;
const TOKEN = 'an-invented-token-91352';

const state: { browser: Browser | null; root: string; server: ServerProcess | null; benches: ChildProcess[] } = {
  browser: null,
  root: '',
  server: null,
  benches: [],
};

before(async () => {
  state.browser = await launchBrowser();
  if (state.browser === null) return;
  state.root = mkdtempSync(join(tmpdir(), 'rollcall-page-'));
});

after(async () => {
  await state.browser?.close();
  for (const child of state.benches) {
    child.kill('SIGKILL');
    await once(child, 'exit');
  }
  if (state.server !== null) await stopServerProcess(state.server);
  if (state.root !== '') rmSync(state.root, { recursive: true, force: true });
});

/** Two apps with pages of their own in one server; both wait for what their pages give. */
async function server(): Promise<ServerProcess> {
  if (state.server !== null) return state.server;
  const folders = [writeChannelApp(join(state.root, 'channel-app')), writeHostileApp(join(state.root, 'hostile-app'))];
  const words = folders.flatMap((folder) => ['--app', folder]);
  const started = await startServerProcess(join(state.root, 'data'), ...words, '--fence', 'trusted');
  state.server = started;
  const { items } = JSON.parse(await callServer(started, { method: 'GET', path: '/apps' })) as AppPage;
  for (const { id } of items) await callServer(started, { method: 'DELETE', path: `/apps/${id}` });
  return started;
}

async function installed(from: ServerProcess, name: string): Promise<AppRead> {
  const body = { folder: join(state.root, name) };
  return JSON.parse(await callServer(from, { method: 'POST', path: '/apps', body })) as AppRead;
}

async function linkTo(from: ServerProcess, app: string): Promise<string> {
  const made = await callServer(from, { method: 'POST', path: `/apps/${app}/installation-link` });
  const { url } = JSON.parse(made) as AppInstallationLink;
  return `${from.url}${new URL(url).pathname}`;
}

async function appOf(from: ServerProcess, app: string): Promise<AppRead> {
  return JSON.parse(await callServer(from, { method: 'GET', path: `/apps/${app}` })) as AppRead;
}

/** `app run` on a folder: its address, once the app is there. */
async function bench(folder: string): Promise<string> {
  const child = spawn(process.execPath, [program, 'app', 'run', folder, '--port', '0', '--json'], {
    stdio: ['ignore', 'pipe', 'inherit'],
  });
  state.benches.push(child);
  const output = createInterface({ input: child.stdout as NodeJS.ReadableStream });
  let url: string | null = null;
  for await (const line of output) {
    const said = JSON.parse(line) as { readonly type: string; readonly url: string; readonly sentence?: string };
    if (said.type === 'listening') url = said.url;
    if (url !== null && /^(installed in|the app is not installed)/.test(said.sentence ?? '')) {
      output.close();
      child.stdout?.resume();
      return url;
    }
  }
  throw new Error('app run ended before it listened');
}

type Opened = { readonly page: Page; readonly faults: string[]; close(): Promise<void> };

async function open(url: string): Promise<Opened> {
  const context = await (state.browser as Browser).newContext({ viewport: { width: 1440, height: 900 } });
  const page = await context.newPage();
  page.setDefaultTimeout(waitMs);
  const faults: string[] = [];
  page.on('pageerror', (error) => faults.push(String(error)));
  await context.addCookies([{ name: 'session', value: 'nobody-may-read-this', url }]);
  await page.goto(url);
  return { page, faults, close: () => context.close() };
}

const frameOf = (page: Page) => page.frameLocator('iframe');

function onDisk(folder: string): string {
  const files = readdirSync(folder, { recursive: true, withFileTypes: true }).filter((entry) => entry.isFile());
  return files.map(({ parentPath, name }) => readFileSync(join(parentPath, name), 'latin1')).join('\n');
}

test('a person without a key installs an app by its own page, and changes what it was given', async (t) => {
  if (state.browser === null) return t.skip('no Chromium on this machine');
  const running = await server();
  const app = await installed(running, 'channel-app');
  assert.equal(app.state, 'needs_parameters');
  const opened = await open(await linkTo(running, app.id));
  const { page, faults } = opened;
  const frame = frameOf(page);
  await frame.getByText('Events of chat_conversation').waitFor();

  await page.getByRole('button', { name: 'Install' }).click();
  await page.getByText('does not accept what it holds').waitFor();
  await frame.getByLabel('Channel').fill('closed');
  await frame.getByLabel('Access token').fill(TOKEN);
  await frame.getByRole('button', { name: 'Check the channel' }).click();
  await frame.getByText('closed at install; Unsupported operation').waitFor();
  await page.getByRole('button', { name: 'Install' }).click();
  await page.getByText('The app refuses to be installed: That channel is closed.').waitFor();
  await frame.getByLabel('Channel').fill('team-lunch');
  await page.getByRole('button', { name: 'Install' }).click();
  await page.getByRole('heading', { name: 'channel-app has its parameters' }).waitFor();

  const now = await appOf(running, app.id);
  assert.equal(now.state, 'active');
  const masked = { __meta: { secure: ['token'] }, channel: 'team-lunch', token: '********' };
  assert.deepEqual(now.iparams, masked);
  assert.deepEqual(faults, []);
  await opened.close();

  const again = await open(await linkTo(running, app.id));
  const refilled = frameOf(again.page);
  await until(async () => (await refilled.getByLabel('Access token').inputValue()) === '********', 'the mask is there');
  await refilled.getByRole('button', { name: 'Check the channel' }).click();
  await refilled.getByText('team-lunch later; stored').waitFor();
  await refilled.getByLabel('Channel').fill('team-dinner');
  await again.page.getByRole('button', { name: 'Save' }).click();
  await again.page.getByRole('heading', { name: 'channel-app has its parameters' }).waitFor();
  assert.deepEqual((await appOf(running, app.id)).iparams, { ...masked, channel: 'team-dinner' });
  await again.close();

  const invoked = await callServer(running, {
    method: 'POST',
    path: `/apps/${app.id}/invoke`,
    body: { event: 'onAgentActivityCreate' },
  });
  assert.match(invoked, /activity for team-dinner, last of the token: 91352/);
  assert.doesNotMatch(onDisk(join(state.root, 'data')), new RegExp(TOKEN));
});

test('a page that is hostile gets nothing of who looks at it', async (t) => {
  if (state.browser === null) return t.skip('no Chromium on this machine');
  const running = await server();
  const app = await installed(running, 'hostile-app');
  const url = await linkTo(running, app.id);
  const { page, close } = await open(url);
  await lootIsEmpty(page, url);
  await page.getByRole('button', { name: 'Install' }).click();
  await page.getByText('The values are larger than 128 KB.').waitFor();
  assert.deepEqual((await appOf(running, app.id)).iparams, {});
  await close();
});

test('a developer fills in the app’s own page at the kit’s address', async (t) => {
  if (state.browser === null) return t.skip('no Chromium on this machine');
  const folder = writeChannelApp(join(state.root, 'bench-app'), { hidesButtons: true });
  // What the developer keeps to try the app with is what it begins with.
  writeFileSync(join(folder, 'config/iparam_test_data.json'), JSON.stringify({ channel: 'kept', token: 'kept too' }));
  const url = await bench(folder);
  const { page, faults, close } = await open(new URL('/custom_configs', url).href);
  const frame = frameOf(page);
  await frame.getByText('Events of chat_conversation').waitFor();
  assert.equal(await page.getByRole('button').count(), 0);
  await until(async () => (await frame.getByLabel('Channel').inputValue()) === 'kept', 'what is kept is there');
  await frame.getByLabel('Channel').fill('team-lunch');
  await frame.getByLabel('Access token').fill(TOKEN);
  await frame.getByRole('button', { name: 'Check the channel' }).click();
  await frame.getByText('team-lunch at install; Unsupported operation').waitFor();
  await frame.getByRole('button', { name: 'Keep these' }).click();
  await page.waitForURL(url);
  await page
    .getByText(/installed for team-lunch with 23 characters/)
    .first()
    .waitFor();
  const now = (await (await fetch(new URL('/bench/state', url))).json()) as { app: { iparams: object } };
  assert.match(JSON.stringify(now), /"channel":"team-lunch"/);
  assert.doesNotMatch(JSON.stringify(now), new RegExp(TOKEN));
  assert.doesNotMatch(onDisk(join(folder, '.rollcall')), new RegExp(TOKEN));
  assert.deepEqual(faults, []);
  await close();
});

test('the page of an app that refused its installation is answered all the same, and installs it', async (t) => {
  if (state.browser === null) return t.skip('no Chromium on this machine');
  const folder = writeChannelApp(join(state.root, 'refusing-app'));
  writeFileSync(join(folder, 'config/iparam_test_data.json'), JSON.stringify({ channel: 'closed', token: 'kept' }));
  const url = await bench(folder);
  const { page, faults, close } = await open(new URL('/custom_configs', url).href);
  const frame = frameOf(page);
  await frame.getByText('Events of chat_conversation').waitFor();
  await frame.getByLabel('Channel').fill('closed');
  await frame.getByRole('button', { name: 'Check the channel' }).click();
  await frame.getByText('closed at install; Unsupported operation').waitFor();
  await page.getByRole('button', { name: 'Install' }).click();
  await page.getByText('That channel is closed.').waitFor();
  await frame.getByLabel('Channel').fill('team-lunch');
  await page.getByRole('button', { name: 'Install' }).click();
  await page.waitForURL(url);
  await page
    .getByText(/installed for team-lunch/)
    .first()
    .waitFor();
  assert.deepEqual(faults, []);
  await close();
});

test('a page that is hostile gets nothing of the workbench', async (t) => {
  if (state.browser === null) return t.skip('no Chromium on this machine');
  const url = new URL('/custom_configs', await bench(writeHostileApp(join(state.root, 'hostile-bench-app')))).href;
  const { page, close } = await open(url);
  await lootIsEmpty(page, url);
  const now = (await (await fetch(new URL('/bench/state', url))).json()) as { app: { installed: boolean } };
  assert.doesNotMatch(JSON.stringify(now), /taken/);
  await close();
});

/** What the page tried and what it got: everything that could have answered was refused, and nobody was led away. */
async function lootIsEmpty(page: Page, url: string): Promise<void> {
  const loot = frameOf(page).locator('#loot');
  await until(async () => (await loot.textContent())?.includes('other calls') === true, 'everything was tried');
  const lines = (await loot.textContent())?.split('\n') ?? [];
  const got = lines.filter((line) => !/: refused$/.test(line));
  assert.deepEqual(got, ['forced: sent', 'form: asked']);
  assert.equal(lines.length, 14);
  assert.equal(page.url(), url);
  assert.equal(await page.getByRole('button', { name: 'Cancel' }).isEnabled(), true);
}

async function until(holds: () => Promise<boolean>, what: string): Promise<void> {
  await eventually(what, async () => ((await holds()) ? true : null), waitMs);
}
