import { type EventName, positionOfEventId } from '../activity/event-id.ts';
import type { Position } from '../activity/position.ts';

/** An id of 64 characters holds a subscription's, a dot and an event's. */
export const SUBSCRIPTION_ID_CHARACTERS_MAX = 27;

const SUBSCRIPTION_ID = new RegExp(`^[A-Za-z0-9_-]{1,${SUBSCRIPTION_ID_CHARACTERS_MAX}}$`);

/** What an id of a delivery says. */
export type DeliveryName = {
  readonly subscription: string;
  readonly eventId: string;
  readonly position: Position;
  readonly event: EventName;
};

/** Letters, digits, `_` and `-`, at most 27: so that the ids made of it can be taken apart again. */
export function isSubscriptionId(text: string): boolean {
  return SUBSCRIPTION_ID.test(text);
}

/**
 * The id of a delivery: the subscription's id, a dot, the event's id. It is made of what it names, so it is the same on
 * every attempt, in every process and after every restart, and costs no row.
 */
export function deliveryId(subscription: string, eventId: string): string {
  return `${subscription}.${eventId}`;
}

/** Takes an id apart; null when it is none of ours. The event must still be compared with the fact at its position. */
export function parseDeliveryId(id: string): DeliveryName | null {
  const dot = id.indexOf('.');
  const subscription = id.slice(0, dot);
  const eventId = id.slice(dot + 1);
  const found = positionOfEventId(eventId);
  if (dot < 0 || !isSubscriptionId(subscription) || found === null) return null;
  return { subscription, eventId, position: found.position, event: found.name };
}
