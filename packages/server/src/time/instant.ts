import { assert } from './assert.ts';
import { civilOfDayNumber, dayNumberOfCivil, isCivilDate } from './local-date.ts';

/**
 * A point in time: integer milliseconds since 1970-01-01T00:00:00Z, without leap seconds, in the years 0001 to 9999 UTC.
 * The only form of time inside the house; ISO 8601 text exists only on the wire.
 */
export type Instant = number;

/** 0001-01-01T00:00:00.000Z, the first instant that can be written. */
export const instantMin: Instant = -62_135_596_800_000;
/** 9999-12-31T23:59:59.999Z, the last instant that can be written. */
export const instantMax: Instant = 253_402_300_799_999;

export const secondMs = 1000;
export const minuteMs = 60_000;
export const hourMs = 3_600_000;
export const dayMs = 86_400_000;

/** Whether the number is an instant: an integer that can be written with four digits of year. */
export function isInstant(value: number): boolean {
  return Number.isInteger(value) && value >= instantMin && value <= instantMax;
}

/**
 * Reads an ISO 8601 date-time that says its offset: `YYYY-MM-DDThh:mm[:ss[.f…]](Z|±hh:mm|±hhmm)`, with 1 to 9 digits of
 * fraction, cut (never rounded) to milliseconds. Everything else is null: no offset, a space or a small `t` or `z`,
 * a comma, the 24th hour, the 60th second, days that do not exist, and instants outside the years 0001 to 9999 UTC.
 *
 * An offset is required because a wall time without one means another instant on every machine that reads it.
 */
export function parseInstant(text: string): Instant | null {
  const length = text.length;
  if (length < lengthMin || length > lengthMax || !hasDateTimePunctuation(text)) return null;
  const year = digitsAt(text, 0, 4);
  const month = digitsAt(text, 5, 2);
  const day = digitsAt(text, 8, 2);
  const hour = digitsAt(text, 11, 2);
  const minute = digitsAt(text, 14, 2);
  if (!isCivilDate(year, month, day) || !isWithin(hour, 23) || !isWithin(minute, 59)) return null;

  const hasSeconds = text.charCodeAt(16) === colon;
  const second = hasSeconds ? digitsAt(text, 17, 2) : 0;
  if (!isWithin(second, 59)) return null;
  let offsetAt = hasSeconds ? 19 : 16;
  let millisecond = 0;
  if (hasSeconds && text.charCodeAt(19) === dot) {
    offsetAt = endOfDigits(text, 20);
    if (offsetAt === 20 || offsetAt > 29) return null;
    millisecond = millisecondsOfFraction(text, 20, offsetAt);
  }

  const offsetMinutes = offsetMinutesAt(text, offsetAt);
  if (offsetMinutes === null) return null;
  const timeOfDayMs = ((hour * 60 + minute - offsetMinutes) * 60 + second) * 1000 + millisecond;
  const instant = dayNumberOfCivil(year, month, day) * dayMs + timeOfDayMs;
  return instant >= instantMin && instant <= instantMax ? instant : null;
}

/**
 * Writes an instant as `2026-03-04T09:00:00.000Z`: UTC, always with milliseconds, so that texts sort as their instants.
 *
 * @throws Bug when the number is not an instant (`isInstant`)
 */
export function formatInstant(instant: Instant): string {
  assert(isInstant(instant), 'An instant is an integer of milliseconds in the years 0001 to 9999.');
  const dayNumber = Math.floor(instant / dayMs);
  const millisecondOfDay = instant - dayNumber * dayMs;
  const { year, month, day } = civilOfDayNumber(dayNumber);
  const secondOfDay = Math.floor(millisecondOfDay / 1000);
  const minuteOfDay = Math.floor(secondOfDay / 60);
  const millisecond = millisecondOfDay - secondOfDay * 1000;
  const date = `${twoDigits(Math.floor(year / 100))}${twoDigits(year % 100)}-${twoDigits(month)}-${twoDigits(day)}`;
  const time = `${twoDigits(Math.floor(minuteOfDay / 60))}:${twoDigits(minuteOfDay % 60)}:${twoDigits(secondOfDay % 60)}`;
  return `${date}T${time}.${Math.floor(millisecond / 100)}${twoDigits(millisecond % 100)}Z`;
}

/** `2026-03-04T09:00Z` */
const lengthMin = 17;
/** `2026-03-04T09:00:00.123456789+05:30` */
const lengthMax = 35;

const zero = 0x30;
const plus = 0x2b;
const minus = 0x2d;
const dot = 0x2e;
const colon = 0x3a;
const capitalT = 0x54;
const capitalZ = 0x5a;

function hasDateTimePunctuation(text: string): boolean {
  return (
    text.charCodeAt(4) === minus &&
    text.charCodeAt(7) === minus &&
    text.charCodeAt(10) === capitalT &&
    text.charCodeAt(13) === colon
  );
}

/** The number that `count` digits from `start` spell, or NaN when one of them is no digit (also past the end). */
function digitsAt(text: string, start: number, count: number): number {
  let value = 0;
  for (let index = start; index < start + count; index++) {
    const digit = text.charCodeAt(index) - zero;
    if (!isWithin(digit, 9)) return Number.NaN;
    value = value * 10 + digit;
  }
  return value;
}

/** False for NaN, so that a missing digit fails every range check. */
function isWithin(value: number, most: number): boolean {
  return value >= 0 && value <= most;
}

function endOfDigits(text: string, start: number): number {
  let end = start;
  while (isWithin(text.charCodeAt(end) - zero, 9)) end++;
  return end;
}

function millisecondsOfFraction(text: string, start: number, end: number): number {
  const count = Math.min(end - start, 3);
  return digitsAt(text, start, count) * (count === 1 ? 100 : count === 2 ? 10 : 1);
}

/** Minutes east of UTC written from `start` to the end of the text, or null when that is no offset. */
function offsetMinutesAt(text: string, start: number): number | null {
  const sign = text.charCodeAt(start);
  if (sign === capitalZ) return text.length === start + 1 ? 0 : null;
  if (sign !== plus && sign !== minus) return null;
  const hasColon = text.charCodeAt(start + 3) === colon;
  if (text.length !== start + (hasColon ? 6 : 5)) return null;
  const hours = digitsAt(text, start + 1, 2);
  const minutes = digitsAt(text, start + (hasColon ? 4 : 3), 2);
  if (!isWithin(hours, 23) || !isWithin(minutes, 59)) return null;
  return sign === plus ? hours * 60 + minutes : -(hours * 60 + minutes);
}

/** Looking a pair of digits up is several times cheaper than `padStart`; this runs once per event written. */
const pairs: readonly string[] = Array.from({ length: 100 }, (_, value) => String(value).padStart(2, '0'));

function twoDigits(value: number): string {
  return pairs[value] as string;
}
