import assert from 'node:assert/strict';
import { type ChildProcess, spawn } from 'node:child_process';
import { once } from 'node:events';
import { existsSync, mkdirSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { request } from 'node:http';
import { tmpdir } from 'node:os';
import { delimiter, join } from 'node:path';
import { createInterface } from 'node:readline';
import { after, before, test } from 'node:test';
import { setTimeout as wait } from 'node:timers/promises';
import { fileURLToPath } from 'node:url';

const program = fileURLToPath(new URL('../bin/rollcall.js', import.meta.url));

const MANIFEST = {
  'platform-version': '3.0',
  modules: {
    common: {
      events: {
        onAppInstall: { handler: 'install' },
        onAppUninstall: { handler: 'leave' },
        onScheduledEvent: { handler: 'scheduled' },
        onExternalEvent: { handler: 'external' },
      },
      functions: { echo: { timeout: 20 } },
      jobs: { bulk: {} },
    },
    chat_conversation: { events: { onAgentActivityCreate: { handler: 'activity' } } },
  },
  engines: { node: '24.11.1', fdk: '10.1.2' },
};

const IPARAMS = {
  token: { display_name: 'Token', type: 'text', secure: true, required: true, default_value: 'an-invented-secret' },
};

const SERVER = `exports = {
  async install(payload) {
    const url = await generateTargetUrl('team=1');
    await $db.set('url', { url });
    const soon = new Date(Date.now() + 10 * 60000).toISOString();
    await $schedule.create({ name: 'soon', data: { a: 1 }, schedule_at: soon });
    console.info('the token is ' + payload.iparams.token);
    renderData();
  },
  leave() {
    renderData({ message: 'not today' });
  },
  scheduled(payload) {
    console.log('scheduled', JSON.stringify(payload.data));
  },
  external(payload) {
    console.log('external', JSON.stringify(payload.data), payload.options);
  },
  echo(args) {
    renderData(null, { echo: args.text });
  },
  async bulk(args) {
    console.log('bulk', args.count);
  },
  activity(payload) {
    if (['broken', 'Meeting'].includes(payload.data.agent_activity.status)) throw new Error('no such status');
    console.info(payload.data.agent_activity.status);
  },
};
`;

/** Stands in for npm: the machine of the tests has no registry. */
const NPM = `#!/bin/sh
echo "npm error code E404" >&2
echo "npm error 404 Not Found - GET https://registry.example.com/demo-none - Not found" >&2
echo "npm error 404  'demo-none@1.0.0' is not in this registry." >&2
exit 1
`;

type Line = { readonly type: string; readonly [key: string]: unknown };
type Run = { readonly folder: string; readonly url: string; readonly child: ChildProcess; readonly lines: Line[] };

const state: { root: string; run: Run | null } = { root: '', run: null };

before(async () => {
  state.root = mkdtempSync(join(tmpdir(), 'rollcall-app-run-'));
  const folder = join(state.root, 'demo-app');
  mkdirSync(join(folder, 'server'), { recursive: true });
  mkdirSync(join(folder, 'config'));
  writeFileSync(join(folder, 'manifest.json'), JSON.stringify(MANIFEST));
  writeFileSync(join(folder, 'config/iparams.json'), JSON.stringify(IPARAMS));
  writeFileSync(join(folder, 'server/server.js'), SERVER);
  mkdirSync(join(state.root, 'bin'));
  writeFileSync(join(state.root, 'bin/npm'), NPM, { mode: 0o755 });
  state.run = await start(folder);
  await until(() => notes().some((sentence) => sentence.startsWith('installed in')), 'the app is installed');
});

after(async () => {
  const child = state.run?.child;
  if (child !== undefined && child.exitCode === null) {
    child.kill('SIGKILL');
    await once(child, 'exit');
  }
  rmSync(state.root, { recursive: true, force: true });
});

async function start(folder: string): Promise<Run> {
  const child = spawn(process.execPath, [program, 'app', 'run', folder, '--port', '0', '--json'], {
    stdio: ['ignore', 'pipe', 'inherit'],
    env: { ...process.env, PATH: `${join(state.root, 'bin')}${delimiter}${process.env.PATH}` },
  });
  const lines: Line[] = [];
  createInterface({ input: child.stdout as NodeJS.ReadableStream }).on('line', (line) => lines.push(JSON.parse(line)));
  await until(() => lines.some(({ type }) => type === 'listening'), 'it listens');
  return { folder, url: String(lines.find(({ type }) => type === 'listening')?.url), child, lines };
}

async function until(holds: () => boolean, what: string): Promise<void> {
  for (let waited = 0; waited < 10_000; waited += 20) {
    if (holds()) return;
    await wait(20);
  }
  assert.fail(`did not come about: ${what}`);
}

function run(): Run {
  assert.ok(state.run !== null);
  return state.run;
}

const notes = () =>
  (state.run?.lines ?? []).filter(({ type }) => type === 'note').map(({ sentence }) => String(sentence));

type Called = Line & { readonly name: string; readonly lines: readonly { readonly text: string }[] };
const calls = (name: string) =>
  run().lines.filter((line): line is Called => line.type === 'call' && line.name === name);
const printed = (name: string) => calls(name).flatMap(({ lines }) => lines.map(({ text }) => text));

/** What the answers that the tests look at have among them. */
type Answer = {
  readonly kind: string;
  readonly sentence: string;
  readonly message: string;
  readonly errorSource: string;
  readonly response: unknown;
  readonly data: unknown;
};

type Looked = {
  readonly custom_statuses: readonly { readonly id: string; readonly name: string }[];
  readonly agents: readonly {
    readonly id: string;
    readonly name: string;
    readonly general: { readonly status: string };
  }[];
  readonly app: {
    readonly id: string;
    readonly process: { readonly pid: number | null };
    readonly life: { readonly kind: string; readonly runs?: boolean };
  };
  readonly findings: readonly {
    readonly file: string;
    readonly line: number;
    readonly column: number;
    readonly message: string;
    readonly frame: { readonly rows: readonly { readonly number: number; readonly text: string }[] };
  }[];
  readonly clock: { readonly offset_ms: number };
  readonly key_values: readonly { readonly value: { readonly url: string } }[];
  readonly schedules: readonly { readonly next_at: string }[];
};

async function post(path: string, body: object | string = {}, headers: Record<string, string> = {}) {
  const response = await fetch(new URL(path, run().url), {
    method: 'POST',
    headers: { 'content-type': 'application/json', ...headers },
    body: typeof body === 'string' ? body : JSON.stringify(body),
  });
  return { status: response.status, answer: (await response.json()) as Answer };
}

async function get(path: string): Promise<Looked> {
  const response = await fetch(new URL(path, run().url));
  return (await response.json()) as Looked;
}

test('installs the app live from its folder, and shows no secret', () => {
  assert.deepEqual(printed('onAppInstall'), ['the token is ********']);
  assert.equal(JSON.stringify(run().lines).includes('an-invented-secret'), false);
});

test('keeps its store below the app’s folder, where no history takes it in', () => {
  assert.equal(readFileSync(join(run().folder, '.rollcall/.gitignore'), 'utf8'), '*\n');
});

test('calls the callback of the app when an agent’s status is changed', async () => {
  const { agents } = await get('/bench/state');
  assert.equal(agents.length, 6);
  assert.ok(agents.every(({ name }) => name.startsWith('Demo ')));
  assert.equal((await post(`/bench/agents/${agents[0]?.id}`, { kind: 'choose', status: 'AVAILABLE' })).status, 200);
  await until(() => printed('onAgentActivityCreate').includes('AVAILABLE'), 'the callback printed');
});

test('answers at the addresses of the vendor’s kit as that does', async () => {
  const at = 'name=onAgentActivityCreate&product=chat_conversation';
  assert.deepEqual(await post(`/event/execute?${at}`), { status: 200, answer: { success: true } });
  const broken = await post(`/event/execute?${at}`, { data: { agent_activity: { status: 'broken' } } });
  assert.equal(broken.status, 500);
  assert.match(broken.answer.message, /^Error while executing App server script! - no such status/);
  assert.equal(broken.answer.errorSource, 'APP');
  assert.deepEqual(await get('/web/eventsList'), {
    common: ['onAppInstall', 'onAppUninstall', 'onScheduledEvent', 'onExternalEvent'],
    chat_conversation: ['onAgentActivityCreate'],
  });
  const routed = await post('/dprouter', { action: 'echo', params: { text: 'hello' } }, { 'mkp-route': 'smi' });
  assert.deepEqual(routed.answer.response, { echo: 'hello' });
});

test('an error names the line of the app’s own file and shows it', () => {
  const { outcome } = calls('onAgentActivityCreate').findLast(
    ({ outcome }) => (outcome as Line).kind === 'failed',
  ) as unknown as {
    outcome: { error: { file: string; line: number; frame: { rows: { number: number; text: string }[] } } };
  };
  const { file, line, frame } = outcome.error;
  assert.equal(file, 'server/server.js');
  assert.match(frame.rows.find(({ number }) => number === line)?.text ?? '', /throw new Error\('no such status'\)/);
});

test('goes on with the agent’s next event at once after one that failed, and sends that one again only by hand', async () => {
  const { agents, custom_statuses } = await get('/bench/state');
  const meeting = custom_statuses.find(({ name }) => name === 'Meeting')?.id;
  const { id } = agents[1] ?? {};
  await post(`/bench/agents/${id}`, { kind: 'choose', custom_status_id: meeting });
  await post(`/bench/agents/${id}`, { kind: 'choose', status: 'AVAILABLE' });
  const isNext = (payload: unknown) => /"prev_status":"Meeting"/.test(JSON.stringify(payload));
  await until(() => calls('onAgentActivityCreate').some(({ payload }) => isNext(payload)), 'the next event came');
  const failed = calls('onAgentActivityCreate').findLast(({ outcome }) => (outcome as Line).kind === 'failed');
  const again = await post(`/bench/entries/${failed?.number}/resend`);
  assert.equal(again.answer.kind, 'failed');
  const edited = { data: { agent_activity: { status: 'mended' } } };
  const mended = await post(`/bench/entries/${failed?.number}/resend`, { payload: edited });
  assert.equal(mended.answer.kind, 'done');
  await until(() => printed('onAgentActivityCreate').includes('mended'), 'the edited payload came');
});

test('saves a simulated payload in the layout of the app’s platform version, and nowhere else', async () => {
  const saved = join(run().folder, 'server/test_data/chat_conversation/onAgentActivityCreate.json');
  assert.equal(existsSync(saved), false);
  const payload = { data: { agent_activity: { status: 'saved' } } };
  await post('/web/events/onAgentActivityCreate?product=chat_conversation', payload);
  assert.deepEqual(JSON.parse(readFileSync(saved, 'utf8')), payload);
  assert.deepEqual(await get('/web/events/onAgentActivityCreate?product=chat_conversation'), payload);
  for (const name of ['..%2F..%2Fevil', 'a%2Fb', '.hidden']) {
    assert.notEqual((await post(`/web/events/${name}?product=chat_conversation`, payload)).status, 200, name);
  }
});

test('leads the address that the app gave out to its callback', async () => {
  const { key_values } = await get('/bench/storage');
  const url = key_values[0]?.value.url ?? '';
  assert.ok(url.startsWith(`${run().url}event/hook/`));
  assert.equal((await post(url, { hello: 1 })).status, 200);
  await until(() => printed('onExternalEvent').includes('external {"hello":1} team=1'), 'the event came');
  assert.equal(await (await fetch(`${url}&hub.challenge=4711`)).text(), '4711');
});

test('runs a job and calls a function by hand', async () => {
  const echo = await post('/bench/calls', { kind: 'function', name: 'echo', payload: { text: 'x' } });
  assert.deepEqual(echo.answer.data, { echo: 'x' });
  await post('/bench/calls', { kind: 'job', name: 'bulk', payload: { count: 3 } });
  await until(() => printed('bulk').includes('bulk 3'), 'the job ran');
});

test('steps the clock to a schedule, and everything due before it happens first', async () => {
  const { schedules } = await get('/bench/storage');
  const before = calls('onAgentActivityCreate').length;
  assert.equal((await post('/bench/clock', { kind: 'to', at: schedules[0]?.next_at })).status, 200);
  await until(() => printed('onScheduledEvent').includes('scheduled {"a":1}'), 'the schedule fired');
  const idle = calls('onAgentActivityCreate').slice(before);
  assert.ok(idle.length >= 4, 'whoever was at the desk is idle after five minutes');
  const [fired] = calls('onScheduledEvent');
  assert.ok(idle.every(({ at }) => String(at) < String(fired?.at)));
});

test('an idle agent whose status is clicked is there again first', async () => {
  const { agents } = await get('/bench/state');
  const idle = agents.find(({ id, general }) => id === agents[0]?.id && general.status === 'UNAVAILABLE');
  assert.ok(idle !== undefined, 'idle since the step above');
  const before = calls('onAgentActivityCreate').length;
  await post(`/bench/agents/${idle.id}`, { kind: 'choose', status: 'UNAVAILABLE' });
  await until(() => calls('onAgentActivityCreate').length >= before + 2, 'two events');
  const axes = calls('onAgentActivityCreate').map(({ payload }) => {
    const { data } = payload as { data: { agent_activity: { availability_event_type: string; status: string } } };
    return `${data.agent_activity.availability_event_type} ${data.agent_activity.status}`;
  });
  assert.deepEqual(axes.slice(before), ['GeneralAvailability AVAILABLE', 'Intelliassign UNAVAILABLE']);
});

test('code that throws when it is loaded is said with its place, and nothing is said to go on', async () => {
  const file = join(run().folder, 'server/server.js');
  const failed = await (async () => {
    writeFileSync(file, `let n = 0;\nnull.x;\n${SERVER}`);
    await until(() => notes().some((sentence) => /^the app does not load after/.test(sentence)), 'it was said');
    return get('/bench/state');
  })();
  assert.deepEqual([failed.app.life.kind, failed.app.life.runs], ['broken', false]);
  const [finding] = failed.findings;
  assert.deepEqual([finding?.file, finding?.line, finding?.column], ['server/server.js', 2, 6]);
  assert.match(finding?.message ?? '', /Cannot read properties of null/);
  assert.equal(finding?.frame.rows.find(({ number }) => number === 2)?.text, 'null.x;');
  assert.ok(!notes().some((sentence) => /goes on/.test(sentence)));
  const { length } = notes();
  writeFileSync(file, SERVER);
  await until(
    () =>
      notes()
        .slice(length)
        .some((sentence) => /^reloaded in/.test(sentence)),
    'it was taken up',
  );
  const mended = await get('/bench/state');
  assert.equal(mended.app.life.kind, 'live');
  assert.ok(mended.findings.every(({ message }) => message !== finding?.message));
});

test('packages that cannot be had are said by the platform’s words, and the app is not said to be well', async (t) => {
  if (process.platform === 'win32') return t.skip('the stand-in for npm is a shell script');
  const file = join(run().folder, 'manifest.json');
  writeFileSync(file, JSON.stringify({ ...MANIFEST, dependencies: { 'demo-none': '1.0.0' } }));
  const said = 'the packages were not installed: Unknown dependency mentioned in manifest.json: demo-none.';
  await until(() => notes().includes(said), said);
  const without = /^reloaded in \d+ ms after a change of manifest.json, without demo-none@1\.0\.0/;
  await until(() => notes().some((sentence) => without.test(sentence)), 'what is missing');
  const { length } = notes();
  writeFileSync(file, JSON.stringify(MANIFEST));
  await until(
    () =>
      notes()
        .slice(length)
        .some((sentence) => /manifest\.json$/.test(sentence)),
    'it was taken up',
  );
});

test('tells the app’s refusal to be uninstalled, and heeds it', async () => {
  const { status, answer } = await post('/bench/uninstall');
  assert.equal(status, 422);
  assert.equal(answer.sentence, 'The app refuses to be removed: not today.');
  assert.equal((await get('/bench/state')).app.life.kind, 'live');
});

test('lets no page of another address in', async () => {
  assert.equal((await post('/bench/calls', {}, { origin: 'http://evil.example.com' })).status, 403);
  const status = await new Promise((resolve, reject) => {
    const { port } = new URL(run().url);
    const asked = request({ port, host: '127.0.0.1', path: '/bench/state', headers: { host: 'evil.example.com' } });
    asked
      .on('response', (response) => resolve(response.resume().statusCode))
      .on('error', reject)
      .end();
  });
  assert.equal(status, 403);
});

test('lets the world in at the address that the app gave out, by whatever name, and nowhere else', async () => {
  const { key_values } = await get('/bench/storage');
  const { pathname, search } = new URL(key_values[0]?.value.url ?? '');
  const ask = (path: string) =>
    new Promise<number | undefined>((resolve, reject) => {
      const { port } = new URL(run().url);
      const headers = { host: 'tunnel.example.com', 'content-type': 'application/json' };
      const asked = request({ method: 'POST', port, host: '127.0.0.1', path, headers });
      asked.on('response', (response) => resolve(response.resume().statusCode)).on('error', reject);
      asked.end('{"through":"a tunnel"}');
    });
  assert.equal(await ask(`${pathname}${search}`), 200);
  await until(() => printed('onExternalEvent').includes('external {"through":"a tunnel"} team=1'), 'the event came');
  assert.equal(await ask('/event/hook/chat_conversation'), 403);
  assert.equal(await ask('/bench/calls'), 403);
});

test('says what is wrong with what was asked', async () => {
  for (const [path, body] of [
    ['/bench/calls', { kind: 'dance', name: 'x' }],
    ['/bench/clock', { kind: 'by', ms: -5 }],
    ['/bench/agents/nobody', { kind: 'dance' }],
    ['/bench/calls', '{ "kind": '],
  ] as const) {
    const { status, answer } = await post(path, body);
    assert.equal(status, 400, path);
    assert.ok(answer.sentence.length > 10);
  }
  assert.equal((await post('/bench/agents/nobody', { kind: 'sign_in' })).status, 404);
});

test('a port that is taken is said with the way out', async () => {
  const { port } = new URL(run().url);
  const other = spawn(process.execPath, [program, 'app', 'run', run().folder, '--fresh', '--port', port], {
    stdio: ['ignore', 'ignore', 'pipe'],
  });
  let said = '';
  other.stderr.on('data', (bytes: Buffer) => {
    said += bytes;
  });
  const [code] = await once(other, 'close');
  assert.equal(code, 1);
  assert.match(said, new RegExp(`Port ${port} is in use.*--port`));
});

test('goes on where it was: the app, its values and the clock, after it was stopped', async () => {
  const before = await get('/bench/state');
  const { pid } = before.app.process;
  const { child, folder } = run();
  child.kill('SIGINT');
  assert.deepEqual(await once(child, 'exit'), [0, null]);
  if (pid !== null) assert.throws(() => process.kill(pid, 0), { code: 'ESRCH' });
  state.run = await start(folder);
  await until(() => notes().some((sentence) => sentence.startsWith('reloaded')), 'the app is taken up');
  const now = await get('/bench/state');
  assert.equal(now.app.id, before.app.id);
  assert.equal(now.clock.offset_ms, before.clock.offset_ms);
  assert.equal((await get('/bench/storage')).key_values.length, 1);
});

test('an app that refused is uninstalled anyway when that is asked for', async () => {
  assert.equal((await post('/bench/uninstall')).status, 422);
  assert.equal((await post('/bench/uninstall', { force: true })).status, 200);
  assert.equal((await get('/bench/state')).app.life.kind, 'uninstalled');
  const { status, answer } = await post('/event/execute?name=onAgentActivityCreate&product=chat_conversation');
  assert.deepEqual([status, answer.message], [400, 'The app is uninstalled. On the page it can be installed again.']);
});

test('a set-up callback that refuses can be called again and again until it agrees, and then the app is installed', async () => {
  const file = join(run().folder, 'server/server.js');
  const refusing =
    "  install(payload) {\n    console.info('asked', payload.domain);\n    renderData({ message: 'registration failed' });\n  },";
  const text = SERVER.replace(/ {2}async install\(payload\) \{[\s\S]*?\n {2}\},/, refusing);
  writeFileSync(file, text);
  await until(() => notes().some((sentence) => /^the app is not installed/.test(sentence)), 'the code was taken up');
  await post('/bench/install');
  const at = '/event/execute?name=onAppInstall&product=common';
  const before = calls('onAppInstall').length;
  const refused = await post(at, { domain: 'https://edited.example.com' });
  assert.deepEqual([refused.status, refused.answer.errorSource], [500, 'APP']);
  assert.match(refused.answer.message, /registration failed/);
  await until(() => calls('onAppInstall').length === before + 1, 'the callback was called');
  assert.equal(printed('onAppInstall').at(-1), 'asked https://edited.example.com');
  const other = await post('/event/execute?name=onAgentActivityCreate&product=chat_conversation');
  assert.match(other.answer.message, /registration failed\. On the page/);
  const { length } = notes();
  writeFileSync(file, SERVER);
  await until(
    () =>
      notes()
        .slice(length)
        .some((sentence) => /^installed in/.test(sentence)),
    'it is installed',
  );
  assert.equal((await get('/bench/state')).app.life.kind, 'live');
});
