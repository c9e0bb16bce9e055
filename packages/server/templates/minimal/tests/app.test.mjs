import assert from 'node:assert/strict';
import { test } from 'node:test';
import { startTeam } from '@rollcall/testing';

test('says who is available', async () => {
  await using team = await startTeam({ app: new URL('..', import.meta.url) });
  const ada = await team.agent('ada@example.com');
  await ada.signIn();

  const [callback] = team.callbacks;
  assert.equal(callback.outcome, 'delivered');
  assert.equal(callback.logs[0].text, 'ada@example.com is AVAILABLE (GeneralAvailability)');
});
