import { eventId } from '../activity/event-id.ts';
import type { RecordedStatusChange } from '../activity/payload.ts';
import { type DeliveryName, parseDeliveryId } from '../delivery/delivery-id.ts';
import { placeOf } from '../delivery/event-place.ts';
import type { DeliveryError } from '../delivery/receiver.ts';
import { wantedEvents } from '../delivery/subscription.ts';
import type { DeadLetterRow } from '../engine/change.ts';
import { writeError } from './error-text.ts';
import type { DispatchPorts } from './ports.ts';
import type { LineOutcome } from './receiver-line.ts';
import { rowKey } from './row-key.ts';
import type { ServedSubscription } from './served-subscription.ts';
import type { SnapshotCache } from './snapshot-cache.ts';
import { payloadOf, tell } from './told.ts';

/** What became of an order to send an event again. */
export type Redelivery =
  | { readonly kind: 'delivered' }
  | { readonly kind: 'failed'; readonly error: DeliveryError }
  /** It is still waiting for its turn: the lane that it stands in is tried now, in order. */
  | { readonly kind: 'hastened' }
  | { readonly kind: 'rejected'; readonly code: 'unknown_delivery'; readonly detail: string };

export type RedeliverParts = {
  readonly ports: DispatchPorts;
  readonly snapshots: SnapshotCache;
  readonly find: (subscription: string) => ServedSubscription | null;
};

const UNKNOWN: Redelivery = {
  kind: 'rejected',
  code: 'unknown_delivery',
  detail: 'no subscription of this account has a delivery of this id',
};

/** Sends one event again by hand. A dead letter that is accepted is kept, and marked with the time. */
export async function redeliver(parts: RedeliverParts, id: string): Promise<Redelivery> {
  const name = parseDeliveryId(id);
  const served = name === null ? null : parts.find(name.subscription);
  if (name === null || served === null) return UNKNOWN;
  const fact = await factOf(parts, name, served);
  if (fact === null) return UNKNOWN;
  if (served.live.isWaiting(fact.agent, placeOf(fact.position, name.event))) {
    served.live.hasten(fact.agent);
    return { kind: 'hastened' };
  }
  const key = rowKey(name.subscription, 'live', name.event);
  const letter = await parts.ports.history.deadLetter(key, fact.position);
  const outcome = await sendOnce(parts, { id, name, fact, served, attempt: (letter?.attempts ?? 0) + 1 });
  served.hear(outcome.kind);
  if (letter !== null) note(parts.ports, served, letter, outcome);
  return outcome.kind === 'delivered' ? { kind: 'delivered' } : { kind: 'failed', error: outcome.error };
}

async function factOf(
  parts: RedeliverParts,
  name: DeliveryName,
  served: ServedSubscription,
): Promise<RecordedStatusChange | null> {
  const { subscription } = served;
  const fact = await parts.ports.log.factAt(name.position);
  if (fact === null || fact.kind !== 'StatusChanged' || fact.account !== subscription.account) return null;
  const isMeant = name.eventId === eventId(fact.position, fact.checksum, name.event);
  const isTold = fact.position > subscription.from && wantedEvents(subscription, fact).includes(name.event);
  return isMeant && isTold ? fact : null;
}

type Order = {
  readonly id: string;
  readonly name: DeliveryName;
  readonly fact: RecordedStatusChange;
  readonly served: ServedSubscription;
  readonly attempt: number;
};

async function sendOnce(parts: RedeliverParts, order: Order): Promise<LineOutcome> {
  const { id, name, fact, served, attempt } = order;
  await parts.snapshots.load([fact]);
  const payload = payloadOf(tell(fact), name.event, parts.snapshots);
  return await new Promise((resolve) =>
    served.line.send({ id, attempt, resent: 'redelivery', payload, fact }, resolve),
  );
}

/** Writes down what came of a dead letter that was sent again. */
function note(ports: DispatchPorts, served: ServedSubscription, letter: DeadLetterRow, outcome: LineOutcome): void {
  const at = ports.clock.now();
  if (outcome.kind === 'delivered') {
    served.write({ kind: 'PutDeadLetter', letter: { ...letter, redeliveredAt: at } });
    return;
  }
  const { subscription, position } = letter;
  const error = writeError(outcome.error);
  const attempts = letter.attempts + 1;
  const durationMs = Math.round(outcome.durationMs);
  const attempt = { subscription, position, number: attempts, at: at - durationMs, durationMs, error };
  served.write({ kind: 'AddAttempt', attempt });
  served.write({ kind: 'PutDeadLetter', letter: { ...letter, attempts, error } });
}
