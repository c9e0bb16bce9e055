import type { Clock } from '../engine/clock.ts';
import type { Instant } from '../time/instant.ts';

/** One timer for however many deadlines: it rings at the earliest that was asked for, and then must be set again. */
export class Alarm {
  readonly #clock: Pick<Clock, 'now' | 'after'>;
  readonly #ring: (now: Instant) => void;
  #at: Instant = Number.POSITIVE_INFINITY;
  #cancel: (() => void) | null = null;

  constructor(clock: Pick<Clock, 'now' | 'after'>, ring: (now: Instant) => void) {
    this.#clock = clock;
    this.#ring = ring;
  }

  /** Rings at this instant at the latest. */
  wakeAt(at: Instant): void {
    if (at >= this.#at) return;
    this.#cancel?.();
    this.#at = at;
    this.#cancel = this.#clock.after(Math.max(0, at - this.#clock.now()), () => this.#rung(at));
  }

  off(): void {
    this.#cancel?.();
    this.#cancel = null;
    this.#at = Number.POSITIVE_INFINITY;
  }

  #rung(at: Instant): void {
    this.off();
    // A wall clock that was set back meanwhile does not undo the wait: what was due when the alarm was set is due.
    this.#ring(Math.max(at, this.#clock.now()));
  }
}
