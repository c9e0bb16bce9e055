import type { Instant } from './instant.ts';
import { dayMs } from './instant.ts';
import type { Interval } from './interval.ts';

// A zone as a table. Asking the zone library for every conversion costs about two microseconds each and spreads the
// library over the house; the table is built once per zone (`zone.ts`) and then answers millions of times a second with
// a binary search, here, in plain integers. Nothing else knows how a zone works: a zone is a list of spans of time,
// each with one offset, and everything that daylight saving does follows from looking at each span by itself.

/** The rules of one IANA time zone. Made by `createZones`; read through the functions below. */
export type Zone = {
  /** The IANA name, as spelled in the time-zone database. */
  readonly name: string;
  /** The first instant of each span of one offset, ascending; the first is -Infinity. */
  readonly startsAt: Float64Array;
  /** Milliseconds to add to UTC to get wall time, of each span. Whole seconds, before about 1900 not whole minutes. */
  readonly offsetsMs: Int32Array;
  /** Where the table ends. The 400 years before it stand for all years after it. */
  readonly endsAt: Instant;
};

/** The time zones at hand: one object per process, since it keeps the tables that it built. */
export type Zones = {
  /** The release of the time-zone database in use, such as `2026a`; reports name it. */
  readonly tzdataVersion: string;
  /** Whether the text is the name of a zone, spelled as in the time-zone database; offsets such as `+05:30` are not. */
  isZone(name: string): boolean;
  /** The rules of a zone. @throws Bug when `isZone` is false */
  zoneOf(name: string): Zone;
};

/** Wall time without a zone: what the clock shows, as milliseconds since it showed 1970-01-01T00:00. */
export type LocalTime = number;

/** Time during which a zone keeps one offset. */
export type OffsetSpan = Interval & { readonly offsetMs: number };

/** Which instants show a given wall time. */
export type LocalInstant =
  | { readonly kind: 'once'; readonly at: Instant }
  /** Clocks go back: it is shown twice. */
  | { readonly kind: 'twice'; readonly earlier: Instant; readonly later: Instant }
  /** Clocks go forward over it: it is never shown. `skippedAt` is the instant at which they do. */
  | { readonly kind: 'never'; readonly skippedAt: Instant };

/** The Gregorian calendar repeats, weekdays and all, after 400 years. */
export const calendarCycleMs = 146_097 * dayMs;

/** Milliseconds to add to UTC at the instant to get the zone's wall time. */
export function offsetMsAt(zone: Zone, instant: Instant): number {
  return zone.offsetsMs[spanIndexAt(zone, instant - cyclesAfterTableMs(zone, instant))] as number;
}

/** The wall time at an instant. */
export function localTimeAt(zone: Zone, instant: Instant): LocalTime {
  return instant + offsetMsAt(zone, instant);
}

/**
 * The window cut where the zone's offset changes: ascending, without gaps, each span with one offset. Neighbours may have
 * the same offset where the table repeats itself.
 */
export function offsetSpans(zone: Zone, window: Interval): readonly OffsetSpan[] {
  const spans: OffsetSpan[] = [];
  let from = window.from;
  while (from < window.to) {
    const shiftMs = cyclesAfterTableMs(zone, from);
    const index = spanIndexAt(zone, from - shiftMs);
    const to = Math.min(window.to, shiftMs + (zone.startsAt[index + 1] ?? zone.endsAt));
    spans.push({ from, to, offsetMs: zone.offsetsMs[index] as number });
    from = to;
  }
  return spans;
}

/** The instants at which the zone's clocks show a wall time. */
export function instantOfLocalTime(zone: Zone, local: LocalTime): LocalInstant {
  // No zone is further than a day from UTC, so only spans within a day of the same figure read as UTC can show it.
  const spans = offsetSpans(zone, { from: local - dayMs, to: local + dayMs });
  const shown = spans
    .map((span) => ({ span, at: local - span.offsetMs }))
    .filter(({ span, at }) => span.from <= at && at < span.to);
  const earliest = shown[0];
  const latest = shown[shown.length - 1];
  if (earliest === undefined || latest === undefined) {
    return { kind: 'never', skippedAt: firstSpanPast(spans, local).from };
  }
  if (earliest === latest) return { kind: 'once', at: earliest.at };
  return { kind: 'twice', earlier: earliest.at, later: latest.at };
}

/** The span that a change carried past the wall time: its clocks show a later one from its start. */
function firstSpanPast(spans: readonly OffsetSpan[], local: LocalTime): OffsetSpan {
  return spans.find((span) => span.from + span.offsetMs > local) as OffsetSpan;
}

/** How far to move an instant after the table's end back so that it falls into the 400 years that stand for it. */
function cyclesAfterTableMs(zone: Zone, instant: Instant): number {
  if (instant < zone.endsAt) return 0;
  return (Math.floor((instant - zone.endsAt) / calendarCycleMs) + 1) * calendarCycleMs;
}

/** The last span that starts at the instant or before it. */
function spanIndexAt(zone: Zone, instant: Instant): number {
  const { startsAt } = zone;
  let low = 0;
  let high = startsAt.length - 1;
  while (low < high) {
    const middle = (low + high + 1) >>> 1;
    if ((startsAt[middle] as number) <= instant) low = middle;
    else high = middle - 1;
  }
  return low;
}
