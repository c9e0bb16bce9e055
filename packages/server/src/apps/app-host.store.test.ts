import assert from 'node:assert/strict';
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { DatabaseSync } from 'node:sqlite';
import { after, afterEach, test } from 'node:test';
import {
  type AppWorld,
  type AppWorldOptions,
  doneWith,
  rejectionOf,
  startAppWorld,
  writeApp,
} from '../../test/app-world.ts';
import { fakeZip } from '../install/fake-zip.ts';

const base = mkdtempSync(join(tmpdir(), 'rollcall-host-'));
const folders = new Set<string>([base]);
const running = new Set<AppWorld>();
let count = 0;

afterEach(async () => {
  await Promise.all([...running].map((world) => world.stop()));
  running.clear();
});
after(() => {
  for (const folder of folders) rmSync(folder, { recursive: true, force: true });
});

async function start(options: AppWorldOptions = {}): Promise<AppWorld> {
  const world = await startAppWorld(options);
  running.add(world);
  folders.add(world.folder);
  return world;
}

async function stop(world: AppWorld): Promise<void> {
  running.delete(world);
  await world.stop();
}

const EVENTS = ['onAppInstall', 'afterAppUpdate', 'onAppUninstall', 'onScheduledEvent', 'onExternalEvent'] as const;

/** Files of an app of platform 3.0: each function by the name of its event, or by its own as a server method. */
function appOf(functions: Readonly<Record<string, string>>, iparams: object = {}): Record<string, string | object> {
  const handler = (name: string) => [name, { handler: name }];
  const own = EVENTS.filter((name) => functions[name] !== undefined);
  const methods = Object.keys(functions).filter((name) => name.startsWith('method'));
  const common = {
    ...(own.length === 0 ? {} : { events: Object.fromEntries(own.map(handler)) }),
    ...(methods.length === 0 ? {} : { functions: Object.fromEntries(methods.map((name) => [name, {}])) }),
  };
  const product = functions.onAgentActivityCreate === undefined ? [] : [handler('onAgentActivityCreate')];
  const bodies = Object.entries(functions).map(([name, body]) => `async ${name}(args) { ${body} }`);
  return {
    'manifest.json': {
      'platform-version': '3.0',
      modules: {
        ...(Object.keys(common).length === 0 ? {} : { common }),
        chat_conversation: product.length === 0 ? {} : { events: Object.fromEntries(product) },
      },
      engines: { node: '24.11.1', fdk: '10.1.2' },
    },
    'config/iparams.json': iparams,
    'server/server.js': `exports = { ${bodies.join(',\n')} };`,
  };
}

function newApp(functions: Readonly<Record<string, string>>, iparams: object = {}): string {
  count += 1;
  return writeApp(join(base, `app-${count}`), appOf(functions, iparams));
}

function install(world: AppWorld, folder: string, iparams: Record<string, unknown> | null = null) {
  return world.host.install(world.ask(), { source: { kind: 'folder', folder }, iparams });
}

async function until(isSo: () => boolean | Promise<boolean>, what: string): Promise<void> {
  const giveUpAt = performance.now() + 10_000;
  while (!(await isSo())) {
    assert.ok(performance.now() < giveUpAt, `waited in vain until ${what}`);
    await new Promise((resolve) => setTimeout(resolve, 10));
  }
}

/** Whatever it wants to write from now on, the disk does not have it. */
async function crash(world: AppWorld): Promise<void> {
  running.delete(world);
  await world.engine.store.close();
  await world.host.services.stop();
  for (const stop of [() => world.dispatcher.stop(), () => world.host.stop(), () => world.engine.stop()]) {
    await stop().catch(() => {});
  }
}

const records = async (world: AppWorld, type: string) =>
  (await world.engine.store.load()).records.filter((record) => record.type === type);

const secretText = { display_name: 'Token', type: 'text', required: true, secure: true };
const ECHO = 'console.log("got " + args.event);';

test('runs an app from its own copy: what becomes of the folder changes nothing until it is taken up', async () => {
  const world = await start();
  const folder = newApp({ onAgentActivityCreate: 'console.log("first");' });
  const { id, version, state } = doneWith(await world.host.takeUp(world.ask(), folder));
  assert.equal(state, 'active');
  assert.deepEqual(world.packages(), [version?.digest]);
  writeApp(folder, appOf({ onAgentActivityCreate: 'console.log("second");' }));
  await world.toggle();
  await until(async () => (await world.printed(id)).length === 1, 'the first version printed');
  await stop(world);
  const again = await start({ folder: world.folder });
  const taken = doneWith(await again.host.takeUp(again.ask(), folder));
  assert.equal(taken.id, id);
  assert.equal(taken.previousVersion?.digest, version?.digest);
  await again.toggle();
  await until(async () => (await again.printed(id)).includes('second'), 'the second version printed');
  assert.deepEqual(await again.printed(id), ['first', 'second']);
  const same = doneWith(await again.host.takeUp(again.ask(), folder));
  assert.equal(same.version?.digest, taken.version?.digest);
});

