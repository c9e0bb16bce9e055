import assert from 'node:assert/strict';
import { test } from 'node:test';
import { ProcessSeats, type SeatLimits, type Sitter } from './process-seats.ts';

type Guest = Sitter & { name: string; isBusy: boolean; since: number | null; leave: (() => void) | null };

function guest(name: string, asleep: string[]): Guest {
  const one: Guest = {
    name,
    isBusy: false,
    since: null,
    leave: null,
    isIdle: () => one.leave !== null && !one.isBusy,
    sleep: () => {
      asleep.push(name);
      const leave = one.leave;
      one.leave = null;
      setImmediate(() => leave?.());
    },
    busySince: () => one.since,
    putOut: () => {
      asleep.push(`${name} put out`);
      one.since = null;
      one.isBusy = false;
      const leave = one.leave;
      one.leave = null;
      setImmediate(() => leave?.());
    },
  };
  return one;
}

/** Seats by a clock that goes on when it is told to. */
function seatsFor(limits: Partial<SeatLimits>) {
  let now = 0;
  const timers = new Set<{ readonly at: number; readonly run: () => void }>();
  const seats = new ProcessSeats(
    { seatsMax: 1, seatsHardMax: 128, growAfterMs: 2000, holdMsMax: 20_000, waitMsMax: 25_000, ...limits },
    {
      now: () => now,
      after(delayMs, run) {
        const timer = { at: now + delayMs, run };
        timers.add(timer);
        return () => timers.delete(timer);
      },
    },
  );
  const pass = async (ms: number) => {
    const end = now + ms;
    for (; now < end; now += 250) {
      for (const timer of [...timers].filter(({ at }) => at <= now + 250)) {
        timers.delete(timer);
        now = Math.max(now, timer.at - 250);
        timer.run();
      }
      await new Promise(setImmediate);
      await new Promise(setImmediate);
    }
  };
  return { seats, pass, timers, now: () => now };
}

async function seat(seats: ProcessSeats, one: Guest): Promise<void> {
  const outcome = await seats.take(one).seat;
  one.leave = outcome.kind === 'seated' ? outcome.leave : null;
}

test('puts the one to sleep that nobody has used for longest', async () => {
  const asleep: string[] = [];
  const seats = seatsFor({ seatsMax: 2 }).seats;
  const [a, b, c] = ['a', 'b', 'c'].map((name) => guest(name, asleep)) as [Guest, Guest, Guest];
  await seat(seats, a);
  await seat(seats, b);
  seats.used(a);
  await seat(seats, c);
  assert.deepEqual(asleep, ['b']);
});

test('never puts one to sleep that is at work: who comes waits for the first that is done', async () => {
  const asleep: string[] = [];
  const seats = seatsFor({ seatsMax: 2 }).seats;
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
  const seats = seatsFor({ seatsMax: 1 }).seats;
  const [a, b, c] = ['a', 'b', 'c'].map((name) => guest(name, [])) as [Guest, Guest, Guest];
  await seat(seats, a);
  a.isBusy = true;
  const given = seats.take(b);
  const kept = seats.take(c);
  given.giveUp();
  assert.equal((await given.seat).kind, 'given_up');
  a.leave?.();
  assert.equal((await kept.seat).kind, 'seated');
});

test('adds seats after a while when nobody is idle, and takes them away again when somebody is', async () => {
  const asleep: string[] = [];
  const { seats, pass, timers } = seatsFor({ seatsMax: 1, seatsHardMax: 2 });
  const [a, b] = ['a', 'b'].map((name) => guest(name, asleep)) as [Guest, Guest];
  await seat(seats, a);
  a.isBusy = true;
  const waits = seat(seats, b);
  await pass(1500);
  assert.equal(b.leave, null);
  await pass(1000);
  await waits;
  assert.notEqual(b.leave, null);
  assert.equal(timers.size, 0, 'no timer runs while nobody waits');
  b.isBusy = true;
  a.isBusy = false;
  seats.idled();
  assert.deepEqual(asleep, ['a']);
});

test('puts out whoever is at a call for longest when there is no seat to add, and not before its time', async () => {
  const asleep: string[] = [];
  const { seats, pass, now } = seatsFor({ seatsMax: 2, seatsHardMax: 2 });
  const [a, b, c] = ['a', 'b', 'c'].map((name) => guest(name, asleep)) as [Guest, Guest, Guest];
  await seat(seats, a);
  await seat(seats, b);
  for (const one of [a, b]) one.isBusy = true;
  b.since = now();
  await pass(1000);
  a.since = now();
  const waits = seat(seats, c);
  await pass(18_000);
  assert.deepEqual(asleep, []);
  await pass(2000);
  await waits;
  assert.deepEqual(asleep, ['b put out']);
  assert.notEqual(c.leave, null);
});

test('lets nobody wait for ever', async () => {
  const { seats, pass } = seatsFor({ seatsMax: 1, seatsHardMax: 1, holdMsMax: 60_000 });
  const [a, b] = ['a', 'b'].map((name) => guest(name, [])) as [Guest, Guest];
  await seat(seats, a);
  a.isBusy = true;
  a.since = 0;
  const { seat: wanted } = seats.take(b);
  let ending = 'waits';
  void wanted.then(({ kind }) => {
    ending = kind;
  });
  await pass(24_500);
  assert.equal(ending, 'waits');
  await pass(1000);
  assert.equal(ending, 'too_late');
});
