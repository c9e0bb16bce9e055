import { refusedAsTooOften } from '../marketplace/platform-refusal.ts';
import { type Instant, minuteMs } from '../time/instant.ts';
import type { OperationHandlers } from './app-operation.ts';

/** So many in a minute and no more; the minute begins with the first one after the last minute's end. */
export class RateLimit {
  readonly perMinuteMax: number;
  readonly #now: () => Instant;
  #minuteEndsAt = Number.NEGATIVE_INFINITY;
  #taken = 0;

  constructor(perMinuteMax: number, now: () => Instant) {
    this.perMinuteMax = perMinuteMax;
    this.#now = now;
  }

  /** Whether one more is within the limit; counts it when it is. */
  take(): boolean {
    const now = this.#now();
    // A clock that was set back must not stretch the minute.
    if (now >= this.#minuteEndsAt || now < this.#minuteEndsAt - minuteMs) {
      this.#minuteEndsAt = now + minuteMs;
      this.#taken = 0;
    }
    if (this.#taken >= this.perMinuteMax) return false;
    this.#taken++;
    return true;
  }
}

/** A limit of so many in a minute; null for none. */
export function rateOf(perMinuteMax: number | null, now: () => Instant): RateLimit | null {
  return perMinuteMax === null ? null : new RateLimit(perMinuteMax, now);
}

/** The same operations within a rate; what is beyond it is refused with 429, in the platform's words. Null: no limit. */
export function withinRate(handlers: OperationHandlers, rate: RateLimit | null): OperationHandlers {
  if (rate === null) return handlers;
  const limited = Object.entries(handlers).map(([name, handle]): [string, OperationHandlers[string]] => [
    name,
    async (args, context) => (rate.take() ? handle(args, context) : refusedAsTooOften(rate.perMinuteMax)),
  ]);
  return Object.fromEntries(limited);
}
