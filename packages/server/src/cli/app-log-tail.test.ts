import assert from 'node:assert/strict';
import { test } from 'node:test';
import { createVirtualClock } from '../../simulation/virtual-clock.ts';
import { tailAppLogs } from './app-log-tail.ts';

const NOON = Date.UTC(2026, 2, 4, 12);

function logOf(count: number) {
  const lines = Array.from({ length: count }, (_, index) => lineOf(index + 1));
  const appLog = async ({ app, after, limit }: { app: string; after: number; limit: number }) =>
    lines.filter((line) => line.app === app && line.number > after).slice(0, limit);
  return { lines, store: { appLog } };
}

function lineOf(number: number, app = 'app_1') {
  return { number, app, at: NOON, level: 'info', text: `line ${number}`, eventId: null };
}

test('shows what is printed from now on, each line once, in order, and nothing of before', async () => {
  const clock = createVirtualClock(NOON);
  const { lines, store } = logOf(1200);
  const seen: string[] = [];
  const apps = [{ id: 'app_1', name: 'lunch-bell' }];
  const tail = await tailAppLogs({ store, clock, apps, print: (line) => seen.push(line) });
  await clock.advanceTo(NOON + 1000);
  assert.deepEqual(seen, []);
  lines.push(lineOf(1201), lineOf(1202, 'app_2'), lineOf(1203));
  await clock.advanceTo(NOON + 2000);
  assert.deepEqual(seen, ['12:00:00  lunch-bell  line 1201', '12:00:00  lunch-bell  line 1203']);
  await tail.stop();
  lines.push(lineOf(1204));
  await clock.advanceTo(NOON + 9000);
  assert.equal(seen.length, 2);
  assert.equal(clock.timers, 0);
});

test('ends quietly when the log cannot be read any more', async () => {
  const clock = createVirtualClock(NOON);
  let isBroken = false;
  const store = { appLog: async () => (isBroken ? Promise.reject(new Error('closed')) : []) };
  const apps = [{ id: 'app_1', name: 'x' }];
  const tail = await tailAppLogs({ store, clock, apps, print: () => assert.fail('nothing was printed') });
  isBroken = true;
  await clock.advanceTo(NOON + 5000);
  assert.equal(clock.timers, 0);
  await tail.stop();
});

test('lets no app steer the terminal', async () => {
  const clock = createVirtualClock(NOON);
  const { lines, store } = logOf(0);
  const seen: string[] = [];
  const apps = [{ id: 'app_1', name: 'x' }];
  const tail = await tailAppLogs({ store, clock, apps, print: (line) => seen.push(line) });
  lines.push({ ...lineOf(1), text: '\u001b]0;title\u0007 and\r\n\u009b2J \u202Etxt.exe\u2066' });
  await clock.advanceTo(NOON + 1000);
  assert.deepEqual(seen, ['12:00:00  x  \uFFFD]0;title\uFFFD and\uFFFD\n\uFFFD2J \uFFFDtxt.exe\uFFFD']);
  await tail.stop();
});
