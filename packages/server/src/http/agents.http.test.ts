import assert from 'node:assert/strict';
import { after, before, test } from 'node:test';
import type { AgentRead, EventPage, IntelliassignAnswer, SessionOpened } from '@rollcall/contract';
import { type HttpWorld, startHttpWorld } from '../../test/http-world.ts';

let world: HttpWorld;
before(async () => {
  world = await startHttpWorld();
});
after(() => world.stop());

test('signs an agent in and tells it', async () => {
  const made = await world.ask<AgentRead>('POST', '/agents', { body: { email: 'ada@example.com' } });
  assert.equal(made.status, 201, made.text);
  const { id } = made.body;
  const session = await world.ask<SessionOpened>('POST', `/agents/${id}/sessions`);
  assert.equal(session.status, 201, session.text);
  const change = await world.ask<IntelliassignAnswer>('PUT', `/agents/${id}/intelliassign`, {
    body: { status: 'AVAILABLE' },
  });
  assert.equal(change.status, 200, change.text);
  const events = await world.ask<EventPage>('GET', '/events');
  assert.equal(events.body.items.length, 2);
});
