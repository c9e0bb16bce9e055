import { dayMs, hourMs, type Instant } from '../time/instant.ts';
import type { Interval } from '../time/interval.ts';
import { civilOfDayNumber, type DayNumber, isoWeekOf, localDateOf } from '../time/local-date.ts';
import { offsetSpans, type Zone } from '../time/zone-rules.ts';

/** How a report may cut time, always by the wall clocks of its own zone. */
export const TIME_UNITS = ['day', 'week', 'month', 'hour_of_day'] as const;
export type TimeUnit = (typeof TIME_UNITS)[number];

/** What a piece of time is called: 2026-03-04, 2026-W10, 2026-03, 9. Only the units that were asked for. */
export type TimeKey = {
  readonly day?: string;
  readonly week?: string;
  readonly month?: string;
  readonly hour_of_day?: number;
};

/** A window in pieces. Piece i is [bounds[i], bounds[i + 1]) and belongs to keys[keyOf[i]]; a key may have many pieces. */
export type TimePieces = {
  readonly bounds: readonly Instant[];
  readonly keyOf: readonly number[];
  readonly keys: readonly TimeKey[];
};

/**
 * Cuts the window where the wall clocks of the zone begin another day or hour. A clock that is set back shows an hour
 * twice: both belong to the same key; one that was skipped belongs to none.
 */
export function cutTime(window: Interval, zone: Zone, units: readonly TimeUnit[]): TimePieces {
  const bounds: Instant[] = [window.from];
  const keyOf: number[] = [];
  const keys: TimeKey[] = [];
  const known = new Map<string, number>();
  const add = (to: Instant, local: number) => {
    const key = timeKey(local, units);
    const name = JSON.stringify(key);
    let index = known.get(name);
    if (index === undefined) {
      index = keys.push(key) - 1;
      known.set(name, index);
    }
    if (keyOf.at(-1) === index) bounds[bounds.length - 1] = to;
    else {
      bounds.push(to);
      keyOf.push(index);
    }
  };
  const stepMs = stepOf(units, window);
  for (const span of offsetSpans(zone, window)) {
    for (let from = span.from; from < span.to; ) {
      const local = from + span.offsetMs;
      const to = Math.min(span.to, (Math.floor(local / stepMs) + 1) * stepMs - span.offsetMs);
      add(to, local);
      from = to;
    }
  }
  return { bounds, keyOf, keys };
}

/** Days are the finest cut but for hours of the day; without any unit the window is one piece. */
function stepOf(units: readonly TimeUnit[], { from, to }: Interval): number {
  if (units.includes('hour_of_day')) return hourMs;
  return units.length > 0 ? dayMs : Math.max(dayMs, (to - from) * 4);
}

function timeKey(local: number, units: readonly TimeUnit[]): TimeKey {
  const day = Math.floor(local / dayMs);
  return {
    ...(units.includes('day') ? { day: localDateOf(day) } : {}),
    ...(units.includes('week') ? { week: weekName(day) } : {}),
    ...(units.includes('month') ? { month: monthName(day) } : {}),
    ...(units.includes('hour_of_day') ? { hour_of_day: Math.floor((local - day * dayMs) / hourMs) } : {}),
  };
}

function weekName(day: DayNumber): string {
  const { year, week } = isoWeekOf(day);
  return `${padded(year, 4)}-W${padded(week, 2)}`;
}

function monthName(day: DayNumber): string {
  const { year, month } = civilOfDayNumber(day);
  return `${padded(year, 4)}-${padded(month, 2)}`;
}

const padded = (value: number, width: number): string => String(value).padStart(width, '0');
