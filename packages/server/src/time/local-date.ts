import { assert } from './assert.ts';

/**
 * A day on a wall calendar, without a zone: `YYYY-MM-DD`, proleptic Gregorian, years 0001 to 9999. Being fixed in width it
 * sorts and compares as text.
 */
export type LocalDate = string;

/** The same day as a count of days since 1970-01-01 (negative before): the form to calculate with. */
export type DayNumber = number;

/** ISO 8601 weekday: 1 is Monday, 7 is Sunday. */
export type Weekday = 1 | 2 | 3 | 4 | 5 | 6 | 7;

export type CivilDate = { readonly year: number; readonly month: number; readonly day: number };

/** ISO 8601 week: `year` is the week's year, which near New Year differs from the day's. */
export type IsoWeek = { readonly year: number; readonly week: number };

/** The first and the last day that can be written with four digits of year. */
export const dayNumberMin: DayNumber = -719_162;
export const dayNumberMax: DayNumber = 2_932_896;

const pattern = /^\d{4}-\d{2}-\d{2}$/;

/** Whether the text is a real day in the form `YYYY-MM-DD`; `2026-02-30` and `0000-01-01` are not. */
export function isLocalDate(text: string): boolean {
  if (!pattern.test(text)) return false;
  return isCivilDate(Number(text.slice(0, 4)), Number(text.slice(5, 7)), Number(text.slice(8, 10)));
}

/** Whether year, month (1 to 12) and day name a real day of the years 1 to 9999. */
export function isCivilDate(year: number, month: number, day: number): boolean {
  return year >= 1 && year <= 9999 && month >= 1 && month <= 12 && day >= 1 && day <= daysInMonth(year, month);
}

export function isLeapYear(year: number): boolean {
  return year % 4 === 0 && (year % 100 !== 0 || year % 400 === 0);
}

export function daysInMonth(year: number, month: number): number {
  if (month === 2) return isLeapYear(year) ? 29 : 28;
  return month === 4 || month === 6 || month === 9 || month === 11 ? 30 : 31;
}

/**
 * The day number of a civil date. Months are counted from March, so that the leap day is the last of its year and the
 * lengths of the months before it follow one line, (153 m + 2) / 5; years are counted in blocks of 400, which all have
 * 146,097 days. Month and day are taken as they come: check them with `isCivilDate` first.
 */
export function dayNumberOfCivil(year: number, month: number, day: number): DayNumber {
  const marchYear = month > 2 ? year : year - 1;
  const era = Math.floor(marchYear / 400);
  const yearOfEra = marchYear - era * 400;
  const dayOfYear = Math.floor((153 * (month > 2 ? month - 3 : month + 9) + 2) / 5) + day - 1;
  const dayOfEra = yearOfEra * 365 + Math.floor(yearOfEra / 4) - Math.floor(yearOfEra / 100) + dayOfYear;
  return era * 146_097 + dayOfEra - daysFromMarchOfYearZero;
}

/** The civil date of a day number: the way back of `dayNumberOfCivil`. */
export function civilOfDayNumber(dayNumber: DayNumber): CivilDate {
  const shifted = dayNumber + daysFromMarchOfYearZero;
  const era = Math.floor(shifted / 146_097);
  const dayOfEra = shifted - era * 146_097;
  const yearOfEra = Math.floor(
    (dayOfEra - Math.floor(dayOfEra / 1460) + Math.floor(dayOfEra / 36_524) - Math.floor(dayOfEra / 146_096)) / 365,
  );
  const dayOfYear = dayOfEra - (365 * yearOfEra + Math.floor(yearOfEra / 4) - Math.floor(yearOfEra / 100));
  const marchMonth = Math.floor((5 * dayOfYear + 2) / 153);
  const day = dayOfYear - Math.floor((153 * marchMonth + 2) / 5) + 1;
  const month = marchMonth < 10 ? marchMonth + 3 : marchMonth - 9;
  return { year: yearOfEra + era * 400 + (month <= 2 ? 1 : 0), month, day };
}

/** From 0000-03-01, where the count by March years begins, to 1970-01-01. */
const daysFromMarchOfYearZero = 719_468;

/** The day number of a local date; the text must be one (`isLocalDate`). */
export function dayNumberOf(date: LocalDate): DayNumber {
  assert(isLocalDate(date), 'A local date is a real day written YYYY-MM-DD.');
  return dayNumberOfCivil(Number(date.slice(0, 4)), Number(date.slice(5, 7)), Number(date.slice(8, 10)));
}

/** The local date of a day number between `dayNumberMin` and `dayNumberMax`. */
export function localDateOf(dayNumber: DayNumber): LocalDate {
  assert(dayNumber >= dayNumberMin && dayNumber <= dayNumberMax, 'A local date lies in the years 0001 to 9999.');
  const { year, month, day } = civilOfDayNumber(dayNumber);
  return `${String(year).padStart(4, '0')}-${String(month).padStart(2, '0')}-${String(day).padStart(2, '0')}`;
}

/** The weekday of a day number; 1970-01-01 was a Thursday. */
export function weekdayOf(dayNumber: DayNumber): Weekday {
  return (floorModulo(dayNumber + 3, 7) + 1) as Weekday;
}

/** The local date so many days later (or earlier, when negative). */
export function addDays(date: LocalDate, days: number): LocalDate {
  return localDateOf(dayNumberOf(date) + days);
}

/** The ISO 8601 week of a day: weeks begin on Monday and belong to the year that holds their Thursday. */
export function isoWeekOf(dayNumber: DayNumber): IsoWeek {
  const thursday = dayNumber + 4 - weekdayOf(dayNumber);
  const { year } = civilOfDayNumber(thursday);
  return { year, week: Math.floor((thursday - dayNumberOfCivil(year, 1, 1)) / 7) + 1 };
}

function floorModulo(value: number, divisor: number): number {
  return value - Math.floor(value / divisor) * divisor;
}
