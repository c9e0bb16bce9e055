import assert from 'node:assert/strict';
import { test } from 'node:test';
import type { AttackResult, BatteryReport } from '../sandbox/attacks/attack.ts';
import { attackChecks, fenceChecks } from './fence-checks.ts';

const held: AttackResult = { name: 'read-absolute', kind: 'reading', verdict: 'held', detail: 'ENOENT', durationMs: 1 };
const whole: BatteryReport = {
  fence: 'plain',
  isHeld: true,
  results: [held, { ...held, name: 'start-spawn', kind: 'processes' }],
  neighbour: { calls: 20, failed: 0, slowestMs: 12.3 },
  durationMs: 9500,
};

test('shows what a fence held, a line for each class of attacks', () => {
  assert.deepEqual(attackChecks(whole), [
    { name: 'attacks: reading', status: 'ok', detail: '1 held' },
    { name: 'attacks: processes', status: 'ok', detail: '1 held' },
    {
      name: 'attacks: neighbours',
      status: 'ok',
      detail: '20 calls of another app meanwhile, 0 lost, the slowest 12 ms',
    },
    { name: 'attacks', status: 'ok', detail: 'the plain fence held all 2 in 9.5 s' },
  ]);
});

test('fails over one attack that got through, and names it and how; the same cause is said once', () => {
  const through = ['a', 'b', 'c', 'd'].map((name) => ({ ...held, name, verdict: 'unknown', detail: 'gone' }) as const);
  const checks = attackChecks({ ...whole, isHeld: false, results: [held, ...through] });
  assert.deepEqual(checks[0], {
    name: 'attacks: reading',
    status: 'fail',
    detail: '4 of 5 not held. a, b, c … unknown: gone',
  });
  assert.equal(checks.at(-1)?.status, 'fail');
  assert.match(checks.at(-1)?.detail ?? '', /did not hold 4 of 5 .*apps of others are refused/);
});

test('says which fence is in force, as it is set', async () => {
  const { fence, checks } = await fenceChecks('trusted');
  assert.equal(fence, 'trusted');
  assert.deepEqual(
    checks.map(({ name }) => name),
    ['bubblewrap', 'deno', 'fence in force'],
  );
  assert.equal(checks.at(-1)?.status, 'warn');
  const best = await fenceChecks('auto');
  const works = (name: string) => best.checks.some((check) => check.name === name && check.status === 'ok');
  const expected = works('bubblewrap') ? 'hardened' : works('deno') ? 'plain' : 'none';
  assert.equal(best.fence, expected);
  for (const { status, detail } of best.checks)
    if (status === 'warn') assert.match(detail, /install|let this user|do not run/);
});
