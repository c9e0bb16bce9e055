import type { Position } from './position.ts';

/**
 * A status as an event carried it, in one small integer: `UNAVAILABLE` (0), `AVAILABLE` (1), or the position of the
 * `CustomStatusRecorded` fact that said the custom status' name and emoji. A rename records a new fact, so a label
 * still says the old name: past events, and the `prev_status` of the event after them, never change.
 * No position collides with 0 or 1: position 1 is always the `LogStarted` fact.
 */
export type StatusLabel = number;

export const UNAVAILABLE: StatusLabel = 0;
export const AVAILABLE: StatusLabel = 1;

/** Whether the label is a custom status; then it is also the position to read its name from. */
export function isCustom(label: StatusLabel): label is Position {
  return label > AVAILABLE;
}
