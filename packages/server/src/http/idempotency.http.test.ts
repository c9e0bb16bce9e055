import assert from 'node:assert/strict';
import { after, before, test } from 'node:test';
import type {
  AgentPage,
  AgentRead,
  AppPage,
  AppRead,
  IntelliassignAnswer,
  KeyCreated,
  Problem,
  SessionOpened,
} from '@rollcall/contract';
import { ADMIN_KEY, type HttpWorld, type Method, makeKey, startHttpWorld } from '../../test/http-world.ts';
import { allRoutes } from './routes/all-routes.ts';

let world: HttpWorld;
let agent: string;
before(async () => {
  world = await startHttpWorld();
  agent = (await world.ask<AgentRead>('POST', '/agents', { body: { email: 'one@example.com' } })).body.id;
});
after(() => world.stop());

function once<Body = Problem>(key: string, method: Method, path: string, body?: unknown, bearer = ADMIN_KEY) {
  const headers = { 'idempotency-key': key };
  return world.ask<Body>(method, path, { headers, key: bearer, ...(body === undefined ? {} : { body }) });
}

test('does a write once and gives its answer again, byte for byte, and says so', async () => {
  const body = { email: 'once@example.com', first_name: 'Once' };
  const first = await once<AgentRead>('create-1', 'POST', '/agents', body);
  const second = await once<AgentRead>('create-1', 'POST', '/agents', body);
  assert.deepEqual([first.status, first.headers['idempotency-replayed']], [201, undefined]);
  assert.deepEqual([second.status, second.headers['idempotency-replayed']], [201, 'true']);
  assert.equal(second.text, first.text);
  const list = await world.ask<AgentPage>('GET', '/agents');
  assert.equal(list.body.items.filter(({ email }) => email === body.email).length, 1);
});

test('takes the same members in another order for the same request', async () => {
  const first = await once<AgentRead>('order', 'POST', '/agents', { email: 'order@example.com', phone: '1' });
  const second = await once<AgentRead>('order', 'POST', '/agents', { phone: '1', email: 'order@example.com' });
  assert.equal(second.text, first.text);
});

test('refuses the key with another body, another method or another path', async () => {
  await once('conflict', 'POST', '/groups', { name: 'Conflict' });
  for (const [method, path, body] of [
    ['POST', '/groups', { name: 'Another' }],
    ['POST', '/custom-statuses', { name: 'Conflict' }],
    ['PATCH', '/account', { name: 'Conflict' }],
  ] as const) {
    const refused = await once('conflict', method, path, body);
    assert.deepEqual([refused.status, refused.body.code], [409, 'idempotency_conflict']);
  }
});

test('keeps the keys of two callers apart', async () => {
  const other = await makeKey(world, 'admin', null);
  const mine = await once<AgentRead>('mine', 'POST', '/agents', { email: 'mine@example.com' });
  const theirs = await once<AgentRead>('mine', 'POST', '/agents', { email: 'theirs@example.com' }, other);
  assert.deepEqual([mine.status, theirs.status], [201, 201]);
});

test('gives a refusal again too, also when it would no longer be refused', async () => {
  const set = () => once('refusal', 'PUT', `/agents/${agent}/intelliassign`, { custom_status: 'Tea' });
  const first = await set();
  assert.equal(first.status, 404);
  await world.ask('POST', '/custom-statuses', { body: { name: 'Tea' } });
  const second = await set();
  assert.deepEqual([second.status, second.text, second.headers['idempotency-replayed']], [404, first.text, 'true']);
});

test('does one of many that come at once, and answers all of them alike', async () => {
  const body = { status: 'AVAILABLE' };
  const answers = await Promise.all(
    Array.from({ length: 20 }, () =>
      once<IntelliassignAnswer>('doubles', 'PUT', `/agents/${agent}/intelliassign`, body),
    ),
  );
  assert.deepEqual([...new Set(answers.map(({ status, text }) => `${status} ${text}`))].length, 1);
  assert.equal(answers.filter(({ headers }) => headers['idempotency-replayed'] === undefined).length, 1);
  assert.equal(answers[0]?.body.changed, true);
});

test('opens one session for a sign-in that is repeated, and closes it once', async () => {
  const first = await once<SessionOpened>('in', 'POST', `/agents/${agent}/sessions`);
  const second = await once<SessionOpened>('in', 'POST', `/agents/${agent}/sessions`);
  assert.equal(second.body.id, first.body.id);
  const path = `/agents/${agent}/sessions/${first.body.id}`;
  for (const _turn of [1, 2]) assert.equal((await once('out', 'DELETE', path)).status, 204);
  assert.equal((await world.ask('DELETE', path)).status, 404);
});

