/**
 * One after the other per key, in the order of asking; different keys go on beside each other. What became of the work
 * before is its own caller's matter: a failure does not stop the line.
 */
export class Turns {
  /** The last work under way, per key. */
  readonly #tails = new Map<string, Promise<unknown>>();

  async take<Result>(key: string, run: () => Promise<Result>): Promise<Result> {
    const turn = (this.#tails.get(key) ?? Promise.resolve()).then(run, run);
    this.#tails.set(key, turn);
    try {
      return await turn;
    } finally {
      if (this.#tails.get(key) === turn) this.#tails.delete(key);
    }
  }
}
