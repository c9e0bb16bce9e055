/**
 * Where an agent stands on the general axis, as the metric tells it apart: `unknown` when nobody can say, `online` when
 * available, and three ways not to be. The numbers are on disk in packed histories: append only.
 */
export const PRESENCES = ['unknown', 'online', 'offline', 'idle', 'disconnected'] as const;
export type Presence = (typeof PRESENCES)[number];

/** What an entry of a history counts as, besides the state it begins. The numbers are on disk too. */
export const MARKS = ['none', 'general_change', 'intelliassign_change', 'sign_in', 'sign_out'] as const;
export type Mark = (typeof MARKS)[number];

export const PRESENCE: Readonly<Record<Presence, number>> = {
  unknown: 0,
  online: 1,
  offline: 2,
  idle: 3,
  disconnected: 4,
};
export const MARK: Readonly<Record<Mark, number>> = {
  none: 0,
  general_change: 1,
  intelliassign_change: 2,
  sign_in: 3,
  sign_out: 4,
};

/** A status as a small number: 0 unavailable, 1 available, 2 and up the custom statuses of the log in order of creation. */
export type StatusNumber = number;
export const UNAVAILABLE_NUMBER: StatusNumber = 0;
export const AVAILABLE_NUMBER: StatusNumber = 1;

/** There is room for this many in a code; an account is refused its custom statuses long before. */
export const statusNumberMax: StatusNumber = 2 ** 26 - 1;

/**
 * The state of an agent and what began it, in 32 bits: presence in the lowest three, mark in the next three, the status
 * number above. One integer compares, copies and is stored without a thought; a year of an agent is read in microseconds.
 */
export type StateCode = number;

export function stateCode(presence: number, status: StatusNumber, mark: number): StateCode {
  return (presence | (mark << 3) | (status << 6)) >>> 0;
}

export function presenceOf(code: StateCode): number {
  return code & 7;
}

export function markOf(code: StateCode): number {
  return (code >>> 3) & 7;
}

export function statusOf(code: StateCode): StatusNumber {
  return code >>> 6;
}

/** The state alone: two entries with the same one follow each other without a change. */
export function stateOf(code: StateCode): StateCode {
  return (code & ~(7 << 3)) >>> 0;
}

/** Nobody can say: neither axis has a value. */
export const unknownState: StateCode = stateCode(PRESENCE.unknown, UNAVAILABLE_NUMBER, MARK.none);

/** Before the first fact: unavailable on both axes, never signed in. */
export const firstState: StateCode = stateCode(PRESENCE.offline, UNAVAILABLE_NUMBER, MARK.none);
