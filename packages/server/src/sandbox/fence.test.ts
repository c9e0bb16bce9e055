import assert from 'node:assert/strict';
import { spawn, spawnSync } from 'node:child_process';
import {
  chmodSync,
  existsSync,
  mkdirSync,
  mkdtempSync,
  readFileSync,
  realpathSync,
  rmSync,
  writeFileSync,
} from 'node:fs';
import { createServer as createHttpServer } from 'node:http';
import type { AddressInfo } from 'node:net';
import { tmpdir } from 'node:os';
import { dirname, join } from 'node:path';
import { after, type TestContext, test } from 'node:test';
import { setTimeout as delay } from 'node:timers/promises';
import { fileURLToPath } from 'node:url';
import type { SocketBroker } from '../apps/socket-broker.ts';
import { AppProcess } from './app-process.ts';
import { type ChosenFence, chooseFence, type Fence, fenceSentences } from './choose-fence.ts';
import { fakeBroker } from './fake-broker.ts';
import { fencedApps } from './fenced-apps.ts';
import type { Launcher } from './launcher.ts';
import { defaultSandboxLimits } from './limits.ts';
import { createProcessHost } from './process-host.ts';
import { sharesBySession } from './processor-queue.ts';
import type { SandboxClock } from './sandbox-clock.ts';

const exampleFolder = fileURLToPath(new URL('../../../../examples/agent-activity-log', import.meta.url));
const nodePath = process.execPath;
const NOBODY = 65_534;

const folders = realpathSync(mkdtempSync(join(tmpdir(), 'rollcall-fence-test-')));
chmodSync(folders, 0o755);
const running: AppProcess[] = [];
after(async () => {
  await Promise.all(running.map((app) => app.stop()));
  rmSync(folders, { recursive: true, force: true });
});

const clock: SandboxClock = {
  now: () => Date.now(),
  after(delayMs, run) {
    const timer = setTimeout(run, delayMs);
    return () => clearTimeout(timer);
  },
};

const chosen = new Map<Fence, ChosenFence>();
async function fenceOrSkip(t: TestContext, wanted: Fence): Promise<Launcher | null> {
  const fence = chosen.get(wanted) ?? (await chooseFence({ wanted, nodePath }));
  chosen.set(wanted, fence);
  if (fence.kind === 'in_force') return fence.launcher;
  t.skip(fenceSentences(fence).join('; '));
  return null;
}

type Options = { readonly broker?: SocketBroker | null; readonly memoryMbMax?: number };

function start(appFolder: string, launcher: Launcher, { broker = null, memoryMbMax = 256 }: Options = {}) {
  const lines: string[] = [];
  const limits = { ...defaultSandboxLimits, memoryMbMax, backoffMsMin: 10 };
  const app = new AppProcess({
    appFolder,
    launcher,
    clock,
    limits,
    host: createProcessHost({ limits, broker }),
    services: {
      operation: async () => ({ kind: 'done', result: {} }),
      log: ({ text }) => lines.push(text),
      broke: (cause) => {
        throw cause;
      },
    },
  });
  running.push(app);
  const call = (handler: string, payload = {}) => app.call({ handler, payload, callId: handler });
  return { app, lines, call };
}

function folderOf(server: string, kit: string): string {
  const folder = mkdtempSync(join(folders, 'app-'));
  chmodSync(folder, 0o755);
  const files = {
    'server/server.js': server,
    'server/node_modules/kit/package.json': '{"name":"kit","version":"1.0.0","main":"kit.js"}',
    'server/node_modules/kit/kit.js': kit,
  };
  for (const [path, text] of Object.entries(files)) {
    mkdirSync(dirname(join(folder, path)), { recursive: true });
    writeFileSync(join(folder, path), text);
  }
  return folder;
}

const callsKit = "const kit = require('kit');\nexports = { run(payload) { return kit(payload); }, quiet() {} };";

