import assert from 'node:assert/strict';
import { after, before, test } from 'node:test';
import type {
  AccountRead,
  AgentRead,
  CalendarPage,
  CalendarRead,
  GroupPage,
  GroupRead,
  KeyCreated,
  KeyPage,
} from '@rollcall/contract';
import { ADMIN_KEY, type HttpWorld, makeKey, startHttpWorld } from '../../test/http-world.ts';

let world: HttpWorld;
before(async () => {
  world = await startHttpWorld();
});
after(() => world.stop());

test('reads and changes the account; what is left out stays', async () => {
  const before = await world.ask<AccountRead>('GET', '/account');
  assert.deepEqual([before.body.id, before.body.name, before.body.domain], ['4096', 'First', 'first.example.com']);
  const body = { idle_after_ms: 300_000, couplings: { login: 'AVAILABLE' }, time_zone: 'Asia/Kolkata', region: 'IND' };
  const changed = await world.ask<AccountRead>('PATCH', '/account', { body });
  assert.equal(changed.status, 200, changed.text);
  assert.deepEqual(changed.body, {
    ...before.body,
    ...body,
    couplings: { ...before.body.couplings, login: 'AVAILABLE' },
  });
  const cleared = await world.ask<AccountRead>('PATCH', '/account', { body: { couplings: { login: null } } });
  assert.equal(cleared.body.couplings.login, null);
});

test('refuses a time zone that is none, and a calendar that is not there', async () => {
  const zone = await world.ask('PATCH', '/account', { body: { time_zone: 'Mars/Olympus', idle_after_ms: 5 } });
  assert.deepEqual(
    zone.body.errors?.map(({ pointer }) => pointer),
    ['/idle_after_ms', '/time_zone'],
  );
  const calendar = await world.ask('PATCH', '/account', { body: { calendar_id: 'none' } });
  assert.deepEqual([calendar.status, calendar.body.code], [404, 'unknown_calendar']);
});

test('makes a key that opens what its role may, shows its secret once, and revokes it for good', async () => {
  const made = await world.ask<KeyCreated>('POST', '/keys', { body: { role: 'supervisor', name: 'wallboard' } });
  assert.equal(made.status, 201);
  const { key, ...shown } = made.body;
  assert.equal((await world.ask('GET', '/agents', { key })).status, 200);
  const list = await world.ask<KeyPage>('GET', '/keys');
  assert.deepEqual(
    list.body.items.find(({ id }) => id === shown.id),
    shown,
  );
  assert.ok(!list.text.includes(key));
  assert.equal((await world.ask('DELETE', `/keys/${shown.id}`)).status, 204);
  const refused = await world.ask('GET', '/agents', { key });
  assert.deepEqual([refused.status, refused.headers['www-authenticate']], [401, 'Bearer realm="rollcall"']);
  assert.equal((await world.ask('DELETE', `/keys/${shown.id}`)).body.code, 'unknown_key');
});

test('binds a key of role agent to an agent, and no key to an agent that is not there', async () => {
  const unbound = await world.ask('POST', '/keys', { body: { role: 'agent' } });
  assert.deepEqual([unbound.status, unbound.body.errors?.[0]?.pointer], [400, '/agent_id']);
  const agent_id = '00000000-0000-4000-8000-000000000000';
  const unknown = await world.ask('POST', '/keys', { body: { role: 'agent', agent_id } });
  assert.deepEqual([unknown.status, unknown.body.code], [404, 'unknown_agent']);
  const agent = await world.ask<AgentRead>('POST', '/agents', { body: { email: 'bound@example.com' } });
  const bound = await world.ask<KeyCreated>('POST', '/keys', { body: { role: 'agent', agent_id: agent.body.id } });
  assert.deepEqual([bound.body.agent_id, bound.body.name], [agent.body.id, null]);
});

test('keeps groups: creates, reads, lists, changes, removes', async () => {
  const made = await world.ask<GroupRead>('POST', '/groups', { body: { name: 'Billing', idle_after_ms: 900_000 } });
  assert.equal(made.status, 201);
  const path = `/groups/${made.body.id}`;
  assert.deepEqual((await world.ask<GroupRead>('GET', path)).body, made.body);
  const taken = await world.ask('POST', '/groups', { body: { name: 'BILLING' } });
  assert.deepEqual([taken.status, taken.body.code], [409, 'name_taken']);
  const changed = await world.ask<GroupRead>('PATCH', path, { body: { idle_after_ms: null } });
  assert.deepEqual(changed.body, { ...made.body, idle_after_ms: null });
  const member = await world.ask<AgentRead>('POST', '/agents', {
    body: { email: 'member@example.com', groups: [made.body.id] },
  });
  assert.equal((await world.ask('DELETE', path)).status, 204);
  assert.deepEqual((await world.ask<AgentRead>('GET', `/agents/${member.body.id}`)).body.groups, []);
  assert.equal((await world.ask('GET', path)).body.code, 'unknown_group');
  assert.deepEqual((await world.ask<GroupPage>('GET', '/groups')).body, { items: [], next: null });
});

