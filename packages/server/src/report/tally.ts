import { AVAILABLE_NUMBER, PRESENCE, type StatusNumber, UNAVAILABLE_NUMBER } from './state-code.ts';

// Where a sweep writes: one row of numbers per cell, a cell being what one line of the report is about.

/** The first columns of a row are milliseconds in business hours, each instant in exactly one of them. */
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

/** Behind the custom statuses: over the whole window, in hours or not. */
export const WHOLE = {
  lived: 0,
  unknown: 1,
  online: 2,
  available: 3,
  generalChanges: 4,
  intelliassignChanges: 5,
  firstSignIn: 6,
  lastSignOut: 7,
} as const;
const WHOLE_COLUMNS = 8;

/** How the rows of a report are laid out. */
export type Layout = {
  /** By status number: the column of time in business hours of an agent who is online in it. */
  readonly columnOf: Int32Array;
  /** By status number: which part of a cell that is grouped by status; all 0 when it is not. */
  readonly partOf: Int32Array;
  /** The part for unknown time. */
  readonly unknownPart: number;
  readonly parts: number;
  /** Where the columns of the whole window begin. */
  readonly whole: number;
  readonly columns: number;
};

/**
 * @param statusCount one more than the largest status number
 * @param countsAsAvailable custom statuses that a what-if counts as available
 */
export function layoutOf(
  statusCount: number,
  options: { readonly byStatus: boolean; readonly countsAsAvailable?: ReadonlySet<StatusNumber> },
): Layout {
  const columnOf = new Int32Array(statusCount);
  const partOf = new Int32Array(statusCount);
  for (let status = 0; status < statusCount; status++) {
    columnOf[status] = columnOfStatus(status, options.countsAsAvailable);
    if (options.byStatus) partOf[status] = status;
  }
  const whole = COLUMN.firstCustom + Math.max(0, statusCount - 2);
  return {
    columnOf,
    partOf,
    unknownPart: options.byStatus ? statusCount : 0,
    parts: options.byStatus ? statusCount + 1 : 1,
    whole,
    columns: whole + WHOLE_COLUMNS,
  };
}

function columnOfStatus(status: StatusNumber, countsAsAvailable: ReadonlySet<StatusNumber> | undefined): number {
  if (status === AVAILABLE_NUMBER || countsAsAvailable?.has(status) === true) return COLUMN.available;
  return status === UNAVAILABLE_NUMBER ? COLUMN.unavailable : COLUMN.firstCustom + status - 2;
}

/** By presence: the column of time in business hours of an agent who is not online. */
export const COLUMN_OF_PRESENCE: readonly number[] = presenceColumns();

function presenceColumns(): readonly number[] {
  const columns: number[] = [];
  columns[PRESENCE.unknown] = COLUMN.unknown;
  columns[PRESENCE.online] = COLUMN.available;
  columns[PRESENCE.offline] = COLUMN.offline;
  columns[PRESENCE.idle] = COLUMN.idle;
  columns[PRESENCE.disconnected] = COLUMN.disconnected;
  return columns;
}

/** Rows of zeros; a sign-in that never was is the end of time, and a sign-out its beginning. */
export function newTally(layout: Layout, cells: number): Float64Array {
  const tally = new Float64Array(cells * layout.parts * layout.columns);
  clearTally(layout, tally);
  return tally;
}

export function clearTally(layout: Layout, tally: Float64Array): void {
  tally.fill(0);
  const { whole, columns } = layout;
  for (let row = 0; row < tally.length; row += columns) {
    tally[row + whole + WHOLE.firstSignIn] = Number.POSITIVE_INFINITY;
    tally[row + whole + WHOLE.lastSignOut] = Number.NEGATIVE_INFINITY;
  }
}

/** Adds one row to another: of another agent, or of another piece of the same time. */
export function addRow(layout: Layout, into: Float64Array, at: number, from: Float64Array, fromAt: number): void {
  const signs = layout.whole + WHOLE.firstSignIn;
  for (let column = 0; column < signs; column++) {
    into[at + column] = (into[at + column] as number) + (from[fromAt + column] as number);
  }
  into[at + signs] = Math.min(into[at + signs] as number, from[fromAt + signs] as number);
  into[at + signs + 1] = Math.max(into[at + signs + 1] as number, from[fromAt + signs + 1] as number);
}
