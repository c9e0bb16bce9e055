import type { EventName } from '../activity/event-id.ts';
import type { Position } from '../activity/position.ts';

/**
 * The place of an event in the order of delivery: a fact can be told as two events, `onAgentActivityCreate` first and its
 * sibling second, so each position has two places. An integer, so that places compare as numbers.
 */
export type EventPlace = number;

export function placeOf(position: Position, event: EventName): EventPlace {
  return position * 2 + (event === 'onAgentActivityCreate' ? 0 : 1);
}

export function positionOf(place: EventPlace): Position {
  return Math.floor(place / 2);
}

export function eventOf(place: EventPlace): EventName {
  return place % 2 === 0 ? 'onAgentActivityCreate' : 'onAgentCustomStatusUpdate';
}
