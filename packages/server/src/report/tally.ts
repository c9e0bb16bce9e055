import {
  AVAILABLE_NUMBER,
  PRESENCE,
  PRESENCES,
  type StateCode,
  type StatusNumber,
  UNAVAILABLE_NUMBER,
} from './state-code.ts';

// Where a sweep writes: one row of numbers per cell, a cell being what one line of the report is about.
//
// A row holds milliseconds by state in business hours, milliseconds outside of them, and a few counts behind. Every
// millisecond is added to exactly one column, so whatever a report tells is a sum over columns, and sums cannot disagree.
// Rows are cleared and added up for every agent: what no report tells apart shares a column.

/** The columns of business hours. */
export const COLUMN = {
  unknown: 0,
  available: 1,
  offline: 2,
  idle: 3,
  disconnected: 4,
  unavailable: 5,
  /** And one for each custom status from here on. */
  firstCustom: 6,
} as const;

/** The columns outside of business hours, counted from `Layout.outsideFrom`. */
export const OUTSIDE = { unknown: 0, available: 1, away: 2, otherOnline: 3 } as const;
const OUTSIDES = 4;

/** Behind them: changes of either axis, and two instants. */
export const COUNT = { generalChanges: 0, intelliassignChanges: 1, firstSignIn: 2, lastSignOut: 3 } as const;
const COUNTS = 4;

/** How the rows of a report are laid out. */
export type Layout = {
  /** By `stateIndex`: from a cell's first row to the column in business hours; and the same again outside of them. */
  readonly columnOf: Int32Array;
  /** Where the second half of `columnOf` begins. */
  readonly outside: number;
  /** By `stateIndex`: from a cell's first row to the row of the state's part; all 0 when cells have one part. */
  readonly partOf: Int32Array;
  /** By status number: its column in business hours. */
  readonly columnOfStatus: Int32Array;
  /** Where the columns outside of business hours begin. */
  readonly outsideFrom: number;
  /** Where the counts begin. */
  readonly counts: number;
  readonly columns: number;
  /** How many rows a cell has: one, or one per status and one for unknown time. */
  readonly parts: number;
  readonly unknownPart: number;
};

/** A state as an index into the tables of a layout. */
export function stateIndex(code: StateCode): number {
  return (code & 7) | ((code >>> 6) << 3);
}

/**
 * @param statusCount one more than the largest status number
 * @param countsAsAvailable custom statuses that a what-if counts as available
 */
export function layoutOf(
  statusCount: number,
  options: { readonly byStatus: boolean; readonly countsAsAvailable?: ReadonlySet<StatusNumber> },
): Layout {
  const outsideFrom = COLUMN.firstCustom + Math.max(0, statusCount - 2);
  const counts = outsideFrom + OUTSIDES;
  const columns = counts + COUNTS;
  const columnOfStatus = Int32Array.from({ length: statusCount }, (_, status) =>
    columnOfOnline(status, options.countsAsAvailable),
  );
  const outside = statusCount << 3;
  const columnOf = new Int32Array(2 * outside);
  const partOf = new Int32Array(outside);
  for (let status = 0; status < statusCount; status++) {
    for (let presence = 0; presence < PRESENCES.length; presence++) {
      const index = presence | (status << 3);
      const part = presence === PRESENCE.unknown ? statusCount : status;
      const partRow = options.byStatus ? part * columns : 0;
      const isOnline = presence === PRESENCE.online;
      const column = isOnline ? (columnOfStatus[status] as number) : (COLUMN_OF_PRESENCE[presence] as number);
      partOf[index] = partRow;
      columnOf[index] = partRow + column;
      columnOf[outside + index] = partRow + outsideFrom + columnOutside(column);
    }
  }
  return {
    columnOf,
    outside,
    partOf,
    columnOfStatus,
    outsideFrom,
    counts,
    columns,
    parts: options.byStatus ? statusCount + 1 : 1,
    unknownPart: options.byStatus ? statusCount : 0,
  };
}

function columnOfOnline(status: StatusNumber, countsAsAvailable: ReadonlySet<StatusNumber> | undefined): number {
  if (status === AVAILABLE_NUMBER || countsAsAvailable?.has(status) === true) return COLUMN.available;
  return status === UNAVAILABLE_NUMBER ? COLUMN.unavailable : COLUMN.firstCustom + status - 2;
}

/** By presence: the column of an agent who is not online. */
const COLUMN_OF_PRESENCE: readonly number[] = PRESENCES.map((presence) =>
  presence === 'online' ? COLUMN.available : COLUMN[presence],
);

function columnOutside(column: number): number {
  switch (column) {
    case COLUMN.unknown:
      return OUTSIDE.unknown;
    case COLUMN.available:
      return OUTSIDE.available;
    case COLUMN.offline:
    case COLUMN.idle:
    case COLUMN.disconnected:
      return OUTSIDE.away;
    default:
      return OUTSIDE.otherOnline;
  }
}

/** Rows of zeros; a sign-in that never was is the end of time, and a sign-out its beginning. */
export function newTally(layout: Layout, cells: number): Float64Array {
  const tally = new Float64Array(cells * layout.parts * layout.columns);
  clearTally(layout, tally);
  return tally;
}

export function clearTally(layout: Layout, tally: Float64Array): void {
  tally.fill(0);
  const { counts, columns } = layout;
  for (let row = counts; row < tally.length; row += columns) {
    tally[row + COUNT.firstSignIn] = Number.POSITIVE_INFINITY;
    tally[row + COUNT.lastSignOut] = Number.NEGATIVE_INFINITY;
  }
}

/**
 * Adds every row of a tally to one row. Column by column, so that each sum stays in a register: with a store per number
 * it takes three times as long, and this runs over every row of every agent.
 */
export function addRows(layout: Layout, into: Float64Array, tally: Float64Array): void {
  const { columns } = layout;
  const signIn = layout.counts + COUNT.firstSignIn;
  const signOut = layout.counts + COUNT.lastSignOut;
  for (let column = 0; column < signIn; column++) {
    let sum = into[column] as number;
    for (let at = column; at < tally.length; at += columns) sum += tally[at] as number;
    into[column] = sum;
  }
  let first = into[signIn] as number;
  let last = into[signOut] as number;
  for (let row = 0; row < tally.length; row += columns) {
    first = Math.min(first, tally[row + signIn] as number);
    last = Math.max(last, tally[row + signOut] as number);
  }
  into[signIn] = first;
  into[signOut] = last;
}

/** Whether the row has no time and no event: a change that lasted no time is still told. */
export function isEmptyRow(layout: Layout, tally: Float64Array, row: number): boolean {
  const end = row + layout.counts + COUNT.firstSignIn;
  for (let column = row; column < end; column++) if (tally[column] !== 0) return false;
  return true;
}
