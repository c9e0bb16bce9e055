/**
 * Every attack of the battery against every fence that is to be had here, by this user and by an ordinary one. Each
 * battery is run once, in a process of its own; each attack is a test on what came of it.
 */
import assert from 'node:assert/strict';
import { type TestContext, test } from 'node:test';
import { fileURLToPath } from 'node:url';
import type { Attack, BatteryReport } from '../src/sandbox/attacks/attack.ts';
import { attacks } from '../src/sandbox/attacks/attack-list.ts';
import { type BatteryOptions, runBattery } from '../src/sandbox/attacks/battery.ts';
import { findPlainLauncher } from '../src/sandbox/deno-launcher.ts';
import { findHardenedLauncher } from '../src/sandbox/hardened-launcher.ts';

const hostProgram = fileURLToPath(new URL('../src/cli/attack-host.ts', import.meta.url));
const isRoot = process.getuid?.() === 0;
/** The user that systems keep for those who own nothing. */
const nobody = { uid: 65534, gid: 65534 };
const ofTheFence = attacks.filter(({ heldBy }) => heldBy === 'fence');

const hardened = findHardenedLauncher({ nodePath: process.execPath });
const plain = findPlainLauncher();

test('tries at least eighty attacks that only a fence can hold, and each has a name of its own', () => {
  assert.ok(ofTheFence.length >= 80, `${ofTheFence.length}`);
  assert.equal(new Set(attacks.map(({ name }) => name)).size, attacks.length);
});

test('the hardened fence holds every attack', async (t) => {
  if (hardened.kind === 'missing') return t.skip(`${hardened.why}: ${hardened.remedy}`);
  await holds(t, { fence: 'hardened' }, attacks);
});

test('the plain fence holds every attack', async (t) => {
  if (plain.kind === 'missing') return t.skip(`${plain.why}: ${plain.remedy}`);
  await holds(t, { fence: 'plain' }, attacks);
});

// What the host's end of the pipe holds is the same for every user.
test('the hardened fence holds for an ordinary user what it holds for root', async (t) => {
  if (hardened.kind === 'missing') return t.skip(`${hardened.why}: ${hardened.remedy}`);
  if (!isRoot) return t.skip('this is an ordinary user already');
  await holds(t, { fence: 'hardened', user: nobody }, ofTheFence);
});

test('the plain fence holds for an ordinary user what it holds for root', async (t) => {
  if (plain.kind === 'missing') return t.skip(`${plain.why}: ${plain.remedy}`);
  if (!isRoot) return t.skip('this is an ordinary user already');
  await holds(t, { fence: 'plain', user: nobody }, ofTheFence);
});

test('the judge sees every one of these attacks succeed where there is no fence', async (t) => {
  const wanted = ofTheFence.filter(({ name, kind }) => kind !== 'exhaustion' && !needsMore.has(name));
  const report = await battery({ fence: 'unfenced' }, wanted);
  for (const { name } of wanted) {
    await t.test(`${name} leaks`, () => assert.equal(resultOf(report, name).verdict, 'leaked', detailOf(report, name)));
  }
  assert.equal(report.isHeld, false);
});

test('a host of the attacks that does not live to tell counts as a leak', async () => {
  const report = await battery({ fence: 'of straw' }, attacks.slice(0, 3));
  assert.equal(report.isHeld, false);
  assert.deepEqual([...new Set(report.results.map(({ verdict }) => verdict))], ['unknown']);
  assert.match(report.results[0]?.detail ?? '', /there is no fence of straw/);
});

/** What an ordinary user cannot do anyway, and what needs a network card. */
const needsMore = new Set([
  ...(isRoot
    ? []
    : ['read-shadow', 'become-root', 'write-kernel-settings', 'priority-own', 'start-as-user', 'read-host-memory']),
  ...['see-network', 'connect-host-address', 'connect-host-name'],
]);

async function holds(t: TestContext, options: Omit<BatteryOptions, 'hostProgram'>, wanted: readonly Attack[]) {
  const report = await battery(options, wanted);
  for (const { name } of wanted) {
    await t.test(`holds ${name}`, () => assert.equal(resultOf(report, name).verdict, 'held', detailOf(report, name)));
  }
  await t.test('leaves the host unharmed', () => {
    const harmed = report.results.filter(({ kind, verdict }) => kind === 'host' && verdict !== 'held');
    assert.deepEqual(harmed, []);
  });
  await t.test('leaves the neighbours unharmed', () => {
    assert.ok(report.neighbour.calls > 20, `${report.neighbour.calls} calls`);
    assert.equal(report.neighbour.failed, 0);
  });
  assert.equal(report.isHeld, true);
}

function battery(options: Omit<BatteryOptions, 'hostProgram'>, wanted: readonly Attack[]): Promise<BatteryReport> {
  const names = wanted.length === attacks.length ? [] : wanted.map(({ name }) => name);
  return runBattery({ ...options, hostProgram, names });
}

function resultOf(report: BatteryReport, name: string) {
  const result = report.results.find((each) => each.name === name);
  assert.ok(result !== undefined, `${name} was not tried`);
  return result;
}

function detailOf(report: BatteryReport, name: string): string {
  return `${report.fence}: ${name}: ${resultOf(report, name).detail}`;
}
