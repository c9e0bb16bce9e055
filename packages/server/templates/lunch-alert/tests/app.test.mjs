import assert from 'node:assert/strict';
import { test } from 'node:test';
import { startTeam } from '@rollcall/testing';

const app = new URL('..', import.meta.url);
const iparams = { minutes: 45, chat_host: 'chat.example.com', chat_token: 'invented' };

test('tells the chat when a lunch lasts too long', async () => {
  await using team = await startTeam({ app, iparams, startAt: '2026-03-04T12:00:00Z' });
  team.stub('alert', { status: 202 });
  const ada = await team.agent('ada@example.com');
  await ada.setStatus('Lunch');
  await team.advance('44m');
  assert.equal(team.requests.length, 0);

  await team.advance('1m');
  const [alert] = team.requests;
  assert.equal(alert.url, 'https://chat.example.com/alerts');
  assert.equal(alert.headers.Authorization, 'Bearer invented');
  assert.match(JSON.parse(alert.body).text, /^ada@example.com has been in Lunch since 2026-03-04T12:00:00.000Z$/);
});

test('says nothing when the agent comes back in time', async () => {
  await using team = await startTeam({ app, iparams });
  const ada = await team.agent('ada@example.com');
  await ada.setStatus('Lunch');
  await team.advance('30m');
  await ada.setStatus('AVAILABLE');
  await team.advance('1h');

  assert.deepEqual([team.requests.length, team.schedules.length], [0, 0]);
  assert.ok(team.callbacks.every(({ outcome }) => outcome === 'delivered'));
});

test('tries again while the chat is away', async () => {
  await using team = await startTeam({ app, iparams });
  team.stub('alert', { status: 503 });
  const ada = await team.agent('ada@example.com');
  await ada.setStatus('Lunch');
  await team.advance('45m');
  await team.advance('2s');
  assert.equal(team.callbacks.at(-1).outcome, 'failed');

  team.stub('alert', { status: 202 });
  await team.advance('5s');
  assert.deepEqual([team.callbacks.at(-1).attempt, team.callbacks.at(-1).outcome], [2, 'delivered']);
});

test('lets itself be uninstalled', async () => {
  await using team = await startTeam({ app, iparams });
  assert.equal((await team.fire('onAppUninstall')).outcome, 'answered');
});
