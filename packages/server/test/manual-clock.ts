import type { Clock } from '../src/engine/clock.ts';
import type { Instant } from '../src/time/instant.ts';

/**
 * A clock that stands still until it is told to go on: for tests and for stepping an app to a deadline. Turns of the event
 * loop are real, so what is awaited really runs.
 */
export class ManualClock implements Clock {
  #now: Instant;
  readonly #timers = new Set<{ readonly at: Instant; readonly run: () => void }>();

  constructor(now: Instant) {
    this.#now = now;
  }

  now(): Instant {
    return this.#now;
  }

  after(delayMs: number, run: () => void): () => void {
    const timer = { at: this.#now + delayMs, run };
    this.#timers.add(timer);
    return () => this.#timers.delete(timer);
  }

  nextTurn(run: () => void): void {
    // A macrotask without a timer: everything that is pending now has had its turn when it runs.
    const channel = new MessageChannel();
    channel.port1.onmessage = () => {
      channel.port1.close();
      run();
    };
    channel.port2.postMessage(null);
  }

  /** Sets the time without running anything, as a machine does that was asleep. */
  jumpTo(instant: Instant): void {
    this.#now = instant;
  }

  /** Goes on by this much, running every timer at its time, in order. */
  advance(durationMs: number): void {
    const until = this.#now + durationMs;
    for (;;) {
      const next = this.#nextDue(until);
      if (next === undefined) break;
      this.#timers.delete(next);
      this.#now = Math.max(this.#now, next.at);
      next.run();
    }
    this.#now = Math.max(this.#now, until);
  }

  #nextDue(until: Instant) {
    let due: { readonly at: Instant; readonly run: () => void } | undefined;
    for (const timer of this.#timers) {
      if (timer.at <= until && (due === undefined || timer.at < due.at)) due = timer;
    }
    return due;
  }
}
