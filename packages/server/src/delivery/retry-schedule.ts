import { assert } from '../time/assert.ts';
import { hourMs, minuteMs, secondMs } from '../time/instant.ts';
import { DELIVERY_LIMITS } from './limits.ts';

/** The published waits, in milliseconds: the first follows the first failed attempt. */
export const RETRY_WAITS_MS: readonly number[] = Object.freeze([
  5 * secondMs,
  30 * secondMs,
  2 * minuteMs,
  10 * minuteMs,
  hourMs,
  4 * hourMs,
  12 * hourMs,
  24 * hourMs,
]);

/** Attempts before an event is given up. */
export const ATTEMPTS_MAX = RETRY_WAITS_MS.length + 1;

/** Each wait is shortened or lengthened by up to this part, so that many lanes do not come back at one moment. */
export const JITTER = 0.2;

export type FailedSoFar = {
  /** How many attempts have failed, this one included: 1, 2, 3 … */
  readonly attempts: number;
  /** What the receiver asked for, in milliseconds, or null. */
  readonly retryAfterMs: number | null;
  /** In [0, 1). */
  readonly random: number;
};

/**
 * How long to wait before the next attempt, in milliseconds, or null when there is none left. `Retry-After` lengthens
 * the wait, never shortens it, and counts up to 24 h.
 */
export function waitAfter(failed: FailedSoFar): number | null {
  assert(failed.attempts >= 1, 'a wait follows at least one failed attempt');
  const waitMs = RETRY_WAITS_MS[failed.attempts - 1];
  if (waitMs === undefined) return null;
  const jitteredMs = Math.round(waitMs * (1 - JITTER + 2 * JITTER * failed.random));
  const askedMs = Math.min(failed.retryAfterMs ?? 0, DELIVERY_LIMITS.retryAfterMsMax);
  return Math.max(jitteredMs, askedMs);
}
