import assert from 'node:assert/strict';
import { test } from 'node:test';
import { dayMs, hourMs, minuteMs, secondMs } from '../time/instant.ts';
import { FakeWorld, type SeenCall, settle } from './fake-world.test.ts';

/** A world in which everything fails until it is mended, with one dead letter of agent 1. */
async function worldWithDeadLetter(): Promise<{ world: FakeWorld; dead: SeenCall; mend: () => void }> {
  const world = new FakeWorld();
  let isMended = false;
  world.dispatcher.start();
  world.subscribe({ id: 'sub_1' });
  world.choose = () => ({ kind: isMended ? 'ok' : 'fail', afterMs: 1 });
  world.change(1);
  await world.clock.pass(2 * dayMs);
  const mend = () => {
    isMended = true;
  };
  return { world, dead: world.calls[0] as SeenCall, mend };
}

test('sends a dead letter again, out of order and marked so, and does not disturb the lane', async () => {
  const { world, dead, mend } = await worldWithDeadLetter();
  const next = world.change(1);
  await world.clock.pass(secondMs);
  mend();
  const answer = world.dispatcher.redeliver(1, dead.delivery.id);
  await world.clock.pass(secondMs);
  assert.deepEqual(await answer, { kind: 'delivered' });
  const call = world.calls.at(-1);
  assert.deepEqual(
    [call?.delivery.id, call?.delivery.attempt, call?.delivery.resent],
    [dead.delivery.id, 10, 'redelivery'],
  );
  await world.clock.pass(secondMs);
  assert.notEqual((await world.rows.deadLetter('sub_1', dead.delivery.fact.position))?.redeliveredAt, null);
  assert.equal((await world.rows.deadLetter('sub_1', next))?.redeliveredAt, null);
  assert.deepEqual(
    [...world.rows.lanes.values()].map(({ mode, position }) => [mode, position]),
    [['probing', next]],
  );
});

test('keeps a dead letter that fails again, with one attempt more', async () => {
  const { world, dead } = await worldWithDeadLetter();
  const answer = world.dispatcher.redeliver(1, dead.delivery.id);
  await world.clock.pass(secondMs);
  assert.equal((await answer).kind, 'failed');
  const { position } = dead.delivery.fact;
  const letter = await world.rows.deadLetter('sub_1', position);
  assert.deepEqual([letter?.attempts, letter?.redeliveredAt], [10, null]);
  assert.equal((await world.rows.attempts('sub_1', position)).length, 10);
});

test('tries a waiting event now instead of later, in order', async () => {
  const world = new FakeWorld();
  world.dispatcher.start();
  world.subscribe({ id: 'sub_1' });
  world.choose = ({ attempt, fact }) => ({
    kind: attempt === 1 && fact.position === first ? 'fail' : 'ok',
    afterMs: 0,
  });
  const first = world.change(1);
  const second = world.change(1);
  await world.clock.pass(secondMs);
  const id = world.calls[0]?.delivery.id as string;
  const answer = world.dispatcher.redeliver(1, id);
  await world.clock.pass(secondMs);
  assert.deepEqual(await answer, { kind: 'hastened' });
  assert.deepEqual(world.delivered('sub_1'), [first, second]);
  await world.clock.pass(minuteMs);
  assert.equal(world.calls.length, 3);
});

test('knows no delivery of another account, another event, or before the subscription was made', async () => {
  const { world, dead } = await worldWithDeadLetter();
  const { id } = dead.delivery;
  world.change(2);
  await world.clock.pass(secondMs);
  world.subscribe({ id: 'sub_2' });
  const event = id.slice('sub_1.'.length);
  for (const [account, unknown] of [
    [2, id],
    [1, `sub_9.${event}`],
    [1, `sub_2.${event}`],
    [1, `${id.slice(0, -1)}${id.endsWith('0') ? '1' : '0'}`],
    [1, 'nonsense'],
  ] as const) {
    const answer = world.dispatcher.redeliver(account, unknown);
    await world.clock.pass(secondMs);
    assert.equal((await answer).kind, 'rejected', unknown);
  }
});

