import assert from 'node:assert/strict';
import { after, before, test } from 'node:test';
import type {
  AgentRead,
  CustomStatusPage,
  CustomStatusRead,
  EventPage,
  IntelliassignAnswer,
  IntelliassignBatchAnswer,
} from '@rollcall/contract';
import { type HttpWorld, makeKey, startHttpWorld } from '../../test/http-world.ts';

let world: HttpWorld;
let lunch: CustomStatusRead;
before(async () => {
  world = await startHttpWorld();
  lunch = (
    await world.ask<CustomStatusRead>('POST', '/custom-statuses', { body: { name: 'Lunch', emoji: 'sandwich' } })
  ).body;
});
after(() => world.stop());

async function newAgent(email: string): Promise<string> {
  return (await world.ask<AgentRead>('POST', '/agents', { body: { email } })).body.id;
}

function set(id: string, body: object, key?: string) {
  const options = key === undefined ? { body } : { body, key };
  return world.ask<IntelliassignAnswer>('PUT', `/agents/${id}/intelliassign`, options);
}

test('sets a status and answers the event, as the list of events has it', async () => {
  const id = await newAgent('one@example.com');
  const answer = await set(id, { status: 'AVAILABLE', note: 'back' });
  assert.equal(answer.body.changed, true);
  const { event } = answer.body;
  assert.deepEqual(
    [event?.data.agent_activity.status, event?.data.agent_activity.prev_status, event?.data.actor.sub_entity],
    ['AVAILABLE', 'UNAVAILABLE', 'api'],
  );
  const events = await world.ask<EventPage>('GET', `/events?agent_id=${id}`);
  assert.deepEqual(events.body.items, [event]);
  assert.deepEqual((await world.ask('GET', `/events/${event?.activity?.id}`)).body as unknown, event);
});

test('makes no event of what is so already, and no fault either', async () => {
  const id = await newAgent('same@example.com');
  const answer = await set(id, { status: 'UNAVAILABLE' });
  assert.deepEqual([answer.status, answer.body], [200, { changed: false, event: null }]);
});

test('takes a custom status by id in any case, or by name in any case; the id wins, then the name', async () => {
  const id = await newAgent('custom@example.com');
  const byName = await set(id, { custom_status: 'lUNCH', status: 'AVAILABLE' });
  assert.equal(byName.body.event?.data.agent_activity.status, 'Lunch');
  assert.equal(byName.body.event?.data.agent_activity.emoji, 'sandwich');
  const byId = await set(id, { custom_status_id: lunch.id.toUpperCase(), custom_status: 'nothing' });
  assert.equal(byId.body.changed, false);
  const read = (await world.ask<AgentRead>('GET', `/agents/${id}`)).body.intelliassign;
  assert.deepEqual(
    [read.status, read.custom_status_id, read.emoji, read.reason],
    ['Lunch', lunch.id, 'sandwich', 'api'],
  );
});

test('shows the name of today, and the one before as its event told it', async () => {
  const id = await newAgent('renamed@example.com');
  const made = await world.ask<CustomStatusRead>('POST', '/custom-statuses', { body: { name: 'Coffe' } });
  await set(id, { custom_status_id: made.body.id });
  await world.ask('PATCH', `/custom-statuses/${made.body.id}`, { body: { name: 'Coffee', emoji: 'coffee' } });
  const now = (await world.ask<AgentRead>('GET', `/agents/${id}`)).body.intelliassign;
  assert.deepEqual([now.status, now.emoji], ['Coffee', 'coffee']);
  const answer = await set(id, { status: 'AVAILABLE' });
  assert.equal(answer.body.event?.data.agent_activity.prev_status, 'Coffe');
  const after = (await world.ask<AgentRead>('GET', `/agents/${id}`)).body.intelliassign;
  assert.deepEqual([after.status, after.prev_status], ['AVAILABLE', 'Coffe']);
});

