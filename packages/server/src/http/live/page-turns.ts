import type { Clock } from '../../engine/clock.ts';

/**
 * Hands out turns to readers that page through the log: a few per turn of the event loop, first come first served. A
 * thousand readers that come back at once would otherwise read a thousand pages before the next commit.
 */
export class PageTurns {
  readonly #clock: Clock;
  readonly #pagesPerTurnMax: number;
  readonly #waiting: (() => void)[] = [];
  #isAnnounced = false;

  constructor(clock: Clock, pagesPerTurnMax: number) {
    this.#clock = clock;
    this.#pagesPerTurnMax = pagesPerTurnMax;
  }

  /** Settles when it is the caller's turn to read one page. */
  next(): Promise<void> {
    return new Promise((resolve) => {
      this.#waiting.push(resolve);
      this.#announce();
    });
  }

  #announce(): void {
    if (this.#isAnnounced) return;
    this.#isAnnounced = true;
    this.#clock.nextTurn(() => {
      this.#isAnnounced = false;
      for (const resolve of this.#waiting.splice(0, this.#pagesPerTurnMax)) resolve();
      if (this.#waiting.length > 0) this.#announce();
    });
  }
}