const fences = ['hardened', 'plain', 'trusted'] as const;
const walls = ['hardened', 'plain'] as const;

for (const fence of fences) {
  test(`${fence}: runs the example app`, async (t) => {
    const launcher = await fenceOrSkip(t, fence);
    if (launcher === null) return;
    const { app } = start(exampleFolder, launcher);
    const loaded = await app.load();
    assert.equal(loaded.kind, 'loaded');
    assert.ok(loaded.kind === 'loaded' && loaded.functions.length > 0);
  });

  test(`${fence}: names memory as the reason when an app takes too much of it`, async (t) => {
    const launcher = await fenceOrSkip(t, fence);
    if (launcher === null) return;
    const kit = `module.exports = async () => { const all = []; for (;;) { all.push(Buffer.alloc(4e6, 1)); await new Promise((go) => setTimeout(go, 10)); } };`;
    const { call } = start(folderOf(callsKit, kit), launcher, { memoryMbMax: 160 });
    const outcome = await call('run');
    assert.ok(outcome.kind === 'failed');
    assert.match(outcome.error.message, /used more than 160 MB$/);
  });
}

const attempts = `const attempts = {
  file: () => require('fs').readFileSync(outside, 'utf8'),
  link: () => require('fs').readFileSync('/proc/self/environ', 'utf8'),
  folder: () => require('fs').readdirSync(require('path').dirname(outside)),
  product: () => require('fs').readFileSync(product, 'utf8'),
  write: () => require('fs').writeFileSync('mine.txt', 'x'),
  program: () => { const ran = require('child_process').spawnSync(process.execPath, ['--version']); if (ran.error || ran.status !== 0) throw ran.error; },
  signal: () => process.kill(hostPid, 0),
  addon: () => process.dlopen({ exports: {} }, '/lib/x.node'),
  inspector: () => { require('inspector').open(0); if (require('inspector').url() === undefined) throw new Error(); },
};
const open = [];
for (const [name, go] of Object.entries(attempts)) try { go(); open.push(name); } catch {}`;

