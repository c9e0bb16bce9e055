import assert from 'node:assert/strict';
import { after, before, test } from 'node:test';
import type { AgentRead, AppInvokeAnswer, AppLogPage, AppPage, AppRead, DeliveryPage } from '@rollcall/contract';
import { type HttpWorld, startHttpWorld } from '../../test/http-world.ts';

let world: HttpWorld;
let agent: string;
before(async () => {
  world = await startHttpWorld();
  agent = (await world.ask<AgentRead>('POST', '/agents', { body: { email: 'one@example.com' } })).body.id;
});
after(() => world.stop());

test('installs an app, tells it, sets its parameters, and removes it', async () => {
  const body = { folder: 'apps/lunch', iparams: { a: 1 }, timestamp_unit: 'seconds', with_activity: false };
  const made = await world.ask<AppRead>('POST', '/apps', { body });
  assert.equal(made.status, 201, made.text);
  const { id, timestamp_unit, with_activity } = made.body;
  assert.deepEqual([timestamp_unit, with_activity], ['seconds', false]);
  const set = await world.ask<AppRead>('PUT', `/apps/${id}/iparams`, { body: { b: [2] } });
  assert.deepEqual(set.body.iparams, { b: [2] });
  assert.deepEqual((await world.ask<AppRead>('GET', `/apps/${id}`)).body, set.body);
  assert.deepEqual((await world.ask<AppPage>('GET', '/apps')).body.items, [set.body]);
  assert.equal((await world.ask('DELETE', `/apps/${id}`)).status, 204);
  assert.equal((await world.ask('GET', `/apps/${id}`)).body.code, 'unknown_app');
});

test('passes on what an app is refused for', async () => {
  const refused = await world.ask('POST', '/apps', { body: { folder: 'elsewhere' } });
  assert.deepEqual(
    [refused.status, refused.body.code, refused.body.errors?.[0]?.pointer],
    [422, 'app_invalid', '/folder'],
  );
});

test('calls a callback once and tells what came of it', async () => {
  const { id } = (await world.ask<AppRead>('POST', '/apps', { body: { folder: 'apps/called' } })).body;
  const called = await world.ask<AppInvokeAnswer>('POST', `/apps/${id}/invoke`, {
    body: { event: 'onAgentActivityCreate', payload: {} },
  });
  assert.deepEqual([called.status, called.body.outcome, called.body.duration_ms], [200, 'delivered', 2]);
  const refused = await world.ask('POST', `/apps/${id}/invoke`, { body: { event: 'onTicketCreate' } });
  assert.equal(refused.body.code, 'event_not_subscribed');
});

test("pages through an app's log", async () => {
  const { id } = (await world.ask<AppRead>('POST', '/apps', { body: { folder: 'apps/logged' } })).body;
  const first = await world.ask<AppLogPage>('GET', `/apps/${id}/logs?limit=2`);
  assert.deepEqual(
    first.body.items.map(({ text, level }) => [text, level]),
    [
      ['line 1', 'log'],
      ['line 2', 'log'],
    ],
  );
  const second = await world.ask<AppLogPage>('GET', `/apps/${id}/logs?limit=2&after=${first.body.next}`);
  assert.deepEqual([second.body.items.length, second.body.next], [1, null]);
  assert.equal((await world.ask('GET', `/apps/${id}/logs?after=x`)).status, 400);
});

test('lists what was delivered, what failed and waits, and sends it again on order', async () => {
  const good = world.subscribe(1);
  const error = { code: 'handler_threw', message: 'boom', file: 'server/server.js', line: 3, column: 7 };
  const bad = world.subscribe(1, { kind: 'failed', error, durationMs: 4.5 });
  await world.ask('PUT', `/agents/${agent}/intelliassign`, { body: { status: 'AVAILABLE' } });
  await world.pass(1000);
  const list = async (query: string) => (await world.ask<DeliveryPage>('GET', `/deliveries${query}`)).body.items;
  const [delivered] = await list(`?subscription_id=${good}`);
  assert.deepEqual([delivered?.state, delivered?.attempts], ['delivered', []]);
  const [waiting] = await list('?state=waiting');
  assert.equal(waiting?.subscription_id, bad);
  assert.deepEqual(waiting?.attempts[0], {
    at: waiting?.attempts[0]?.at,
    outcome: 'failed',
    error: 'boom (server/server.js:3:7)',
    duration_ms: 5,
  });
  assert.notEqual(waiting?.next_attempt_at, null);
  const again = await world.ask('POST', `/deliveries/${delivered?.id}/redeliver`);
  assert.deepEqual(again.body as unknown, { outcome: 'delivered', error: null });
  const hastened = await world.ask('POST', `/deliveries/${waiting?.id}/redeliver`);
  assert.deepEqual(hastened.body as unknown, { outcome: 'hastened', error: null });
  assert.equal((await world.ask('POST', '/deliveries/none/redeliver')).body.code, 'unknown_delivery');
});

test('replays a subscription from a position or an instant, and from nothing else', async () => {
  const from = world.engine.head;
  const id = world.subscribe(1);
  await world.ask('PUT', `/agents/${agent}/intelliassign`, { body: { status: 'UNAVAILABLE' } });
  const { head } = world.engine;
  const replay = (from: string) => world.ask('POST', `/subscriptions/${id}/replay`, { body: { from } });
  assert.deepEqual((await replay('2')).body as unknown, { after: from, up_to: head });
  assert.equal((await replay('2026-03-04T09:00:00Z')).status, 200);
  const refused = await replay('yesterday');
  assert.deepEqual([refused.status, refused.body.errors?.[0]?.pointer], [400, '/from']);
});

test('knows no subscription of another account', async () => {
  const other = await world.addAccount('Foreign');
  const id = world.subscribe(other.number);
  const listed = await world.ask('GET', `/deliveries?subscription_id=${id}`);
  assert.deepEqual([listed.status, listed.body.code], [404, 'unknown_subscription']);
  const replayed = await world.ask('POST', `/subscriptions/${id}/replay`, { body: { from: '0' } });
  assert.deepEqual([replayed.status, replayed.body.code], [404, 'unknown_subscription']);
});
