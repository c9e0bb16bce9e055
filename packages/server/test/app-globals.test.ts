/** An app that uses every global of the platform, in a whole server that is stopped and started again. */
import assert from 'node:assert/strict';
import { mkdirSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { dirname, join } from 'node:path';
import { after, test } from 'node:test';
import { setTimeout as delay } from 'node:timers/promises';
import { pino } from 'pino';
import { type RunningServer, startServer } from '../src/main.ts';
import type { ExternalRequest } from '../src/marketplace/external-event.ts';
import type { JsonObject } from '../src/marketplace/json-value.ts';
import { ManualClock } from './manual-clock.ts';

const folder = mkdtempSync(join(tmpdir(), 'rollcall-globals-'));
const running: RunningServer[] = [];
after(async () => {
  await Promise.all(running.map((server) => server.stop()));
  rmSync(folder, { recursive: true, force: true });
});

const START = Date.UTC(2026, 2, 4, 9);
const minuteMs = 60_000;
const hourMs = 60 * minuteMs;

const files: Readonly<Record<string, string>> = {
  'manifest.json': JSON.stringify({
    'platform-version': '3.0',
    modules: {
      common: {
        events: {
          onAppInstall: { handler: 'install' },
          onAppUninstall: { handler: 'uninstall' },
          onScheduledEvent: { handler: 'scheduled' },
          onExternalEvent: { handler: 'external' },
        },
        functions: { tell: { timeout: 10 }, many: { timeout: 10 } },
        jobs: { tidy: {} },
      },
      chat_conversation: { events: { onAgentActivityCreate: { handler: 'changed' } } },
    },
    engines: { node: '24.11.1', fdk: '10.1.2' },
  }),
  'config/iparams.json': '{}',
  'config/entities.json': JSON.stringify({
    shops: { fields: [{ name: 'name', label: 'Name', type: 'text', required: true, filterable: true }] },
  }),
  'server/server.js': `
    const shops = () => $db.entity({ version: 'v1' }).get('shops');
    const note = (what) => $db.update('notes', 'append', { list: [what] });
    exports = {
      install: async function (args) {
        const at = (ms) => new Date(args.timestamp + ms).toISOString();
        await $schedule.create({ name: 'once', data: { n: 'once' }, schedule_at: at(${10 * minuteMs}) });
        await $schedule.create({ name: 'often', data: { n: 'often' }, schedule_at: at(${hourMs}),
          repeat: { time_unit: 'hours', frequency: 1 } });
        await shops().create({ name: 'North' });
        generateTargetUrl('from=install').done((url) => $db.set('target', { url }).done(() => renderData()));
      },
      uninstall: function () { renderData({ message: 'stay a while' }); },
      scheduled: async function (args) { await note(args.data.n + ' at ' + new Date(args.timestamp).toISOString().slice(11, 16)); },
      external: async function (args) { await note(args.data.kind + ' ' + args.options + ' ' + args.domain); },
      changed: function () {},
      tell: async function (args) {
        const { records } = await shops().getAll({ query: { name: args.shop } });
        const { url } = await $db.get('target');
        renderData(null, { shops: records.map((one) => one.data.name), url });
      },
      many: async function () {
        const statuses = await Promise.all(Array.from({ length: 60 }, () => $db.set('k', { a: 1 }).then(() => 200, (e) => e.status)));
        renderData(null, statuses.filter((status) => status === 429).length);
      },
      tidy: async function (args) { await $job.updateStatusMessage('tidied ' + args.room); },
    };`,
};
const appFolder = join(folder, 'app');
for (const [path, text] of Object.entries(files)) {
  mkdirSync(dirname(join(appFolder, path)), { recursive: true });
  writeFileSync(join(appFolder, path), text);
}

const caller = { keyId: 'system', account: 1, role: 'admin', agent: 0 } as const;

async function start(now: number) {
  const clock = new ManualClock(now);
  const server = await startServer(
    {
      ...{ host: '127.0.0.1', port: 0, dataFolder: join(folder, 'data'), appFolders: [appFolder], demo: false },
      ...{ postgresUrl: null, natsUrl: null, adminKey: 'key-of-the-test', logLevel: 'silent', fence: 'trusted' },
      ...{ publicUrl: 'https://desk.example.com', appPrivateHosts: [] },
    },
    pino({ level: 'silent' }),
    { clock },
  );
  running.push(server);
  const { host } = server;
  const id = host.list(1)[0]?.id ?? '';
  const ask = () => ({ caller, now: clock.now() });
  const tell = async () => {
    const answer = await host.callFunction(ask(), id, { kind: 'function', name: 'tell', args: { shop: 'North' } });
    assert.ok(answer.kind === 'done' && answer.value.outcome === 'answered', JSON.stringify(answer));
    return answer.value.data as JsonObject & { readonly url: string };
  };
  const notes = async (): Promise<readonly string[]> => {
    const entry = await server.engine.store.keyValue(id, 'notes');
    return entry === null ? [] : (JSON.parse(entry.value) as { readonly list: readonly string[] }).list;
  };
  const until = async (count: number) => {
    for (let tries = 0; tries < 1000 && (await notes()).length < count; tries++) await delay(10);
    return notes();
  };
  const pass = async (ms: number) => {
    for (let passed = 0; passed < ms; passed += minuteMs / 4) {
      clock.advance(minuteMs / 4);
      await new Promise((resume) => setImmediate(resume));
    }
  };
  const stop = () => server.stop();
  return { server, host, id, ask, tell, until, pass, stop };
}

const request: ExternalRequest = {
  method: 'POST',
  headers: { 'content-type': 'application/json' },
  contentType: 'application/json',
  body: '{"kind":"paid"}',
  query: { options: 'from=install' },
};

test('what an app begins goes on over restarts, each thing once', { timeout: 60_000 }, async () => {
  const first = await start(START);
  assert.deepEqual(first.server.refusedApps, []);
  const { url, shops } = await first.tell();
  assert.deepEqual(shops, ['North']);
  const [address, token, options] =
    /^(https:\/\/desk\.example\.com\/event\/hook\/)([\w-]+)\?(.*)$/.exec(url)?.slice(1) ?? [];
  assert.deepEqual([address, options], ['https://desk.example.com/event/hook/', 'options=from%3Dinstall']);
  await first.pass(11 * minuteMs);
  assert.deepEqual(await first.until(1), ['once at 09:10']);
  await first.stop();

  // The recurring schedule is missed at 10:00, 11:00 and 12:00: it fires once for them, and then at 13:00.
  const second = await start(START + 3 * hourMs + 20 * minuteMs);
  assert.equal(second.id, first.id);
  await second.pass(minuteMs);
  assert.deepEqual(await second.until(2), ['once at 09:10', 'often at 12:20']);
  await second.pass(40 * minuteMs);
  assert.deepEqual((await second.until(3)).slice(2), ['often at 13:00']);
  assert.deepEqual(await second.host.externalEvent(token ?? '', request), { kind: 'accepted' });
  assert.deepEqual((await second.until(4)).slice(3), ['paid from=install https://rollcall.localhost']);
  assert.equal(await second.host.externalEvent(`${token}x`, request), null);

  const job = await second.host.startJob(second.ask(), second.id, { name: 'tidy', tag: 't', args: { room: 7 } });
  assert.ok(job.kind === 'done');
  for (let tries = 0; tries < 500; tries++) {
    const runs = second.host.jobs(1, second.id);
    if (runs.kind === 'done' && runs.value[0]?.status === 'success') break;
    await delay(10);
  }
  const runs = second.host.jobs(1, second.id);
  assert.equal(runs.kind === 'done' && runs.value[0]?.status_message, 'tidied 7');

  const refused = await second.host.remove(second.ask(), second.id, { isForced: false });
  assert.equal(refused.kind, 'rejected');
  assert.equal((await second.host.remove(second.ask(), second.id, { isForced: true })).kind, 'done');
  const { records } = await second.server.engine.store.load();
  assert.deepEqual(
    records.filter(({ type }) => type === 'app' || type.startsWith('app_')),
    [],
  );
  assert.equal(await second.host.externalEvent(token ?? '', request), null);
  await second.stop();
});

test('an app has the limits of the platform when it was installed so, and else none that a busy team meets', async () => {
  const { host, ask } = await start(START + 24 * hourMs);
  for (const { id } of host.list(1)) await host.remove(ask(), id, { isForced: true });
  const refusedOf60 = async (strictLimits: boolean) => {
    const app = await host.install(ask(), {
      source: { kind: 'folder', folder: appFolder },
      iparams: null,
      strictLimits,
    });
    assert.ok(app.kind === 'done');
    const { id } = app.value;
    const answer = await host.callFunction(ask(), id, { kind: 'function', name: 'many', args: {} });
    await host.remove(ask(), id, { isForced: true });
    return answer.kind === 'done' && answer.value.outcome === 'answered' ? answer.value.data : answer;
  };
  // One of the fifty went to what the app keeps when it is installed.
  assert.deepEqual([await refusedOf60(false), await refusedOf60(true)], [0, 11]);
});
