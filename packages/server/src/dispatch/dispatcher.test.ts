import assert from 'node:assert/strict';
import { test } from 'node:test';
import { dayMs, hourMs, minuteMs, secondMs } from '../time/instant.ts';
import { FakeWorld, settle } from './fake-world.test.ts';

const started = (limits = {}): FakeWorld => {
  const world = new FakeWorld(limits);
  world.dispatcher.start();
  return world;
};

const everything = { account: 1, subscription: null, state: null, after: null, limit: 10 };
const inOrder = (positions: readonly number[]) => positions.toSorted((a, b) => a - b);

test('delivers each event once, in order, and leaves one cursor behind', async () => {
  const world = started();
  world.subscribe({ id: 'sub_1' });
  const positions = [1, 2, 1, 3, 1, 2].map((agent) => world.change(agent));
  await world.clock.pass(secondMs);
  assert.deepEqual(inOrder(world.delivered('sub_1')), positions);
  assert.deepEqual(world.delivered('sub_1', 1), [positions[0], positions[2], positions[4]]);
  assert.deepEqual([...world.rows.cursors], [['sub_1', world.log.head]]);
  assert.equal(world.rows.lanes.size + world.rows.attemptRows.size + world.rows.letters.size, 0);
  const [call] = world.seen('sub_1');
  assert.equal(call?.delivery.id, `sub_1.${call?.delivery.payload.activity?.id}`);
  assert.equal(call?.delivery.attempt, 1);
});

test('at the tail, delivers what the signal brings without reading the log', async () => {
  const world = started();
  world.subscribe({ id: 'sub_1' });
  world.change(1);
  await settle();
  const readBefore = world.log.reads;
  for (let index = 0; index < 50; index += 1) world.change(1);
  await settle();
  assert.equal(world.delivered('sub_1').length, 51);
  assert.equal(world.log.reads, readBefore);
});

test('reads the log when the signal brings nothing, a gap, or less than everything', async () => {
  const world = started();
  world.subscribe({ id: 'sub_1' });
  const positions = [world.log.change(1), world.log.change(2), world.log.change(1)];
  world.dispatcher.onCommitted(positions[0] as number);
  await settle();
  world.dispatcher.onCommitted(world.log.head, world.log.facts.slice(-1));
  await settle();
  assert.deepEqual(inOrder(world.delivered('sub_1')), positions);
});

test('gets every event after it was made, and none before', async () => {
  const world = started();
  world.change(1);
  world.subscribe({ id: 'sub_1' });
  const after = world.change(1);
  world.subscribe({ id: 'sub_2', from: 0 });
  await settle();
  assert.deepEqual(world.delivered('sub_1'), [after]);
  assert.equal(world.delivered('sub_2').length, 2);
});

test('sends both events of a fact to who wants both, the activity first, under ids of their own', async () => {
  const world = started();
  world.subscribe({ id: 'sub_1', events: ['onAgentCustomStatusUpdate', 'onAgentActivityCreate'] });
  world.change(1, { custom: true });
  world.change(1);
  await settle();
  const seen = world.seen('sub_1').map(({ delivery }) => delivery.payload.event);
  assert.deepEqual(seen, ['onAgentActivityCreate', 'onAgentCustomStatusUpdate', 'onAgentActivityCreate']);
  assert.equal(new Set(world.seen('sub_1').map(({ delivery }) => delivery.id)).size, 3);
});

test('keeps out agents of other groups, however many', async () => {
  const world = started();
  world.subscribe({ id: 'sub_1', filter: { groups: ['even'] } });
  const from = world.log.head;
  const wanted = Array.from({ length: 3000 }, (_, index) => world.log.change((index % 10) + 1));
  world.signal(from);
  await world.clock.pass(secondMs);
  assert.equal(world.delivered('sub_1').length, wanted.length / 2);
  assert.equal(world.rows.cursors.get('sub_1'), world.log.head);
});