test('installs an app that agrees, and gives it what the platform gives', async () => {
  const world = await start();
  const folder = newApp({
    onAppInstall: 'console.log(JSON.stringify(args)); await $db.set("seen", { at: 1 }); renderData();',
    onAgentActivityCreate: 'console.log((await $db.get("seen")).at);',
  });
  const view = doneWith(await install(world, folder));
  const payload = JSON.parse((await world.printed(view.id))[0] ?? '');
  assert.deepEqual(Object.keys(payload).toSorted(), [
    ...['account_id', 'currentHost', 'domain', 'event', 'iparams', 'region', 'timestamp'],
  ]);
  assert.deepEqual([payload.event, payload.domain], ['onAppInstall', 'https://first.example.com']);
  await world.toggle();
  await until(async () => (await world.printed(view.id)).includes('1'), 'the event found the data of the install');
});

for (const [how, body, message] of [
  ['says no', 'renderData({ message: "Wrong key" });', /^The app refuses to be installed: Wrong key\.$/],
  [
    'throws',
    'throw new Error("broken");',
    /^The app failed in its onAppInstall: broken \(server\/server\.js:1:\d+\)\.$/,
  ],
] as const) {
  test(`keeps nothing of an app that ${how} when it is installed`, async () => {
    const world = await start();
    const folder = newApp({
      onAppInstall: `await $db.set("left", { over: 1 }); await $schedule.create({ name: "left", data: {}, schedule_at: new Date(Date.now() + 3600000).toISOString() }); ${body}`,
      onScheduledEvent: 'console.log(1);',
    });
    const refused = rejectionOf(await install(world, folder));
    assert.equal(refused.code, 'app_refused');
    assert.match(refused.detail, message);
    assert.deepEqual([world.host.list(1), world.packages()], [[], []]);
    for (const type of ['app', 'subscription', 'app_schedule']) assert.deepEqual(await records(world, type), [], type);
    assert.deepEqual(world.dispatcher.statuses(), []);
    assert.ok(!(await hasKeyValue(world, 'left')));
  });
}

/** Of any app: who is not installed has no id to ask the store with. */
async function hasKeyValue(world: AppWorld, key: string): Promise<boolean> {
  const database = new DatabaseSync(join(world.folder, 'rollcall.db'), { readOnly: true });
  try {
    return database.prepare('SELECT 1 FROM key_value WHERE key = ?').get(key) !== undefined;
  } finally {
    database.close();
  }
}

test('removes at the next start what a crash left half installed: record, data and code', async () => {
  const world = await start();
  const folder = newApp({
    onAppInstall: 'await $db.set("left", { over: 1 }); console.log("asked"); await new Promise(() => {});',
  });
  void install(world, folder).catch(() => {});
  await until(async () => hasKeyValue(world, 'left'), 'the app was being installed');
  assert.equal((await records(world, 'app')).length, 1);
  await crash(world);
  const again = await start({ folder: world.folder });
  assert.deepEqual(again.host.list(1), []);
  assert.deepEqual([await records(again, 'app'), again.packages()], [[], []]);
  assert.ok(!(await hasKeyValue(again, 'left')));
  assert.match(again.reports.join(), /half installed/);
});

test('removes code for which a crash left no record', async () => {
  const world = await start({
    code: (real) => ({
      ...real,
      stage: async (source) => {
        const staging = await real.stage(source);
        if (staging.kind === 'refused') return staging;
        const settle = async () => {
          await staging.code.settle();
          throw new Error('the machine is gone');
        };
        return { kind: 'staged', code: { ...staging.code, settle } };
      },
    }),
  });
  const folder = newApp({ onAgentActivityCreate: ECHO });
  await assert.rejects(install(world, folder), /the machine is gone/);
  assert.equal(world.packages().length, 1);
  await stop(world);
  const again = await start({ folder: world.folder });
  assert.deepEqual(again.packages(), []);
});

