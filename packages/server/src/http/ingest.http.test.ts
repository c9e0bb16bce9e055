import assert from 'node:assert/strict';
import { after, before, test } from 'node:test';
import type { AgentRead, DeliveryPage, EventPage, IngestAnswer } from '@rollcall/contract';
import { type HttpWorld, START, startHttpWorld } from '../../test/http-world.ts';
import { importedPayload, vendorPayload } from '../../test/imported-payload.ts';

let world: HttpWorld;
before(async () => {
  world = await startHttpWorld();
});
after(() => world.stop());

const minute = 60_000;
let count = 0;
const fresh = () => `history-${++count}@example.com`;

async function ingest(events: readonly unknown[], more: object = {}, headers: Record<string, string> = {}) {
  const body = { events, create_agents: true, ...more };
  const answer = await world.ask<IngestAnswer>('POST', '/ingest/events', { body, headers });
  assert.equal(answer.status, 200, answer.text);
  return answer.body;
}

async function eventsOf(email: string) {
  const agents = await world.ask<{ items: AgentRead[] }>('GET', '/agents?limit=1000');
  const agent = agents.body.items.find((one) => one.email === email);
  assert.ok(agent !== undefined);
  const page = await world.ask<EventPage>('GET', `/events?limit=1000&agent_id=${agent.id}`);
  return { agent, events: page.body.items };
}

test('an event of a real account of the vendor is taken, listed with its own times and told again as it came', async () => {
  const email = fresh();
  const payload = vendorPayload({ email, at: START - 60 * minute, prevAt: START - 90 * minute });
  const answer = await ingest([payload]);
  assert.deepEqual([answer.accepted, answer.duplicate, answer.rejected], [1, 0, 0]);
  const { events, agent } = await eventsOf(email);
  assert.equal(events.length, 1);
  assert.deepEqual(events[0]?.data.actor, payload.data.actor);
  assert.deepEqual(events[0]?.data.agent_activity, payload.data.agent_activity);
  assert.equal(events[0]?.activity?.reason, 'import');
  assert.equal(events[0]?.activity?.id, answer.items[0]?.id);
  assert.equal(agent.intelliassign.status, 'Focus');
  assert.equal(agent.created_at, new Date(START - 90 * minute).toISOString());
});

test('what is sent again is a duplicate, known by its id or by what it says, also within one request', async () => {
  const email = fresh();
  const named = importedPayload({ email, at: START - 50 * minute, id: 'elsewhere-1' });
  const bare = vendorPayload({ email, at: START - 40 * minute, prevAt: START - 50 * minute });
  const first = await ingest([named, bare, named, bare]);
  assert.deepEqual(
    first.items.map(({ result }) => result),
    ['accepted', 'accepted', 'duplicate', 'duplicate'],
  );
  const again = await ingest([bare, named]);
  assert.equal(again.duplicate, 2);
  assert.deepEqual(
    again.items.map(({ id }) => id),
    [first.items[1]?.id, 'elsewhere-1'],
  );
});

test('an imported event is found by the id that it came with, and by no other', async () => {
  const email = fresh();
  await ingest([importedPayload({ email, at: START - 30 * minute, id: 'found-by-this' })]);
  const found = await world.ask<{ activity: { id: string } }>('GET', '/events/found-by-this');
  assert.equal(found.status, 200);
  assert.equal(found.body.activity.id, 'found-by-this');
  assert.equal((await world.ask('GET', '/events/found-by-that')).status, 404);
});

test('live events of this server are duplicates, with their ids and without', async () => {
  const email = fresh();
  const made = await world.ask<AgentRead>('POST', '/agents', { body: { email } });
  await world.ask('POST', `/agents/${made.body.id}/sessions`);
  await world.ask('PUT', `/agents/${made.body.id}/intelliassign`, { body: { status: 'AVAILABLE' } });
  const { events } = await eventsOf(email);
  assert.equal(events.length, 2);
  const without = events.map(({ activity: _activity, ...payload }) => payload);
  const answer = await ingest([...events, ...without]);
  assert.equal(answer.duplicate, 4, JSON.stringify(answer.items));
  assert.deepEqual(
    answer.items.map(({ id }) => id),
    [...events, ...events].map(({ activity }) => activity?.id),
  );
  // Also what was recorded after the first look at the agent.
  await world.ask('PUT', `/agents/${made.body.id}/intelliassign`, { body: { status: 'UNAVAILABLE' } });
  const later = (await eventsOf(email)).events.slice(2).map(({ activity: _activity, ...payload }) => payload);
  assert.equal((await ingest(later)).duplicate, 1);
});

test('each bad event is refused with why, and leaves its neighbours untouched', async () => {
  const email = fresh();
  const good = importedPayload({ email, at: START - 20 * minute });
  const bad = (change: object, activity: object = {}) => ({
    ...good,
    data: { ...good.data, agent_activity: { ...good.data.agent_activity, ...change } },
    activity: { ...good.activity, ...activity },
  });
  const answer = await ingest([
    bad({ status: 'Available' }),
    bad({ prev_status_change_timestamp: new Date(START).toISOString() }),
    bad({ status_change_timestamp: new Date(START + 6 * minute).toISOString() }),
    bad({}, { reason: 'boredom' }),
    bad({ email: null, org_agent_id: null }),
    { data: 7 },
    null,
    good,
  ]);
  assert.deepEqual(
    answer.items.map(({ result, code }) => code ?? result),
    [
      'invalid_input',
      'invalid_input',
      'event_in_future',
      'invalid_input',
      'unknown_agent',
      'invalid_input',
      'invalid_input',
      'accepted',
    ],
  );
  assert.match(answer.items[1]?.detail ?? '', /contradicts itself/);
  const stranger = await ingest([importedPayload({ email: fresh(), at: START })], { create_agents: false });
  assert.equal(stranger.items[0]?.code, 'unknown_agent');
});

