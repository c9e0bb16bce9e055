import type { RecordedFact } from '../../activity/fact.ts';
import { type FactRow, fromRow } from '../../activity/fact-row.ts';
import { assert } from '../../time/assert.ts';
import { Damage } from './damage.ts';

/** The columns of a row, in the order in which every statement here names them. */
const ROW_COLUMNS = [
  'position',
  'account',
  'agent',
  'kind',
  'at',
  'delay',
  'sequence',
  'status',
  'prev_status',
  'prev_duration',
  'reason',
  'subject',
  'actor',
  'context',
  'session',
  'flags',
  'detail',
  'previous',
] as const satisfies readonly (keyof FactRow)[];

/**
 * What a reading statement selects, for a statement that returns arrays: an object per row costs twice the time, and a
 * blob as much again as the hexadecimal digits it is turned into anyway.
 */
export const FACT_SELECTION = `${ROW_COLUMNS.map((column) => `fact.${column}`).join(', ')}, lower(hex(fact.checksum))`;

export const FACT_INSERT = `INSERT INTO fact (${ROW_COLUMNS.join(', ')}, checksum) VALUES (${ROW_COLUMNS.map(() => '?').join(', ')}, ?)`;

/** What the columns are typed as on disk (STRICT), in the order of `FACT_SELECTION`. */
export type FactColumns = readonly [
  position: number,
  account: number,
  agent: number,
  kind: number,
  at: number,
  delay: number,
  sequence: number | null,
  status: number | null,
  prevStatus: number | null,
  prevDuration: number | null,
  reason: number | null,
  subject: number | null,
  actor: number | null,
  context: number | null,
  session: number | null,
  flags: number | null,
  detail: string | null,
  previous: number,
  checksum: string,
];

export function rowOf(columns: FactColumns): FactRow {
  return {
    position: columns[0],
    account: columns[1],
    agent: columns[2],
    kind: columns[3],
    at: columns[4],
    delay: columns[5],
    sequence: columns[6],
    status: columns[7],
    prev_status: columns[8],
    prev_duration: columns[9],
    reason: columns[10],
    subject: columns[11],
    actor: columns[12],
    context: columns[13],
    session: columns[14],
    flags: columns[15],
    detail: columns[16],
    previous: columns[17],
  };
}

export function checksumOfColumns(columns: FactColumns): string {
  return columns[18];
}

/** @throws Damage when no writer of ours can have made the row */
export function factOf(columns: FactColumns): RecordedFact {
  try {
    return fromRow(rowOf(columns), checksumOfColumns(columns));
  } catch (error) {
    throw new Damage(`the fact at position ${columns[0]} cannot be read: ${String(error)}`, { cause: error });
  }
}

/**
 * Asserts that every number comes back as it went in. SQLite keeps 64 bits and JavaScript 53: an integer beyond that
 * would be written rounded, and could not be read at all.
 */
export function assertWritable(row: FactRow): void {
  if (isWritable(row)) return;
  const faulty = ROW_COLUMNS.filter((column) => column !== 'detail' && !isIntegerOrNull(row[column] as number | null));
  assert(false, `position ${row.position}: ${faulty.join(', ')} must hold safe integers`);
}

// One expression instead of a loop over names: this runs for every fact, and a loop costs as much as the insert saves.
function isWritable(row: FactRow): boolean {
  return (
    Number.isSafeInteger(row.position) &&
    Number.isSafeInteger(row.account) &&
    Number.isSafeInteger(row.agent) &&
    Number.isSafeInteger(row.kind) &&
    Number.isSafeInteger(row.at) &&
    Number.isSafeInteger(row.delay) &&
    isIntegerOrNull(row.sequence) &&
    isIntegerOrNull(row.status) &&
    isIntegerOrNull(row.prev_status) &&
    isIntegerOrNull(row.prev_duration) &&
    isIntegerOrNull(row.reason) &&
    isIntegerOrNull(row.subject) &&
    isIntegerOrNull(row.actor) &&
    isIntegerOrNull(row.context) &&
    isIntegerOrNull(row.session) &&
    isIntegerOrNull(row.flags) &&
    Number.isSafeInteger(row.previous)
  );
}

function isIntegerOrNull(value: number | null): boolean {
  return value === null || Number.isSafeInteger(value);
}
