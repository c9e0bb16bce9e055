import type { EventName } from '../activity/event-id.ts';

/** Once over the log for a subscription: the ordinary flow, or a replay beside it. */
export type PassName = 'live' | 'replay';

/**
 * Under which name a pass keeps its rows. A row tells of a position, and a position can be two events: so the sibling
 * event has a name of its own, made of the subscription's id and something that no id contains.
 */
export function rowKey(subscription: string, pass: PassName, event: EventName): string {
  const base = pass === 'live' ? subscription : `${subscription}~replay`;
  return event === 'onAgentActivityCreate' ? base : `${base}~sibling`;
}

/** Where a pass keeps its cursor: one for both events. */
export function cursorKey(subscription: string, pass: PassName): string {
  return rowKey(subscription, pass, 'onAgentActivityCreate');
}

/** Where a replay keeps the position at which it ends. */
export function replayEndKey(subscription: string): string {
  return `${subscription}~replay~end`;
}

const EVENTS: readonly EventName[] = ['onAgentActivityCreate', 'onAgentCustomStatusUpdate'];

/** Everything that a replay keeps. */
export function replayKeys(subscription: string): readonly string[] {
  return [...EVENTS.map((event) => rowKey(subscription, 'replay', event)), replayEndKey(subscription)];
}

/** Everything that a subscription keeps. */
export function allKeys(subscription: string): readonly string[] {
  return [...EVENTS.map((event) => rowKey(subscription, 'live', event)), ...replayKeys(subscription)];
}
