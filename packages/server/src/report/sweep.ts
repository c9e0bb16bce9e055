import type { Interval } from '../time/interval.ts';
import type { Grid } from './grid.ts';
import { type HistoryChunk, monthStart, type PackedHistory } from './history-chunk.ts';
import { AVAILABLE_NUMBER, firstState, MARK, PRESENCE, type StateCode, stateOf } from './state-code.ts';
import { COUNT, type Layout, stateIndex } from './tally.ts';

/** A grid for one layout: which row each segment writes to. */
export type RowGrid = {
  readonly grid: Grid;
  /** By segment: the first row of its cell. */
  readonly rowOf: Int32Array;
  /** By segment: the same, moved by half a row outside of business hours. */
  readonly timeRowOf: Int32Array;
};

export function rowGridOf(grid: Grid, layout: Layout): RowGrid {
  const rowOf = grid.keyOf.map((key) => key * layout.parts * layout.columns);
  const timeRowOf = rowOf.map((row, segment) => (grid.isInHours[segment] === 1 ? row : row + layout.half));
  return { grid, rowOf, timeRowOf };
}

/**
 * One walk over an agent's history and a grid together, adding every millisecond of the window to exactly one column.
 * `window` lies inside the grid.
 *
 * This loop is the whole cost of a report. It looks at each entry once, allocates nothing, and adds to one column per
 * step; so it is one long function over local numbers: taken apart into an object with methods it took four times as long.
 */
export function sweep(
  history: PackedHistory,
  rows: RowGrid,
  window: Interval,
  layout: Layout,
  tally: Float64Array,
): void {
  if (window.from >= window.to) return;
  const { grid, rowOf, timeRowOf } = rows;
  const { bounds } = grid;
  const { columnOf, partOf, counts } = layout;
  const end = window.to;
  let at = window.from;
  let segment = segmentAt(grid, at);
  let segmentEnd = bounds[segment + 1] as number;
  let timeRow = timeRowOf[segment] as number;
  let countRow = (rowOf[segment] as number) + counts;
  const hasParts = layout.parts > 1;
  let generalChanges = 0;
  let intelliassignChanges = 0;
  const start = stateAt(history, at);
  let column = columnOf[stateIndex(start.state)] as number;
  for (let index = start.chunk; index < history.length; index++) {
    const { month, offsets, codes, length } = history[index] as HistoryChunk;
    const base = monthStart(month);
    if (base >= end) break;
    const last = end - base > UINT32_MAX ? length : firstFrom(offsets, length, end - base);
    for (let entry = firstFrom(offsets, length, window.from - base); entry < last; entry++) {
      const next = base + (offsets[entry] as number);
      while (segmentEnd <= next) {
        tally[timeRow + column] = (tally[timeRow + column] as number) + segmentEnd - at;
        addChanges(tally, countRow, generalChanges, intelliassignChanges);
        generalChanges = 0;
        intelliassignChanges = 0;
        at = segmentEnd;
        segment += 1;
        segmentEnd = bounds[segment + 1] as number;
        timeRow = timeRowOf[segment] as number;
        countRow = (rowOf[segment] as number) + counts;
      }
      tally[timeRow + column] = (tally[timeRow + column] as number) + next - at;
      at = next;
      const code = codes[entry] as number;
      const state = (code & 7) | ((code >>> 6) << 3);
      column = columnOf[state] as number;
      const mark = (code >>> 3) & 7;
      if (hasParts || mark > MARK.intelliassign_change) note(tally, countRow + (partOf[state] as number), mark, next);
      else {
        generalChanges += mark & 1;
        intelliassignChanges += mark >>> 1;
      }
    }
  }
  addChanges(tally, countRow, generalChanges, intelliassignChanges);
  while (segmentEnd < end) {
    tally[timeRow + column] = (tally[timeRow + column] as number) + segmentEnd - at;
    at = segmentEnd;
    segment += 1;
    segmentEnd = bounds[segment + 1] as number;
    timeRow = timeRowOf[segment] as number;
  }
  tally[timeRow + column] = (tally[timeRow + column] as number) + end - at;
}

const UINT32_MAX = 2 ** 32 - 1;

function addChanges(tally: Float64Array, countRow: number, general: number, intelliassign: number): void {
  const first = countRow + MARK.general_change;
  const second = countRow + MARK.intelliassign_change;
  tally[first] = (tally[first] as number) + general;
  tally[second] = (tally[second] as number) + intelliassign;
}

function note(tally: Float64Array, countRow: number, mark: number, at: number): void {
  switch (mark) {
    case MARK.sign_in:
      tally[countRow + COUNT.firstSignIn] = Math.min(tally[countRow + COUNT.firstSignIn] as number, at);
      return;
    case MARK.sign_out:
      tally[countRow + COUNT.lastSignOut] = Math.max(tally[countRow + COUNT.lastSignOut] as number, at);
      return;
    default:
      tally[countRow + mark] = (tally[countRow + mark] as number) + 1;
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
