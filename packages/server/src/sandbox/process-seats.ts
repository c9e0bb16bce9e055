/** Somebody whose process takes up a seat. */
export type Sitter = {
  /** Whether its process may be put to sleep: it runs, and nobody waits for anything of it. */
  isIdle(): boolean;
  /** Ends the process in good order; the seat is left when it has ended. */
  sleep(): void;
};

/** A place in the queue: `seat` is the way to leave it again, or null when it was given up before there was one. */
export type SeatRequest = { readonly seat: Promise<(() => void) | null>; giveUp(): void };

type Waiting = { readonly sitter: Sitter; readonly give: (leave: (() => void) | null) => void };

/**
 * How many apps' processes run at once on this host. Whoever needs one more waits until one has ended; the one that
 * nobody has used for longest is put to sleep for it. One that is at work never is: when all are, the wait is for the
 * first that is done.
 */
export class ProcessSeats {
  readonly #seatsMax: number;
  /** From the one that was used longest ago to the one that was used last. */
  readonly #sitters = new Set<Sitter>();
  readonly #asleepSoon = new Set<Sitter>();
  readonly #queue: Waiting[] = [];

  constructor(seatsMax: number) {
    this.#seatsMax = seatsMax;
  }

  take(sitter: Sitter): SeatRequest {
    const { promise, resolve } = Promise.withResolvers<(() => void) | null>();
    const waiting: Waiting = { sitter, give: resolve };
    this.#queue.push(waiting);
    this.#serve();
    return { seat: promise, giveUp: () => this.#giveUp(waiting) };
  }

  /** It was called just now: it goes to the end of those that are put to sleep. */
  used(sitter: Sitter): void {
    if (this.#sitters.delete(sitter)) this.#sitters.add(sitter);
  }

  /** One has become idle, which others may be waiting for. */
  idled(): void {
    this.#serve();
  }

  #serve(): void {
    while (this.#sitters.size < this.#seatsMax) {
      const next = this.#queue.shift();
      if (next === undefined) return;
      this.#seat(next);
    }
    for (const sitter of this.#sitters) {
      if (this.#asleepSoon.size >= this.#queue.length) return;
      if (this.#asleepSoon.has(sitter) || !sitter.isIdle()) continue;
      this.#asleepSoon.add(sitter);
      sitter.sleep();
    }
  }

  #seat({ sitter, give }: Waiting): void {
    this.#sitters.add(sitter);
    give(() => {
      if (!this.#sitters.delete(sitter)) return;
      this.#asleepSoon.delete(sitter);
      this.#serve();
    });
  }

  #giveUp(waiting: Waiting): void {
    const at = this.#queue.indexOf(waiting);
    if (at < 0) return;
    this.#queue.splice(at, 1);
    waiting.give(null);
  }
}