for (const fence of walls) {
  test(`${fence}: lets a package reach no file outside, no program and no signal`, async (t) => {
    const launcher = await fenceOrSkip(t, fence);
    if (launcher === null) return;
    const kit = `module.exports = ({ outside, product, hostPid }) => { ${attempts} console.log(JSON.stringify(open)); };`;
    const { call, lines } = start(folderOf(callsKit, kit), launcher);
    const outside = join(folders, 'secret.txt');
    writeFileSync(outside, 'secret');
    const product = fileURLToPath(new URL('./launcher.ts', import.meta.url));
    assert.equal((await call('run', { outside, product, hostPid: process.pid })).kind, 'delivered');
    assert.ok(lines.includes('[]'), lines.join('\n'));
  });

  test(`${fence}: shows nothing of the environment that the server has`, async (t) => {
    const launcher = await fenceOrSkip(t, fence);
    if (launcher === null) return;
    process.env.ROLLCALL_TEST_SECRET = 'canary';
    const kit = `module.exports = () => console.log(Object.keys(process.env).sort().join(), process.env.TZ, process.env.PATH);`;
    const { call, lines } = start(folderOf(callsKit, kit), launcher);
    assert.equal((await call('run')).kind, 'delivered');
    assert.match(lines.join(), /^HOME,(PWD,)?TZ UTC undefined$/);
  });

  test(`${fence}: lets a package out by the broker alone`, async (t) => {
    const launcher = await fenceOrSkip(t, fence);
    if (launcher === null) return;
    const server = createHttpServer((_, response) => response.end('answered')).listen(0, '127.0.0.1');
    t.after(() => server.close());
    await new Promise((resolve) => server.once('listening', resolve));
    const { port } = server.address() as AddressInfo;
    const kit = `const http = require('http');
      module.exports = ({ port }) => new Promise((end) => {
        http.get({ host: 'api.example.com', port }, (response) => { response.on('data', (text) => console.log(String(text))); response.on('end', end); })
          .on('error', (error) => { console.log(error.code); end(); });
      });`;
    const folder = folderOf(callsKit, kit);
    const led = start(folder, launcher, { broker: fakeBroker() });
    const alone = start(folder, launcher);
    assert.equal((await led.call('run', { port })).kind, 'delivered');
    assert.equal((await alone.call('run', { port })).kind, 'delivered');
    assert.deepEqual([led.lines, alone.lines], [['answered'], ['EACCES']]);
  });

  test(`${fence}: has what packages ask of the machine when they are loaded`, async (t) => {
    const launcher = await fenceOrSkip(t, fence);
    if (launcher === null) return;
    const kit = `const os = require('os');
      const found = [os.cpus(), os.hostname(), os.release(), os.homedir(), os.tmpdir(), os.userInfo(), os.networkInterfaces(), process.memoryUsage(), process.memoryUsage.rss()];
      module.exports = () => console.log(found.length, process.cwd() === os.homedir());`;
    const { call, lines } = start(folderOf(callsKit, kit), launcher);
    assert.equal((await call('run')).kind, 'delivered', lines.join('\n'));
    assert.deepEqual(lines, ['9 true']);
  });

  test(`${fence}: is to be had as an ordinary user too`, async (t) => {
    if (process.getuid?.() !== 0) return t.skip('only root can become an ordinary user');
    const launcher = await fenceOrSkip(t, fence);
    if (launcher === null) return;
    const code = `const { chooseFence } = await import(${JSON.stringify(new URL('./choose-fence.ts', import.meta.url).href)});
      console.log(JSON.stringify(await chooseFence({ wanted: '${fence}', nodePath: process.execPath })));`;
    const args = ['--input-type=module', '--eval', code];
    const { stdout, stderr } = spawnSync(nodePath, args, {
      uid: NOBODY,
      gid: NOBODY,
      env: { HOME: '/' },
      cwd: '/',
      encoding: 'utf8',
      timeout: 20_000,
    });
    if (/EACCES|Cannot find module/.test(stderr)) return t.skip('the product may not be read by other users here');
    assert.match(stdout, /"kind":"in_force"/, stderr);
  });
}

for (const fence of fences) {
  test(`${fence}: leaves no app behind that spins when the server is killed`, async (t) => {
    if (process.platform !== 'linux') return t.skip('needs /proc');
    const launcher = await fenceOrSkip(t, fence);
    if (launcher === null) return;
    const folder = folderOf('exports = { spin() { for (;;) {} } };', '');
    const code = `const { AppProcess } = await import(${href('./app-process.ts')});
      const { chooseFence } = await import(${href('./choose-fence.ts')});
      const { defaultSandboxLimits: limits } = await import(${href('./limits.ts')});
      const { launcher } = await chooseFence({ wanted: '${fence}', nodePath: process.execPath });
      const clock = { now: () => Date.now(), after: (ms, run) => { const timer = setTimeout(run, ms); return () => clearTimeout(timer); } };
      const services = { operation: async () => ({}), log() {}, broke() {} };
      const app = new AppProcess({ appFolder: ${JSON.stringify(folder)}, launcher, clock, limits, services });
      await app.load();
      void app.call({ handler: 'spin', payload: {}, callId: 'spin' });
      setTimeout(() => console.log(app.state.pid), 200);`;
    const host = spawn(nodePath, ['--input-type=module', '--eval', code], { stdio: ['ignore', 'pipe', 'inherit'] });
    t.after(() => host.kill('SIGKILL'));
    const pid = await new Promise<number>((resolve) => host.stdout.once('data', (text) => resolve(Number(text))));
    const pids = [pid, ...childrenOf(pid)];
    assert.ok(pids.every(isAlive));
    host.kill('SIGKILL');
    for (let waitedMs = 0; pids.some(isAlive) && waitedMs < 1000; waitedMs += 10) await delay(10);
    assert.deepEqual(pids.filter(isAlive), []);
  });
}

