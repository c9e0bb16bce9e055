import type { SandboxClock } from './sandbox-clock.ts';

/** Somebody whose process takes up a seat. */
export type Sitter = {
  /** Whether its process may be put to sleep: it runs, and nobody waits for anything of it. */
  isIdle(): boolean;
  /** Ends the process in good order; the seat is left when it has ended. */
  sleep(): void;
  /** Since when its oldest call runs; null when it has none under way. */
  busySince(): number | null;
  /** Ends the process although calls are under way, which are made again later; the seat is left when it has ended. */
  putOut(): void;
};

/** How a wait for a seat ended. `leave` gives the seat back. */
export type SeatOutcome =
  | { readonly kind: 'seated'; readonly leave: () => void }
  | { readonly kind: 'given_up' }
  | { readonly kind: 'too_late' };

/** A place in the queue. */
export type SeatRequest = { readonly seat: Promise<SeatOutcome>; giveUp(): void };

/** How many seats there are, and how long somebody may wait for one, or keep one from others. */
export type SeatLimits = {
  /** Seats as a rule. */
  readonly seatsMax: number;
  /** Seats when somebody has waited for `growAfterMs` and nobody is idle. */
  readonly seatsHardMax: number;
  readonly growAfterMs: number;
  /** So long a process may be at work undisturbed while others wait and every seat is taken. */
  readonly holdMsMax: number;
  readonly waitMsMax: number;
};

type Waiting = { readonly sitter: Sitter; readonly since: number; readonly give: (outcome: SeatOutcome) => void };

const LOOK_EVERY_MS = 250;

/**
 * How many apps' processes run at once on this host. Whoever needs one more waits until one has ended; the one that
 * nobody has used for longest is put to sleep for it. One that is at work is let work: when all are, seats are added
 * after a while. When there are no more to add, the one that has been at a call for longest makes room, so that apps
 * whose calls never end keep nobody out; and nobody waits for ever.
 */
export class ProcessSeats {
  readonly #limits: SeatLimits;
  readonly #clock: SandboxClock;
  /** With when they sat down; from the one that was used longest ago to the one that was used last. */
  readonly #sitters = new Map<Sitter, number>();
  readonly #leavingSoon = new Set<Sitter>();
  readonly #queue: Waiting[] = [];
  #callOffLook: (() => void) | null = null;

  constructor(limits: SeatLimits, clock: SandboxClock) {
    this.#limits = limits;
    this.#clock = clock;
  }

  take(sitter: Sitter): SeatRequest {
    const { promise, resolve } = Promise.withResolvers<SeatOutcome>();
    const waiting: Waiting = { sitter, since: this.#clock.now(), give: resolve };
    this.#queue.push(waiting);
    this.#serve();
    return { seat: promise, giveUp: () => this.#dismiss(waiting, { kind: 'given_up' }) };
  }

  /** It was called just now: it goes to the end of those that are put to sleep. */
  used(sitter: Sitter): void {
    const since = this.#sitters.get(sitter);
    if (since === undefined) return;
    this.#sitters.delete(sitter);
    this.#sitters.set(sitter, since);
  }

  /** One has become idle, which others may be waiting for. */
  idled(): void {
    this.#serve();
  }

  #serve(): void {
    this.#seatWhile(() => this.#sitters.size < this.#limits.seatsMax);
    this.#sendToSleep();
    this.#lookLater();
  }

  /** Those that are one too many sleep too, as soon as they are idle. */
  #sendToSleep(): void {
    const wanted = this.#queue.length + Math.max(0, this.#sitters.size - this.#limits.seatsMax);
    for (const sitter of this.#sitters.keys()) {
      if (this.#leavingSoon.size >= wanted) return;
      if (this.#leavingSoon.has(sitter) || !sitter.isIdle()) continue;
      this.#leavingSoon.add(sitter);
      sitter.sleep();
    }
  }

  /** While somebody waits, time alone changes what may be done. */
  #lookLater(): void {
    if (this.#queue.length === 0 || this.#callOffLook !== null) return;
    this.#callOffLook = this.#clock.after(LOOK_EVERY_MS, () => {
      this.#callOffLook = null;
      this.#look();
    });
  }

  #look(): void {
    const { growAfterMs, seatsHardMax, waitMsMax } = this.#limits;
    for (const waiting of this.#queue.filter((one) => this.#waitedMs(one) >= waitMsMax)) {
      this.#dismiss(waiting, { kind: 'too_late' });
    }
    this.#seatWhile((next) => this.#sitters.size < seatsHardMax && this.#waitedMs(next) >= growAfterMs);
    const late = this.#queue.filter((one) => this.#waitedMs(one) >= growAfterMs).length;
    while (this.#leavingSoon.size < late && this.#putOneOut());
    this.#serve();
  }

  #waitedMs({ since }: Waiting): number {
    return this.#clock.now() - since;
  }

  /** The one whose call runs longest; or, when calls come and go without a pause, the one that sits longest. */
  #putOneOut(): boolean {
    const before = this.#clock.now() - this.#limits.holdMsMax;
    const busy = [...this.#sitters]
      .filter(([sitter]) => !this.#leavingSoon.has(sitter))
      .flatMap(([sitter, satSince]) => {
        const busySince = sitter.busySince();
        return busySince === null ? [] : [{ sitter, satSince, busySince }];
      });
    const one =
      busy.filter(({ busySince }) => busySince <= before).toSorted((a, b) => a.busySince - b.busySince)[0] ??
      busy.filter(({ satSince }) => satSince <= before).toSorted((a, b) => a.satSince - b.satSince)[0];
    if (one === undefined) return false;
    this.#leavingSoon.add(one.sitter);
    one.sitter.putOut();
    return true;
  }

  #seatWhile(mayBeSeated: (next: Waiting) => boolean): void {
    for (;;) {
      const next = this.#queue[0];
      if (next === undefined || !mayBeSeated(next)) return;
      this.#queue.shift();
      this.#seat(next);
    }
  }

  #seat({ sitter, give }: Waiting): void {
    this.#sitters.set(sitter, this.#clock.now());
    let isLeft = false;
    give({
      kind: 'seated',
      leave: () => {
        if (isLeft) return;
        isLeft = true;
        this.#sitters.delete(sitter);
        this.#leavingSoon.delete(sitter);
        this.#serve();
      },
    });
  }

  #dismiss(waiting: Waiting, outcome: SeatOutcome): void {
    const at = this.#queue.indexOf(waiting);
    if (at < 0) return;
    this.#queue.splice(at, 1);
    if (this.#queue.length === 0) this.#callOffLook?.();
    if (this.#queue.length === 0) this.#callOffLook = null;
    waiting.give(outcome);
  }
}
