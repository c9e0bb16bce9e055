import type { Instant } from '../time/instant.ts';

type Due<T> = { readonly at: Instant; readonly item: T };

/** What is due when: a binary heap, so that the next is at hand and a hundred thousand waiting ones cost little. */
export class DueQueue<T> {
  readonly #heap: Due<T>[] = [];

  /** When the next is due; null when nothing waits. */
  get nextAt(): Instant | null {
    return this.#heap[0]?.at ?? null;
  }

  push(at: Instant, item: T): void {
    this.#heap.push({ at, item });
    this.#rise(this.#heap.length - 1);
  }

  /** Takes out the one that is due first, if it is due by now. */
  takeDue(now: Instant): T | undefined {
    const first = this.#heap[0];
    if (first === undefined || first.at > now) return undefined;
    const last = this.#heap.pop() as Due<T>;
    if (this.#heap.length > 0) {
      this.#heap[0] = last;
      this.#sink(0);
    }
    return first.item;
  }

  #rise(start: number): void {
    let index = start;
    while (index > 0) {
      const parent = (index - 1) >> 1;
      if (this.#at(parent) <= this.#at(index)) return;
      this.#swap(parent, index);
      index = parent;
    }
  }

  #sink(start: number): void {
    let index = start;
    for (;;) {
      const [left, right] = [index * 2 + 1, index * 2 + 2];
      const child = this.#at(right) < this.#at(left) ? right : left;
      if (this.#at(child) >= this.#at(index)) return;
      this.#swap(child, index);
      index = child;
    }
  }

  #at(index: number): Instant {
    return this.#heap[index]?.at ?? Number.POSITIVE_INFINITY;
  }

  #swap(a: number, b: number): void {
    const [first, second] = [this.#heap[a] as Due<T>, this.#heap[b] as Due<T>];
    this.#heap[a] = second;
    this.#heap[b] = first;
  }
}
