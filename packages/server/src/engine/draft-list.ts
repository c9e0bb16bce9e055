/** Like `DraftMap`, for things numbered 1, 2, 3 … that are never removed: an array is a third of a map's cost. */
export class DraftList<V> {
  readonly #base: (V | undefined)[] = [undefined];
  readonly #draft = new Map<number, V>();
  #draftedLength = 1;

  get(number: number): V | undefined {
    return this.#base[number];
  }

  drafted(number: number): V | undefined {
    return this.#draft.get(number) ?? this.#base[number];
  }

  put(number: number, value: V): void {
    this.#draft.set(number, value);
    if (number >= this.#draftedLength) this.#draftedLength = number + 1;
  }

  /** The number that the next new thing gets. */
  get nextNumber(): number {
    return this.#draftedLength;
  }

  /** Of the base: numbers run from 1 to here. */
  get lastNumber(): number {
    return this.#base.length - 1;
  }

  /** The things that the group put, with their numbers. */
  draftedEntries(): IterableIterator<[number, V]> {
    return this.#draft.entries();
  }

  merge(): void {
    for (const [number, value] of this.#draft) this.#base[number] = value;
    this.#draft.clear();
  }

  drop(): void {
    this.#draft.clear();
    this.#draftedLength = this.#base.length;
  }
}