test('ends a timed status at its exact end', async () => {
  const id = await newAgent('timed@example.com');
  const until = new Date(world.clock.now() + 90_500).toISOString();
  const answer = await set(id, { custom_status: 'Lunch', until: until.replace('Z', '+00:00') });
  assert.equal(answer.body.changed, true);
  assert.equal((await world.ask<AgentRead>('GET', `/agents/${id}`)).body.intelliassign.until, until);
  await world.pass(3 * 60_000);
  const read = (await world.ask<AgentRead>('GET', `/agents/${id}`)).body.intelliassign;
  assert.deepEqual([read.status, read.since, read.reason, read.until], ['AVAILABLE', until, 'status_expired', null]);
});

const past = '2026-03-04T08:59:59Z';
for (const [what, body, pointer] of [
  ['an until with AVAILABLE', { status: 'AVAILABLE', until: '2036-03-04T10:00:00Z' }, '/until'],
  ['an until in the past', { status: 'UNAVAILABLE', until: past }, '/until'],
] as const) {
  test(`refuses ${what}`, async () => {
    const id = await newAgent(`until-${body.status}@example.com`);
    const refused = await world.ask('PUT', `/agents/${id}/intelliassign`, { body });
    assert.deepEqual([refused.status, refused.body.errors?.[0]?.pointer], [400, pointer]);
  });
}

test('refuses statuses that are not there, that were archived, and that are switched off', async () => {
  const id = await newAgent('refused@example.com');
  const path = `/agents/${id}/intelliassign`;
  const unknown = await world.ask('PUT', path, { body: { custom_status: 'Siesta' } });
  assert.deepEqual([unknown.status, unknown.body.code], [404, 'unknown_custom_status']);
  const made = await world.ask<CustomStatusRead>('POST', '/custom-statuses', { body: { name: 'Old' } });
  await world.ask('DELETE', `/custom-statuses/${made.body.id}`);
  const archived = await world.ask('PUT', path, { body: { custom_status_id: made.body.id } });
  assert.deepEqual([archived.status, archived.body.code], [422, 'custom_status_archived']);
  await world.ask('PATCH', '/account', { body: { custom_status: false } });
  const disabled = await world.ask('PUT', path, { body: { custom_status_id: lunch.id } });
  await world.ask('PATCH', '/account', { body: { custom_status: true } });
  assert.deepEqual([disabled.status, disabled.body.code], [422, 'custom_status_disabled']);
});

test('tells who acted: the agent, a supervisor, a key that is nobody, a person whom an admin names', async () => {
  const ada = await newAgent('ada@example.com');
  const boss = await newAgent('boss@example.com');
  const own = await makeKey(world, 'agent', ada);
  const supervisor = await makeKey(world, 'supervisor', boss);
  const reasonOf = async (body: object, key?: string) => (await set(ada, body, key)).body.event?.data.actor;
  assert.equal((await reasonOf({ status: 'AVAILABLE' }, own))?.sub_entity, 'agent_toggle');
  const bySupervisor = await reasonOf({ status: 'UNAVAILABLE' }, supervisor);
  assert.deepEqual([bySupervisor?.sub_entity, bySupervisor?.id, bySupervisor?.type], ['supervisor', boss, 'agent']);
  assert.equal((await reasonOf({ status: 'AVAILABLE' }))?.sub_entity, 'api');
  assert.equal((await reasonOf({ status: 'UNAVAILABLE', actor_id: ada }))?.sub_entity, 'agent_toggle');
  const refused = await world.ask('PUT', `/agents/${ada}/intelliassign`, {
    body: { status: 'AVAILABLE', actor_id: boss },
    key: supervisor,
  });
  assert.deepEqual([refused.status, refused.body.code], [403, 'forbidden']);
});

test('changes many in one transaction, in the order of the request, and takes what is so already', async () => {
  const team = [await newAgent('b1@example.com'), await newAgent('b2@example.com'), await newAgent('b3@example.com')];
  const statuses = [{ status: 'AVAILABLE' }, { status: 'UNAVAILABLE' }, { custom_status: 'Lunch' }];
  const changes = team.map((agent_id, index) => ({ agent_id, ...statuses[index] }));
  const batch = await world.ask<IntelliassignBatchAnswer>('POST', '/intelliassign', { body: { changes } });
  assert.equal(batch.status, 200, batch.text);
  assert.deepEqual(
    batch.body.items.map(({ agent_id, changed }) => [agent_id, changed]),
    [
      [team[0], true],
      [team[1], false],
      [team[2], true],
    ],
  );
});

