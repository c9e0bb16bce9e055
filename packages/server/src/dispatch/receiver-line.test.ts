import assert from 'node:assert/strict';
import { test } from 'node:test';
import type { CallOutcome, Delivery } from '../delivery/receiver.ts';
import { settle, VirtualClock } from './fake-world.test.ts';
import { Headcount } from './headcount.ts';
import { type LineOutcome, ReceiverLine } from './receiver-line.ts';

type Bench = {
  readonly line: ReceiverLine;
  readonly clock: VirtualClock;
  readonly underway: Headcount;
  /** Calls that wait for an answer, by delivery id, newest last. */
  readonly open: Map<string, (outcome: CallOutcome) => void>;
  readonly started: string[];
  readonly ended: Record<string, LineOutcome['kind']>;
  send(id: string): void;
  answer(id: string, outcome: CallOutcome): Promise<void>;
};

const ok: CallOutcome = { kind: 'delivered', durationMs: 1 };
const interrupted: CallOutcome = { kind: 'interrupted' };

function bench(): Bench {
  const clock = new VirtualClock();
  const underway = new Headcount();
  const open = new Map<string, (outcome: CallOutcome) => void>();
  const started: string[] = [];
  const ended: Record<string, LineOutcome['kind']> = {};
  const deliver = ({ id }: Delivery) => {
    started.push(id);
    return new Promise<CallOutcome>((resolve) => open.set(id, resolve));
  };
  const line = new ReceiverLine({ receiver: { deliver }, clock, underway, answerMsMax: 60_000 });
  const send = (id: string) => {
    line.send({ id } as Delivery, (outcome) => {
      ended[id] = outcome.kind;
    });
  };
  const answer = async (id: string, outcome: CallOutcome) => {
    open.get(id)?.(outcome);
    await settle();
  };
  return { line, clock, underway, open, started, ended, send, answer };
}

test('sends suspects one at a time, when nothing else is in flight, and holds back what is new', async () => {
  const { send, answer, started, ended } = bench();
  for (const id of ['a', 'b', 'c']) send(id);
  await answer('a', interrupted);
  await answer('b', interrupted);
  send('d');
  assert.deepEqual(started, ['a', 'b', 'c'], 'the suspects wait until the third call is over');
  await answer('c', ok);
  assert.deepEqual(started.slice(3), ['a']);
  await answer('a', ok);
  assert.deepEqual(started.slice(3), ['a', 'b']);
  send('e');
  await answer('b', interrupted);
  assert.deepEqual(started.slice(3), ['a', 'b', 'd', 'e']);
  assert.deepEqual(ended, { a: 'delivered', b: 'failed', c: 'delivered' });
});

test('gives up a call that is never answered, and does not listen to a late answer', async () => {
  const { send, answer, clock, ended, underway } = bench();
  send('a');
  await clock.pass(30_000);
  send('b');
  await clock.pass(30_000);
  assert.deepEqual(ended, { a: 'failed' });
  await answer('a', ok);
  assert.deepEqual(ended, { a: 'failed' });
  assert.equal(underway.count, 1);
  await clock.pass(30_000);
  assert.deepEqual(ended, { a: 'failed', b: 'failed' });
  assert.equal(underway.count, 0);
});

test('sends later calls to the receiver that took over', async () => {
  const { line, send, started, ended } = bench();
  send('a');
  line.change({ deliver: async () => ok });
  send('b');
  await settle();
  assert.deepEqual([started, ended], [['a'], { b: 'delivered' }]);
});

test('starts nothing after it was closed, and hears nothing after it was cut', async () => {
  const { line, send, answer, started, ended, underway } = bench();
  for (const id of ['a', 'b', 'c']) send(id);
  await answer('a', interrupted);
  line.close();
  send('d');
  await answer('b', ok);
  assert.deepEqual([started, ended], [['a', 'b', 'c'], { b: 'delivered' }]);
  line.cut();
  await answer('c', ok);
  assert.deepEqual(ended, { b: 'delivered' });
  assert.equal(underway.count, 0);
});

test('takes a receiver that throws or rejects as failed', async () => {
  const { line, send, ended } = bench();
  line.change({
    deliver: () => {
      throw new Error('thrown');
    },
  });
  send('a');
  line.change({ deliver: () => Promise.reject(new Error('rejected')) });
  send('b');
  await settle();
  assert.deepEqual(ended, { a: 'failed', b: 'failed' });
});
