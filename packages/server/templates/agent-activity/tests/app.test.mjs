import assert from 'node:assert/strict';
import { test } from 'node:test';
import { startTeam } from '@rollcall/testing';

const app = new URL('..', import.meta.url);

test('adds up how long each status lasted', async () => {
  await using team = await startTeam({ app, startAt: '2026-03-04T09:00:00Z' });
  const ada = await team.agent('ada@example.com');
  await ada.setStatus('AVAILABLE');
  await team.advance('2h');
  await ada.setStatus('Lunch');
  await team.advance('45m');
  await ada.setStatus('AVAILABLE');

  assert.ok(team.callbacks.every(({ outcome }) => outcome === 'delivered'));
  const figures = await team.db.get(`2026-03-04 ${ada.orgAgentId}`);
  assert.deepEqual(figures, { UNAVAILABLE: 0, AVAILABLE: 7200, Lunch: 2700, changes: 3 });
});

test('forgets a day after as many days as the installation says', async () => {
  await using team = await startTeam({ app, iparams: { keep_days: 2 }, startAt: '2026-03-04T09:00:00Z' });
  const ada = await team.agent('ada@example.com');
  await ada.setStatus('AVAILABLE');
  await team.advance('47h');
  assert.notEqual(await team.db.get(`2026-03-04 ${ada.orgAgentId}`), null);
  await team.advance('2h');
  assert.equal(await team.db.get(`2026-03-04 ${ada.orgAgentId}`), null);
});