test('waits with an app that cannot do without parameters, and installs it when it has them', async () => {
  const world = await start();
  const onAppInstall = 'if (args.iparams.token === "wrong-token") renderData({ message: "wrong" }); else renderData();';
  const folder = newApp(
    { onAppInstall, onAgentActivityCreate: 'console.log("token of " + args.iparams.token.length);' },
    { token: secretText },
  );
  const view = doneWith(await install(world, folder));
  assert.equal(view.state, 'needs_parameters');
  assert.deepEqual([world.dispatcher.statuses(), await records(world, 'subscription')], [[], []]);
  await world.toggle();
  const missing = rejectionOf(await world.host.setIparams(world.ask(), view.id, {}));
  assert.deepEqual(missing.faults, [{ pointer: '/token', detail: 'is required' }]);
  const wrong = rejectionOf(await world.host.setIparams(world.ask(), view.id, { token: 'wrong-token' }));
  assert.equal(wrong.code, 'app_refused');
  assert.equal(world.host.get(1, view.id)?.state, 'needs_parameters');
  const set = doneWith(await world.host.setIparams(world.ask(), view.id, { token: 'right-token' }));
  assert.deepEqual([set.state, set.iparams], ['active', { token: '********' }]);
  await world.toggle();
  await until(async () => (await world.printed(view.id)).length > 0, 'the event was delivered');
  assert.deepEqual(await world.printed(view.id), ['token of 11'], 'only what came after the installation');
  await stop(world);
  const again = await start({ folder: world.folder });
  assert.equal(again.host.get(1, view.id)?.state, 'active');
});

test('runs an app that the server is started with although it lacks parameters', async () => {
  const world = await start();
  const folder = newApp({ onAgentActivityCreate: ECHO }, { token: secretText });
  assert.equal(doneWith(await world.host.takeUp(world.ask(), folder)).state, 'active');
});

test('keeps secrets off the disk, out of answers and out of logs, and gives them to the app', async () => {
  const world = await start();
  const secret = 'very-secret-value-1';
  const folder = newApp(
    {
      onAgentActivityCreate:
        'console.log("with " + args.iparams.token); throw new Error("failed with " + args.iparams.token);',
      methodShow: 'renderData(null, { length: args.iparams.token.length });',
    },
    { token: secretText, name: { display_name: 'Name', type: 'text' } },
  );
  const view = doneWith(await install(world, folder, { token: secret, name: 'open-name' }));
  assert.deepEqual(view.iparams, { token: '********', name: 'open-name' });
  await world.toggle();
  await until(async () => (await world.printed(view.id)).length >= 2, 'the callback failed');
  const printed = await world.printed(view.id);
  assert.equal(printed[0], 'with ********');
  assert.match(printed[1] ?? '', /failed with \*{8}/);
  await until(() => (world.dispatcher.status(view.subscriptionId)?.failed ?? 0) > 0, 'the failure was noted');
  const shown = doneWith(
    await world.host.callFunction(world.ask(), view.id, { kind: 'function', name: 'methodShow', args: {} }),
  );
  assert.deepEqual(shown.outcome === 'answered' && shown.data, { length: secret.length });
  doneWith(await world.host.setIparams(world.ask(), view.id, { token: '********', name: 'other-name' }));
  assert.equal(
    JSON.stringify([world.host.get(1, view.id), world.host.installation(1, view.id)]).includes(secret),
    false,
  );
  await stop(world);
  const onDisk = world.everythingOnDisk();
  assert.ok(onDisk.includes('other-name'));
  assert.equal(onDisk.includes(secret), false);
  const again = await start({ folder: world.folder });
  const after = await again.host.callFunction(again.ask(), view.id, { kind: 'function', name: 'methodShow', args: {} });
  assert.deepEqual(doneWith(after).outcome, 'answered');
});