test('retries on the published schedule, then keeps a dead letter', async () => {
  const world = started();
  world.subscribe({ id: 'sub_1' });
  world.choose = () => ({ kind: 'fail', afterMs: 10 });
  const position = world.change(1);
  await world.clock.pass(3 * dayMs);
  const calls = world.seen('sub_1');
  const waits = calls.slice(1).map((call, index) => call.startedAt - (calls[index]?.endedAt ?? 0));
  const published = [5 * secondMs, 30 * secondMs, 2 * minuteMs, 10 * minuteMs, hourMs, 4 * hourMs, 12 * hourMs, dayMs];
  assert.deepEqual(waits, published);
  assert.deepEqual(
    calls.map(({ delivery }) => delivery.attempt),
    [1, 2, 3, 4, 5, 6, 7, 8, 9],
  );
  assert.equal(new Set(calls.map(({ delivery }) => delivery.id)).size, 1);
  const letter = await world.rows.deadLetter('sub_1', position);
  assert.equal(letter?.attempts, 9);
  assert.equal((await world.rows.attempts('sub_1', position)).length, 9);
});

test('lets only the agent wait whose event failed', async () => {
  const world = started();
  world.subscribe({ id: 'sub_1' });
  world.subscribe({ id: 'sub_2' });
  world.choose = (delivery, subscription) => {
    const isBad = subscription === 'sub_1' && delivery.fact.agent === 1 && delivery.attempt < 3;
    return isBad ? { kind: 'fail', afterMs: 0 } : { kind: 'ok', afterMs: 0 };
  };
  const bad = [world.change(1), world.change(1), world.change(1)];
  const good = [world.change(2), world.change(3), world.change(2)];
  await world.clock.pass(secondMs);
  assert.deepEqual(world.delivered('sub_1'), good);
  assert.equal(world.delivered('sub_2').length, 6);
  assert.equal(world.rows.cursors.get('sub_1'), world.log.head);
  await world.clock.pass(2 * minuteMs);
  assert.deepEqual(world.delivered('sub_1', 1), bad);
  assert.equal(world.rows.lanes.size, 0);
});

test('a receiver that hangs delays neither its other agents nor its neighbours, and its call comes to an end', async () => {
  const world = started();
  world.subscribe({ id: 'sub_1' });
  world.subscribe({ id: 'sub_2' });
  let isHanging = true;
  world.choose = (delivery, subscription) => {
    const hangs = isHanging && subscription === 'sub_1' && delivery.fact.agent === 1;
    return hangs ? { kind: 'hang' } : { kind: 'ok', afterMs: 1 };
  };
  const hanging = world.change(1);
  const others = Array.from({ length: 20 }, (_, index) => world.change((index % 4) + 2));
  await world.clock.pass(10);
  assert.deepEqual(inOrder(world.delivered('sub_1')), others);
  assert.equal(world.delivered('sub_2').length, 21);
  isHanging = false;
  await world.clock.pass(2 * minuteMs);
  assert.deepEqual(world.delivered('sub_1', 1), [hanging]);
  const [attempt] = await world.rows.attempts('sub_1', hanging);
  assert.match(attempt?.error ?? '', /never_answered/);
});

test('sets a slow event aside when it keeps others from being read', async () => {
  const world = started({ windowEventsMax: 16, callsInFlightMax: 8, pageEventsMax: 4 });
  world.subscribe({ id: 'sub_1' });
  world.choose = ({ fact }) => (fact.agent === 1 ? { kind: 'ok', afterMs: 15_000 } : { kind: 'ok', afterMs: 1 });
  const slow = [world.change(1), world.change(1), world.change(1)];
  const others = Array.from({ length: 400 }, (_, index) => world.change((index % 5) + 2));
  await world.clock.pass(2 * secondMs);
  assert.equal(world.delivered('sub_1').length, others.length);
  assert.equal(world.rows.cursors.get('sub_1'), world.log.head);
  assert.deepEqual(
    [...world.rows.lanes.values()].map(({ attempts, position }) => [attempts, position]),
    [[0, slow[0]]],
  );
  const later = world.change(1);
  await world.clock.pass(2 * minuteMs);
  assert.deepEqual(world.delivered('sub_1', 1), [...slow, later]);
  assert.equal(world.seen('sub_1', 1).length, 4);
  assert.equal(world.rows.attemptRows.size, 0);
});

