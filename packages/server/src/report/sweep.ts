import type { Interval } from '../time/interval.ts';
import type { Grid } from './grid.ts';
import { monthStart, type PackedHistory } from './history-chunk.ts';
import { AVAILABLE_NUMBER, firstState, MARK, PRESENCE, type StateCode, stateOf } from './state-code.ts';
import { COLUMN, COLUMN_OF_PRESENCE, type Layout, WHOLE } from './tally.ts';

/**
 * One walk over an agent's history and a grid together, adding every millisecond of the window to exactly one column of
 * exactly one row. This loop is the whole cost of a report: it allocates nothing and looks at each entry once.
 *
 * `window` lies inside the grid. The row of a segment is its key's cell, and in it the part of the status.
 */
export function sweep(history: PackedHistory, grid: Grid, window: Interval, layout: Layout, tally: Float64Array): void {
  if (window.from >= window.to) return;
  const walk = new Walk(grid, layout, tally, window);
  const { state, chunk: first } = stateAt(history, window.from);
  walk.state = state;
  for (let index = first; index < history.length; index++) {
    const chunk = history[index] as PackedHistory[number];
    const base = monthStart(chunk.month);
    if (base >= window.to) break;
    const { offsets, codes, length } = chunk;
    let entry = firstFrom(offsets, length, window.from - base);
    for (; entry < length; entry++) {
      const at = base + (offsets[entry] as number);
      if (at >= window.to) break;
      walk.goTo(at);
      walk.take(codes[entry] as number, at);
    }
  }
  walk.goTo(window.to);
}

/** Where a walk stands. A class because its fields are written millions of times. */
class Walk {
  readonly #bounds: Float64Array;
  readonly #isInHours: Uint8Array;
  readonly #keyOf: Int32Array;
  readonly #layout: Layout;
  readonly #tally: Float64Array;
  #at: number;
  #segment: number;
  #state: StateCode = firstState;
  /** Of the state: columns within a row, and the row's place within its cell. */
  #column = 0;
  #part = 0;
  #isUnknown = false;
  #isOnline = false;
  #isAvailable = false;

  constructor(grid: Grid, layout: Layout, tally: Float64Array, window: Interval) {
    this.#bounds = grid.bounds;
    this.#isInHours = grid.isInHours;
    this.#keyOf = grid.keyOf;
    this.#layout = layout;
    this.#tally = tally;
    this.#at = window.from;
    this.#segment = segmentAt(grid, window.from);
  }

  set state(code: StateCode) {
    const { columnOf, partOf, unknownPart, columns } = this.#layout;
    const presence = code & 7;
    const status = code >>> 6;
    this.#state = code;
    this.#isUnknown = presence === PRESENCE.unknown;
    this.#isOnline = presence === PRESENCE.online;
    this.#column = this.#isOnline ? (columnOf[status] as number) : (COLUMN_OF_PRESENCE[presence] as number);
    this.#part = (this.#isUnknown ? unknownPart : (partOf[status] as number)) * columns;
    this.#isAvailable = this.#isOnline && this.#column === COLUMN.available;
  }

  goTo(to: number): void {
    let at = this.#at;
    const { whole } = this.#layout;
    const tally = this.#tally;
    while (at < to) {
      const end = this.#bounds[this.#segment + 1] as number;
      const next = end < to ? end : to;
      const lengthMs = next - at;
      const row = this.#row();
      if (this.#isInHours[this.#segment] === 1)
        tally[row + this.#column] = (tally[row + this.#column] as number) + lengthMs;
      const first = row + whole;
      tally[first] = (tally[first] as number) + lengthMs;
      if (this.#isOnline) {
        tally[first + WHOLE.online] = (tally[first + WHOLE.online] as number) + lengthMs;
        if (this.#isAvailable) tally[first + WHOLE.available] = (tally[first + WHOLE.available] as number) + lengthMs;
      } else if (this.#isUnknown) tally[first + WHOLE.unknown] = (tally[first + WHOLE.unknown] as number) + lengthMs;
      at = next;
      if (next === end) this.#segment += 1;
    }
    this.#at = to;
  }

  /** The entry's state from its instant on, and what it counts as in the row that it falls into. */
  take(code: StateCode, at: number): void {
    if (stateOf(code) !== stateOf(this.#state)) this.state = code;
    const mark = (code >>> 3) & 7;
    if (mark === MARK.none) return;
    const first = this.#row() + this.#layout.whole;
    const tally = this.#tally;
    switch (mark) {
      case MARK.general_change:
        tally[first + WHOLE.generalChanges] = (tally[first + WHOLE.generalChanges] as number) + 1;
        return;
      case MARK.intelliassign_change:
        tally[first + WHOLE.intelliassignChanges] = (tally[first + WHOLE.intelliassignChanges] as number) + 1;
        return;
      case MARK.sign_in:
        tally[first + WHOLE.firstSignIn] = Math.min(tally[first + WHOLE.firstSignIn] as number, at);
        return;
      case MARK.sign_out:
        tally[first + WHOLE.lastSignOut] = Math.max(tally[first + WHOLE.lastSignOut] as number, at);
        return;
    }
  }

  #row(): number {
    const { parts, columns } = this.#layout;
    return (this.#keyOf[this.#segment] as number) * parts * columns + this.#part;
  }
}

/** The state at an instant, without what happens at that very instant, and the first chunk that can say more. */
export function stateAt(
  history: PackedHistory,
  instant: number,
): { readonly state: StateCode; readonly chunk: number } {
  let low = 0;
  let high = history.length;
  while (low < high) {
    const middle = (low + high) >>> 1;
    if (monthStart((history[middle] as PackedHistory[number]).month) <= instant) low = middle + 1;
    else high = middle;
  }
  const index = low - 1;
  const chunk = history[index];
  if (chunk === undefined) return { state: history[0]?.opening ?? firstState, chunk: 0 };
  const before = firstFrom(chunk.offsets, chunk.length, instant - monthStart(chunk.month)) - 1;
  return { state: before < 0 ? chunk.opening : stateOf(chunk.codes[before] as number), chunk: index };
}

/** The first entry at the offset or after it. */
function firstFrom(offsets: Uint32Array, length: number, offset: number): number {
  if (offset <= 0) return 0;
  let low = 0;
  let high = length;
  while (low < high) {
    const middle = (low + high) >>> 1;
    if ((offsets[middle] as number) < offset) low = middle + 1;
    else high = middle;
  }
  return low;
}

function segmentAt(grid: Grid, instant: number): number {
  let low = 0;
  let high = grid.length - 1;
  while (low < high) {
    const middle = (low + high + 1) >>> 1;
    if ((grid.bounds[middle] as number) <= instant) low = middle;
    else high = middle - 1;
  }
  return low;
}

export const isAvailableCode = (code: StateCode): boolean =>
  (code & 7) === PRESENCE.online && code >>> 6 === AVAILABLE_NUMBER;
