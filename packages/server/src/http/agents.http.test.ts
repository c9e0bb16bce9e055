import assert from 'node:assert/strict';
import { after, before, test } from 'node:test';
import type { AgentPage, AgentRead, EventPage, GroupRead, SessionOpened } from '@rollcall/contract';
import { type HttpWorld, makeKey, startHttpWorld } from '../../test/http-world.ts';

let world: HttpWorld;
before(async () => {
  world = await startHttpWorld();
});
after(() => world.stop());

async function newAgent(body: object): Promise<AgentRead> {
  const made = await world.ask<AgentRead>('POST', '/agents', { body });
  assert.equal(made.status, 201, made.text);
  return made.body;
}

test('creates an agent who is UNAVAILABLE on both axes since the record began, and makes what was not said', async () => {
  const agent = await newAgent({ email: 'ada@example.com', first_name: 'Ada', time_zone: 'Europe/Berlin' });
  assert.match(agent.org_agent_id, /^[1-9][0-9]{18}$/);
  assert.match(agent.org_contact_id, /^[0-9]{1,20}$/);
  const { id: _id, org_agent_id: _org, org_contact_id: _contact, ...rest } = agent;
  assert.deepEqual(rest, {
    email: 'ada@example.com',
    first_name: 'Ada',
    last_name: null,
    phone: null,
    avatar_url: null,
    social_profiles: [],
    time_zone: 'Europe/Berlin',
    groups: [],
    calendar_id: null,
    idle_after_ms: null,
    disconnect_grace_ms: null,
    role: 'agent',
    active: true,
    created_at: '2026-03-04T09:00:00.000Z',
    general_availability: {
      status: 'UNAVAILABLE',
      since: '2026-03-04T09:00:00.000Z',
      prev_status: null,
      reason: null,
    },
    intelliassign: {
      status: 'UNAVAILABLE',
      custom_status_id: null,
      emoji: null,
      since: '2026-03-04T09:00:00.000Z',
      prev_status: null,
      reason: null,
      until: null,
    },
    assignable: false,
    login_status: false,
    sequence: 0,
  });
});

test('takes an id in any case, and answers it in the one that it keeps', async () => {
  const agent = await newAgent({ email: 'upper@example.com' });
  const read = await world.ask<AgentRead>('GET', `/agents/${agent.id.toUpperCase()}`);
  assert.equal(read.body.id, agent.id);
});

test('lets a record begin in the past, and its first event speak of that', async () => {
  const agent = await newAgent({ email: 'past@example.com', created_at: '2026-03-01T10:00:00+01:00' });
  assert.equal(agent.created_at, '2026-03-01T09:00:00.000Z');
  await world.ask('POST', `/agents/${agent.id}/sessions`);
  const events = await world.ask<EventPage>('GET', `/events?agent_id=${agent.id}`);
  const told = events.body.items[0]?.data.agent_activity;
  assert.equal(told?.prev_status_change_timestamp, '2026-03-01T09:00:00.000Z');
});

test('refuses a record that begins in the future', async () => {
  const body = { email: 'future@example.com', created_at: '2026-03-04T09:00:00.001Z' };
  const refused = await world.ask('POST', '/agents', { body });
  assert.equal(refused.status, 400);
  assert.deepEqual(
    refused.body.errors?.map(({ pointer }) => pointer),
    ['/created_at'],
  );
});

test('refuses an e-mail or an organization-level id that another agent has, whatever the case', async () => {
  await newAgent({ email: 'taken@example.com', org_agent_id: '77' });
  const email = await world.ask('POST', '/agents', { body: { email: 'TAKEN@example.com' } });
  assert.deepEqual([email.status, email.body.code], [409, 'email_taken']);
  const org = await world.ask('POST', '/agents', { body: { email: 'other@example.com', org_agent_id: '77' } });
  assert.deepEqual([org.status, org.body.code], [409, 'org_agent_id_taken']);
});

test('refuses groups and calendars that are not there, all of them at once', async () => {
  const body = { email: 'lost@example.com', groups: ['nowhere', 'elsewhere'], calendar_id: 'none' };
  const refused = await world.ask('POST', '/agents', { body });
  assert.deepEqual([refused.status, refused.body.code], [404, 'unknown_group']);
  const pointers = refused.body.errors?.map(({ pointer }) => pointer);
  assert.deepEqual(pointers, ['/groups/0', '/groups/1', '/calendar_id']);
});