test('behind a dead letter goes on with one attempt per event until one succeeds', async () => {
  const world = started();
  world.subscribe({ id: 'sub_1' });
  let isMended = false;
  world.choose = ({ attempt }) => (isMended && attempt < 9 ? { kind: 'ok', afterMs: 0 } : { kind: 'fail', afterMs: 0 });
  world.change(1);
  world.change(1);
  await world.clock.pass(3 * dayMs);
  world.change(1);
  await world.clock.pass(minuteMs);
  assert.deepEqual(
    world.seen('sub_1').map(({ delivery }) => delivery.attempt),
    [1, 2, 3, 4, 5, 6, 7, 8, 9, 1, 1],
  );
  assert.equal(world.rows.letters.size, 3);
  assert.deepEqual(
    [...world.rows.lanes.values()].map(({ mode }) => mode),
    ['probing'],
  );
  isMended = true;
  const fourth = world.change(1);
  await world.clock.pass(minuteMs);
  assert.deepEqual(world.delivered('sub_1'), [fourth]);
  assert.equal(world.rows.lanes.size, 0);
  isMended = false;
  world.change(1);
  await world.clock.pass(minuteMs);
  assert.equal(world.rows.letters.size, 3);
  assert.equal([...world.rows.lanes.values()][0]?.attempts, 3);
});

test('behind a dead letter notices what it must read as soon as what is signalled with it', async () => {
  const world = started();
  world.subscribe({ id: 'sub_1' });
  world.choose = () => ({ kind: 'fail', afterMs: 0 });
  world.change(1);
  await world.clock.pass(2 * dayMs);
  assert.equal(world.calls.length, 9);
  world.log.change(1);
  world.dispatcher.onCommitted(world.log.head);
  await settle();
  await settle();
  assert.equal(world.calls.length, 10);
});

test('finds who kills the process by sending suspects one at a time, and blames nobody else', async () => {
  const world = started();
  world.subscribe({ id: 'sub_1' });
  world.choose = ({ fact, attempt }) =>
    fact.agent === 3 && attempt < 3 ? { kind: 'die', afterMs: 20 } : { kind: 'ok', afterMs: 50 };
  const positions = [1, 2, 3, 4, 5].map((agent) => world.change(agent));
  await world.clock.pass(secondMs);
  const failed = world.calls.filter(({ outcome }) => outcome === 'failed');
  assert.deepEqual(
    failed.map(({ agent }) => agent),
    [3],
  );
  assert.deepEqual(
    inOrder(world.delivered('sub_1')),
    positions.filter((_, index) => index !== 2),
  );
  assert.ok(world.calls.every(({ delivery, agent }) => agent === 3 || delivery.attempt === 1));
  await world.clock.pass(minuteMs);
  assert.deepEqual(world.delivered('sub_1', 3), [positions[2]]);
});

test('counts an interruption against a call that was alone', async () => {
  const world = started();
  world.subscribe({ id: 'sub_1' });
  const { dispatcher } = world;
  const subscription = dispatcher.status('sub_1')?.subscription;
  assert.ok(subscription !== undefined);
  let calls = 0;
  dispatcher.update(subscription, {
    deliver: async () => {
      calls += 1;
      return { kind: 'interrupted' };
    },
  });
  const position = world.change(1);
  await world.clock.pass(secondMs);
  assert.equal(calls, 2);
  assert.equal((await world.rows.attempts('sub_1', position)).length, 1);
});

