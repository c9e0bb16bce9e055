import type { Instant } from '../src/time/instant.ts';

/** Things that are due at an instant: the earliest comes out first, and of equals the one that was put in first. */
export type TimeQueue<T> = {
  readonly size: number;
  /** When the first one is due; null when there is none. */
  nextAt(): Instant | null;
  put(at: Instant, item: T): void;
  take(): T | null;
};

type Entry<T> = { readonly at: Instant; readonly order: number; readonly item: T };

/** A binary heap: put and take cost the logarithm of its size. */
export function createTimeQueue<T>(): TimeQueue<T> {
  const heap: Entry<T>[] = [];
  let putSoFar = 0;
  return {
    get size() {
      return heap.length;
    },
    nextAt: () => heap[0]?.at ?? null,
    put(at, item) {
      putSoFar += 1;
      const entry = { at, order: putSoFar, item };
      heap.push(entry);
      rise(heap, entry);
    },
    take() {
      const first = heap[0];
      const last = heap.pop();
      if (first === undefined || last === undefined) return null;
      if (heap.length > 0) sink(heap, last);
      return first.item;
    },
  };
}

/** Puts the entry where it belongs on the way from the last place to the top. */
function rise<T>(heap: Entry<T>[], entry: Entry<T>): void {
  let index = heap.length - 1;
  while (index > 0) {
    const parent = (index - 1) >> 1;
    const above = heap[parent] as Entry<T>;
    if (!isBefore(entry, above)) break;
    heap[index] = above;
    index = parent;
  }
  heap[index] = entry;
}

/** Puts the entry where it belongs on the way from the top to the last place. */
function sink<T>(heap: Entry<T>[], entry: Entry<T>): void {
  let index = 0;
  for (let child = 1; child < heap.length; child = 2 * index + 1) {
    let below = heap[child] as Entry<T>;
    const right = heap[child + 1];
    if (right !== undefined && isBefore(right, below)) {
      child += 1;
      below = right;
    }
    if (!isBefore(below, entry)) break;
    heap[index] = below;
    index = child;
  }
  heap[index] = entry;
}

function isBefore<T>(one: Entry<T>, other: Entry<T>): boolean {
  return one.at === other.at ? one.order < other.order : one.at < other.at;
}
