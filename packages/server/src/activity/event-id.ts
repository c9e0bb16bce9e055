import type { Position } from './position.ts';

/** Which event of a fact: the same change can be told as `onAgentActivityCreate` and as its sibling. */
export type EventName = 'onAgentActivityCreate' | 'onAgentCustomStatusUpdate';

const EVENT_DIGITS: Readonly<Record<EventName, string>> = {
  onAgentActivityCreate: '0',
  onAgentCustomStatusUpdate: '1',
};

/**
 * The id of an event: a UUID (version 8) made of the position (48 bits), which event it is (4 bits) and the row's chained
 * checksum (68 bits). It costs no byte in the log, the event is found by it without an index, and because the checksum
 * chains over everything before it, a log that was restored and went on differently never gives an id twice.
 */
export function eventId(position: Position, checksum: string, name: EventName): string {
  const place = position.toString(16).padStart(12, '0');
  const variant = ((Number.parseInt(checksum.slice(2, 3), 16) & 0x3) | 0x8).toString(16);
  return `${place.slice(0, 8)}-${place.slice(8)}-8${EVENT_DIGITS[name]}${checksum.slice(0, 2)}-${variant}${checksum.slice(3, 6)}-${checksum.slice(6, 18)}`;
}

/** The position an event id speaks of; null when it is not of this form. Compare the id again after reading the fact. */
export function positionOfEventId(id: string): { readonly position: Position; readonly name: EventName } | null {
  const match = /^([0-9a-f]{8})-([0-9a-f]{4})-8([01])[0-9a-f]{2}-[89ab][0-9a-f]{3}-[0-9a-f]{12}$/.exec(id);
  if (match === null) return null;
  const name = match[3] === '0' ? 'onAgentActivityCreate' : 'onAgentCustomStatusUpdate';
  return { position: Number.parseInt(`${match[1]}${match[2]}`, 16), name };
}
