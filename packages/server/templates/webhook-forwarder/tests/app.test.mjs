import assert from 'node:assert/strict';
import { test } from 'node:test';
import { startTeam } from '@rollcall/testing';

const app = new URL('..', import.meta.url);
const iparams = { target_host: 'hooks.example.com', target_token: 'invented' };

test('posts every change to the target', async () => {
  await using team = await startTeam({ app, iparams });
  team.stub('forward', { status: 204 });
  const ada = await team.agent('ada@example.com');
  await ada.setStatus('AVAILABLE');

  const [request] = team.requests;
  assert.equal(request.url, 'https://hooks.example.com/agent-activity');
  const { status, previous, by } = JSON.parse(request.body);
  assert.deepEqual({ status, previous, by }, { status: 'AVAILABLE', previous: 'UNAVAILABLE', by: 'ada@example.com' });
});

test('posts a change again, under the same id, until the target takes it', async () => {
  await using team = await startTeam({ app, iparams });
  team.stub('forward', { status: 500 });
  const ada = await team.agent('ada@example.com');
  await ada.setStatus('AVAILABLE');
  assert.equal(team.callbacks[0].outcome, 'failed');

  team.stub('forward', { status: 204 });
  await team.advance('5s');
  assert.deepEqual([team.callbacks[1].attempt, team.callbacks[1].outcome], [2, 'delivered']);
  const ids = team.requests.map(({ headers }) => headers['Idempotency-Key']);
  assert.equal(ids[0], ids[1]);
});

test('refuses to be installed without a host', async () => {
  await using team = await startTeam({ app, iparams: { target_host: 'https://hooks.example.com/x' } });
  const { outcome, error } = await team.fire('onAppInstall');
  assert.deepEqual([outcome, error.message], ['refused', 'Name the host alone, such as hooks.example.com']);
});