test('leaves nothing of a secret in logs, errors or files, whatever form an app prints it in', async () => {
  const world = await start();
  const key = `-----BEGIN DEMO KEY-----\n${'MIIEdemoLineOfAKey0123456789\n'.repeat(4)}-----END DEMO KEY-----\n`;
  const folder = newApp(
    {
      onAgentActivityCreate: `console.log(args.iparams);
        console.log(JSON.stringify(args), String(args.iparams.pin), encodeURIComponent(args.iparams.awkward));
        console.log(Buffer.from("user:" + args.iparams.awkward).toString("base64"));
        console.error(new Error(args.iparams.key));
        throw new Error("refused " + args.iparams.key + args.iparams.pin);`,
    },
    {
      key: { display_name: 'Key', type: 'paragraph', secure: true },
      pin: { display_name: 'Pin', type: 'number', secure: true },
      awkward: { display_name: 'Password', type: 'text', secure: true },
    },
  );
  const awkward = 'it\'s "quoted" \\ 47/11';
  const { id, subscriptionId } = doneWith(await install(world, folder, { key, pin: 4711471147, awkward }));
  await world.toggle();
  await until(
    () => typeof world.host.get(1, id)?.lastError === 'object' && world.host.get(1, id)?.lastError !== null,
    'it failed',
  );
  const printed = (await world.printed(id)).join('\n');
  const lanes = JSON.stringify(await world.engine.store.load());
  const attempts = JSON.stringify(world.dispatcher.status(subscriptionId));
  const parts = ['MIIEdemo', 'DEMO KEY', '4711471147', '47/11', '47%2F11', 'dXNlcjppdCdzICJxdW90ZWQi'];
  for (const part of parts) {
    for (const place of [printed, JSON.stringify(world.host.get(1, id)), lanes, attempts]) {
      assert.ok(!place.includes(part), `${part} in ${place}`);
    }
  }
  assert.match(printed, /\*{8}/);
  await stop(world);
  const onDisk = world.everythingOnDisk();
  for (const part of parts) assert.ok(!onDisk.includes(part), part);
});

test('seals at a start what was stored in clear before', async () => {
  const world = await start();
  const folder = newApp({ methodShow: 'renderData(null, args.iparams);' }, { token: secretText });
  const old = { id: 'app_old', account: 1, folder, iparams: { token: 'in-clear-until-now' }, subscription: 'sub_old' };
  const settings = { timestampUnit: 'milliseconds', withActivity: true };
  const subscription = {
    id: 'sub_old',
    account: 1,
    kind: 'app',
    target: 'app_old',
    events: [],
    filter: { groups: null },
  };
  const state = { from: 1, state: { kind: 'active' }, failingSince: null };
  const put = (type: string, key: string, body: object) =>
    ({ kind: 'PutRecord', record: { type, key, account: 1, position: 1, body: JSON.stringify(body) } }) as const;
  await world.engine.commit([
    put('app', 'app_old', { ...old, settings, installedAt: 5 }),
    put('subscription', 'sub_old', { ...subscription, ...state }),
  ]);
  await stop(world);
  const again = await start({ folder: world.folder });
  const [record] = await records(again, 'app');
  assert.ok(record !== undefined && !record.body.includes('in-clear-until-now'));
  const call = { kind: 'function', name: 'methodShow', args: {} } as const;
  const shown = doneWith(await again.host.callFunction(again.ask(), 'app_old', call));
  assert.deepEqual(shown.outcome === 'answered' && shown.data, { token: 'in-clear-until-now' });
  assert.equal(again.packages().length, 1);
  doneWith(await again.host.remove(again.ask(), 'app_old', { isForced: false }));
  assert.deepEqual(again.packages(), []);
});

test('says what to do when the key of the secrets is gone, and goes on when the parameters are set anew', async () => {
  const world = await start();
  const folder = newApp({ methodShow: 'renderData(null, args.iparams);' }, { token: secretText });
  const { id } = doneWith(await install(world, folder, { token: 'very-secret-value-2' }));
  await stop(world);
  rmSync(join(world.folder, 'secret.key'));
  const again = await start({ folder: world.folder });
  const faulty = again.host.get(1, id);
  assert.equal(faulty?.state, 'faulty');
  assert.match(faulty?.lastError?.message ?? '', /secret\.key.*set all parameters of the app anew/);
  const set = doneWith(await again.host.setIparams(again.ask(), id, { token: 'very-secret-value-3' }));
  assert.equal(set.state, 'active');
});

test('updates an app without losing an event, and goes back', async () => {
  const world = await start();
  const slow = 'await new Promise((resolve) => setTimeout(resolve, 30)); console.log("one");';
  const folder = newApp({ onAgentActivityCreate: slow });
  const { id, subscriptionId, version } = doneWith(await install(world, folder));
  writeApp(
    folder,
    appOf({ onAgentActivityCreate: 'console.log("two");', afterAppUpdate: 'console.log("asked"); renderData();' }),
  );
  const toggles = (async () => {
    for (let index = 0; index < 20; index += 1) {
      await world.toggle();
      await new Promise((resolve) => setTimeout(resolve, 10));
    }
  })();
  const updated = doneWith(
    await world.host.update(world.ask(), id, { source: { kind: 'folder', folder }, iparams: null }),
  );
  await toggles;
  assert.deepEqual([updated.subscriptionId, updated.previousVersion], [subscriptionId, version]);
  await until(() => world.dispatcher.status(subscriptionId)?.delivered === 20, 'all 20 events were delivered');
  const printed = await world.printed(id);
  assert.ok(printed.filter((line) => line === 'one' || line === 'two').length >= 20);
  assert.equal(printed.at(-1), 'two');
  const back = doneWith(await world.host.rollBack(world.ask(), id));
  assert.deepEqual([back.version?.digest, back.previousVersion?.digest], [version?.digest, updated.version?.digest]);
  await world.toggle();
  await until(async () => (await world.printed(id)).at(-1) === 'one', 'the first version is at work again');
  const left = doneWith(await world.host.takeUp(world.ask(), folder));
  assert.equal(left.version?.digest, version?.digest, 'the folder is as it was: nobody takes the new version up again');
});