test('lets a key of role ingest bring agents in, and make none of them more than an agent', async () => {
  const key = await makeKey(world, 'ingest', null);
  const brought = await world.ask<AgentRead>('POST', '/agents', { body: { email: 'brought@example.com' }, key });
  assert.deepEqual([brought.status, brought.body.role], [201, 'agent']);
  const refused = await world.ask('POST', '/agents', { body: { email: 'root@example.com', role: 'admin' }, key });
  assert.deepEqual([refused.status, refused.body.code, refused.body.errors?.[0]?.pointer], [403, 'forbidden', '/role']);
});

test('changes what was named and leaves the rest, clears with null, and tells past events as they were', async () => {
  const agent = await newAgent({ email: 'before@example.com', first_name: 'Grace', phone: '123' });
  await world.ask('POST', `/agents/${agent.id}/sessions`);
  const changed = await world.ask<AgentRead>('PATCH', `/agents/${agent.id}`, {
    body: { email: 'after@example.com', phone: null },
  });
  assert.equal(changed.status, 200);
  assert.deepEqual(
    [changed.body.email, changed.body.first_name, changed.body.phone],
    ['after@example.com', 'Grace', null],
  );
  const events = await world.ask<EventPage>('GET', `/events?agent_id=${agent.id}`);
  assert.equal(events.body.items[0]?.data.agent_activity.email, 'before@example.com');
});

test('deactivates: sessions end, history stays, and a second time changes nothing', async () => {
  const agent = await newAgent({ email: 'leaver@example.com' });
  const session = await world.ask<SessionOpened>('POST', `/agents/${agent.id}/sessions`);
  for (const _turn of [1, 2]) assert.equal((await world.ask('DELETE', `/agents/${agent.id}`)).status, 204);
  const read = await world.ask<AgentRead>('GET', `/agents/${agent.id}`);
  assert.equal(read.body.active, false);
  assert.deepEqual(read.body.general_availability, {
    status: 'UNAVAILABLE',
    since: '2026-03-04T09:00:00.000Z',
    prev_status: 'AVAILABLE',
    reason: 'deactivated',
  });
  assert.equal((await world.ask('POST', `/agents/${agent.id}/sessions/${session.body.id}/activity`)).status, 404);
  const again = await world.ask('POST', `/agents/${agent.id}/sessions`);
  assert.deepEqual([again.status, again.body.code], [422, 'agent_inactive']);
  const events = await world.ask<EventPage>('GET', `/events?agent_id=${agent.id}`);
  assert.equal(events.body.items.length, 2);
});

test('lists agents in pages, oldest first, without missing or doubling one that comes meanwhile', async () => {
  const other = await world.addAccount('Pages');
  const emails = ['a', 'b', 'c', 'd', 'e'].map((name) => `${name}@pages.example.com`);
  for (const email of emails.slice(0, 4)) await world.ask('POST', '/agents', { body: { email }, key: other.key });
  const seen: string[] = [];
  let next: string | null = '';
  while (next !== null) {
    const after: string = next === '' ? '' : `&after=${next}`;
    const page = await world.ask<AgentPage>('GET', `/agents?limit=2${after}`, { key: other.key });
    seen.push(...page.body.items.map(({ email }) => email));
    if (next === '') await world.ask('POST', '/agents', { body: { email: emails[4] }, key: other.key });
    next = page.body.next;
  }
  assert.deepEqual(seen, emails);
});

test('lists the agents of a group, and those that are active', async () => {
  const group = await world.ask<GroupRead>('POST', '/groups', { body: { name: 'Listed' } });
  const member = await newAgent({ email: 'member@example.com', groups: [group.body.id.toUpperCase()] });
  const gone = await newAgent({ email: 'gone@example.com', groups: [group.body.id], active: false });
  const list = async (query: string) =>
    (await world.ask<AgentPage>('GET', `/agents?group_id=${group.body.id}${query}`)).body.items.map(({ id }) => id);
  assert.deepEqual(await list(''), [member.id, gone.id]);
  assert.deepEqual(await list('&active=true'), [member.id]);
  assert.deepEqual(await list('&active=false'), [gone.id]);
  const unknown = await world.ask('GET', '/agents?group_id=nobody');
  assert.deepEqual([unknown.status, unknown.body.code], [404, 'unknown_group']);
});

test('refuses a cursor of another list', async () => {
  const refused = await world.ask('GET', '/agents?after=MTIz');
  assert.equal(refused.status, 400);
  assert.equal(refused.body.errors?.[0]?.pointer, '/after');
});
