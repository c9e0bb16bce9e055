import type { EventName } from '../activity/event-id.ts';
import type { Position } from '../activity/position.ts';
import type { Instant } from '../time/instant.ts';
import type { Told } from './told.ts';

/** An event between the cursor and the newest one that was looked at. */
export type Entry = {
  readonly told: Told;
  /** Which events of the fact are wanted, in order; `index` is the one at hand. */
  readonly events: readonly EventName[];
  index: number;
  /** Delivered, or handed to a held lane: either way the cursor may pass. */
  isDone: boolean;
  /** When the call in flight began; null while there is none: what only waits is not slow. */
  startedAt: Instant | null;
};

/**
 * What was read ahead, in the order of the log. Agents go on side by side, so entries end in any order; the cursor moves
 * over the part at the front that is done without a gap.
 */
export class Window {
  #entries: Entry[] = [];
  #first = 0;

  /** From the first that is not done to the last: what counts against the limit. */
  get size(): number {
    return this.#entries.length - this.#first;
  }

  /** The first that is not done. */
  get first(): Entry | undefined {
    return this.#entries[this.#first];
  }

  push(entry: Entry): void {
    this.#entries.push(entry);
  }

  /** Lets go of the part at the front that is done. */
  advance(): void {
    while (this.#entries[this.#first]?.isDone === true) this.#first += 1;
    if (this.#first === this.#entries.length) {
      this.#entries.length = 0;
      this.#first = 0;
    } else if (this.#first >= 1024) {
      this.#entries = this.#entries.slice(this.#first);
      this.#first = 0;
    }
  }

  /** Where the cursor may stand, when everything up to `scannedTo` was looked at. */
  cursor(scannedTo: Position): Position {
    const first = this.first;
    return first === undefined ? scannedTo : first.told.fact.position - 1;
  }

  /** The entry of this position, if it is in the window and not done. */
  find(position: Position): Entry | undefined {
    let [low, high] = [this.#first, this.#entries.length];
    while (low < high) {
      const middle = (low + high) >> 1;
      if ((this.#entries[middle] as Entry).told.fact.position < position) low = middle + 1;
      else high = middle;
    }
    const entry = this.#entries[low];
    return entry?.told.fact.position === position && !entry.isDone ? entry : undefined;
  }
}