test('the current state follows the latest event, and a live one goes on from it', async () => {
  const email = fresh();
  const made = await world.ask<AgentRead>('POST', '/agents', { body: { email } });
  const at = START - 10 * minute;
  const general = { email, axis: 'GeneralAvailability', status: 'AVAILABLE' } as const;
  await ingest([
    importedPayload({ ...general, at }),
    importedPayload({ ...general, at: at - 5, status: 'UNAVAILABLE' }),
  ]);
  const online = (await eventsOf(email)).agent;
  assert.equal(online.general_availability.status, 'AVAILABLE');
  // A real sign-in of an agent who is available by import repeats no status, and the sign-out goes on from the import.
  const session = await world.ask<{ id: string }>('POST', `/agents/${made.body.id}/sessions`);
  await world.ask('DELETE', `/agents/${made.body.id}/sessions/${session.body.id}`);
  const { events, agent } = await eventsOf(email);
  assert.equal(events.length, 3);
  assert.equal(agent.general_availability.status, 'UNAVAILABLE');
  const { prev_status, prev_status_change_timestamp } = events[2]?.data.agent_activity ?? {};
  assert.deepEqual([prev_status, prev_status_change_timestamp], ['AVAILABLE', new Date(at).toISOString()]);
});

test('an unknown custom status is created archived with its id, and found again by id and by name', async () => {
  const email = fresh();
  const id = '7d9f0c7e-4a51-4c58-9a55-2c8f8f0b7a77';
  const focus = { email, status: 'Deep work', customStatusId: id, emoji: 'brain' };
  await ingest([
    importedPayload({ ...focus, at: START - 9 * minute }),
    importedPayload({ ...focus, at: START - 8 * minute, status: 'DEEP WORK', customStatusId: null }),
    importedPayload({ ...focus, at: START - 7 * minute, status: 'Renamed work' }),
    importedPayload({ email, at: START - 6 * minute, prevStatus: 'renamed WORK' }),
  ]);
  const statuses = await world.ask<{ items: { id: string; name: string; archived: boolean }[] }>(
    'GET',
    '/custom-statuses?limit=1000',
  );
  const mine = statuses.body.items.filter(({ name }) => name.toLowerCase().endsWith('work'));
  assert.ok(mine.length <= 1, JSON.stringify(mine));
  const records = [...world.engine.memory.customStatuses.values()].filter(({ record }) =>
    record.name.toLowerCase().endsWith('work'),
  );
  assert.deepEqual(
    records.map(({ record }) => [record.id, record.name, record.archived]),
    [[id, 'Deep work', true]],
  );
});

test('an idempotency key gets the same answer, and nothing is taken twice', async () => {
  const headers = { 'idempotency-key': 'one-import' };
  const events = [importedPayload({ email: fresh(), at: START - 5 * minute })];
  const first = await ingest(events, {}, headers);
  assert.equal(first.accepted, 1);
  assert.deepEqual(await ingest(events, {}, headers), first);
});

test('apps and webhooks get imported events only when the request says so', async () => {
  const subscription = world.subscribe(1);
  const email = fresh();
  await ingest([importedPayload({ email, at: START - 4 * minute, id: 'kept-silent' })]);
  await ingest([importedPayload({ email, at: START - 3 * minute, id: 'told-on', status: 'UNAVAILABLE' })], {
    deliver: true,
  });
  await world.pass(1000);
  const page = await world.ask<DeliveryPage>('GET', `/deliveries?subscription_id=${subscription}`);
  assert.deepEqual(
    page.body.items.map(({ event_id, state }) => [event_id, state]),
    [['told-on', 'delivered']],
  );
});

test('an account has at most 2000 custom statuses, and its other events are taken all the same', async () => {
  const { key, number } = await world.addAccount('Many statuses');
  const email = fresh();
  const events = (from: number) =>
    Array.from({ length: 1000 }, (_, index) =>
      importedPayload({ email, at: START - 10_000_000 + from + index, status: `Status ${from + index}` }),
    );
  const send = async (items: readonly unknown[]) => {
    const body = { events: items, create_agents: true };
    return (await world.ask<IngestAnswer>('POST', '/ingest/events', { body, key })).body;
  };
  assert.equal((await send(events(0))).accepted, 1000);
  assert.equal((await send(events(1000))).accepted, 1000);
  const full = await send([...events(2000).slice(0, 2), importedPayload({ email, at: START, status: 'status 5' })]);
  assert.deepEqual(
    full.items.map(({ code, result }) => code ?? result),
    ['too_many_custom_statuses', 'too_many_custom_statuses', 'accepted'],
  );
  const mine = [...world.engine.memory.customStatuses.values()].filter(({ account }) => account === number);
  assert.equal(mine.length, 2000);
});

test('a thousand events fit into one request, and one more does not', async () => {
  const email = fresh();
  const many = Array.from({ length: 1000 }, (_, index) =>
    vendorPayload({ email, at: START - 10_000_000 + index * 1000, prevAt: START - 10_000_000 + index * 1000 - 1000 }),
  );
  const answer = await ingest(many);
  assert.equal(answer.accepted, 1000);
  const more = await world.ask('POST', '/ingest/events', { body: { events: [...many, {}] } });
  assert.equal(more.status, 400);
});
