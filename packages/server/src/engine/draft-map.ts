/**
 * A map with a draft over it. The writer decides a group of commands on the draft; readers see the base, which changes
 * only when the group is durable. So nobody is ever shown what a failed commit takes back.
 */
export class DraftMap<K, V> {
  readonly #base = new Map<K, V>();
  readonly #draft = new Map<K, V | undefined>();

  /** As it is on disk: what every reader gets. */
  get(key: K): V | undefined {
    return this.#base.get(key);
  }

  /** As the group so far leaves it: what the writer decides on. */
  drafted(key: K): V | undefined {
    return this.#draft.size > 0 && this.#draft.has(key) ? this.#draft.get(key) : this.#base.get(key);
  }

  put(key: K, value: V): void {
    this.#draft.set(key, value);
  }

  remove(key: K): void {
    this.#draft.set(key, undefined);
  }

  merge(): void {
    if (this.#draft.size === 0) return;
    for (const [key, value] of this.#draft) {
      if (value === undefined) this.#base.delete(key);
      else this.#base.set(key, value);
    }
    this.#draft.clear();
  }

  drop(): void {
    this.#draft.clear();
  }

  /** Forgets everything; for caches. */
  clear(): void {
    this.#base.clear();
    this.#draft.clear();
  }

  /** Of the base, in order of first insertion. */
  values(): IterableIterator<V> {
    return this.#base.values();
  }

  /** What the group so far would leave, for the few rules that look at all of them. */
  *draftedValues(): Generator<V> {
    for (const [key, value] of this.#base) if (!this.#draft.has(key)) yield value;
    for (const value of this.#draft.values()) if (value !== undefined) yield value;
  }

  get size(): number {
    return this.#base.size;
  }
}
