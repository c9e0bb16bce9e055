import assert from 'node:assert/strict';
import { type ChildProcess, spawn } from 'node:child_process';
import { once } from 'node:events';
import { cpSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { createInterface } from 'node:readline';
import { after, before, test } from 'node:test';
import { setTimeout as wait } from 'node:timers/promises';
import { fileURLToPath } from 'node:url';
import type { Browser, Page } from 'playwright-core';
import { launchBrowser } from './browser.ts';

const program = fileURLToPath(new URL('../bin/rollcall.js', import.meta.url));
const example = fileURLToPath(new URL('../../../examples/agent-activity-log', import.meta.url));
const waitMs = 10_000;

type Line = { readonly type: string; readonly [key: string]: unknown };

/** One `app run` on a copy of the example app, and everything that it prints. */
type Run = { readonly folder: string; readonly url: string; readonly child: ChildProcess; readonly lines: Line[] };

const state: { browser: Browser | null; run: Run | null; root: string } = { browser: null, run: null, root: '' };

before(async () => {
  state.browser = await launchBrowser();
  if (state.browser === null) return;
  state.root = mkdtempSync(join(tmpdir(), 'rollcall-e2e-'));
  state.run = await start(state.root);
});

after(async () => {
  await state.browser?.close();
  const child = state.run?.child;
  if (child !== undefined && child.exitCode === null) {
    child.kill('SIGKILL');
    await once(child, 'exit');
  }
  if (state.root !== '') rmSync(state.root, { recursive: true, force: true });
});

async function start(root: string): Promise<Run> {
  const folder = join(root, 'demo-app');
  cpSync(example, folder, { recursive: true });
  const child = spawn(process.execPath, [program, 'app', 'run', folder, '--port', '0', '--fresh', '--json'], {
    stdio: ['ignore', 'pipe', 'inherit'],
  });
  const lines: Line[] = [];
  const output = createInterface({ input: child.stdout as NodeJS.ReadableStream });
  output.on('line', (line) => lines.push(JSON.parse(line) as Line));
  await until(() => lines.some(({ type }) => type === 'listening'), 'it listens');
  const { url } = lines.find(({ type }) => type === 'listening') as Line & { readonly url: string };
  return { folder, url, child, lines };
}

async function until(holds: () => boolean | Promise<boolean>, what: string): Promise<void> {
  for (let waited = 0; waited < waitMs; waited += 25) {
    if (await holds()) return;
    await wait(25);
  }
  assert.fail(`did not come about within ${waitMs} ms: ${what}`);
}

/** A page with the workbench; every error of its script fails the test. */
async function openPage(
  t: { skip(reason: string): void },
  options: { width: number; path?: string } = { width: 1440 },
) {
  if (state.browser === null || state.run === null) {
    t.skip('no Chromium on this machine');
    return null;
  }
  const context = await state.browser.newContext({ viewport: { width: options.width, height: 900 } });
  const page = await context.newPage();
  page.setDefaultTimeout(waitMs);
  const faults: string[] = [];
  page.on('pageerror', (error) => faults.push(String(error)));
  page.on('console', (message) => message.type() === 'error' && faults.push(message.text()));
  await page.goto(new URL(options.path ?? '/', state.run.url).href);
  return { page, run: state.run, faults, close: () => context.close() };
}

const agent = (page: Page, name: string) => page.getByRole('article', { name, exact: true });
const newest = (page: Page) => page.locator('.entry').first();

test('a click on a status shows the event, the payload and what the callback printed', async (t) => {
  const opened = await openPage(t);
  if (opened === null) return;
  const { page, faults } = opened;
  await page.getByText('live', { exact: true }).waitFor();
  await agent(page, 'Demo Avocet').getByRole('button', { name: 'Lunch' }).click();
  await newest(page).getByText('Demo Avocet: Unavailable → Lunch').waitFor();
  await newest(page)
    .getByText(/demo\.avocet@example\.com: IntelliAssign UNAVAILABLE -> Lunch/)
    .waitFor();
  await newest(page)
    .getByText(/^[\d.]+ m?s$/)
    .waitFor();
  await newest(page).getByRole('button', { expanded: false }).click();
  await newest(page).getByText('availability_event_type', { exact: true }).waitFor();
  await newest(page)
    .getByText(/\$db\.set\(/)
    .waitFor();
  assert.deepEqual(faults, []);
  await opened.close();
});

test('a saved change is taken up without a restart, and a broken one is said while the code from before goes on', async (t) => {
  const opened = await openPage(t);
  if (opened === null) return;
  const { page, run } = opened;
  await page.getByText('live', { exact: true }).waitFor();
  const file = join(run.folder, 'server/server.js');
  const text = readFileSync(file, 'utf8');
  writeFileSync(file, text.replace('console.info(', "console.warn('changed a moment ago'); console.info("));
  await until(
    () => run.lines.some(({ type, sentence }) => type === 'note' && /^reloaded/.test(String(sentence))),
    'reloaded',
  );
  await agent(page, 'Demo Bittern').getByRole('button', { name: 'Break' }).click();
  await newest(page).getByText('changed a moment ago').waitFor();
  writeFileSync(file, 'exports = { oops');
  await page.getByText('The app does not load.').waitFor();
  await page.getByText('server/server.js:1:17').first().waitFor();
  await agent(page, 'Demo Bittern').getByRole('button', { name: 'Meeting' }).click();
  await newest(page).getByText('Demo Bittern: Break → Meeting').waitFor();
  await newest(page).getByText('changed a moment ago').waitFor();
  writeFileSync(file, text);
  await page.getByText('live', { exact: true }).waitFor();
  await opened.close();
});

test('an error shows the line of the app’s own file', async (t) => {
  const opened = await openPage(t);
  if (opened === null) return;
  const { page, run } = opened;
  const file = join(run.folder, 'server/server.js');
  const text = readFileSync(file, 'utf8');
  const reloads = () => run.lines.filter(({ sentence }) => /^reloaded/.test(String(sentence))).length;
  const before = reloads();
  writeFileSync(file, text.replace('console.info(', 'payload.data.nowhere.to.be.found; console.info('));
  await until(() => reloads() > before, 'reloaded');
  await agent(page, 'Demo Curlew').getByRole('button', { name: 'Lunch' }).click();
  await newest(page)
    .getByText(/^failed, /)
    .waitFor();
  await newest(page)
    .getByText(/^server\/server\.js:\d+:\d+$/)
    .waitFor();
  await newest(page).locator('.frame .here').getByText('payload.data.nowhere').waitFor();
  const again = reloads();
  writeFileSync(file, text);
  await until(() => reloads() > again, 'reloaded');
  await newest(page).getByRole('button').first().click();
  await newest(page).getByRole('button', { name: 'Replay' }).click();
  await newest(page).getByText('again').waitFor();
  await newest(page)
    .getByText(/IntelliAssign UNAVAILABLE -> Lunch/)
    .waitFor();
  await opened.close();
});

test('code that throws when it is loaded is said above everything, with its lines', async (t) => {
  const opened = await openPage(t);
  if (opened === null) return;
  const { page, run } = opened;
  await page.getByText('live', { exact: true }).waitFor();
  const file = join(run.folder, 'server/server.js');
  const text = readFileSync(file, 'utf8');
  writeFileSync(file, `let n = 0;\nnull.x;\n${text}`);
  const notices = page.locator('#notices');
  await notices.getByText('The app does not load.').waitFor();
  await notices.getByText('server/server.js:2:6').waitFor();
  assert.equal(await notices.getByText('The code from before goes on').count(), 0);
  await notices.getByRole('button', { name: 'All findings' }).click();
  await page.locator('#findings .frame .here').getByText('null.x').first().waitFor();
  writeFileSync(file, text);
  await page.getByText('live', { exact: true }).waitFor();
  await opened.close();
});

test('a payload is edited and sent again', async (t) => {
  const opened = await openPage(t);
  if (opened === null) return;
  const { page } = opened;
  await agent(page, 'Demo Bunting').getByRole('button', { name: 'Lunch' }).click();
  await newest(page).getByText('Demo Bunting: Unavailable → Lunch').waitFor();
  await newest(page).getByRole('button').first().click();
  await newest(page).getByRole('button', { name: 'Edit and resend' }).click();
  const editor = page.getByRole('textbox', { name: 'Payload' });
  const payload = JSON.parse(await editor.inputValue());
  payload.data.agent_activity.status = 'On the moon';
  await editor.fill(JSON.stringify(payload));
  await page.getByRole('button', { name: 'Call', exact: true }).click();
  await newest(page).getByText('Demo Bunting: Unavailable → On the moon').waitFor();
  await newest(page).getByText('edited, again').waitFor();
  await editor.fill('{ "a": ');
  assert.equal(await editor.getAttribute('aria-invalid'), 'true');
  await opened.close();
});

test('the clock is stepped to an idle deadline, and the others are not idle then', async (t) => {
  const opened = await openPage(t);
  if (opened === null) return;
  const { page } = opened;
  const avocet = agent(page, 'Demo Avocet');
  await avocet.getByRole('button', { name: /^Idle in/ }).click();
  await newest(page).getByText('Demo Avocet: presence Available → Unavailable').waitFor();
  await avocet.getByText('idle', { exact: true }).waitFor();
  assert.equal(await agent(page, 'Demo Curlew').getByText('at the desk').count(), 1);
  await page.getByText(/UTC, \d+ min ahead/).waitFor();
  await page.evaluate("document.getElementById('app-name').textContent = 'a-very-long-name-'.repeat(20)");
  const height = Number(await page.evaluate("document.querySelector('.bar').offsetHeight"));
  assert.ok(height < 60, `the header is one row, not ${height} px`);
  await opened.close();
});

test('coverage and stored values are there to look at', async (t) => {
  const opened = await openPage(t);
  if (opened === null) return;
  const { page } = opened;
  await page.getByRole('tab', { name: /Coverage/ }).click();
  await page.getByRole('cell', { name: /server\/lib\/daily-tally\.js/ }).waitFor();
  await page.getByRole('tab', { name: 'Storage' }).click();
  await page.locator('#storage .kv').first().waitFor();
  await opened.close();
});

test('simulating at the kit’s address saves the payload in the app’s test data and calls the callback', async (t) => {
  const opened = await openPage(t, { width: 1440, path: '/web/test' });
  if (opened === null) return;
  const { page, run, faults } = opened;
  const editor = page.getByRole('textbox', { name: 'Payload' });
  await until(async () => (await editor.inputValue()).includes('agent_activity'), 'a payload to begin with');
  await page.getByRole('button', { name: 'Simulate' }).click();
  await page.getByRole('button', { name: 'Success' }).waitFor();
  const saved = JSON.parse(readFileSync(join(run.folder, 'server/test_data/onAgentActivityCreate.json'), 'utf8'));
  assert.equal(saved.event, 'onAgentActivityCreate');
  assert.deepEqual(faults, []);
  await opened.close();
});

test('the parameters are changed at the kit’s address', async (t) => {
  const opened = await openPage(t, { width: 1440, path: '/custom_configs' });
  if (opened === null) return;
  const { page, run } = opened;
  await page.locator('input[name=keep_days]').fill('12');
  await page.getByRole('button', { name: 'Save' }).click();
  await page.waitForURL(run.url);
  await page.getByRole('tab', { name: 'App' }).click();
  await page.locator('#app').getByText('12', { exact: true }).waitFor();
  await opened.close();
});

test('on a narrow screen it shows one part at a time and nothing sticks out', async (t) => {
  const opened = await openPage(t, { width: 390 });
  if (opened === null) return;
  const { page } = opened;
  for (const name of ['Team', 'Journal', 'Call', 'Storage', /Findings/, /Coverage/, 'App']) {
    await page.getByRole('tab', { name }).click();
    const isTooWide = await page.evaluate(
      'document.documentElement.scrollWidth > document.documentElement.clientWidth',
    );
    assert.equal(isTooWide, false, String(name));
  }
  await opened.close();
});

test('Ctrl-C stops it with a summary of the coverage and leaves no process', async (t) => {
  const { run } = state;
  if (run === null) return t.skip('no Chromium on this machine');
  const answer = await fetch(new URL('/bench/state', run.url));
  const { pid } = ((await answer.json()) as { app: { process: { pid: number | null } } }).app.process;
  run.child.kill('SIGINT');
  const [code] = await once(run.child, 'exit');
  assert.equal(code, 0);
  assert.equal(run.lines.at(-1)?.type, 'coverage');
  if (pid !== null) assert.throws(() => process.kill(pid, 0), { code: 'ESRCH' });
});
