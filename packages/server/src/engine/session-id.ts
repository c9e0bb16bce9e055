import type { SessionNumber } from '../activity/position.ts';

/**
 * A session's number holds its place in the presence columns (the low 23 bits) and a count that is never used twice. So a
 * tick finds its agent without a table of strings, and an old id never means the place's next tenant.
 */
const SLOT_LIMIT = 2 ** 23;

/** The most sessions that one process holds at once. */
export const SESSIONS_MAX = SLOT_LIMIT;

export function sessionNumber(count: number, slot: number): SessionNumber {
  return count * SLOT_LIMIT + slot;
}

export function slotOf(number: SessionNumber): number {
  return number - Math.floor(number / SLOT_LIMIT) * SLOT_LIMIT;
}

/** The id on the wire: `ses_` and the number in base 36. */
export function sessionId(number: SessionNumber): string {
  return `ses_${number.toString(36)}`;
}

/** null when the text was never an id of ours. */
export function parseSessionId(id: string): SessionNumber | null {
  if (!/^ses_[0-9a-z]{1,11}$/.test(id)) return null;
  const number = Number.parseInt(id.slice(4), 36);
  return Number.isSafeInteger(number) && sessionId(number) === id ? number : null;
}