const href = (file: string): string => JSON.stringify(new URL(file, import.meta.url).href);

function childrenOf(pid: number): readonly number[] {
  const text = readFileSync(`/proc/${pid}/task/${pid}/children`, 'utf8').trim();
  return text === '' ? [] : text.split(' ').map(Number);
}

// A process that has ended and was not yet waited for has no command line.
function isAlive(pid: number): boolean {
  return existsSync(`/proc/${pid}`) && readFileSync(`/proc/${pid}/cmdline`, 'utf8') !== '';
}

test('hardened: keeps apps that spin from the share of the processor that the server has', async (t) => {
  const launcher = await fenceOrSkip(t, 'hardened');
  if (launcher === null) return;
  if (!sharesBySession()) return t.skip('this kernel does not share out the processor by session');
  const { app } = start(folderOf(callsKit, ''), launcher);
  await app.load();
  const [child = 0] = childrenOf(app.state.pid ?? 0);
  const rank = () => readFileSync(`/proc/${child}/autogroup`, 'utf8').trim();
  for (let waitedMs = 0; !rank().endsWith('nice 10') && waitedMs < 3000; waitedMs += 20) await delay(20);
  assert.match(rank(), /nice 10$/);
  // The server is left where it is. One that leads no session, as under some init systems, is in the kernel's own group,
  // of which this file says nothing.
  assert.match(readFileSync('/proc/self/autogroup', 'utf8'), /^$|nice 0$/m);
  const nice = readFileSync(`/proc/${child}/stat`, 'utf8').split(') ')[1]?.split(' ')[16];
  assert.equal(nice, '19');
});

test('takes a fence that is asked for by name, or none', async () => {
  const trusted = await chooseFence({ wanted: 'trusted', nodePath });
  assert.ok(trusted.kind === 'in_force' && trusted.fence === 'trusted');
  assert.match(fenceSentences(trusted).join(), /NO FENCE/);
  const none = await chooseFence({ wanted: 'hardened', nodePath, objectTo: async () => 'it leaks' });
  assert.equal(none.kind, 'none');
  assert.match(fenceSentences(none).join('\n'), /^no fence: apps do not run\nnot hardened: /);
});

test('says of every better fence why it is not in force, and never falls back to none at all', async (t) => {
  if ((await fenceOrSkip(t, 'plain')) === null) return;
  const asked: string[] = [];
  const objectTo = async (fence: string) => {
    asked.push(fence);
    return fence === 'hardened' ? 'it leaks' : null;
  };
  const plain = await chooseFence({ wanted: 'auto', nodePath, objectTo });
  assert.ok(plain.kind === 'in_force' && plain.fence === 'plain');
  assert.deepEqual(
    plain.passedOver.map(({ fence }) => fence),
    ['hardened'],
  );
  const none = await chooseFence({ wanted: 'auto', nodePath, objectTo: async () => 'it leaks' });
  assert.equal(none.kind, 'none');
});

test('reads apps without a fence, says why they do not run, and starts nothing', async () => {
  const passedOver = [{ fence: 'plain', why: 'Deno is not installed', remedy: 'install it' }] as const;
  const runners = fencedApps({ kind: 'none', passedOver }, { clock });
  assert.equal(runners.fence, 'none');
  const { files, findings } = await runners.readFolder(exampleFolder);
  assert.ok(files !== null);
  assert.match(findings.map(({ message }) => message).join(), /Apps do not run.*Deno is not installed; install it/);
  const services = { operation: async () => ({ kind: 'done', result: null }) as const, log() {}, broke() {} };
  const runner = runners.open({ folder: exampleFolder, services });
  const outcome = await runner.call({ callId: 'a', handler: 'onAgentActivityCreateCallback', payload: {} });
  assert.ok(outcome.kind === 'failed' && outcome.error.code === 'not_started');
  assert.equal(runner.state.pid, null);
});
