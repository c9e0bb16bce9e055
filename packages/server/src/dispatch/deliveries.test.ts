import assert from 'node:assert/strict';
import { test } from 'node:test';
import { dayMs, minuteMs, secondMs } from '../time/instant.ts';
import type { DeliveryPage, DeliveryQuery, ListedDelivery } from './deliveries.ts';
import { FakeWorld } from './fake-world.test.ts';

const BOTH = ['onAgentActivityCreate', 'onAgentCustomStatusUpdate'] as const;

async function list(world: FakeWorld, query: Partial<DeliveryQuery> = {}): Promise<DeliveryPage> {
  const whole = { account: 1, subscription: null, state: null, after: null, limit: 100, ...query };
  const answer = world.dispatcher.deliveries(whole);
  await world.clock.pass(10);
  return await answer;
}

async function listAll(world: FakeWorld, query: Partial<DeliveryQuery>): Promise<ListedDelivery[]> {
  const items: ListedDelivery[] = [];
  for (let after: string | null = null; ; ) {
    const page: DeliveryPage = await list(world, { ...query, after });
    assert.ok(page.items.length <= (query.limit ?? 100));
    items.push(...page.items);
    after = page.next;
    if (after === null) return items;
  }
}

/** Agent 1 has a dead letter and what came after it; agent 2 waits for a retry; agent 3 is well. */
async function mixedWorld(): Promise<FakeWorld> {
  const world = new FakeWorld();
  world.dispatcher.start();
  world.subscribe({ id: 'sub_1', events: BOTH });
  world.subscribe({ id: 'sub_2', filter: { groups: ['even'] } });
  world.choose = ({ fact }, subscription) => ({
    kind: subscription === 'sub_1' && fact.agent < 3 ? 'fail' : 'ok',
    afterMs: 0,
  });
  world.change(1);
  world.change(3, { custom: true });
  await world.clock.pass(2 * dayMs);
  world.change(1);
  world.change(2);
  world.change(2, { custom: true });
  world.change(3);
  await world.clock.pass(secondMs);
  return world;
}

const summary = ({ subscriptionId, agent, event, state, attempts }: ListedDelivery) =>
  `${subscriptionId} ${agent} ${event === BOTH[0] ? 'activity' : 'sibling'} ${state} ${attempts.length}`;

test('tells of every delivery in the order of the log: delivered, waiting, or given up', async () => {
  const world = await mixedWorld();
  const { items, next } = await list(world);
  assert.deepEqual(items.map(summary), [
    'sub_1 1 activity dead 9',
    'sub_1 3 activity delivered 0',
    'sub_1 3 sibling delivered 0',
    'sub_1 1 activity dead 1',
    'sub_1 2 activity waiting 1',
    'sub_2 2 activity delivered 0',
    'sub_1 2 activity waiting 0',
    'sub_1 2 sibling waiting 0',
    'sub_2 2 activity delivered 0',
    'sub_1 3 activity delivered 0',
  ]);
  assert.equal(next, null);
  const [, , , , waiting] = items;
  assert.equal(waiting?.nextAttemptAt, world.rows.lanes.get('sub_1 2')?.nextAttemptAt);
  assert.equal(waiting?.agentId, 'agent-2');
  assert.equal(waiting?.attempts[0]?.error.code, 'handler_threw');
  assert.equal(waiting?.id, `sub_1.${waiting?.eventId}`);
  assert.ok(items.every((item) => item === waiting || item.nextAttemptAt === null));
});

test('narrows to a subscription and to a state, page by page, without loss or doubling', async () => {
  const world = await mixedWorld();
  const { items: all } = await list(world);
  for (const subscription of [null, 'sub_1', 'sub_2']) {
    for (const state of [null, 'delivered', 'waiting', 'dead'] as const) {
      const expected = all.filter(
        (item) => item.subscriptionId === (subscription ?? item.subscriptionId) && item.state === (state ?? item.state),
      );
      for (const limit of [1, 2, 3, 100]) {
        const items = await listAll(world, { subscription, state, limit });
        assert.deepEqual(
          items.map(({ id }) => id),
          expected.map(({ id }) => id),
          `${subscription} ${state} ${limit}`,
        );
      }
    }
  }
});

test('shows nothing of another account, and nothing of what is not there', async () => {
  const world = await mixedWorld();
  assert.deepEqual(await list(world, { account: 2 }), { items: [], next: null });
  assert.deepEqual(await list(world, { subscription: 'sub_9' }), { items: [], next: null });
});

test('tells of a dead letter that was sent again as delivered, with the time', async () => {
  const world = await mixedWorld();
  const [dead] = (await list(world, { state: 'dead' })).items;
  world.choose = () => ({ kind: 'ok', afterMs: 0 });
  const answer = world.dispatcher.redeliver(1, dead?.id ?? '');
  await world.clock.pass(secondMs);
  await answer;
  const { items } = await list(world, { subscription: 'sub_1' });
  const again = items.find(({ id }) => id === dead?.id);
  assert.equal(again?.state, 'delivered');
  assert.notEqual(again?.redeliveredAt, null);
  assert.equal((await list(world, { state: 'dead' })).items.length, 1);
});

test('shows what is in flight, and what has not been looked at, as waiting', async () => {
  const world = new FakeWorld({ windowEventsMax: 8, pageEventsMax: 4, callsInFlightMax: 2 });
  world.dispatcher.start();
  world.subscribe({ id: 'sub_1' });
  world.choose = () => ({ kind: 'ok', afterMs: minuteMs - 1 });
  const from = world.log.head;
  for (let agent = 1; agent <= 20; agent += 1) world.log.change(agent);
  world.signal(from);
  const { items } = await list(world, { state: 'waiting' });
  assert.equal(items.length, 20);
  await world.clock.pass(minuteMs);
  assert.equal((await list(world, { state: 'waiting' })).items.length, 18);
  assert.equal((await list(world, { state: 'delivered' })).items.length, 2);
});
