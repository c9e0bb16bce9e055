import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { mkdirSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { setTimeout as pause } from 'node:timers/promises';
import { AppProcess } from '../packages/server/src/sandbox/app-process.ts';
import { readTree } from '../packages/server/src/sandbox/attacks/process-tree.ts';
import { findPlainLauncher } from '../packages/server/src/sandbox/deno-launcher.ts';
import { findHardenedLauncher } from '../packages/server/src/sandbox/hardened-launcher.ts';
import type { Launcher } from '../packages/server/src/sandbox/launcher.ts';
import { defaultSandboxLimits } from '../packages/server/src/sandbox/limits.ts';
import { createNodeLauncher } from '../packages/server/src/sandbox/node-launcher.ts';
import { createProcessHost, type ProcessHost } from '../packages/server/src/sandbox/process-host.ts';
import { runnerProgram } from '../packages/server/src/sandbox/runner-program.ts';
import { systemClock } from '../packages/server/src/system/system-clock.ts';
import { type Bench, type Figure, median, quantile, rate } from './figure.ts';

const IN_FLIGHT = 200;
const SPINNERS = 4;
/** How long an app has to be modest, or to spin, until it has the place in the queue for the processor that it keeps. */
const SETTLED_MS = 2500;
/** A neighbour that is called about a thousand times a second: often, and yet not all the time. */
const NEIGHBOUR = { calls: 2000, paceMs: 8 } as const;
const APPS = 50;
const SEATS = 16;
const WITH_SLEEPERS = 8;

/**
 * What each fence costs: a call, calls a second, a start, memory; each against the same runner as a bare child process of
 * this one, measured in turns. Then what apps that only spin cost their neighbour, and what 50 apps cost of which only a
 * few may be awake.
 */
export const callbacksInFences: Bench = {
  name: 'callbacks-in-fences',
  async run({ folder, isQuick }) {
    const counts = isQuick ? QUICK : FULL;
    const bare: Place = { name: 'bare child', launcher: bareLauncher, folder };
    const figures: Figure[] = [];
    for (const place of placesToBeHad(folder)) {
      figures.push(...(await callFigures(place, bare, counts)));
      figures.push(...(await startFigures(place, bare, counts)));
      if (place.name === 'trusted') continue;
      figures.push(await neighbourFigure(place));
      // Which apps are awake is decided outside of every fence: once is enough where it has to be quick.
      if (!isQuick || figures.length < WITH_SLEEPERS) figures.push(...(await sleeperFigures(place, counts)));
    }
    return figures;
  },
};

type Place = { readonly name: string; readonly launcher: Launcher; readonly folder: string };

/** Deno is another runtime, and a slower one to start and to call through Node's own modules. */
const HOLDS = {
  node: { call: 2, rate: 0.5, start: 3 },
  deno: { call: 3, rate: 0.3, start: 4 },
} as const;
const holdsOf = ({ name }: Place) => (name === 'plain' ? HOLDS.deno : HOLDS.node);

type Counts = { readonly calls: number; readonly burst: number; readonly starts: number };
const QUICK: Counts = { calls: 400, burst: 4000, starts: 5 };
const FULL: Counts = { calls: 4000, burst: 40_000, starts: 21 };

function placesToBeHad(folder: string): readonly Place[] {
  const hardened = findHardenedLauncher({ nodePath: process.execPath });
  const plain = findPlainLauncher();
  const trusted = createNodeLauncher({ nodePath: process.execPath });
  return [
    ...(hardened.kind === 'found' ? [{ name: 'hardened', launcher: hardened.launcher, folder }] : []),
    ...(plain.kind === 'found' ? [{ name: 'plain', launcher: plain.launcher, folder }] : []),
    { name: 'trusted', launcher: trusted, folder },
  ];
}

/** The runner with nothing around it. */
const bareLauncher: Launcher = ({ appFolder }) => ({
  command: process.execPath,
  args: [runnerProgram, appFolder],
  env: {},
  cwd: appFolder,
});

async function callFigures(place: Place, bare: Place, { calls, burst }: Counts): Promise<readonly Figure[]> {
  const ours = openApp(place, 'callee');
  const theirs = openApp(bare, 'callee');
  await Promise.all([ours.load(), theirs.load()]);
  // Both warm up, and then take turns: what else the machine does meets both alike.
  await Promise.all([waitsOf(ours, calls / 4), waitsOf(theirs, calls / 4)]);
  const waits = { ours: [] as number[], theirs: [] as number[] };
  for (let turn = 0; turn < 8; turn += 1) {
    waits.ours.push(...(await waitsOf(ours, calls / 8)));
    waits.theirs.push(...(await waitsOf(theirs, calls / 8)));
  }
  const rates = { ours: await burstRate(ours, burst), theirs: await burstRate(theirs, burst) };
  await Promise.all([ours.stop(), theirs.stop()]);
  const call = { against: 'bare child', unit: 'ms', better: 'lower' } as const;
  return [
    {
      ...call,
      name: `${place.name}: a warm call, p50`,
      ceiling: quantile(waits.theirs, 0.5),
      ours: quantile(waits.ours, 0.5),
      hold: holdsOf(place).call,
    },
    {
      ...call,
      name: `${place.name}: a warm call, p99`,
      ceiling: quantile(waits.theirs, 0.99),
      ours: quantile(waits.ours, 0.99),
      hold: null,
    },
    {
      name: `${place.name}: calls of one app`,
      against: 'bare child',
      ceiling: rates.theirs,
      ours: rates.ours,
      unit: '/s',
      better: 'higher',
      hold: holdsOf(place).rate,
    },
  ];
}

async function startFigures(place: Place, bare: Place, { starts }: Counts): Promise<readonly Figure[]> {
  const times = { node: [] as number[], ours: [] as number[] };
  const memory = { bare: [] as number[], ours: [] as number[] };
  for (let count = 0; count < starts; count += 1) {
    times.node.push(await nodeStartMs());
    times.ours.push(await startMs(place, (bytes) => memory.ours.push(bytes)));
    await startMs(bare, (bytes) => memory.bare.push(bytes));
  }
  return [
    {
      name: `${place.name}: from nothing to loaded`,
      against: 'node --eval 0',
      ceiling: median(times.node),
      ours: median(times.ours),
      unit: 'ms',
      better: 'lower',
      hold: holdsOf(place).start,
    },
    {
      name: `${place.name}: memory of an idle app`,
      against: 'bare child',
      ceiling: median(memory.bare) / 1e6,
      ours: median(memory.ours) / 1e6,
      unit: 'MB',
      better: 'lower',
      hold: 1.5,
    },
  ];
}

/** One app is called while four others of the same fence spin: all of them go on as they did before it is measured. */
async function neighbourFigure(place: Place): Promise<Figure> {
  const { calls, paceMs } = NEIGHBOUR;
  const neighbour = openApp(place, 'callee');
  await neighbour.load();
  await waitsOf(neighbour, calls / 4, paceMs);
  await pause(SETTLED_MS);
  const calm = await waitsOf(neighbour, calls, paceMs);
  const spinners = Array.from({ length: SPINNERS }, () => openApp(place, 'spinner', 'for (;;) {}'));
  await Promise.all(spinners.map((spinner) => spinner.load()));
  const spinning = spinners.map((spinner) => spinner.call({ handler: 'run', callId: 's', payload: {} }));
  const atFirst = await waitsOf(neighbour, calls / 4, paceMs);
  await pause(SETTLED_MS);
  const beside = await waitsOf(neighbour, calls, paceMs);
  await Promise.all([neighbour, ...spinners].map((app) => app.stop()));
  await Promise.all(spinning);
  return {
    name: `${place.name}: a call beside ${SPINNERS} apps that spin, p99`,
    against: 'the same app alone',
    ceiling: quantile(calm, 0.99),
    ours: quantile(beside, 0.99),
    unit: 'ms',
    better: 'lower',
    hold: 1.5,
    note: [
      `p50 ${quantile(calm, 0.5).toFixed(2)} → ${quantile(beside, 0.5).toFixed(2)} ms`,
      `p99 as they begin to spin ${quantile(atFirst, 0.99).toFixed(1)} ms`,
    ].join(', '),
  };
}

/** Fifty apps are installed; each is called in turn, twice. No more than the seats may be awake. */
async function sleeperFigures(place: Place, { starts }: Counts): Promise<readonly Figure[]> {
  const host = createProcessHost({ limits: defaultSandboxLimits, broker: null, seats: { seatsMax: SEATS } });
  const apps = Array.from({ length: APPS }, () => openApp(place, 'callee', undefined, host));
  const wakes: number[] = [];
  let awakeMax = 0;
  for (let round = 0; round < 2; round += 1) {
    for (const app of apps) {
      const start = performance.now();
      const outcome = await app.call({ handler: 'run', callId: 'w', payload: {} });
      if (outcome.kind !== 'delivered') throw new Error(`an app that slept was not woken: ${outcome.kind}`);
      if (round > 0) wakes.push(performance.now() - start);
      awakeMax = Math.max(awakeMax, apps.filter(({ state }) => state.pid !== null).length);
    }
  }
  const bytes = apps.reduce((sum, { state }) => sum + (state.pid === null ? 0 : memoryOf(state.pid)), 0);
  await Promise.all(apps.map((app) => app.stop()));
  const cold: number[] = [];
  for (let count = 0; count < starts; count += 1) cold.push(await startMs(place, () => {}));
  return [
    {
      name: `${place.name}: an event for one of ${APPS} apps, asleep, p50`,
      against: 'a cold start',
      ceiling: median(cold),
      ours: quantile(wakes, 0.5),
      unit: 'ms',
      better: 'lower',
      hold: 2,
      note: `p99 ${quantile(wakes, 0.99).toFixed(0)} ms`,
    },
    {
      name: `${place.name}: of ${APPS} apps awake at most`,
      against: 'seats',
      ceiling: SEATS,
      ours: awakeMax,
      unit: 'apps',
      better: 'lower',
      hold: 1,
      note: `${Math.round(bytes / 1e6)} MB together`,
    },
  ];
}

function openApp({ launcher, folder }: Place, name: string, body = 'return payload.number;', host?: ProcessHost) {
  const appFolder = join(folder, name);
  mkdirSync(join(appFolder, 'server'), { recursive: true });
  writeFileSync(join(appFolder, 'server', 'server.js'), `exports = { run: function (payload) { ${body} } };\n`);
  return new AppProcess({
    appFolder,
    launcher,
    services: { operation: () => Promise.reject(new Error('not in this bench')), log: () => {}, broke: () => {} },
    clock: systemClock(),
    limits: { ...defaultSandboxLimits, stopGraceMs: 100 },
    ...(host === undefined ? {} : { host }),
  });
}

/** Calls one after the other, with a pause after every ten. */
async function waitsOf(app: AppProcess, count: number, pauseMs = 1): Promise<readonly number[]> {
  const waits: number[] = [];
  for (let number = 0; number < count; number += 1) {
    const start = performance.now();
    const outcome = await app.call({ handler: 'run', callId: 'c', payload: { number } });
    if (outcome.kind !== 'delivered') throw new Error(`a call was ${outcome.kind}`);
    waits.push(performance.now() - start);
    if (number % 10 === 0) await pause(pauseMs);
  }
  return waits;
}

function burstRate(app: AppProcess, count: number): Promise<number> {
  return rate(count, async () => {
    let left = count;
    const lane = async () => {
      while (left-- > 0) await app.call({ handler: 'run', callId: 'b', payload: { number: left } });
    };
    await Promise.all(Array.from({ length: IN_FLIGHT }, lane));
  });
}

async function startMs(place: Place, measure: (bytes: number) => void): Promise<number> {
  const app = openApp(place, 'callee');
  const start = performance.now();
  const load = await app.load();
  const took = performance.now() - start;
  if (load.kind !== 'loaded') throw new Error(`${place.name}: ${load.error.message}`);
  if (app.state.pid !== null) measure(memoryOf(app.state.pid));
  await app.stop();
  return took;
}

async function nodeStartMs(): Promise<number> {
  const start = performance.now();
  const child = spawn(process.execPath, ['--eval', '0'], { stdio: 'ignore', env: {} });
  await once(child, 'exit');
  return performance.now() - start;
}

const memoryOf = (pid: number): number => readTree(pid).residentBytes;
