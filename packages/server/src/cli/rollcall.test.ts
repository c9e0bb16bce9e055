/** The command as people run it: a process of its own, started by `bin/rollcall.js`. */
import assert from 'node:assert/strict';
import { type ChildProcess, execFile, spawn } from 'node:child_process';
import { once } from 'node:events';
import { mkdirSync, mkdtempSync, readdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { createServer } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { after, type TestContext, test } from 'node:test';
import { fileURLToPath } from 'node:url';
import { ROLES, validateActivityPayload } from '@rollcall/contract';

const bin = fileURLToPath(new URL('../../bin/rollcall.js', import.meta.url));
const example = fileURLToPath(new URL('../../../../examples/agent-activity-log', import.meta.url));
/** Nothing of the machine's own settings may reach the commands under test. */
const env = { PATH: process.env.PATH ?? '', HOME: tmpdir(), ROLLCALL_ADMIN_KEY: 'an-admin-key-for-the-tests-only' };
const home = mkdtempSync(join(tmpdir(), 'rollcall-cli-'));
after(() => rmSync(home, { recursive: true, force: true }));

type Run = { readonly code: number; readonly stdout: string; readonly stderr: string };

function rollcall(...words: string[]): Promise<Run> {
  return new Promise((resolve) => {
    const options = { env, cwd: home, maxBuffer: 64 * 1024 * 1024 };
    execFile(process.execPath, [bin, ...words], options, (error, stdout, stderr) => {
      resolve({ code: typeof error?.code === 'number' ? error.code : error === null ? 0 : -1, stdout, stderr });
    });
  });
}

type Served = { readonly child: ChildProcess; readonly url: string; readonly stderr: () => string };

async function serve(t: TestContext, ...words: string[]): Promise<Served> {
  const child = spawn(process.execPath, [bin, 'serve', '--port', '0', ...words], { env, cwd: home });
  t.after(() => child.kill('SIGKILL'));
  let [stdout, stderr] = ['', ''];
  child.stdout.setEncoding('utf8').on('data', (chunk: string) => {
    stdout += chunk;
  });
  child.stderr.setEncoding('utf8').on('data', (chunk: string) => {
    stderr += chunk;
  });
  while (!stdout.includes('\n')) {
    if (child.exitCode !== null) throw new Error(`serve ended with ${child.exitCode}: ${stderr}`);
    await new Promise((resolve) => setTimeout(resolve, 10));
  }
  const url = /^listening on (http:\/\/\S+)$/m.exec(stdout)?.[1];
  assert.ok(url !== undefined, stdout);
  return { child, url, stderr: () => stderr };
}

async function stopped(child: ChildProcess, signal: NodeJS.Signals): Promise<number | null> {
  const exit = once(child, 'exit');
  child.kill(signal);
  return (await exit)[0];
}

function newFolder(t: TestContext): string {
  const folder = mkdtempSync(join(home, 'data-'));
  t.after(() => rmSync(folder, { recursive: true, force: true }));
  return folder;
}

function appFolder(t: TestContext, server: string, event = 'onAgentActivityCreate'): string {
  const folder = newFolder(t);
  mkdirSync(join(folder, 'server'));
  const events = { [event]: { handler: 'onChange' } };
  const manifest = {
    'platform-version': '2.3',
    product: { freshchat: { events } },
    engines: { node: '18.20.8', fdk: '9.6.0' },
  };
  writeFileSync(join(folder, 'manifest.json'), JSON.stringify(manifest, null, 2));
  writeFileSync(join(folder, 'server/server.js'), server);
  mkdirSync(join(folder, 'config'));
  writeFileSync(join(folder, 'config/iparams.json'), '{}');
  return folder;
}

test('wrong usage ends with 2, a sentence, and what was meant', async () => {
  const slip = await rollcall('simulat');
  assert.deepEqual([slip.code, slip.stdout], [2, '']);
  assert.match(slip.stderr, /unknown command 'simulat'[\s\S]*Did you mean simulate\?/);
  const option = await rollcall('serve', '--prot', '1');
  assert.equal(option.code, 2);
  assert.match(option.stderr, /Did you mean --port\?/);
  const value = await rollcall('serve', '--port', '70000');
  assert.equal(value.code, 2);
  assert.match(value.stderr, /--port: port is no port number/);
});

test('help and version are data, and end with 0', async () => {
  const help = await rollcall('key', 'create', '--help');
  assert.deepEqual([help.code, help.stderr], [0, '']);
  for (const role of ROLES) assert.ok(help.stdout.replace(/\s+/g, ' ').includes(role), role);
  const version = await rollcall('--version');
  assert.match(version.stdout, /^\d+\.\d+\.\d+\n$/);
});

test('commands that write and commands that read work while the server runs', async (t) => {
  const data = newFolder(t);
  const { child, url, stderr } = await serve(t, '--data', data, '--app', example);
  assert.match(stderr(), /agent-activity-log \(app_/);
  const key = JSON.parse((await rollcall('key', 'create', '--role', 'admin', '--data', data, '--json')).stdout);
  const headers = { authorization: `Bearer ${key.key}`, 'content-type': 'application/json' };
  const agent = await fetch(`${url}/api/v1/agents`, { method: 'POST', headers, body: '{"email":"demo@example.com"}' });
  assert.equal(agent.status, 201);
  const { id } = (await agent.json()) as { id: string };
  const put = { method: 'PUT', headers, body: '{"status":"AVAILABLE"}' };
  assert.equal((await fetch(`${url}/api/v1/agents/${id}/intelliassign`, put)).status, 200);
  const account = JSON.parse((await rollcall('account', 'create', 'Second', '--data', data, '--json')).stdout);
  const own = await fetch(`${url}/api/v1/account`, { headers: { authorization: `Bearer ${account.admin_key.key}` } });
  assert.equal(((await own.json()) as { name: string }).name, 'Second');
  const verdict = await rollcall('log', 'verify', '--data', data, '--json');
  assert.deepEqual([verdict.code, JSON.parse(verdict.stdout).events], [0, 1]);
  const [line = ''] = (await rollcall('export', '--data', data)).stdout.split('\n');
  assert.deepEqual(validateActivityPayload(JSON.parse(line)), []);
  const csv = (await rollcall('export', '--data', data, '--format', 'csv', '--agent', 'demo@example.com')).stdout;
  assert.equal(csv.trimEnd().split('\n').length, 2);
  const copy = join(newFolder(t), 'rollcall.db');
  assert.equal((await rollcall('backup', copy, '--data', data)).code, 0);
  assert.equal((await rollcall('log', 'verify', '--data', join(copy, '..'))).code, 0);
  assert.equal(await stopped(child, 'SIGTERM'), 0);
  assert.deepEqual(
    readdirSync(data).filter((name) => name.startsWith('server') || name.endsWith('.sock')),
    [],
  );
});

test('an export is imported into another folder, by the server that runs there and without one, and known the second time', async (t) => {
  const [from, into] = [newFolder(t), newFolder(t)];
  const origin = await serve(t, '--data', from);
  const headers = { authorization: `Bearer ${env.ROLLCALL_ADMIN_KEY}`, 'content-type': 'application/json' };
  const post = { method: 'POST', headers, body: '{"email":"moved@example.com"}' };
  const { id } = (await (await fetch(`${origin.url}/api/v1/agents`, post)).json()) as { id: string };
  for (const status of ['AVAILABLE', 'UNAVAILABLE', 'AVAILABLE']) {
    const put = { method: 'PUT', headers, body: JSON.stringify({ status }) };
    await fetch(`${origin.url}/api/v1/agents/${id}/intelliassign`, put);
  }
  const file = join(from, 'export.jsonl');
  const exported = (await rollcall('export', '--data', from)).stdout;
  writeFileSync(file, exported);
  await stopped(origin.child, 'SIGTERM');

  const target = await serve(t, '--data', into);
  const refused = await rollcall('import', file, '--data', into, '--json', '--rejects', join(from, 'rejects'));
  assert.deepEqual([refused.code, JSON.parse(refused.stdout).rejected], [1, 3]);
  assert.match(refused.stderr, /^line 1: There is no agent moved@example.com/m);
  assert.equal(readFileSync(join(from, 'rejects'), 'utf8').trimEnd().split('\n').length, 3);
  const trial = await rollcall('import', file, '--data', into, '--json', '--create-agents', '--dry-run');
  assert.deepEqual([trial.code, JSON.parse(trial.stdout).accepted], [0, 3]);
  const taken = await rollcall('import', file, '--data', into, '--json', '--create-agents');
  assert.deepEqual([taken.code, JSON.parse(taken.stdout).accepted], [0, 3], taken.stderr);
  await stopped(target.child, 'SIGTERM');

  const again = await rollcall('import', file, '--data', into, '--json');
  assert.deepEqual([again.code, JSON.parse(again.stdout).duplicate], [0, 3], again.stderr);
  const more = exported
    .trimEnd()
    .split('\n')
    .map((line) => line.replaceAll('moved@', 'other@').replaceAll(/"(id|org_agent_id)":"[^"]+"/g, '"x":0'));
  writeFileSync(file, more.join('\n'));
  const offline = await rollcall('import', file, '--data', into, '--json', '--create-agents');
  assert.deepEqual([offline.code, JSON.parse(offline.stdout).accepted], [0, 3], offline.stderr);
  assert.equal((await rollcall('log', 'verify', '--data', into)).code, 0);
  const data = (text: string) =>
    text
      .trimEnd()
      .split('\n')
      .map((line) => JSON.parse(line))
      .map((event) => [event.data, event.activity.id]);
  assert.deepEqual(data((await rollcall('export', '--data', into)).stdout).slice(0, 3), data(exported));
});

test('after a kill -9 a command writes by itself, and the next server knows what it wrote', async (t) => {
  const data = newFolder(t);
  const first = await serve(t, '--data', data);
  await stopped(first.child, 'SIGKILL');
  assert.ok(readdirSync(data).includes('server.json'));
  const made = await rollcall('key', 'create', '--role', 'admin', '--data', data);
  assert.deepEqual([made.code, made.stdout.split('\n').length], [0, 2], made.stderr);
  const second = await serve(t, '--data', data);
  const account = await fetch(`${second.url}/api/v1/account`, {
    headers: { authorization: `Bearer ${made.stdout.trim()}` },
  });
  assert.equal(account.status, 200);
  assert.equal(await stopped(second.child, 'SIGINT'), 0);
});

test('a folder that is held and a port that is taken are named, with the way out', async (t) => {
  const data = newFolder(t);
  const { child } = await serve(t, '--data', data);
  const held = await rollcall('serve', '--port', '0', '--data', data);
  assert.equal(held.code, 1);
  assert.match(held.stderr, new RegExp(`in use by process ${child.pid} .* another folder`));
  const holder = createServer();
  await once(holder.listen(0, '127.0.0.1'), 'listening');
  const { port } = holder.address() as { port: number };
  const taken = await rollcall('serve', '--port', String(port), '--data', newFolder(t));
  holder.close();
  assert.equal(taken.code, 1);
  assert.match(taken.stderr, new RegExp(`Port ${port} of 127.0.0.1 is in use\\..*--port`));
  await stopped(child, 'SIGTERM');
});

test('a store that is not there is said so, and none is made', async (t) => {
  const data = join(newFolder(t), 'nowhere');
  for (const words of [['log', 'verify'], ['export'], ['backup', 'x.db'], ['key', 'create', '--role', 'admin']]) {
    const { code, stderr } = await rollcall(...words, '--data', data);
    assert.equal(code, 1);
    assert.match(stderr, /There is no Rollcall store in/);
  }
});

test('a damaged log is found, with its first broken place', async (t) => {
  const data = newFolder(t);
  const { child } = await serve(t, '--data', data);
  await stopped(child, 'SIGTERM');
  const file = join(data, 'rollcall.db');
  const bytes = readFileSync(file);
  const inTheLog = bytes.indexOf('"thing":"key"');
  assert.ok(inTheLog > 0, 'the log notes that the first key was made');
  bytes[inTheLog + 9] = 0x4b;
  writeFileSync(file, bytes);
  const verdict = await rollcall('log', 'verify', '--data', data, '--json');
  assert.equal(verdict.code, 1, verdict.stdout + verdict.stderr);
  assert.ok(JSON.parse(verdict.stdout).first_broken.position > 0);
});

test('validates an app: every finding with place, code and fix, and 1 when it cannot be loaded', async (t) => {
  const folder = appFolder(t, 'exports = {\n  onChnage: function (payload) {\n    console.log(payload);\n  }\n};\n');
  const text = await rollcall('app', 'validate', folder);
  assert.equal(text.code, 1);
  assert.match(text.stdout, /manifest\.json:7:\d+ error handler-not-exported\n[\s\S]*\n {4}7 \| .*\n {6}\| +\^\n/);
  assert.match(text.stdout, /Did you mean 'onChnage'\?[\s\S]*fix: .*[\s\S]*cannot be loaded: 1 error/);
  const json = JSON.parse((await rollcall('app', 'validate', folder, '--json')).stdout);
  assert.deepEqual([json.ok, json.findings[0].file, json.findings[0].line], [false, 'manifest.json', 7]);
  const sound = await rollcall('app', 'validate', example);
  assert.equal(sound.code, 0);
  assert.match(sound.stdout, /can be loaded .*onAgentActivityCreate → /);
});

test('says of an app which of its handlers this server never calls, by event and module', async (t) => {
  const folder = appFolder(t, 'exports = { onChange() {} };\n');
  const handler = { handler: 'onChange' };
  const manifest = {
    'platform-version': '3.0',
    modules: {
      common: { events: { onScheduledEvent: handler } },
      support_ticket: { events: { onConversationCreate: handler } },
      chat_conversation: { events: { onConversationCreate: handler, onAgentActivityCreate: handler } },
    },
    engines: { node: '24.11.1', fdk: '10.1.2' },
  };
  writeFileSync(join(folder, 'manifest.json'), JSON.stringify(manifest));
  const { stdout } = await rollcall('app', 'validate', folder);
  const summary = stdout.slice(stdout.indexOf('can be loaded'));
  assert.equal(summary.match(/onConversationCreate → onChange \(never called by this server\)/g)?.length, 2, stdout);
  assert.match(summary, /onScheduledEvent → onChange,/);
  assert.match(summary, /onAgentActivityCreate → onChange$/m);
});

test('invokes one callback once: what it prints, how it ends, and where it broke', async (t) => {
  const code = [
    'exports = {',
    '  onChange: async function (payload) {',
    "    await $db.set('seen', { status: payload.data.agent_activity.status });",
    "    const { status } = await $db.get('seen');",
    '    console.log(status, payload.iparams);',
    "    if (status === 'Lunch') throw new Error('no lunch today');",
    '  }',
    '};',
  ].join('\n');
  const folder = appFolder(t, code);
  const failed = await rollcall('app', 'invoke', folder, 'onAgentActivityCreate');
  assert.equal(failed.code, 1);
  assert.match(
    failed.stdout,
    /^log +Lunch \{\}\nfailed \(\w+\) after \d+ ms: .*no lunch today at .*server\.js:6:\d+\n/,
  );
  assert.match(failed.stdout, /\n {4}6 \| .*throw new Error.*\n {6}\| +\^\n/);
  mkdirSync(join(folder, 'server/test_data'));
  const activity = { data: { agent_activity: { status: 'AVAILABLE' } } };
  writeFileSync(join(folder, 'server/test_data/onAgentActivityCreate.json'), JSON.stringify(activity));
  const done = await rollcall('app', 'invoke', folder, 'onAgentActivityCreate', '--json');
  assert.equal(done.code, 0, done.stdout + done.stderr);
  const { outcome, logs, payload } = JSON.parse(done.stdout);
  assert.deepEqual([outcome, payload], ['delivered', 'server/test_data/onAgentActivityCreate.json']);
  assert.deepEqual(logs, [{ level: 'log', text: 'AVAILABLE {}' }]);
});

test('invokes set-up events, functions and jobs, each ended as the platform ends it, with every global', async (t) => {
  const code = `exports = {
    install: async function () {
      await $schedule.create({ name: 's', data: {}, schedule_at: new Date(Date.now() + 60000).toISOString() });
      const shops = $db.entity({ version: 'v1' }).get('shops');
      const { record } = await shops.create({ name: 'North' });
      generateTargetUrl().done((url) => { console.log(record.data.name, new URL(url).pathname.slice(0, 12)); renderData(); });
    },
    scheduled: function () {},
    external: function () {},
    sum: function (args) { renderData(args.a ? null : { message: 'no a', status: 422 }, { sum: args.a + args.b }); },
    tidy: async function () {
      await $job.updateStatusMessage('half');
      const other = await $job.invoke('tidy_more', 'tag', { n: 1 });
      console.log(other.status);
    },
    tidy_more: async function (args) { console.log('more', args.n); },
  };`;
  const folder = appFolder(t, code);
  const common = {
    events: {
      onAppInstall: { handler: 'install' },
      onScheduledEvent: { handler: 'scheduled' },
      onExternalEvent: { handler: 'external' },
    },
    functions: { sum: {} },
    jobs: { tidy: {}, tidy_more: {} },
  };
  const engines = { node: '24.11.1', fdk: '10.1.2' };
  const manifest = { 'platform-version': '3.0', modules: { common, chat_conversation: {} }, engines };
  writeFileSync(join(folder, 'manifest.json'), JSON.stringify(manifest));
  const shops = { fields: [{ name: 'name', label: 'Name', type: 'text' }] };
  writeFileSync(join(folder, 'config/entities.json'), JSON.stringify({ shops }));
  writeFileSync(join(folder, 'args.json'), '{"a":1,"b":2}');
  const table: readonly (readonly [words: readonly string[], code: number, printed: RegExp])[] = [
    [['onAppInstall'], 0, /^log +North \/event\/hook\/\nanswered in \d+ ms: null\n$/],
    [['sum', '--payload', join(folder, 'args.json')], 0, /^answered in \d+ ms: \{"sum":3\}\n$/],
    [['sum'], 1, /^refused in \d+ ms: no a \(422\)\n$/],
    [['tidy'], 0, /^info +status: half\n(?=[\s\S]*log +in-progress\n)(?=[\s\S]*log +more 1\n)/],
    [['onScheduledEvent'], 0, /^done in \d+ ms\n$/],
  ];
  for (const [words, code, printed] of table) {
    const ended = await rollcall('app', 'invoke', folder, ...words);
    assert.equal(ended.code, code, ended.stdout + ended.stderr);
    assert.match(ended.stdout, printed);
  }
  const asJson = JSON.parse((await rollcall('app', 'invoke', folder, 'sum', '--json')).stdout);
  assert.deepEqual([asJson.outcome, asJson.error.status], ['refused', 422]);
});

test('refuses to invoke what an app does not have, or with a payload that is none', async (t) => {
  const folder = appFolder(t, 'exports = { onChange: function () {} };');
  const slip = await rollcall('app', 'invoke', folder, 'onAgentActivityCraete');
  assert.equal(slip.code, 2);
  assert.match(slip.stderr, /Did you mean onAgentActivityCreate\?/);
  const file = join(folder, 'payload.json');
  for (const [text, why] of [
    ['{', /payload\.json is not JSON/],
    ['[1]', /one JSON object/],
  ] as const) {
    writeFileSync(file, text);
    const { code, stderr } = await rollcall('app', 'invoke', folder, 'onAgentActivityCreate', '--payload', file);
    assert.equal(code, 2);
    assert.match(stderr, why);
  }
});

test('a simulation is the same bytes again, and ends quietly when its reader has enough', async () => {
  const words = ['simulate', '--agents', '3', '--days', '2', '--seed', 'cli'];
  const [one, other] = await Promise.all([rollcall(...words), rollcall(...words)]);
  assert.equal(one.code, 0, one.stderr);
  assert.equal(one.stdout, other.stdout);
  for (const line of one.stdout.trimEnd().split('\n')) assert.deepEqual(validateActivityPayload(JSON.parse(line)), []);
  const child = spawn(process.execPath, [bin, 'simulate', '--agents', '10', '--days', '5'], { env, cwd: home });
  let talk = '';
  child.stderr.setEncoding('utf8').on('data', (chunk: string) => {
    talk += chunk;
  });
  child.stdout.once('data', () => child.stdout.destroy());
  const [code] = await once(child, 'exit');
  assert.deepEqual([code, talk], [0, '']);
});

test('an invented team can be played into a running server', async (t) => {
  const data = newFolder(t);
  const { child, url } = await serve(t, '--data', data, '--log-level', 'warn');
  const words = ['--agents', '3', '--days', '1', '--speed', '20000', '--json'];
  const played = await rollcall('simulate', ...words, '--url', url, '--key', env.ROLLCALL_ADMIN_KEY);
  assert.equal(played.code, 0, played.stderr);
  const { deeds, refused } = JSON.parse(played.stdout);
  assert.ok(deeds > 100 && refused === 0, played.stdout + played.stderr);
  const stranger = await rollcall('simulate', ...words, '--url', url, '--key', 'nobody-knows-this-key');
  assert.equal(stranger.code, 1);
  assert.match(stranger.stderr, /401 unauthorized/);
  await stopped(child, 'SIGTERM');
});

test('the doctor looks at everything, and says when something will not do', async (t) => {
  const sound = await rollcall('doctor', '--no-attacks', '--data', join(newFolder(t), 'new'), '--json');
  assert.equal(sound.code, 0, sound.stdout);
  const names = JSON.parse(sound.stdout).checks.map((check: { name: string }) => check.name);
  for (const name of [
    'node',
    'sqlite',
    'time zones',
    'data folder',
    'disk space',
    'disk sync',
    'clock',
    'bubblewrap',
    'deno',
    'fence in force',
  ]) {
    assert.ok(names.includes(name), name);
  }
  const broken = newFolder(t);
  writeFileSync(join(broken, 'rollcall.db'), 'this is no database, and it is long enough to be looked at closely');
  const sick = await rollcall('doctor', '--no-attacks', '--data', broken);
  assert.equal(sick.code, 1);
  assert.match(sick.stdout, /FAIL {2}store/);
});

test('with --demo an invented team is at work within seconds, and stops with the server', async (t) => {
  const data = newFolder(t);
  const { child, stderr } = await serve(t, '--demo', '--data', data);
  assert.match(stderr(), /an invented team is at work/);
  let events: readonly string[] = [];
  const patience = Date.now() + 20_000;
  while (events.length < 3 && Date.now() < patience) {
    events = (await rollcall('export', '--data', data)).stdout.split('\n').filter((line) => line !== '');
  }
  assert.ok(events.length >= 3, `${events.length} events`);
  for (const line of events) assert.match(JSON.parse(line).data.agent_activity.email, /^demo\..*@example\.com$/);
  assert.equal(await stopped(child, 'SIGTERM'), 0);
});