test('keeps the old version when the new one refuses, does not load, or needs other parameters', async () => {
  const world = await start();
  const folder = newApp({ onAgentActivityCreate: 'console.log("old");' });
  const { id, version } = doneWith(await install(world, folder));
  const update = async (functions: Record<string, string>, iparams = {}) => {
    writeApp(folder, appOf(functions, iparams));
    return rejectionOf(await world.host.update(world.ask(), id, { source: { kind: 'folder', folder }, iparams: null }));
  };
  const refused = await update({
    afterAppUpdate: 'renderData({ message: "not now" });',
    onAgentActivityCreate: 'console.log("new");',
  });
  assert.deepEqual(
    [refused.code, /^The app refuses the update: not now\. It stays as it was\.$/.test(refused.detail)],
    ['app_refused', true],
  );
  assert.equal((await update({ onAgentActivityCreate: '(' })).code, 'app_invalid');
  const needs = await update({ onAgentActivityCreate: '' }, { token: secretText });
  assert.deepEqual([needs.code, needs.faults[0]?.pointer], ['iparams_invalid', '/iparams/token']);
  assert.deepEqual(world.packages(), [version?.digest]);
  await world.toggle();
  await until(async () => (await world.printed(id)).length > 0, 'the old version printed');
  assert.equal((await world.printed(id)).at(-1), 'old');
  assert.equal(rejectionOf(await world.host.rollBack(world.ask(), id)).code, 'no_previous_version');
});

test('lets an app refuse its removal unless it is forced, and leaves nothing of it then', async () => {
  const world = await start();
  const folder = newApp({
    onAgentActivityCreate: 'await $db.set("left", { over: 1 });',
    onAppUninstall: 'renderData({ message: "please stay" });',
    onScheduledEvent: '',
    methodSchedule:
      'renderData(null, await $schedule.create({ name: "left", data: {}, schedule_at: new Date(Date.now() + 3600000).toISOString() }));',
  });
  const { id, subscriptionId } = doneWith(await install(world, folder));
  const call = { kind: 'function', name: 'methodSchedule', args: {} } as const;
  assert.equal(doneWith(await world.host.callFunction(world.ask(), id, call)).outcome, 'answered');
  assert.deepEqual(
    doneWith(world.host.schedules(1, id)).map(({ name }) => name),
    ['left'],
  );
  await world.toggle();
  await until(() => hasKeyValue(world, 'left'), 'the app has data');
  const refused = rejectionOf(await world.host.remove(world.ask(), id, { isForced: false }));
  assert.match(refused.detail, /please stay.*force=true/);
  assert.equal(world.host.get(1, id)?.state, 'active');
  doneWith(await world.host.remove(world.ask(), id, { isForced: true }));
  assert.deepEqual([world.host.list(1), world.packages(), world.dispatcher.status(subscriptionId)], [[], [], null]);
  for (const type of ['app', 'subscription', 'app_schedule']) assert.deepEqual(await records(world, type), [], type);
  assert.ok(!(await hasKeyValue(world, 'left')));
  assert.deepEqual(await world.engine.store.appLog({ app: id, after: 0, limit: 10 }), []);
});

test('keeps code that two apps run until neither does', async () => {
  const world = await start();
  const zip = fakeZip(
    Object.entries(appOf({ onAgentActivityCreate: ECHO })).map(([path, content]) => ({
      name: `demo-app/${path}`,
      content: typeof content === 'string' ? content : JSON.stringify(content),
    })),
  );
  const upload = () => world.host.install(world.ask(), { source: { kind: 'zip', bytes: zip }, iparams: null });
  const [one, two] = [doneWith(await upload()), doneWith(await upload())];
  assert.deepEqual([one.name, one.folder, one.version?.digest], ['demo-app', null, two.version?.digest]);
  assert.equal(two.name, 'demo-app 2');
  doneWith(await world.host.remove(world.ask(), one.id, { isForced: false }));
  assert.equal(world.packages().length, 1);
  await stop(world);
  const again = await start({ folder: world.folder });
  assert.equal(again.host.get(1, two.id)?.state, 'active');
  doneWith(await again.host.remove(again.ask(), two.id, { isForced: false }));
  assert.deepEqual(again.packages(), []);
});