test('shows the secret of a key again to who asked for it, and stores it so that nobody else can read it', async () => {
  const body = { role: 'supervisor' };
  const first = await once<KeyCreated>('secret', 'POST', '/keys', body);
  const second = await once<KeyCreated>('secret', 'POST', '/keys', body);
  assert.equal(first.status, 201);
  assert.equal(second.text, first.text);
  assert.equal(second.headers['idempotency-replayed'], 'true');
  const admin = [...world.engine.memory.keys.values()][0];
  const stored = await world.engine.store.answer(admin?.id ?? '', 'secret');
  assert.equal(stored?.status, 201);
  assert.ok(stored?.body !== null && !stored?.body?.includes(first.body.key));
  assert.ok(!Buffer.from(stored?.body ?? '', 'base64').includes(first.body.key));
});

test('stores what apps say so that only who asked can read it', async () => {
  const app = (await world.ask<AppRead>('POST', '/apps', { body: { folder: 'apps/telling' } })).body.id;
  const admin = [...world.engine.memory.keys.values()][0];
  const told = 'a-token-that-an-app-made';
  for (const [kind, path, body] of [
    ['functions', `/apps/${app}/functions`, { name: 'echo', args: { told } }],
    ['actions', `/apps/${app}/actions`, { name: 'echo', args: { told } }],
    ['jobs', `/apps/${app}/jobs`, { name: 'export', tag: told }],
  ] as const) {
    const first = await once<unknown>(`told-${kind}`, 'POST', path, body);
    assert.ok(first.text.includes(told), first.text);
    const second = await once<unknown>(`told-${kind}`, 'POST', path, body);
    assert.deepEqual([second.text, second.headers['idempotency-replayed']], [first.text, 'true']);
    const stored = await world.engine.store.answer(admin?.id ?? '', `told-${kind}`);
    assert.ok(stored?.body !== null && stored?.body !== undefined && !stored.body.includes(told), kind);
    assert.ok(!Buffer.from(stored.body, 'base64').includes(told), kind);
  }
});

test('seals the answer of every call to an app', () => {
  const open = allRoutes.filter(({ chapter, action, holdsSecret }) => {
    return chapter === 'Apps' && action.kind === 'call' && holdsSecret !== true;
  });
  assert.deepEqual(
    open.map(({ path }) => path),
    [],
  );
});

test('does a call of somebody else once too: two installs of one key are one', async () => {
  const install = () => once<AppRead>('install', 'POST', '/apps', { folder: 'apps/once' });
  const [first, second] = await Promise.all([install(), install()]);
  assert.equal(first.status, 201);
  assert.equal(second.text, first.text);
  assert.equal((await install()).headers['idempotency-replayed'], 'true');
  const apps = await world.ask<AppPage>('GET', '/apps');
  assert.equal(apps.body.items.filter(({ name }) => name === 'once').length, 1);
  assert.equal((await once('install', 'POST', '/apps', { folder: 'apps/twice' })).status, 409);
});

test('does not look at the key of ticks and of reads', async () => {
  const ticks = (session: string) => once('ticks', 'POST', '/activity-ticks', { sessions: [session] });
  assert.deepEqual([(await ticks('a')).status, (await ticks('b')).status], [200, 200]);
  assert.equal((await once('ticks', 'GET', '/agents')).status, 200);
  assert.equal((await once('ticks', 'GET', '/account')).status, 200);
});

test('refuses a key that is empty, too long or not visible ASCII, and bad input before the key is used', async () => {
  for (const key of ['', ' ', 'x'.repeat(256), 'zwölf', 'a b']) {
    const refused = await once<unknown>(key, 'POST', '/groups', { name: `key ${key}` });
    assert.equal(refused.status, 400, key);
  }
  assert.equal((await once('x'.repeat(255), 'POST', '/groups', { name: 'longest' })).status, 201);
  assert.equal((await once('late', 'POST', '/groups', {})).status, 400);
  assert.equal((await once('late', 'POST', '/groups', { name: 'late' })).status, 201);
});

test('forgets an answer after a day, and not before', async () => {
  const body = { name: 'Daily' };
  const first = await once('daily', 'POST', '/groups', body);
  await world.pass(24 * 3_600_000);
  assert.equal((await once('daily', 'POST', '/groups', body)).text, first.text);
  await world.pass(2 * 3_600_000);
  assert.equal((await once('daily', 'POST', '/groups', body)).status, 409);
});
