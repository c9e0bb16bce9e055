import type { StatusNumber } from './state-code.ts';
import { COLUMN, COUNT, type Layout, OUTSIDE } from './tally.ts';

/** Which part of the metric. The order is that in which the first match wins. */
export type PartOfMetric =
  | { readonly kind: 'offline' | 'idle' | 'disconnected' | 'unavailable'; readonly ms: number }
  | { readonly kind: 'custom_status'; readonly status: StatusNumber; readonly ms: number };

/** What a row of a tally says, by name. Milliseconds, but for the percent (unrounded) and counts. */
export type RowMeasures = {
  readonly scheduledMs: number;
  readonly unknownMs: number;
  readonly unavailableMs: number;
  readonly availableInHoursMs: number;
  readonly availabilityPercent: number | null;
  /** Without zero parts. They sum to `unavailableMs`. */
  readonly parts: readonly PartOfMetric[];
  readonly livedMs: number;
  readonly unknownInWindowMs: number;
  readonly onlineMs: number;
  readonly availableMs: number;
  readonly firstSignIn: number | null;
  readonly lastSignOut: number | null;
  readonly generalChanges: number;
  readonly intelliassignChanges: number;
};

/** Reads one row. Every sum is of whole milliseconds far below 2^53, so it is exact. */
export function measuresOf(layout: Layout, tally: Float64Array, row: number): RowMeasures {
  const inHours = (column: number) => tally[row + column] as number;
  const outside = (column: number) => tally[row + layout.outsideFrom + column] as number;
  const count = (column: number) => tally[row + layout.counts + column] as number;
  const parts = partsOf(layout, tally, row);
  const unavailableMs = parts.reduce((sum, { ms }) => sum + ms, 0);
  const unknownMs = inHours(COLUMN.unknown);
  const availableInHoursMs = inHours(COLUMN.available);
  const knownMs = unavailableMs + availableInHoursMs;
  const [firstSignIn, lastSignOut] = [count(COUNT.firstSignIn), count(COUNT.lastSignOut)];
  const outsideMs = outside(OUTSIDE.available) + outside(OUTSIDE.away) + outside(OUTSIDE.otherOnline);
  const awayMs = inHours(COLUMN.offline) + inHours(COLUMN.idle) + inHours(COLUMN.disconnected) + outside(OUTSIDE.away);
  const unknownInWindowMs = unknownMs + outside(OUTSIDE.unknown);
  return {
    scheduledMs: knownMs + unknownMs,
    unknownMs,
    unavailableMs,
    availableInHoursMs,
    availabilityPercent: knownMs === 0 ? null : (100 * availableInHoursMs) / knownMs,
    parts,
    livedMs: knownMs + outsideMs + unknownInWindowMs,
    unknownInWindowMs,
    onlineMs: knownMs + outsideMs - awayMs,
    availableMs: availableInHoursMs + outside(OUTSIDE.available),
    firstSignIn: Number.isFinite(firstSignIn) ? firstSignIn : null,
    lastSignOut: Number.isFinite(lastSignOut) ? lastSignOut : null,
    generalChanges: count(COUNT.generalChanges),
    intelliassignChanges: count(COUNT.intelliassignChanges),
  };
}

const PLAIN_PARTS = ['offline', 'idle', 'disconnected', 'unavailable'] as const;

function partsOf(layout: Layout, tally: Float64Array, row: number): readonly PartOfMetric[] {
  const parts: PartOfMetric[] = [];
  for (const kind of PLAIN_PARTS) {
    const ms = tally[row + COLUMN[kind]] as number;
    if (ms > 0) parts.push({ kind, ms });
  }
  for (let status = 2; status < layout.columnOfStatus.length; status++) {
    const column = layout.columnOfStatus[status] as number;
    // A status that a what-if counts as available has no column of its own.
    const ms = column < COLUMN.firstCustom ? 0 : (tally[row + column] as number);
    if (ms > 0) parts.push({ kind: 'custom_status', status, ms });
  }
  return parts;
}