test('names every fault of what cannot be installed, and keeps nothing of it', async () => {
  const world = await start();
  const zip = fakeZip([{ name: '../x' }, { name: 'manifest.json', content: '{}' }, { name: 'C:/y' }]);
  const refused = rejectionOf(
    await world.host.install(world.ask(), { source: { kind: 'zip', bytes: zip }, iparams: null }),
  );
  assert.equal(refused.code, 'app_invalid');
  assert.equal(refused.faults.length, 2);
  const folder = newApp({ onAgentActivityCreate: '(' });
  assert.equal(rejectionOf(await install(world, folder)).code, 'app_invalid');
  const faults = rejectionOf(
    await install(world, newApp({ onAgentActivityCreate: '' }, { token: secretText }), { other: 1 }),
  ).faults;
  assert.deepEqual(
    faults.map(({ pointer }) => pointer),
    ['/iparams/other', '/iparams/token'],
  );
  assert.deepEqual([world.packages(), world.host.list(1)], [[], []]);
  const twice = newApp({ onAgentActivityCreate: '' });
  doneWith(await install(world, twice));
  assert.equal(rejectionOf(await install(world, twice)).code, 'name_taken');
});

for (const [how, code, told] of [
  ['throws', 'const wrong = null;\nwrong.field;', /^server\/server\.js:2:\d+ .*null/],
  ['never ends', 'for (;;) {}', /^server\/server\.js:1:1 .*was not loaded within 1500 ms/],
  ['ends the process', 'process.exit(3);', /server\/server\.js/],
] as const) {
  test(`neither installs nor updates to an app whose code ${how} by itself`, async () => {
    const world = await start({ limits: { loadMsMax: 1500 } });
    const broken = {
      ...appOf({ onAgentActivityCreate: '' }),
      'server/server.js': `${code}\nexports = { onAgentActivityCreate() {} };`,
    };
    const refused = rejectionOf(await install(world, writeApp(join(base, `by-itself-${how}`), broken)));
    assert.deepEqual([refused.code, refused.faults[0]?.pointer], ['app_invalid', '/folder']);
    assert.match(refused.detail, told);
    const zip = fakeZip(
      Object.entries(broken).map(([name, content]) => ({
        name,
        content: typeof content === 'string' ? content : JSON.stringify(content),
      })),
    );
    const uploaded = await world.host.install(world.ask(), { source: { kind: 'zip', bytes: zip }, iparams: null });
    assert.equal(rejectionOf(uploaded).faults[0]?.pointer, '/zip');
    assert.deepEqual([world.host.list(1), world.packages(), await records(world, 'app')], [[], [], []]);
    const folder = newApp({ onAgentActivityCreate: 'console.log("works");' });
    const { id, version } = doneWith(await install(world, folder));
    writeApp(folder, broken);
    const source = { kind: 'folder', folder } as const;
    const kept = rejectionOf(await world.host.update(world.ask(), id, { source, iparams: null }));
    assert.deepEqual([kept.code, world.host.get(1, id)?.version], ['app_invalid', version]);
    await world.toggle();
    await until(async () => (await world.printed(id)).includes('works'), 'the old version goes on');
  });
}

test('a version without the callbacks has neither an address nor schedules any more', async () => {
  const world = await start();
  const scheduled =
    'await $schedule.create({ name: "later", data: {}, schedule_at: new Date(Date.now() + 3600000).toISOString() });';
  const folder = newApp({
    onAppInstall: `console.log(await generateTargetUrl()); ${scheduled} renderData();`,
    onScheduledEvent: '',
    onExternalEvent: '',
  });
  const { id } = doneWith(await install(world, folder));
  const token = new URL((await world.printed(id))[0] ?? '').pathname.split('/').at(-1) ?? '';
  const request = { method: 'POST', headers: {}, contentType: null, body: '{}', query: {} };
  assert.deepEqual(await world.host.externalEvent(token, request), { kind: 'accepted' });
  writeApp(folder, appOf({ onAppInstall: 'renderData();', onExternalEvent: '' }));
  const update = () => world.host.update(world.ask(), id, { source: { kind: 'folder', folder }, iparams: null });
  assert.equal(doneWith(await update()).schedules, 0);
  assert.deepEqual(await records(world, 'app_schedule'), []);
  assert.match((await world.printed(id)).at(-1) ?? '', /no onScheduledEvent.*removed \(later\)/);
  writeApp(folder, appOf({ onAppInstall: 'renderData();' }));
  doneWith(await update());
  assert.equal(await world.host.externalEvent(token, request), null);
  assert.equal(await world.host.externalEvent(token, { ...request, method: 'GET' }), null);
});

