import type { Position } from '../activity/position.ts';
import type { Rejection } from '../directory/rejection.ts';
import { refusedInput } from './problem-answer.ts';

/** Where an item stands in its list: what a cursor holds. Compared part by part. */
export type Place = readonly (string | number)[];

/** A cursor, opaque to callers: the list it belongs to and the place of the last item that was shown. */
export function cursorOf(list: string, place: Place): string {
  return Buffer.from(JSON.stringify([list, ...place])).toString('base64url');
}

/** The place that a cursor of this list speaks of; null when it is none. `sample` says the types of its parts. */
export function placeOfCursor(list: string, cursor: string, sample: Place): Place | null {
  const [name, ...place] = partsOf(cursor);
  const isOfList = name === list && place.length === sample.length;
  const isTyped = place.every((part, index) => typeof part === typeof sample[index]);
  return isOfList && isTyped ? (place as Place) : null;
}

function partsOf(cursor: string): readonly unknown[] {
  try {
    const parts: unknown = JSON.parse(Buffer.from(cursor, 'base64url').toString('utf8'));
    return Array.isArray(parts) ? parts : [];
  } catch {
    return [];
  }
}

/** Less than 0 when the one stands before the other. */
export function comparePlaces(one: Place, other: Place): number {
  for (const [index, part] of one.entries()) {
    const counterpart = other[index] ?? part;
    if (part !== counterpart) return part < counterpart ? -1 : 1;
  }
  return 0;
}

/** The cursor of the log: a position, which is also the id of the event stream. */
export function positionOfCursor(cursor: string): Position | null {
  return /^(?:0|[1-9][0-9]{0,14})$/.test(cursor) ? Number(cursor) : null;
}

export function refusedCursor(): Rejection {
  return refusedInput([{ pointer: '/after', detail: 'is no cursor of this list: take `next` of the page before' }]);
}
