import assert from 'node:assert/strict';
import { test } from 'node:test';
import { ProcessSeats, type Sitter } from './process-seats.ts';

type Guest = Sitter & { name: string; isBusy: boolean; leave: (() => void) | null };

function guest(name: string, asleep: string[]): Guest {
  const one: Guest = {
    name,
    isBusy: false,
    leave: null,
    isIdle: () => one.leave !== null && !one.isBusy,
    sleep: () => {
      asleep.push(name);
      const leave = one.leave;
      one.leave = null;
      setImmediate(() => leave?.());
    },
  };
  return one;
}

async function seat(seats: ProcessSeats, one: Guest): Promise<void> {
  one.leave = await seats.take(one).seat;
}

test('puts the one to sleep that nobody has used for longest', async () => {
  const asleep: string[] = [];
  const seats = new ProcessSeats(2);
  const [a, b, c] = ['a', 'b', 'c'].map((name) => guest(name, asleep)) as [Guest, Guest, Guest];
  await seat(seats, a);
  await seat(seats, b);
  seats.used(a);
  await seat(seats, c);
  assert.deepEqual(asleep, ['b']);
});

test('never puts one to sleep that is at work: who comes waits for the first that is done', async () => {
  const asleep: string[] = [];
  const seats = new ProcessSeats(2);
  const [a, b, c, d] = ['a', 'b', 'c', 'd'].map((name) => guest(name, asleep)) as [Guest, Guest, Guest, Guest];
  await seat(seats, a);
  await seat(seats, b);
  a.isBusy = true;
  b.isBusy = true;
  const order: string[] = [];
  const waits = [c, d].map((one) => seat(seats, one).then(() => order.push(one.name)));
  await new Promise(setImmediate);
  assert.deepEqual([asleep, order], [[], []]);
  b.isBusy = false;
  seats.idled();
  await waits[0];
  assert.deepEqual([asleep, order], [['b'], ['c']]);
  a.isBusy = false;
  seats.idled();
  await Promise.all(waits);
  assert.deepEqual(order, ['c', 'd']);
});

test('gives a seat that was left to who waits, and none to who gave up', async () => {
  const seats = new ProcessSeats(1);
  const [a, b, c] = ['a', 'b', 'c'].map((name) => guest(name, [])) as [Guest, Guest, Guest];
  await seat(seats, a);
  a.isBusy = true;
  const given = seats.take(b);
  const kept = seats.take(c);
  given.giveUp();
  assert.equal(await given.seat, null);
  a.leave?.();
  assert.equal(typeof (await kept.seat), 'function');
});