test('tells an app that fails from one that refuses, and ends its sentences once', async () => {
  const world = await start();
  for (const [body, told] of [
    ['renderData({ message: "please stay!" });', /^The app refuses to be removed: please stay! Ask for it/],
    ['throw new Error("broken");', /^The app failed in its onAppUninstall: broken \(.*\)\. Ask for it/],
  ] as const) {
    const { id } = doneWith(await install(world, newApp({ onAgentActivityCreate: '', onAppUninstall: body })));
    assert.match(rejectionOf(await world.host.remove(world.ask(), id, { isForced: false })).detail, told);
  }
  const folder = newApp({ onAgentActivityCreate: '' });
  const { id } = doneWith(await install(world, folder));
  writeApp(folder, appOf({ onAgentActivityCreate: '', afterAppUpdate: 'throw new Error("broken");' }));
  const refused = await world.host.update(world.ask(), id, { source: { kind: 'folder', folder }, iparams: null });
  assert.match(
    rejectionOf(refused).detail,
    /^The app failed in its afterAppUpdate: broken \(.*\)\. It stays as it was\.$/,
  );
});

test('reads the folder of an app that runs in place again when it is told to', async () => {
  const folder = newApp({ onAppInstall: 'renderData();' });
  const world = await start({ liveFolders: [folder] });
  const { id, version } = doneWith(await world.host.takeUp(world.ask(), folder));
  assert.deepEqual([version, world.packages()], [null, []]);
  await world.toggle();
  writeApp(folder, appOf({ onAgentActivityCreate: 'console.log("live");' }));
  const reloaded = await world.host.reload(id);
  assert.deepEqual(
    reloaded?.events.map(({ event }) => event),
    ['onAgentActivityCreate'],
  );
  await world.toggle();
  await until(async () => (await world.printed(id)).length > 0, 'the new code printed');
  writeFileSync(join(folder, 'manifest.json'), '{');
  assert.equal((await world.host.reload(id))?.state, 'faulty');
  writeApp(folder, appOf({ onAgentActivityCreate: 'console.log("mended");' }));
  assert.equal((await world.host.reload(id))?.state, 'active');
  await world.toggle();
  await until(async () => (await world.printed(id)).includes('mended'), 'the mended code printed');
  assert.equal(await world.host.reload('app_none'), null);
});

test('calls events of every kind by hand, each in its module', async () => {
  const world = await start();
  const folder = newApp({
    onAppInstall: 'console.log("install"); renderData(args.refuses ? { message: "no" } : undefined);',
    onScheduledEvent: 'console.log(JSON.stringify(args.data));',
    onExternalEvent: 'console.log(JSON.stringify(args.headers));',
    onAgentActivityCreate: 'console.log(args.data.actor.type);',
  });
  const { id } = doneWith(await world.host.takeUp(world.ask(), folder));
  const invoke = async (
    event: string,
    payload: Record<string, unknown> | null = null,
    module: string | null = null,
  ) => {
    const answer = await world.host.invoke(world.ask(), id, { event, module, payload });
    return answer.kind === 'rejected'
      ? answer.code
      : [doneWith(answer).outcome, ...doneWith(answer).logs.map(({ text }) => text)];
  };
  assert.deepEqual(await invoke('onScheduledEvent', { data: { a: 1 } }), ['delivered', '{"a":1}']);
  assert.deepEqual(await invoke('onExternalEvent'), ['delivered', '{}']);
  assert.equal((await invoke('onAgentActivityCreate'))[0], 'delivered');
  assert.equal((await invoke('onAgentActivityCreate', null, 'chat_conversation'))[0], 'delivered');
  assert.equal(await invoke('onAgentActivityCreate', null, 'support_agent'), 'event_not_subscribed');
  assert.deepEqual(await invoke('onAppInstall'), ['delivered', 'install']);
  assert.deepEqual(await invoke('onAppInstall', { refuses: true }), ['refused', 'install']);
});