test('a receiver that throws or is rejected has failed an attempt', async () => {
  const world = started();
  world.subscribe({ id: 'sub_1' });
  world.choose = ({ attempt }) => (attempt === 1 ? { kind: 'throw' } : { kind: 'ok', afterMs: 0 });
  const position = world.change(1);
  await world.clock.pass(minuteMs);
  assert.deepEqual(world.delivered('sub_1'), [position]);
  assert.match((await world.rows.attempts('sub_1', position))[0]?.error ?? '', /receiver_failed/);
});

test('waits as long as the receiver asks for', async () => {
  const world = started();
  world.subscribe({ id: 'sub_1' });
  world.choose = ({ attempt }) =>
    attempt === 1 ? { kind: 'fail', afterMs: 0, retryAfterMs: hourMs } : { kind: 'ok', afterMs: 0 };
  world.change(1);
  await world.clock.pass(hourMs - 1);
  assert.equal(world.calls.length, 1);
  await world.clock.pass(1);
  assert.equal(world.calls.length, 2);
});

test('a clock that is set neither loses nor doubles a retry', async () => {
  const world = started();
  world.subscribe({ id: 'sub_1' });
  world.choose = ({ attempt }) => (attempt === 1 ? { kind: 'fail', afterMs: 0 } : { kind: 'ok', afterMs: 0 });
  world.change(1);
  await world.clock.pass(secondMs);
  world.clock.jump(-3 * hourMs);
  await world.clock.pass(5 * secondMs);
  world.change(2);
  await world.clock.pass(secondMs);
  world.clock.jump(dayMs);
  await world.clock.pass(5 * secondMs);
  assert.deepEqual(
    world.calls.map(({ agent, delivery }) => [agent, delivery.attempt]),
    [
      [1, 1],
      [1, 2],
      [2, 1],
      [2, 2],
    ],
  );
});

test('after a crash goes on from what is on disk, with the same ids and the retries where they were', async () => {
  const world = started();
  world.subscribe({ id: 'sub_1' });
  world.choose = ({ fact, attempt }) =>
    fact.agent === 1 && attempt < 3 ? { kind: 'fail', afterMs: 0 } : { kind: 'ok', afterMs: 0 };
  const first = world.change(1);
  const behind = world.change(1);
  await world.clock.pass(secondMs);
  const lost = world.change(2);
  await settle();
  world.crash();
  await world.clock.pass(2 * minuteMs);
  assert.deepEqual(world.delivered('sub_1', 1), [first, behind]);
  assert.deepEqual(
    world.seen('sub_1', 1).map(({ delivery }) => delivery.attempt),
    [1, 2, 3, 1, 2, 3],
  );
  assert.deepEqual(world.delivered('sub_1', 2), [lost, lost]);
  assert.equal(new Set(world.seen('sub_1', 2).map(({ delivery }) => delivery.id)).size, 1);
});

test('stops when the calls in flight have ended, and delivers nothing twice after that', async () => {
  const world = started();
  world.subscribe({ id: 'sub_1' });
  world.choose = () => ({ kind: 'ok', afterMs: 100 });
  const positions = [1, 2, 3, 1, 2].map((agent) => world.change(agent));
  await settle();
  const stopping = world.dispatcher.stop();
  await world.clock.pass(secondMs);
  await stopping;
  assert.equal(world.delivered('sub_1').length, 3);
  world.crash();
  await world.clock.pass(secondMs);
  assert.deepEqual(inOrder(world.delivered('sub_1')), positions);
  assert.equal(world.calls.length, 5);
});

test('stops at once when what was in flight was interrupted, and sends it after the next start', async () => {
  const world = started();
  world.subscribe({ id: 'sub_1' });
  world.choose = ({ attempt }) => (attempt === 1 ? { kind: 'die', afterMs: 100 } : { kind: 'ok', afterMs: 0 });
  const positions = [world.change(1), world.change(2)];
  await settle();
  let isStopped = false;
  void world.dispatcher.stop().then(() => {
    isStopped = true;
  });
  await world.clock.pass(200);
  assert.equal(isStopped, true);
  const listed = await world.dispatcher.deliveries(everything);
  assert.deepEqual(
    listed.items.map(({ state }) => state),
    ['waiting', 'waiting'],
  );
  world.choose = () => ({ kind: 'ok', afterMs: 0 });
  world.crash();
  await world.clock.pass(minuteMs);
  assert.deepEqual(inOrder(world.delivered('sub_1')), positions);
  assert.equal(world.rows.attemptRows.size, 0);
});

