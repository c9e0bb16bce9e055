import type { Interval } from '../time/interval.ts';
import type { Grid } from './grid.ts';
import { type HistoryChunk, monthStart, type PackedHistory } from './history-chunk.ts';
import { AVAILABLE_NUMBER, firstState, MARK, markOf, PRESENCE, type StateCode, stateOf } from './state-code.ts';
import { COUNT, type Layout, stateIndex } from './tally.ts';

/** A grid for one layout: where each segment writes to. */
export type RowGrid = {
  readonly grid: Grid;
  /** By segment: the first row of its cell. */
  readonly rowOf: Int32Array;
  /** By segment: where its half of `columnOf` begins. */
  readonly columnsOf: Int32Array;
};

export function rowGridOf(grid: Grid, layout: Layout): RowGrid {
  const rowOf = grid.keyOf.map((key) => key * layout.parts * layout.columns);
  const columnsOf = Int32Array.from(grid.isInHours, (isIn) => (isIn === 1 ? 0 : layout.outside));
  return { grid, rowOf, columnsOf };
}

/**
 * One walk over an agent's history and a grid together, adding every millisecond of the window to exactly one column.
 * `window` lies inside the grid.
 *
 * This loop is the whole cost of a report: `npm run bench -- reports` holds it against a bare pass over the same entries.
 * It looks at each entry once, allocates nothing, and adds to one column per step; so it is one long function over local
 * numbers: taken apart into an object with methods it took four times as long. The innermost loop runs through the
 * entries of one segment and knows nothing of the next: with the segments' ends in the same loop it took twice as long.
 */
export function sweep(
  history: PackedHistory,
  { grid, rowOf, columnsOf }: RowGrid,
  window: Interval,
  layout: Layout,
  tally: Float64Array,
): void {
  if (window.from >= window.to) return;
  const { bounds } = grid;
  const { columnOf, partOf, counts } = layout;
  // What entries count as is kept here until the row is left; where a cell has a row per status, each is noted by itself.
  const hasParts = layout.parts > 1;
  let generalChanges = 0;
  let intelliassignChanges = 0;
  let firstSignIn = Number.POSITIVE_INFINITY;
  let lastSignOut = Number.NEGATIVE_INFINITY;
  let at = window.from;
  let segment = segmentAt(grid, at);
  let row = rowOf[segment] as number;
  let columns = columnsOf[segment] as number;
  const start = stateAt(history, at);
  let state = stateIndex(start.state);
  let column = row + (columnOf[columns + state] as number);
  for (let index = start.chunk; index < history.length; index++) {
    const { month, offsets, codes, length } = history[index] as HistoryChunk;
    const base = monthStart(month);
    if (base >= window.to) break;
    const last = window.to - base > UINT32_MAX ? length : firstFrom(offsets, length, window.to - base);
    let entry = firstFrom(offsets, length, window.from - base);
    while (entry < last) {
      const end = bounds[segment + 1] as number;
      let isNoted = false;
      while (entry < last) {
        // An instant at once: what is left an offset is turned into a double at every use, and takes twice as long.
        const next = base + (offsets[entry] as number);
        if (next >= end) break;
        entry += 1;
        tally[column] = (tally[column] as number) + (next - at);
        at = next;
        const code = codes[entry - 1] as number;
        state = (code & 7) | ((code >>> 6) << 3);
        column = row + (columnOf[columns + state] as number);
        if (hasParts) {
          isNoted = true;
          break;
        }
        const mark = (code >>> 3) & 7;
        if (mark <= MARK_OF_CHANGE_MAX) {
          generalChanges += mark & 1;
          intelliassignChanges += mark >>> 1;
        } else if (mark === MARK_OF_SIGN_OUT) lastSignOut = next;
        else if (next < firstSignIn) firstSignIn = next;
      }
      if (isNoted) {
        const mark = markOf(codes[entry - 1] as number);
        note(tally, row + (partOf[state] as number) + counts, mark, at);
        continue;
      }
      if (entry === last) break;
      tally[column] = (tally[column] as number) + (end - at);
      at = end;
      segment += 1;
      columns = columnsOf[segment] as number;
      const nextRow = rowOf[segment] as number;
      if (nextRow !== row) {
        addChanges(tally, row + counts, generalChanges, intelliassignChanges);
        addSigns(tally, row + counts, firstSignIn, lastSignOut);
        generalChanges = 0;
        intelliassignChanges = 0;
        firstSignIn = Number.POSITIVE_INFINITY;
        lastSignOut = Number.NEGATIVE_INFINITY;
        row = nextRow;
      }
      column = row + (columnOf[columns + state] as number);
    }
  }
  addChanges(tally, row + counts, generalChanges, intelliassignChanges);
  addSigns(tally, row + counts, firstSignIn, lastSignOut);
  for (let end = bounds[segment + 1] as number; end < window.to; end = bounds[segment + 1] as number) {
    tally[column] = (tally[column] as number) + (end - at);
    at = end;
    segment += 1;
    column = (rowOf[segment] as number) + (columnOf[(columnsOf[segment] as number) + state] as number);
  }
  tally[column] = (tally[column] as number) + (window.to - at);
}

const UINT32_MAX = 2 ** 32 - 1;

// Marks as numbers of this file: looked up in an object, they would be read again for every entry. The two changes are the
// lowest bits, and one sign is told from the other alone.
const MARK_OF_CHANGE_MAX = 2;
const MARK_OF_SIGN_OUT = 4;

function addChanges(tally: Float64Array, countRow: number, general: number, intelliassign: number): void {
  const first = countRow + COUNT.generalChanges;
  const second = countRow + COUNT.intelliassignChanges;
  tally[first] = (tally[first] as number) + general;
  tally[second] = (tally[second] as number) + intelliassign;
}

function addSigns(tally: Float64Array, countRow: number, firstSignIn: number, lastSignOut: number): void {
  const first = countRow + COUNT.firstSignIn;
  const last = countRow + COUNT.lastSignOut;
  tally[first] = Math.min(tally[first] as number, firstSignIn);
  tally[last] = Math.max(tally[last] as number, lastSignOut);
}

function note(tally: Float64Array, countRow: number, mark: number, at: number): void {
  switch (mark) {
    case MARK.general_change:
      addChanges(tally, countRow, 1, 0);
      return;
    case MARK.intelliassign_change:
      addChanges(tally, countRow, 0, 1);
      return;
    case MARK.sign_in:
      addSigns(tally, countRow, at, Number.NEGATIVE_INFINITY);
      return;
    case MARK.sign_out:
      addSigns(tally, countRow, Number.POSITIVE_INFINITY, at);
      return;
    default:
      return;
  }
}

/**
 * Counts what happens at the very instant at which a life ends: a deactivation, and the sign-out that it is. The instant
 * itself is not of that life any more, so a sweep ends before it.
 */
export function countAt(
  history: PackedHistory,
  { grid, rowOf }: RowGrid,
  instant: number,
  layout: Layout,
  tally: Float64Array,
): void {
  const row = rowOf[segmentAt(grid, instant)] as number;
  for (const { month, offsets, codes, length } of history) {
    const offset = instant - monthStart(month);
    if (offset < 0 || offset > UINT32_MAX) continue;
    for (let entry = firstFrom(offsets, length, offset); entry < length && offsets[entry] === offset; entry++) {
      const code = codes[entry] as number;
      const part = layout.partOf[stateIndex(code)] as number;
      note(tally, row + part + layout.counts, (code >>> 3) & 7, instant);
    }
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
