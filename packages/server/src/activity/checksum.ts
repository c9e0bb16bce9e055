import type { FactRow } from './fact-row.ts';

/** SHA-256 as lower-case hexadecimal; handed in, because the log's format is pure and hashing is the platform's. */
export type HashHex = (text: string) => string;

/** The checksum before the first row. */
export const FIRST_CHECKSUM = '0'.repeat(32);

/**
 * The checksum of a row: SHA-256 over the checksum before it and every column, cut to 128 bits (32 hexadecimal digits).
 * It finds a flipped bit in a row, and because it chains, also a row that was removed, moved or put in.
 */
export function checksumOf(previousChecksum: string, row: FactRow, hash: HashHex): string {
  // Only the detail can hold a separator, and it comes last: two different rows never make the same line.
  const line = `${previousChecksum}|${row.position}|${row.account}|${row.agent}|${row.kind}|${row.at}|${row.delay}|${text(row.sequence)}|${text(row.status)}|${text(row.prev_status)}|${text(row.prev_duration)}|${text(row.reason)}|${text(row.subject)}|${text(row.actor)}|${text(row.context)}|${text(row.session)}|${text(row.flags)}|${row.previous}|${row.detail ?? ''}`;
  return hash(line).slice(0, 32);
}

function text(value: number | null): string {
  return value === null ? '' : String(value);
}