test('does not wait for ever to stop', async () => {
  const world = started();
  world.subscribe({ id: 'sub_1' });
  world.choose = () => ({ kind: 'hang' });
  world.change(1);
  await settle();
  const stopping = world.dispatcher.stop();
  await world.clock.pass(25 * secondMs);
  await stopping;
});

test('switches off a receiver that fails everything for five days, says so, and goes on when it is made active', async () => {
  const world = started();
  const subscription = world.subscribe({ id: 'sub_1' });
  world.choose = () => ({ kind: 'fail', afterMs: 0 });
  for (let day = 0; day < 7; day += 1) {
    world.change(1);
    await world.clock.pass(dayMs);
  }
  const state = world.dispatcher.status('sub_1')?.subscription.state;
  assert.equal(state?.kind, 'switched_off');
  assert.equal(world.rows.subscriptions.get('sub_1')?.state.kind, 'switched_off');
  assert.deepEqual(world.lines.filter(({ level }) => level === 'error').length, 1);
  const callsBefore = world.calls.length;
  const late = world.change(2);
  await world.clock.pass(dayMs);
  assert.equal(world.calls.length, callsBefore);
  world.choose = () => ({ kind: 'ok', afterMs: 0 });
  world.dispatcher.update(subscription, world.receiverOf('sub_1'));
  await world.clock.pass(dayMs);
  assert.ok(world.delivered('sub_1').includes(late));
});

test('writes since when everything fails only when it has lasted, and forgets it at a success', async () => {
  const world = started();
  world.subscribe({ id: 'sub_1' });
  let isBad = true;
  world.choose = () => ({ kind: isBad ? 'fail' : 'ok', afterMs: 0 });
  world.change(1);
  await world.clock.pass(10 * secondMs);
  assert.equal(world.rows.subscriptions.size, 0);
  await world.clock.pass(10 * minuteMs);
  assert.notEqual(world.rows.subscriptions.get('sub_1')?.failingSince, undefined);
  assert.notEqual(world.rows.subscriptions.get('sub_1')?.failingSince, null);
  isBad = false;
  await world.clock.pass(dayMs);
  assert.equal(world.rows.subscriptions.get('sub_1')?.failingSince, null);
});

test('a store that refuses delays and loses nothing, and what may wait for it is bounded', async () => {
  const world = started({ unwrittenRowsMax: 20 });
  world.subscribe({ id: 'sub_1' });
  world.rows.isFailing = true;
  for (let index = 0; index < 200; index += 1) {
    world.change((index % 7) + 1);
    if (index % 10 === 0) await world.clock.pass(100);
  }
  const before = world.delivered('sub_1').length;
  assert.ok(before < 200, 'it waits');
  world.rows.isFailing = false;
  world.log.isFailing = true;
  await world.clock.pass(5 * secondMs);
  world.log.isFailing = false;
  await world.clock.pass(5 * secondMs);
  assert.equal(new Set(world.delivered('sub_1')).size, 200);
  assert.equal(world.calls.length, 200);
  assert.equal(world.rows.cursors.get('sub_1'), world.log.head);
});

test('removes a subscription with everything that was kept of it, and hears no more of its calls', async () => {
  const world = started();
  world.subscribe({ id: 'sub_1', events: ['onAgentActivityCreate', 'onAgentCustomStatusUpdate'] });
  world.subscribe({ id: 'sub_2' });
  world.choose = ({ fact }) => (fact.agent === 1 ? { kind: 'fail', afterMs: 0 } : { kind: 'ok', afterMs: 500 });
  world.change(1, { custom: true });
  world.change(2);
  await world.clock.pass(100);
  const removed = world.dispatcher.remove('sub_1');
  await world.clock.pass(minuteMs);
  await removed;
  const kept = [world.rows.cursors, world.rows.lanes, world.rows.attemptRows].flatMap((rows) => [...rows.keys()]);
  assert.ok(kept.length > 0 && kept.every((key) => key.startsWith('sub_2')), kept.join());
  assert.equal(world.dispatcher.status('sub_1'), null);
});

