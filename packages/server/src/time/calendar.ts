import type { LocalDate, Weekday } from './local-date.ts';

/** A time of day on the wall, `hh:mm` from `00:00` to `23:59`; as the end of a slot also `24:00`. */
export type WallTime = string;

/**
 * From a wall time up to, but not with, another: `["09:00","12:30"]`. An end before the start lies on the next day, so
 * `["22:00","06:00"]` runs past midnight. It belongs to the day on which it starts.
 */
export type Slot = readonly [start: WallTime, end: WallTime];

export type WeekdayName = 'monday' | 'tuesday' | 'wednesday' | 'thursday' | 'friday' | 'saturday' | 'sunday';

/** The slots that start on each weekday; a day left out has none. */
export type Week = { readonly [weekday in WeekdayName]?: readonly Slot[] };

/**
 * The slots that start on one date instead of its weekday's; none means closed. When yearly, they start on that month and
 * day of every year (29 February: of every leap year). Where one of each meets on a date, the one that is not yearly holds.
 */
export type CalendarException = {
  readonly date: LocalDate;
  readonly yearly: boolean;
  readonly slots: readonly Slot[];
};

/** What a calendar says from a day on. */
export type CalendarVersion = {
  /** The first local day whose slots it gives, counted in its own zone; null is since ever. */
  readonly effectiveFrom: LocalDate | null;
  /** IANA name of the zone whose wall clocks the slots mean. */
  readonly timeZone: string;
  readonly week: Week;
  readonly exceptions: readonly CalendarException[];
};

/**
 * Business hours through time. Each version holds for the slots that start from its day on until the next version's day,
 * so that a change rewrites nothing before it. Ascending by `effectiveFrom`; before the first there are no hours.
 */
export type Calendar = { readonly versions: readonly CalendarVersion[] };

/** In the order of ISO 8601: the name of weekday n stands at n - 1. */
export const weekdayNames: readonly WeekdayName[] = [
  'monday',
  'tuesday',
  'wednesday',
  'thursday',
  'friday',
  'saturday',
  'sunday',
];

export function weekdayNameOf(weekday: Weekday): WeekdayName {
  return weekdayNames[weekday - 1] as WeekdayName;
}

/** The calendar with one more version, which takes the place of one that takes effect on the same day. */
export function withVersion(calendar: Calendar, version: CalendarVersion): Calendar {
  const others = calendar.versions.filter((other) => other.effectiveFrom !== version.effectiveFrom);
  const versions = [...others, version].sort((one, other) =>
    (one.effectiveFrom ?? '') < (other.effectiveFrom ?? '') ? -1 : 1,
  );
  return { versions };
}

/** A slot in minutes since the midnight that its day begins with; `end` is up to 2880 when it runs past the next one. */
export type SlotMinutes = { readonly start: number; readonly end: number };

const wallTime = /^([01]\d|2[0-3]):([0-5]\d)$/;

/** Minutes since midnight of `hh:mm`, 0 to 1439, or null when the text is none. */
export function minutesOfStart(text: string): number | null {
  return wallTime.test(text) ? Number(text.slice(0, 2)) * 60 + Number(text.slice(3)) : null;
}

/** The same, where `24:00` is 1440. */
export function minutesOfEnd(text: string): number | null {
  return text === '24:00' ? 1440 : minutesOfStart(text);
}

/** The slot in minutes, or null when a time is bad or both are the same. */
export function minutesOfSlot([start, end]: Slot): SlotMinutes | null {
  const startMinute = minutesOfStart(start);
  const endMinute = minutesOfEnd(end);
  if (startMinute === null || endMinute === null || startMinute === endMinute) return null;
  return { start: startMinute, end: endMinute < startMinute ? endMinute + 1440 : endMinute };
}
