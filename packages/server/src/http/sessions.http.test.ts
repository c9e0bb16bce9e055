import assert from 'node:assert/strict';
import { after, before, test } from 'node:test';
import type { ActivityTicksAnswer, AgentRead, EventPage, SessionOpened } from '@rollcall/contract';
import { type HttpWorld, startHttpWorld } from '../../test/http-world.ts';

let world: HttpWorld;
before(async () => {
  world = await startHttpWorld();
});
after(() => world.stop());

async function signedIn(email: string) {
  const agent = await world.ask<AgentRead>('POST', '/agents', { body: { email } });
  const session = await world.ask<SessionOpened>('POST', `/agents/${agent.body.id}/sessions`);
  assert.equal(session.status, 201, session.text);
  return { id: agent.body.id, sid: session.body.id, at: session.body.at };
}

async function read(id: string): Promise<AgentRead> {
  return (await world.ask<AgentRead>('GET', `/agents/${id}`)).body;
}

test('signs in, and out, and each is on record when it is answered', async () => {
  const { id, sid, at } = await signedIn('in@example.com');
  assert.match(sid, /^ses_[0-9a-z]+$/);
  const online = await read(id);
  assert.deepEqual([online.general_availability.status, online.general_availability.since], ['AVAILABLE', at]);
  assert.equal(online.login_status, true);
  const out = await world.ask('DELETE', `/agents/${id}/sessions/${sid}`);
  assert.deepEqual([out.status, out.text], [204, '']);
  assert.equal((await read(id)).general_availability.reason, 'logout');
});

test('takes an empty body where there is nothing to say, with or without a content type, and refuses fields', async () => {
  const { id } = await signedIn('empty@example.com');
  const path = `/agents/${id}/sessions`;
  const typed = await world.ask('POST', path, { headers: { 'content-type': 'application/json' } });
  assert.equal(typed.status, 201, typed.text);
  assert.equal((await world.ask('POST', path, { body: {} })).status, 201);
  const refused = await world.ask('POST', path, { body: { transport: 'websocket' } });
  assert.deepEqual([refused.status, refused.body.errors?.[0]?.pointer], [400, '/transport']);
});

test('keeps an agent from being idle while it says that it is active, and tells the exact moment when it stops', async () => {
  const { id, sid } = await signedIn('active@example.com');
  await world.pass(9 * 60_000);
  const at = world.clock.now();
  assert.equal((await world.ask('POST', `/agents/${id}/sessions/${sid}/activity`)).status, 204);
  await world.pass(9 * 60_000);
  assert.equal((await read(id)).general_availability.status, 'AVAILABLE');
  await world.pass(5 * 60_000);
  const idle = await read(id);
  assert.deepEqual(idle.general_availability, {
    status: 'UNAVAILABLE',
    since: new Date(at + 10 * 60_000).toISOString(),
    prev_status: 'AVAILABLE',
    reason: 'idle_timeout',
  });
  assert.equal(idle.login_status, true);
  assert.equal((await world.ask('POST', `/agents/${id}/sessions/${sid}/activity`)).status, 204);
  assert.equal((await read(id)).general_availability.reason, 'active');
});

test('knows no session of another agent, none that ended, and none that never was', async () => {
  const one = await signedIn('one@example.com');
  const other = await signedIn('other@example.com');
  await world.ask('DELETE', `/agents/${other.id}/sessions/${other.sid}`);
  for (const path of [
    `/agents/${one.id}/sessions/${other.sid}`,
    `/agents/${other.id}/sessions/${other.sid}`,
    `/agents/${one.id}/sessions/ses_zzz`,
    `/agents/${one.id}/sessions/7`,
  ]) {
    for (const [method, suffix] of [
      ['DELETE', ''],
      ['POST', '/activity'],
    ] as const) {
      const refused = await world.ask(method, `${path}${suffix}`);
      assert.deepEqual([refused.status, refused.body.code], [404, 'unknown_session'], `${method} ${path}${suffix}`);
    }
  }
});

test('takes the activity of many sessions at once and answers for each', async () => {
  const one = await signedIn('tick-one@example.com');
  const two = await signedIn('tick-two@example.com');
  await world.ask('DELETE', `/agents/${two.id}/sessions/${two.sid}`);
  await world.pass(9 * 60_000);
  const ticked = await world.ask<ActivityTicksAnswer>('POST', '/activity-ticks', {
    body: { sessions: [one.sid, two.sid, 'nonsense', one.sid] },
  });
  assert.equal(ticked.status, 200);
  assert.deepEqual(ticked.body.items, [
    { session_id: one.sid, outcome: 'accepted', code: null },
    { session_id: two.sid, outcome: 'rejected', code: 'unknown_session' },
    { session_id: 'nonsense', outcome: 'rejected', code: 'unknown_session' },
    { session_id: one.sid, outcome: 'accepted', code: null },
  ]);
  await world.pass(9 * 60_000);
  assert.equal((await read(one.id)).general_availability.status, 'AVAILABLE');
});

test('brings many idle agents back with one request of ticks', async () => {
  const team = [];
  for (let number = 0; number < 20; number++) team.push(await signedIn(`idle-${number}@example.com`));
  await world.pass(15 * 60_000);
  assert.equal((await read(team[0]?.id ?? '')).general_availability.reason, 'idle_timeout');
  const ticked = await world.ask<ActivityTicksAnswer>('POST', '/activity-ticks', {
    body: { sessions: team.map(({ sid }) => sid) },
  });
  assert.ok(ticked.body.items.every(({ outcome }) => outcome === 'accepted'));
  for (const { id } of team) assert.equal((await read(id)).general_availability.reason, 'active');
  const events = await world.ask<EventPage>('GET', `/events?agent_id=${team[7]?.id}`);
  assert.deepEqual(
    events.body.items.map(({ activity }) => activity?.reason),
    ['login', 'idle_timeout', 'active'],
  );
});

test('tells tick by tick when what a tick would change cannot be written', async () => {
  const online = await signedIn('online@example.com');
  const idle = await signedIn('asleep@example.com');
  await world.pass(9 * 60_000);
  await world.ask('POST', `/agents/${online.id}/sessions/${online.sid}/activity`);
  await world.pass(3 * 60_000);
  world.disk.isFull = true;
  const ticked = await world.ask<ActivityTicksAnswer>('POST', '/activity-ticks', {
    body: { sessions: [online.sid, idle.sid] },
  });
  world.disk.isFull = false;
  assert.deepEqual(
    ticked.body.items.map(({ code }) => code),
    [null, 'store_unavailable'],
  );
});