test('writes an idle cursor when it is far behind', async () => {
  const world = started({ idleCursorLagMax: 100 });
  world.subscribe({ id: 'sub_1' });
  for (let index = 0; index < 120; index += 1) {
    const from = world.log.head;
    world.log.change(50, { account: 2 });
    world.signal(from);
  }
  await world.clock.pass(secondMs);
  assert.ok((world.rows.cursors.get('sub_1') ?? 0) >= 100);
  assert.equal(world.calls.length, 0);
});

test('tells how each subscription is doing', async () => {
  const world = started();
  world.subscribe({ id: 'sub_1' });
  world.choose = ({ fact }) => (fact.agent === 1 ? { kind: 'fail', afterMs: 0 } : { kind: 'ok', afterMs: 0 });
  world.change(1);
  world.change(2);
  await settle();
  const { subscription, ...status } = world.dispatcher.statuses()[0] ?? {};
  assert.equal(subscription?.id, 'sub_1');
  const cursor = world.log.head;
  const expected = { cursor, behind: 0, heldAgents: 1, callsInFlight: 0, replay: null, delivered: 1, failed: 1 };
  assert.deepEqual(status, { ...expected, deadLetters: 0 });
});

test('loses nothing that is signalled in great number while the log is being read', async () => {
  const world = started({ windowEventsMax: 8, pageEventsMax: 4 });
  world.subscribe({ id: 'sub_1' });
  world.change(1);
  await world.clock.pass(secondMs);
  world.log.isFailing = true;
  world.log.change(1);
  world.dispatcher.onCommitted(world.log.head);
  for (let index = 0; index < 40; index += 1) world.change((index % 3) + 1);
  await world.clock.pass(secondMs);
  world.log.isFailing = false;
  await world.clock.pass(minuteMs);
  assert.equal(world.calls.length, 42);
  assert.equal(new Set(world.delivered('sub_1')).size, 42);
});

test('a crash while a lane catches up costs it neither an event nor its order', async () => {
  const world = started();
  world.subscribe({ id: 'sub_1' });
  world.choose = ({ fact, attempt }) => {
    const isFirst = fact.position === positions[0];
    return isFirst && attempt === 1 ? { kind: 'fail', afterMs: 0 } : { kind: 'ok', afterMs: isFirst ? 0 : secondMs };
  };
  const positions = [world.change(1), world.change(1), world.change(1)];
  await world.clock.pass(5 * secondMs + 500);
  assert.deepEqual(world.delivered('sub_1'), positions.slice(0, 1));
  world.crash();
  await world.clock.pass(minuteMs);
  assert.deepEqual(world.delivered('sub_1'), positions);
});

test('a crash between the two events of a fact that was given up leaves the second to be tried', async () => {
  const world = started();
  world.subscribe({ id: 'sub_1', events: ['onAgentActivityCreate', 'onAgentCustomStatusUpdate'] });
  world.choose = ({ payload }) =>
    payload.event === 'onAgentActivityCreate' ? { kind: 'fail', afterMs: 0 } : { kind: 'ok', afterMs: secondMs };
  world.change(1);
  await world.clock.pass(2 * dayMs);
  const position = world.change(1, { custom: true });
  await world.clock.pass(500);
  assert.ok(world.rows.letters.has(`sub_1 ${position}`));
  world.crash();
  await world.clock.pass(minuteMs);
  const siblings = world.seen('sub_1').filter(({ place }) => place % 2 === 1);
  assert.deepEqual(
    siblings.map(({ outcome }) => outcome),
    [null, 'delivered'],
  );
  assert.equal(world.rows.lanes.size, 0);
});

