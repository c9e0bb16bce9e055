import assert from 'node:assert/strict';
import { test } from 'node:test';
import type { CallOutcome, Delivery, Receiver } from '../delivery/receiver.ts';
import { Headcount } from './headcount.ts';
import { ReceiverLine } from './receiver-line.ts';

/** A process that dies of every bad call, and takes what is in it along. */
function mortal(): Receiver & { readonly started: string[] } {
  const started: string[] = [];
  const inside = new Map<string, (outcome: CallOutcome) => void>();
  const die = (id: string) => {
    const alone = inside.size === 1;
    for (const [other, end] of inside) {
      const isCause = alone && other === id;
      const error = { code: 'exited', message: 'gone' };
      end(isCause ? { kind: 'failed', error, durationMs: 1 } : { kind: 'interrupted' });
    }
    inside.clear();
  };
  return {
    started,
    deliver: ({ id }) =>
      new Promise((end) => {
        started.push(id);
        inside.set(id, end);
        setImmediate(() => {
          if (!inside.has(id)) return;
          if (id.startsWith('bad')) die(id);
          else if (inside.delete(id)) end({ kind: 'delivered', durationMs: 1 });
        });
      }),
  };
}

function lineTo(receiver: Receiver): ReceiverLine {
  const clock = { now: () => 0, after: () => () => {} };
  return new ReceiverLine({ receiver, clock, underway: new Headcount(), answerMsMax: 60_000 });
}

const delivery = (id: string, attempt: number) => ({ id, attempt }) as Delivery;

test('who never failed does not wait behind everybody who did', async () => {
  const receiver = mortal();
  const line = lineTo(receiver);
  const ends: string[] = [];
  const send = (id: string, attempt: number) =>
    new Promise<void>((resolve) =>
      line.send(delivery(id, attempt), ({ kind }) => {
        ends.push(`${id} ${kind}`);
        resolve();
      }),
    );
  const all = Array.from({ length: 20 }, (_, index) => send(`bad${index}`, 2));
  await new Promise((resolve) => setImmediate(resolve));
  all.push(...Array.from({ length: 5 }, (_, index) => send(`good${index}`, 1)));
  await Promise.all(all);
  const lastGood = ends.findLastIndex((end) => end.startsWith('good'));
  assert.ok(lastGood < 8, `the last of the good came ${lastGood}th: ${ends.join(', ')}`);
  for (const end of ends) assert.match(end, /^(bad\d+ failed|good\d+ delivered)$/);
});