test('pages through lists of settings', async () => {
  const other = await world.addAccount('Paging');
  const names = ['p', 'q', 'r', 's', 't'];
  for (const name of names) {
    await world.ask('POST', '/groups', { body: { name }, key: other.key });
    world.clock.advance(1);
  }
  const seen: string[] = [];
  for (let next: string | null | undefined; next !== null; ) {
    const query: string = next === undefined ? '?limit=2' : `?limit=2&after=${next}`;
    const page = await world.ask<GroupPage>('GET', `/groups${query}`, { key: other.key });
    seen.push(...page.body.items.map(({ name }) => name));
    next = page.body.next;
  }
  assert.deepEqual(seen, names);
});

const week = { monday: [['09:00', '17:00']] };

test('keeps calendars: a change holds from its day on, and what was before it stays', async () => {
  const made = await world.ask<CalendarRead>('POST', '/calendars', {
    body: { name: 'Office', time_zone: 'America/New_York', week },
  });
  assert.equal(made.status, 201, made.text);
  assert.deepEqual(made.body.versions, [{ time_zone: 'America/New_York', week, exceptions: [], effective_from: null }]);
  const path = `/calendars/${made.body.id}`;
  const later = { tuesday: [['10:00', '12:00']] };
  const future = await world.ask<CalendarRead>('PATCH', path, { body: { week: later, effective_from: '2026-04-01' } });
  assert.deepEqual(future.body.week, week);
  assert.equal(future.body.versions.length, 2);
  assert.equal(future.body.versions[1]?.time_zone, 'America/New_York');
  const today = await world.ask<CalendarRead>('PATCH', path, {
    body: { exceptions: [{ date: '2026-12-25', yearly: true, slots: [] }] },
  });
  assert.deepEqual(
    today.body.versions.map(({ effective_from }) => effective_from),
    [null, '2026-03-04', '2026-04-01'],
  );
  assert.deepEqual(today.body.exceptions, [{ date: '2026-12-25', yearly: true, slots: [] }]);
  const renamed = await world.ask<CalendarRead>('PATCH', path, { body: { name: 'Main office' } });
  assert.deepEqual([renamed.body.name, renamed.body.versions.length], ['Main office', 3]);
  assert.deepEqual((await world.ask<CalendarPage>('GET', '/calendars')).body.items, [renamed.body]);
});

test('names every fault of hours by the names of the wire', async () => {
  const refused = await world.ask('POST', '/calendars', {
    body: {
      name: 'Broken',
      time_zone: 'Mars/Olympus',
      week: {
        monday: [
          ['09:00', '12:00'],
          ['11:00', '13:00'],
        ],
      },
      effective_from: '2026-02-30',
    },
  });
  assert.equal(refused.status, 400);
  const pointers = refused.body.errors?.map(({ pointer }) => pointer) ?? [];
  assert.ok(pointers.includes('/time_zone'), pointers.join(' '));
  assert.ok(pointers.includes('/effective_from'), pointers.join(' '));
  assert.ok(
    pointers.some((pointer) => pointer.startsWith('/week/monday/')),
    pointers.join(' '),
  );
});

test('removes no calendar that is in use', async () => {
  const made = await world.ask<CalendarRead>('POST', '/calendars', { body: { name: 'Used', time_zone: 'UTC', week } });
  const { id } = made.body;
  await world.ask('PATCH', '/account', { body: { calendar_id: id.toUpperCase() } });
  const refused = await world.ask('DELETE', `/calendars/${id}`);
  assert.deepEqual([refused.status, refused.body.code], [409, 'calendar_in_use']);
  await world.ask('PATCH', '/account', { body: { calendar_id: null } });
  assert.equal((await world.ask('DELETE', `/calendars/${id}`)).status, 204);
  assert.equal((await world.ask('GET', `/calendars/${id}`)).body.code, 'unknown_calendar');
});

test('lets a bearer be written in any case, and nothing else be a key', async () => {
  const status = async (authorization: string) =>
    (await world.ask('GET', '/account', { key: null, headers: { authorization } })).status;
  assert.equal(await status(`bearer ${ADMIN_KEY}`), 200);
  assert.equal(await status(`BEARER  ${ADMIN_KEY} `), 200);
  for (const wrong of [
    '',
    'Bearer',
    `Basic ${ADMIN_KEY}`,
    ADMIN_KEY,
    `Bearer ${ADMIN_KEY} x`,
    `Bearer ${'x'.repeat(9999)}`,
  ]) {
    assert.equal(await status(wrong), 401, wrong);
  }
});

test('lets a key of role agent read no list of keys', async () => {
  const agent = await world.ask<AgentRead>('POST', '/agents', { body: { email: 'curious@example.com' } });
  const refused = await world.ask('GET', '/keys', { key: await makeKey(world, 'agent', agent.body.id) });
  assert.deepEqual([refused.status, refused.body.code], [403, 'forbidden']);
  assert.match(refused.body.detail, /admin and supervisor may/);
});
