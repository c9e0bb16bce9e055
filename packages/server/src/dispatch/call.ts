import type { EventName } from '../activity/event-id.ts';
import { deliveryId } from '../delivery/delivery-id.ts';
import type { Delivery } from '../delivery/receiver.ts';
import { isForAgent } from '../delivery/subscription.ts';
import { assert } from '../time/assert.ts';
import type { PassContext } from './pass-context.ts';
import { patiently } from './patience.ts';
import type { LineOutcome } from './receiver-line.ts';
import { payloadOf, type Told } from './told.ts';

/** One attempt at one event. */
export type Ask = {
  readonly told: Told;
  readonly event: EventName;
  readonly attempt: number;
  readonly resent: Delivery['resent'];
};

/** `passed_over`: the filter keeps it out, so there was no attempt. */
export type CallEnd = LineOutcome | { readonly kind: 'passed_over' };

/**
 * Makes the attempt: renders the payload, at once when what it needs is at hand, and calls the receiver. When the pass
 * is over before the call could start, `end` is never called, and the event is found again in the log.
 */
export function call(context: PassContext, ask: Ask, end: (end: CallEnd) => void): void {
  if (context.snapshots.has(ask.told.fact)) send(context, ask, end);
  else void loadAndSend(context, ask, end);
}

async function loadAndSend(context: PassContext, ask: Ask, end: (end: CallEnd) => void): Promise<void> {
  const loaded = await patiently(context, async () => {
    await context.snapshots.load([ask.told.fact]);
    return true;
  });
  if (loaded !== null) send(context, ask, end);
}

function send(context: PassContext, ask: Ask, end: (end: CallEnd) => void): void {
  const { snapshots } = context;
  const { fact } = ask.told;
  const subscription = context.subscription();
  const { filter } = subscription;
  if (filter.groups !== null && !isForAgent(filter, snapshots.agent(fact.subjectProfile))) {
    end({ kind: 'passed_over' });
    return;
  }
  const payload = payloadOf(ask.told, ask.event, snapshots);
  assert(payload.activity !== undefined, 'a rendered payload carries its event id');
  const id = deliveryId(subscription.id, payload.activity.id);
  context.line.send({ id, attempt: ask.attempt, resent: ask.resent, payload, fact }, end);
}
