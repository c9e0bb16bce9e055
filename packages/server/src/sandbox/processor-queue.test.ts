import assert from 'node:assert/strict';
import { spawn, spawnSync } from 'node:child_process';
import { existsSync, readFileSync } from 'node:fs';
import { type TestContext, test } from 'node:test';
import { setTimeout as delay } from 'node:timers/promises';
import { fileURLToPath } from 'node:url';
import { ProcessWatch } from './process-watch.ts';
import { classQueue, confiningQueue, coresOf, hasShareOfItsOwn, sessionQueue } from './processor-queue.ts';

const NOBODY = 65_534;
const chrt = '/usr/bin/chrt';

/** A process that does nothing, in a session of its own. */
function startSession(t: TestContext, script = 'setTimeout(() => {}, 20_000)'): number {
  const child = spawn(process.execPath, ['--eval', script], { detached: true, stdio: 'ignore' });
  t.after(() => child.kill('SIGKILL'));
  return child.pid ?? 0;
}

const nicenessOf = (pid: number): string => readFileSync(`/proc/${pid}/autogroup`, 'latin1').trim().split(' ')[2] ?? '';
const classOf = (pid: number): string =>
  readFileSync(`/proc/${pid}/stat`, 'latin1').split(') ')[1]?.split(' ')[38] ?? '';

test('moves a session to the place of each rank, and back', (t) => {
  if (!existsSync('/proc/self/autogroup')) return t.skip('this kernel does not share out the processor by session');
  if (process.getuid?.() !== 0) return t.skip('the kernel takes it from ordinary users ten times a second only');
  const pid = startSession(t);
  const places = (['unproven', 'heavy', 'unproven', 'light'] as const).map((rank) => {
    assert.equal(sessionQueue(pid, null, rank), true);
    return nicenessOf(pid);
  });
  assert.deepEqual(places, ['10', '19', '10', '5']);
});

test('an ordinary user moves a session to the end and back, when asked again where the kernel wants it', async (t) => {
  if (!existsSync('/proc/self/autogroup')) return t.skip('this kernel does not share out the processor by session');
  if (process.getuid?.() !== 0) return t.skip('only root can become an ordinary user');
  const file = fileURLToPath(new URL('./processor-queue.ts', import.meta.url));
  const code = `const { sessionQueue } = await import(${JSON.stringify(file)});
    for (const rank of ['heavy', 'unproven']) {
      let tries = 1;
      while (!sessionQueue(process.pid, null, rank) && tries < 40) { tries += 1; await new Promise((go) => setTimeout(go, 50)); }
      console.log((await import('node:fs')).readFileSync('/proc/self/autogroup', 'latin1').trim().split(' ')[2]);
    }`;
  const options = { uid: NOBODY, gid: NOBODY, env: {}, cwd: '/', encoding: 'utf8', timeout: 20_000 } as const;
  const { stdout, stderr } = spawnSync(
    '/usr/bin/setsid',
    [process.execPath, '--input-type=module', '--eval', code],
    options,
  );
  if (/EACCES|Cannot find module/.test(stderr)) return t.skip('the product may not be read by other users here');
  assert.equal(stdout, '19\n10\n', stderr);
});

test('takes a process that is gone for done', () => {
  assert.equal(sessionQueue(2 ** 30, null, 'heavy'), true);
});

test('where sessions do not count, a heavy process runs when no other wants to, and root takes it back', async (t) => {
  if (!existsSync(chrt) || process.platform !== 'linux') return t.skip('chrt (util-linux) not found');
  const pid = startSession(t);
  const queue = classQueue(chrt);
  const becomes = async (wanted: string) => {
    for (let waitedMs = 0; classOf(pid) !== wanted && waitedMs < 5000; waitedMs += 20) await delay(20);
    assert.equal(classOf(pid), wanted);
  };
  queue(pid, null, 'unproven');
  await becomes('0');
  queue(pid, 'unproven', 'heavy');
  await becomes('5');
  if (process.getuid?.() !== 0) return;
  queue(pid, 'heavy', 'unproven');
  await becomes('0');
});

test('a heavy process is kept on one half of the cores, and may run on all of them again', async (t) => {
  const taskset = '/usr/bin/taskset';
  if (!existsSync(taskset) || process.platform !== 'linux') return t.skip('taskset (util-linux) not found');
  const statusOf = (pid: number) => readFileSync(`/proc/${pid}/status`, 'latin1');
  const cores = coresOf(statusOf(process.pid));
  if (cores.length < 2) return t.skip('this machine has one core');
  const pid = startSession(t);
  const queue = confiningQueue(() => true, taskset, cores);
  const becomes = async (wanted: readonly number[]) => {
    const isThere = () => coresOf(statusOf(pid)).join() === wanted.join();
    for (let waitedMs = 0; !isThere() && waitedMs < 5000; waitedMs += 20) await delay(20);
    assert.deepEqual(coresOf(statusOf(pid)), wanted);
  };
  queue(pid, null, 'unproven');
  await becomes(cores);
  queue(pid, 'unproven', 'heavy');
  await becomes(cores.slice(Math.ceil(cores.length / 2)));
  queue(pid, 'heavy', 'unproven');
  await becomes(cores);
});

test('a process that is not placed yet stays on all cores', () => {
  assert.equal(confiningQueue(() => false, '/nowhere/taskset', [0, 1])(1, null, 'heavy'), false);
});

test('reads which cores a process may run on', () => {
  assert.deepEqual(coresOf('Name:\tx\nCpus_allowed_list:\t0-2,5\nMems:\t0\n'), [0, 1, 2, 5]);
  assert.deepEqual(coresOf('Cpus_allowed_list:\t3\n'), [3]);
  assert.deepEqual(coresOf(''), []);
});

test('knows a control group that has a share of the processor of its own', () => {
  assert.equal(hasShareOfItsOwn('4:memory:/a/b\n2:cpu,cpuacct:/docker/0\n0::/\n'), true);
  assert.equal(hasShareOfItsOwn('4:memory:/a/b\n1:cpu:/\n0::/\n'), false);
  assert.equal(hasShareOfItsOwn('0::/no/such/group\n'), false);
  assert.equal(hasShareOfItsOwn(''), false);
});

test('the watch ranks a process that leads a session of its own, and asks again until it is placed', async (t) => {
  if (process.platform !== 'linux') return t.skip('needs /proc');
  const asked: string[] = [];
  const watch = new ProcessWatch(1e12, (pid, from, to) => {
    asked.push(`${pid} ${from} ${to}`);
    return asked.length > 1;
  });
  const pid = startSession(t, 'for (;;) {}');
  t.after(watch.watch(pid, false, () => {}));
  t.after(watch.watch(process.pid, false, () => {}));
  for (let waitedMs = 0; asked.length < 3 && waitedMs < 15_000; waitedMs += 50) await delay(50);
  assert.deepEqual(asked, [`${pid} null unproven`, `${pid} null unproven`, `${pid} unproven heavy`]);
});
