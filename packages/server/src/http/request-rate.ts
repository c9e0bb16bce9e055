/** So many requests of one address in a minute, at the doors that ask for no key. */
export class RequestRate {
  readonly #perMinuteMax: number;
  readonly #now: () => number;
  #counts = new Map<string, number>();
  #minuteEndsAt = 0;

  constructor(perMinuteMax: number, now: () => number) {
    this.#perMinuteMax = perMinuteMax;
    this.#now = now;
  }

  /** Whether one more is within the rate; counts it. */
  take(address: string): boolean {
    const now = this.#now();
    // One minute for all addresses: what is remembered is forgotten at once, however many there were.
    if (now >= this.#minuteEndsAt || now < this.#minuteEndsAt - MINUTE_MS) {
      this.#counts = new Map();
      this.#minuteEndsAt = now + MINUTE_MS;
    }
    const count = (this.#counts.get(address) ?? 0) + 1;
    this.#counts.set(address, count);
    return count <= this.#perMinuteMax;
  }
}

const MINUTE_MS = 60_000;