test('keeps the two events of a fact apart on disk, and the second behind the first', async () => {
  const world = started();
  world.subscribe({ id: 'sub_1', events: ['onAgentActivityCreate', 'onAgentCustomStatusUpdate'] });
  let failing = 'onAgentCustomStatusUpdate';
  world.choose = ({ payload }) => ({ kind: payload.event === failing ? 'fail' : 'ok', afterMs: 0 });
  const first = world.change(1, { custom: true });
  await world.clock.pass(secondMs);
  assert.deepEqual([...world.rows.lanes.keys()], ['sub_1~sibling 1']);
  world.crash();
  failing = 'onAgentActivityCreate';
  const second = world.change(1, { custom: true });
  await world.clock.pass(10 * secondMs);
  assert.deepEqual(
    [...world.rows.lanes.values()].map(({ subscription, position }) => [subscription, position]),
    [['sub_1', second]],
  );
  failing = '';
  await world.clock.pass(minuteMs);
  const places = world
    .seen('sub_1')
    .filter(({ outcome }) => outcome === 'delivered')
    .map(({ place }) => place);
  assert.deepEqual(places, [first * 2, first * 2 + 1, second * 2, second * 2 + 1]);
  assert.equal(world.rows.lanes.size, 0);
});

test('passes over a waiting event that the subscription no longer asks for', async () => {
  const world = started();
  const subscription = world.subscribe({ id: 'sub_1', events: ['onAgentActivityCreate', 'onAgentCustomStatusUpdate'] });
  world.choose = ({ payload }) => ({ kind: payload.event === 'onAgentCustomStatusUpdate' ? 'fail' : 'ok', afterMs: 0 });
  const first = world.change(1, { custom: true });
  const second = world.change(1, { custom: true });
  await world.clock.pass(secondMs);
  world.dispatcher.update({ ...subscription, events: ['onAgentActivityCreate'] }, world.receiverOf('sub_1'));
  await world.clock.pass(minuteMs);
  assert.deepEqual(world.delivered('sub_1'), [first, second]);
  assert.equal(world.rows.lanes.size, 0);
});

test('serves two thousand agents that all fail, and brings every one of them back', async () => {
  const world = started();
  world.subscribe({ id: 'sub_1' });
  let isBad = true;
  world.random = Math.random;
  world.choose = () => ({ kind: isBad ? 'fail' : 'ok', afterMs: 0 });
  const from = world.log.head;
  for (let agent = 1; agent <= 2_000; agent += 1) world.log.change(agent);
  world.signal(from);
  await world.clock.pass(10);
  isBad = false;
  await world.clock.pass(10 * secondMs);
  assert.equal(world.delivered('sub_1').length, 2_000);
  assert.equal(world.rows.lanes.size, 0);
});

test('after a crash, a lane that is ready before the window has come so far waits for it, and repeats nothing', async () => {
  const world = started();
  world.subscribe({ id: 'sub_1' });
  world.choose = ({ fact, attempt }) => {
    if (fact.agent === 9) return world.life === 0 ? { kind: 'hang' } : { kind: 'ok', afterMs: 0 };
    return fact.position === failing && attempt === 1 ? { kind: 'fail', afterMs: 0 } : { kind: 'ok', afterMs: 0 };
  };
  const hanging = world.change(9);
  const before = world.change(1);
  const failing = world.change(1);
  await world.clock.pass(secondMs);
  assert.equal(world.rows.cursors.get('sub_1'), hanging - 1);
  world.log.delayMs = (isScan) => (isScan ? 30 * secondMs : 0);
  world.crash();
  await world.clock.pass(20 * secondMs);
  assert.deepEqual(world.delivered('sub_1', 1), [before, failing]);
  await world.clock.pass(2 * minuteMs);
  assert.deepEqual(world.delivered('sub_1', 1), [before, failing]);
  assert.deepEqual(world.delivered('sub_1', 9), [hanging]);
  assert.equal(world.rows.lanes.size, 0);
});
