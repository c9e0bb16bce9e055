import assert from 'node:assert/strict';
import { mkdirSync, mkdtempSync, realpathSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { after, test } from 'node:test';
import { setTimeout as delay } from 'node:timers/promises';
import { AppProcess } from './app-process.ts';
import { defaultSandboxLimits } from './limits.ts';
import { createNodeLauncher } from './node-launcher.ts';
import { createProcessHost, type ProcessHost } from './process-host.ts';
import { ProcessWatch } from './process-watch.ts';

const folder = realpathSync(mkdtempSync(join(tmpdir(), 'rollcall-host-')));
mkdirSync(join(folder, 'server'));
writeFileSync(
  join(folder, 'server/server.js'),
  `exports = {
    quick() {},
    slow() { return new Promise((done) => setTimeout(done, 400)); },
    never() { return new Promise(() => {}); },
  };`,
);
const limits = { ...defaultSandboxLimits, stopGraceMs: 500 };
const started: AppProcess[] = [];
after(async () => {
  await Promise.all(started.map((app) => app.stop()));
  rmSync(folder, { recursive: true, force: true });
});

function startApp(host: ProcessHost): AppProcess {
  const app = new AppProcess({
    appFolder: folder,
    launcher: createNodeLauncher({ nodePath: process.execPath }),
    clock: {
      now: () => Date.now(),
      after(delayMs, run) {
        const timer = setTimeout(run, delayMs);
        return () => clearTimeout(timer);
      },
    },
    limits,
    host,
    services: { operation: async () => ({ kind: 'done', result: null }), log() {}, broke() {} },
  });
  started.push(app);
  return app;
}

const kindOf = async (app: AppProcess, handler: string): Promise<string> =>
  (await app.call({ handler, payload: {}, callId: handler })).kind;

test('serves more apps than may run at once: the idle one that was used longest ago sleeps', async () => {
  const host = createProcessHost({ limits, broker: null, seats: { seatsMax: 2 } });
  const apps = Array.from({ length: 4 }, () => startApp(host));
  const phases = () => apps.map(({ state }) => state.phase);
  for (const app of apps) assert.equal(await kindOf(app, 'quick'), 'delivered');
  assert.deepEqual(phases(), ['asleep', 'asleep', 'running', 'running']);
  assert.equal(await kindOf(apps[0] as AppProcess, 'quick'), 'delivered');
  assert.deepEqual(phases(), ['running', 'asleep', 'asleep', 'running']);
  assert.equal(host.watch.size, 2);
});

test('lets nobody fail when all that may run are at work: who comes later waits for a turn', async () => {
  const host = createProcessHost({ limits, broker: null, seats: { seatsMax: 2 } });
  const apps = Array.from({ length: 5 }, () => startApp(host));
  let runningMax = 0;
  const count = setInterval(() => {
    runningMax = Math.max(runningMax, apps.filter(({ state }) => state.pid !== null).length);
  }, 5);
  const outcomes = await Promise.all(apps.map((app) => kindOf(app, 'slow')));
  clearInterval(count);
  assert.deepEqual(outcomes, ['delivered', 'delivered', 'delivered', 'delivered', 'delivered']);
  assert.equal(runningMax, 2);
});

test('ends the wait of an app that is stopped before it had its turn', async () => {
  const host = createProcessHost({ limits, broker: null, seats: { seatsMax: 1 } });
  const [busy, waiting] = [startApp(host), startApp(host)];
  const slow = kindOf(busy, 'slow');
  while (busy.state.callsInFlight === 0) await delay(5);
  const interrupted = kindOf(waiting, 'quick');
  await delay(20);
  await waiting.stop();
  assert.equal(await interrupted, 'interrupted');
  assert.equal(await slow, 'delivered');
});

test('says that an app waits, and gives apps with calls that never end no power over it', async () => {
  const seats = { seatsMax: 1, seatsHardMax: 1, growAfterMs: 50, holdMsMax: 300, waitMsMax: 5000 };
  const host = createProcessHost({ limits, broker: null, seats });
  const [greedy, waiting] = [startApp(host), startApp(host)];
  const never = kindOf(greedy, 'never');
  while (greedy.state.callsInFlight === 0) await delay(5);
  const quick = kindOf(waiting, 'quick');
  await delay(100);
  assert.deepEqual([greedy.state.phase, waiting.state.phase], ['running', 'waiting']);
  assert.equal(await quick, 'delivered');
  assert.equal(await never, 'interrupted');
});

test('answers a call for which there was no place in time, in words', async () => {
  const seats = { seatsMax: 1, seatsHardMax: 1, growAfterMs: 50, waitMsMax: 300 };
  const host = createProcessHost({ limits, broker: null, seats });
  const [greedy, waiting] = [startApp(host), startApp(host)];
  const never = kindOf(greedy, 'never');
  while (greedy.state.callsInFlight === 0) await delay(5);
  const outcome = await waiting.call({ handler: 'quick', payload: {}, callId: 'q' });
  assert.deepEqual(outcome.kind === 'failed' && outcome.error, {
    code: 'not_started',
    message: 'as many apps as may run at once were at work all the time, and none made room for this one',
  });
  await greedy.stop();
  assert.equal(await never, 'interrupted');
});

test('looks at nothing, and keeps no timer, while every app sleeps', async () => {
  const watch = new ProcessWatch(1);
  const ends = [1, 2].map(() => watch.watch(process.pid, false, () => {}));
  assert.deepEqual([watch.size, watch.isLooking], [2, true]);
  for (const end of ends) end();
  assert.deepEqual([watch.size, watch.isLooking], [0, false]);
});

test('says once that a process is larger than it may be', async () => {
  const watch = new ProcessWatch(1024 * 1024);
  let times = 0;
  const end = watch.watch(process.pid, false, () => {
    times += 1;
  });
  await delay(600);
  end();
  assert.equal(times, 1);
});