test('calls by hand with the test data that an app brings, else with invented data in the shape of the event', async () => {
  const world = await start();
  const of = (...events: string[]) => ({
    events: Object.fromEntries(events.map((event) => [event, { handler: 'show' }])),
  });
  const modules = {
    chat_conversation: of('onMessageCreate', 'onConversationCreate', 'onConversationUpdate'),
    chat_user: of('onUserCreate', 'onUserUpdate'),
    support_agent: of('onAgentUpdate'),
  };
  const files = {
    'manifest.json': {
      'platform-version': '3.0',
      modules,
      engines: { node: '24.11.1', fdk: '10.1.2' },
    },
    'config/iparams.json': {},
    'server/server.js': 'exports = { show(args) { console.log(args.event + " " + JSON.stringify(args.data)); } };',
    'server/test_data/onUserUpdate.json': { data: { flat: true } },
    'server/test_data/onUserCreate.json': '{',
    'server/test_data/chat_conversation/onConversationUpdate.json': { data: { of: 'the module' }, event: 'another' },
  };
  const { id } = doneWith(await install(world, writeApp(join(base, 'by-hand'), files)));
  const invoke = (event: string, payload: Record<string, unknown> | null = null) =>
    world.host.invoke(world.ask(), id, { event, module: null, payload });
  const shown = async (event: string) => doneWith(await invoke(event)).logs.map(({ text }) => text)[0] ?? '';
  assert.match(
    await shown('onMessageCreate'),
    /^onMessageCreate .*"message":\{.*"message_parts".*"actor":\{"type":"user"/,
  );
  assert.match(await shown('onConversationCreate'), /"conversation":\{.*"messages":\[/);
  assert.match(await shown('onAgentUpdate'), /"agent":\{"id":.*"model_changes":\{"available":\[true,false\]/);
  assert.equal(await shown('onConversationUpdate'), 'onConversationUpdate {"of":"the module"}');
  assert.equal(await shown('onUserUpdate'), 'onUserUpdate {"flat":true}');
  assert.match(rejectionOf(await invoke('onUserCreate')).detail, /server\/test_data\/onUserCreate\.json is not JSON/);
  const given = doneWith(await invoke('onUserCreate', { data: { mine: 1 } }));
  assert.deepEqual(
    given.logs.map(({ text }) => text),
    ['onUserCreate {"mine":1}'],
  );
});

test('opens an installation page by a link that is good once', async () => {
  const world = await start();
  const folder = newApp({ onAgentActivityCreate: ECHO }, { token: secretText });
  const { id } = doneWith(await install(world, folder));
  const { url } = doneWith(world.host.installationLink(world.ask(), id));
  assert.match(url, /^https:\/\/team\.example\.com\/install\/[\w-]{20,}$/);
  const token = url.split('/').at(-1) ?? '';
  assert.equal(world.host.installationOf(token)?.definitions[0]?.name, 'token');
  const refused = await world.host.submitInstallation(token, {});
  assert.deepEqual(refused, { kind: 'refused', faults: [{ pointer: '/token', detail: 'is required' }], notice: null });
  const atOnce = await Promise.all(
    Array.from({ length: 5 }, () => world.host.submitInstallation(token, { token: 'very-secret-value-4' })),
  );
  assert.deepEqual(atOnce.map(({ kind }) => kind).toSorted(), ['installed', ...Array(4).fill('unknown_link')]);
  assert.equal(world.host.installationOf(token), null);
  assert.equal((await world.host.submitInstallation(token, {})).kind, 'unknown_link');
  assert.equal(world.host.get(1, id)?.state, 'active');
});

test('takes external events to an address that the app gave out', async () => {
  const world = await start();
  const folder = newApp({
    methodUrl: 'renderData(null, { url: await generateTargetUrl("from here") });',
    onAppInstall: 'console.log(await generateTargetUrl("from here")); renderData();',
    onExternalEvent: 'console.log(args.options + " " + JSON.stringify(args.data));',
  });
  const { id } = doneWith(await install(world, folder));
  const url = new URL((await world.printed(id))[0] ?? '');
  const token = url.pathname.split('/').at(-1) ?? '';
  const request = {
    method: 'POST',
    headers: {},
    contentType: 'application/json',
    body: '{"a":1}',
    query: { options: 'from here' },
  };
  assert.equal(await world.host.externalEvent('none', request), null);
  assert.deepEqual(await world.host.externalEvent(token, request), { kind: 'accepted' });
  await until(async () => (await world.printed(id)).includes('from here {"a":1}'), 'the event arrived');
  const get = { ...request, method: 'GET', query: { 'hub.challenge': 'x' } };
  assert.deepEqual(await world.host.externalEvent(token, get), { kind: 'challenge', text: 'x' });
});