test('changes nobody when one of a batch is refused, and names every bad one', async () => {
  const good = await newAgent('good@example.com');
  const changes = [
    { agent_id: good, status: 'AVAILABLE' },
    { agent_id: '00000000-0000-4000-8000-000000000000', status: 'AVAILABLE' },
    { agent_id: good, status: 'UNAVAILABLE' },
    { agent_id: good.toUpperCase(), custom_status: 'Siesta' },
  ];
  const refused = await world.ask('POST', '/intelliassign', { body: { changes } });
  assert.equal(refused.status, 400);
  const pointers = refused.body.errors?.map(({ pointer }) => pointer).toSorted();
  assert.deepEqual(pointers, [
    '/changes/1/agent_id',
    '/changes/2/agent_id',
    '/changes/3/agent_id',
    '/changes/3/custom_status',
  ]);
  const read = await world.ask<AgentRead>('GET', `/agents/${good}`);
  assert.equal(read.body.sequence, 0);
});

test('hears of calls and of missed assignments', async () => {
  const id = await newAgent('router@example.com');
  const signal = (type: string) => world.ask<IntelliassignAnswer>('POST', `/agents/${id}/signals`, { body: { type } });
  await set(id, { status: 'AVAILABLE' });
  assert.equal((await signal('call_started')).body.event?.activity?.reason, 'call_started');
  assert.equal((await signal('call_ended')).body.event?.data.agent_activity.status, 'AVAILABLE');
  await world.ask('PATCH', '/account', { body: { missed_assignments_limit: 2 } });
  assert.deepEqual((await signal('missed_assignment')).body, { changed: false, event: null });
  const missed = await signal('missed_assignment');
  await world.ask('PATCH', '/account', { body: { missed_assignments_limit: null } });
  assert.equal(missed.body.event?.activity?.reason, 'missed_assignments');
});

test('keeps custom statuses in their order, and archived ones apart', async () => {
  const other = await world.addAccount('Statuses');
  const options = (body: object) => ({ body, key: other.key });
  const first = await world.ask<CustomStatusRead>('POST', '/custom-statuses', options({ name: 'B', order: 2 }));
  await world.ask('POST', '/custom-statuses', options({ name: 'A', order: 1, allowance_minutes: 5 }));
  const last = await world.ask<CustomStatusRead>('POST', '/custom-statuses', options({ name: 'C' }));
  assert.equal(last.body.order, 3);
  const list = async (query: string) =>
    (await world.ask<CustomStatusPage>('GET', `/custom-statuses${query}`, { key: other.key })).body.items.map(
      ({ name }) => name,
    );
  assert.deepEqual(await list(''), ['A', 'B', 'C']);
  const taken = await world.ask('PATCH', `/custom-statuses/${first.body.id}`, options({ name: 'c' }));
  assert.deepEqual([taken.status, taken.body.code], [409, 'name_taken']);
  await world.ask('PATCH', `/custom-statuses/${first.body.id}`, options({ order: 9 }));
  assert.equal((await world.ask('DELETE', `/custom-statuses/${last.body.id}`, { key: other.key })).status, 204);
  assert.deepEqual(await list(''), ['A', 'B']);
  assert.deepEqual(await list('?archived=true'), ['A', 'C', 'B']);
  const archived = await world.ask<CustomStatusRead>('GET', `/custom-statuses/${last.body.id}`, { key: other.key });
  assert.equal(archived.body.archived, true);
  const again = await world.ask('DELETE', `/custom-statuses/${last.body.id}`, { key: other.key });
  assert.deepEqual([again.status, again.body.code], [404, 'unknown_custom_status']);
});

test('refuses a custom status that is called like a default one', async () => {
  const refused = await world.ask('POST', '/custom-statuses', { body: { name: 'Available' } });
  assert.deepEqual([refused.status, refused.body.errors?.[0]?.pointer], [400, '/name']);
});