test('replays in order and marked, beside a live flow that goes on undisturbed, and clears dead letters', async () => {
  const { world, dead, mend } = await worldWithDeadLetter();
  const second = world.change(2);
  await world.clock.pass(hourMs);
  mend();
  await world.clock.pass(dayMs);
  const before = world.calls.length;
  const replaying = world.dispatcher.replay('sub_1', { after: 0 });
  const live = world.change(1);
  await world.clock.pass(secondMs);
  assert.notEqual(await replaying, null);
  const calls = world.calls.slice(before);
  const replayed = calls.filter(({ delivery }) => delivery.resent === 'replay');
  assert.deepEqual(
    replayed.map(({ delivery }) => delivery.fact.position),
    [dead.delivery.fact.position, second],
  );
  assert.equal(replayed[0]?.delivery.id, dead.delivery.id);
  assert.deepEqual(
    calls.filter(({ delivery }) => delivery.resent === null).map(({ place }) => place),
    [live * 2],
  );
  await world.clock.pass(secondMs);
  assert.notEqual((await world.rows.deadLetter('sub_1', dead.delivery.fact.position))?.redeliveredAt, null);
  assert.equal(world.dispatcher.status('sub_1')?.replay, null);
  assert.deepEqual([...world.rows.cursors.keys()], ['sub_1']);
});

test('goes on with a replay after a crash, with its retries, and ends it', async () => {
  const world = new FakeWorld({ replayCallsInFlightMax: 2 });
  world.dispatcher.start();
  world.subscribe({ id: 'sub_1' });
  const positions = Array.from({ length: 30 }, (_, index) => world.change((index % 3) + 1));
  await world.clock.pass(secondMs);
  const failing = positions[12] as number;
  world.choose = ({ fact, attempt, resent }) =>
    resent === 'replay' && fact.position === failing && attempt < 3
      ? { kind: 'fail', afterMs: 20 }
      : { kind: 'ok', afterMs: 20 };
  const replaying = world.dispatcher.replay('sub_1', { after: positions[4] as number });
  await world.clock.pass(200);
  const started = await replaying;
  assert.equal(started?.end, world.log.head);
  world.crash();
  await world.clock.pass(secondMs);
  assert.ok((world.dispatcher.status('sub_1')?.replay?.cursor ?? 0) >= failing);
  await world.clock.pass(minuteMs);
  const replayed = world.calls.filter(
    ({ delivery, outcome }) => delivery.resent === 'replay' && outcome === 'delivered',
  );
  const seen = new Set(replayed.map(({ delivery }) => delivery.fact.position));
  assert.deepEqual(
    [...seen].toSorted((a, b) => a - b),
    positions.slice(5),
  );
  assert.equal(world.dispatcher.status('sub_1')?.replay, null);
  assert.deepEqual([...world.rows.cursors.keys()], ['sub_1']);
  assert.equal(world.rows.lanes.size + world.rows.attemptRows.size, 0);
});

test('replays from an instant of recording, and a second order widens the first', async () => {
  const world = new FakeWorld({ replayCallsInFlightMax: 1 });
  world.dispatcher.start();
  world.subscribe({ id: 'sub_1' });
  const positions: number[] = [];
  for (let index = 0; index < 10; index += 1) {
    positions.push(world.change(1));
    await world.clock.pass(minuteMs);
  }
  world.choose = () => ({ kind: 'ok', afterMs: secondMs });
  const recordedFrom = world.log.facts[(positions[6] as number) - 1]?.recordedAt as number;
  const later = world.dispatcher.replay('sub_1', { recordedFrom });
  await world.clock.pass(100);
  assert.equal((await later)?.cursor, (positions[6] as number) - 1);
  const earlier = world.dispatcher.replay('sub_1', { after: positions[2] as number });
  await world.clock.pass(minuteMs);
  assert.equal((await earlier)?.cursor, positions[2]);
  const replayed = world.calls.filter(
    ({ delivery, outcome }) => delivery.resent === 'replay' && outcome === 'delivered',
  );
  const last = replayed.slice(-7).map(({ delivery }) => delivery.fact.position);
  assert.deepEqual(last, positions.slice(3));
});

test('has nothing to replay of an unknown subscription, or after the end of the log', async () => {
  const world = new FakeWorld();
  world.dispatcher.start();
  world.subscribe({ id: 'sub_1' });
  world.change(1);
  await settle();
  assert.equal(await world.dispatcher.replay('sub_9', { after: 0 }), null);
  const replaying = world.dispatcher.replay('sub_1', { after: world.log.head });
  await world.clock.pass(secondMs);
  assert.deepEqual(await replaying, { cursor: world.log.head, end: world.log.head });
  assert.equal(world.calls.length, 1);
});
