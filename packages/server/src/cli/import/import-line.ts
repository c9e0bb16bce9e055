/** What a line of a file was read as: a payload for the log, or why it is none. */
export type ImportLine =
  | { readonly line: number; readonly payload: unknown }
  | { readonly line: number; readonly fault: string };

/** An agent's axis, as told so far by a file whose rows say only what is from then on. */
export type Told = { readonly status: string; readonly at: number };

/**
 * Gives events without previous values theirs: those of the event before it on the same axis in the same file. The first
 * one has none, so it says that the value before began at its own instant: a time of which nothing is known.
 */
export class Chains {
  readonly #told = new Map<string, Told>();

  /** null when the row repeats what was told, which is no event. */
  before(agent: string, axis: string, now: Told): Told | null {
    const place = `${axis} ${agent}`;
    const told = this.#told.get(place);
    // A row from before the last one stands alone: what lies between is told already.
    const isOlder = told !== undefined && told.at > now.at;
    if (!isOlder) this.#told.set(place, now);
    if (told === undefined || isOlder) return { status: 'UNAVAILABLE', at: now.at };
    if (told.status === now.status) {
      this.#told.set(place, told);
      return null;
    }
    return told;
  }

  current(agent: string, axis: string): Told | undefined {
    return this.#told.get(`${axis} ${agent}`);
  }
}
