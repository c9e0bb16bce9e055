import assert from 'node:assert/strict';
import { after, before, test } from 'node:test';
import type {
  ActivityPayload,
  AgentRead,
  CustomStatusPayload,
  EventPage,
  IntelliassignAnswer,
} from '@rollcall/contract';
import { CustomStatusPayload as Sibling, shapeFaults } from '@rollcall/contract';
import { type HttpWorld, makeKey, startHttpWorld } from '../../test/http-world.ts';
import { eventId } from '../activity/event-id.ts';

let world: HttpWorld;
const team: string[] = [];
before(async () => {
  world = await startHttpWorld();
  for (const email of ['one@example.com', 'two@example.com']) {
    team.push((await world.ask<AgentRead>('POST', '/agents', { body: { email } })).body.id);
  }
  for (let round = 0; round < 5; round++) {
    for (const id of team) {
      const status = round % 2 === 0 ? 'AVAILABLE' : 'UNAVAILABLE';
      await world.ask('PUT', `/agents/${id}/intelliassign`, { body: { status } });
    }
    world.clock.advance(1000);
  }
  await world.ask('POST', `/agents/${team[0]}/sessions`);
});
after(() => world.stop());

async function list(query: string, key?: string) {
  const page = await world.ask<EventPage>('GET', `/events${query}`, key === undefined ? {} : { key });
  assert.equal(page.status, 200, page.text);
  return page.body;
}

test('lists all events in the order of the log, page by page, every event once', async () => {
  const whole = await list('');
  assert.equal(whole.items.length, 11);
  assert.equal(whole.next, null);
  const seen: ActivityPayload[] = [];
  for (let next: string | null = '0'; next !== null; ) {
    const page: EventPage = await list(`?limit=3&after=${next}`);
    seen.push(...page.items);
    next = page.next;
  }
  assert.deepEqual(seen, whole.items);
});

test('lists the events of one agent, of one axis, of a span of time', async () => {
  const own = await list(`?agent_id=${team[1]?.toUpperCase()}`);
  assert.deepEqual(
    own.items.map(({ activity }) => activity?.sequence),
    [1, 2, 3, 4, 5],
  );
  const general = await list('?type=GeneralAvailability');
  assert.equal(general.items.length, 1);
  const span = await list('?from=2026-03-04T09:00:01Z&to=2026-03-04T10:00:03+01:00');
  assert.deepEqual(
    span.items.map(({ data }) => data.agent_activity.status_change_timestamp.slice(17, 19)),
    ['01', '01', '02', '02'],
  );
  const both = await list(`?agent_id=${team[0]}&type=Intelliassign&from=2026-03-04T09:00:04Z&limit=1`);
  assert.equal(both.items[0]?.activity?.sequence, 5);
});

test('closes the chain of each agent and axis', async () => {
  const { items } = await list(`?agent_id=${team[0]}&type=Intelliassign`);
  for (const [index, { data }] of items.entries()) {
    const before = items[index - 1]?.data.agent_activity;
    if (before === undefined) continue;
    assert.equal(data.agent_activity.prev_status, before.status);
    assert.equal(data.agent_activity.prev_status_change_timestamp, before.status_change_timestamp);
  }
});

test('names every bad field of the query at once', async () => {
  const refused = await world.ask(
    'GET',
    '/events?limit=0&type=Mood&from=yesterday&to=2026-03-04&agent_id=7&agnet=1&after=x',
  );
  assert.equal(refused.status, 400);
  assert.deepEqual(
    refused.body.errors?.map(({ pointer }) => pointer),
    ['/limit', '/agent_id', '/type', '/from', '/to', '/agnet'],
  );
  const cursor = await world.ask('GET', '/events?after=x');
  assert.deepEqual([cursor.status, cursor.body.errors?.[0]?.pointer], [400, '/after']);
  const twice = await world.ask('GET', '/events?limit=1&limit=2');
  assert.deepEqual([twice.status, twice.body.errors?.[0]?.pointer], [400, '/limit']);
});

test('knows no agent of nobody', async () => {
  const refused = await world.ask('GET', '/events?agent_id=00000000-0000-4000-8000-000000000000');
  assert.deepEqual([refused.status, refused.body.code], [404, 'unknown_agent']);
});

test('shows a key of role agent its own events and no others', async () => {
  const key = await makeKey(world, 'agent', team[1] ?? '');
  const own = await list('', key);
  assert.deepEqual([...new Set(own.items.map(({ activity }) => activity?.agent_id))], [team[1]]);
  assert.equal(own.items.length, 5);
  const other = await world.ask('GET', `/events?agent_id=${team[0]}`, { key });
  assert.deepEqual([other.status, other.body.code], [403, 'forbidden']);
  const [foreign] = (await list(`?agent_id=${team[0]}`)).items;
  const refused = await world.ask('GET', `/events/${foreign?.activity?.id}`, { key });
  assert.equal(refused.status, 403);
  assert.equal((await world.ask('GET', `/events/${own.items[0]?.activity?.id}`, { key })).status, 200);
});

test('reads an event by its id, in any case, and nothing by an id that was made up', async () => {
  const [first] = (await list('?limit=1')).items;
  const id = first?.activity?.id ?? '';
  assert.deepEqual((await world.ask<ActivityPayload>('GET', `/events/${id.toUpperCase()}`)).body, first);
  const last = id.at(-1) === '0' ? '1' : '0';
  for (const madeUp of [
    `${id.slice(0, -1)}${last}`,
    'x',
    `ffffffff${id.slice(8)}`,
    eventId(1, '0'.repeat(32), 'onAgentActivityCreate'),
  ]) {
    const refused = await world.ask('GET', `/events/${madeUp}`);
    assert.deepEqual([refused.status, refused.body.code], [404, 'unknown_event'], madeUp);
  }
});

test('reads the sibling event by its own id, where there is one', async () => {
  await world.ask('POST', '/custom-statuses', { body: { name: 'Lunch' } });
  const answer = await world.ask<IntelliassignAnswer>('PUT', `/agents/${team[1]}/intelliassign`, {
    body: { custom_status: 'Lunch' },
  });
  const sibling = (payload: ActivityPayload | null | undefined) => (payload?.activity?.id ?? '').replace(/-80/, '-81');
  const read = await world.ask<CustomStatusPayload>('GET', `/events/${sibling(answer.body.event)}`);
  assert.equal(read.status, 200, read.text);
  assert.deepEqual(shapeFaults(Sibling, read.body), []);
  assert.deepEqual(read.body.data.changes.status, ['Lunch', 'AVAILABLE']);
  const [plain] = (await list('?limit=1')).items;
  assert.equal((await world.ask('GET', `/events/${sibling(plain)}`)).status, 404);
});

test('tells an event that was committed together with a change of its subject', async () => {
  const id = team[0];
  const [status, profile] = await Promise.all([
    world.ask<IntelliassignAnswer>('PUT', `/agents/${id}/intelliassign`, { body: { status: 'UNAVAILABLE' } }),
    world.ask<AgentRead>('PATCH', `/agents/${id}`, { body: { email: 'renamed@example.com' } }),
  ]);
  assert.equal(status.body.event?.data.agent_activity.email, 'one@example.com');
  assert.equal(profile.body.email, 'renamed@example.com');
  assert.deepEqual(
    (await world.ask('GET', `/events/${status.body.event?.activity?.id}`)).body as unknown,
    status.body.event,
  );
});
