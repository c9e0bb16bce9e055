import type { IcalFaults, IcalProperty } from './ical-component.ts';
import { type IcalMoment, type IcalZones, momentsOf } from './ical-moment.ts';
import {
  civilOfDayNumber,
  type DayNumber,
  dayNumberOfCivil,
  isCivilDate,
  type Weekday,
  weekdayOf,
} from './local-date.ts';

/** What repeats an event, as far as business hours can say it. */
export type IcalRule = {
  readonly frequency: 'weekly' | 'yearly';
  /** Empty: the weekday of the start. */
  readonly weekdays: readonly Weekday[];
  readonly count: number | null;
  readonly until: IcalMoment | null;
  readonly line: number;
};

const dayNames = ['MO', 'TU', 'WE', 'TH', 'FR', 'SA', 'SU'];
const everyDay: readonly Weekday[] = [1, 2, 3, 4, 5, 6, 7];

/** The longest COUNT: more than a day each for the years that dates have would overflow nothing, yet mean nothing. */
const countMax = 100_000;

/** The rule of a property; null, and every part that cannot be said named, when it is another one. */
export function readRule(
  property: IcalProperty,
  start: { readonly day: DayNumber; readonly zone: string },
  around: IcalZones,
  faults: IcalFaults,
): IcalRule | null {
  const parts = new Map<string, string>();
  for (const part of property.value.toUpperCase().split(';')) {
    const [key = '', value = ''] = part.split('=', 2);
    if (key !== '') parts.set(key.trim(), value.trim());
  }
  const before = faults.length;
  const refuse = (detail: string) => void faults.push({ line: property.line, detail });
  const frequency = parts.get('FREQ') ?? '';
  const isYearly = frequency === 'YEARLY';
  if (!isYearly && frequency !== 'WEEKLY' && frequency !== 'DAILY') {
    refuse(`Business hours come back weekly, and holidays yearly; FREQ=${frequency} cannot be said.`);
  }
  if (Number(parts.get('INTERVAL') ?? 1) !== 1) {
    refuse(`INTERVAL=${parts.get('INTERVAL')} cannot be said: business hours are the same every week.`);
  }
  const known = ['FREQ', 'INTERVAL', 'COUNT', 'UNTIL', 'WKST', isYearly ? 'BYMONTHDAY' : 'BYDAY'];
  if (isYearly) known.push('BYMONTH');
  for (const [key, value] of parts) if (!known.includes(key)) refuse(`${key}=${value} cannot be said here.`);
  const { month, day } = civilOfDayNumber(start.day);
  if (isYearly && (Number(parts.get('BYMONTH') ?? month) !== month || Number(parts.get('BYMONTHDAY') ?? day) !== day)) {
    refuse('A holiday that comes back on another day than it starts on cannot be said.');
  }
  const weekdays = isYearly ? [] : weekdaysOf(parts.get('BYDAY'), frequency, refuse);
  if (weekdays.length > 0 && !weekdays.includes(weekdayOf(start.day))) {
    refuse('The event starts on a day that its rule leaves out, and what that means is not defined.');
  }
  const count = parts.get('COUNT');
  if (count !== undefined && !(/^\d{1,6}$/.test(count) && Number(count) >= 1 && Number(count) <= countMax)) {
    refuse(`COUNT=${count} is no number from 1 to ${countMax}.`);
  }
  const until = untilOf(property, parts.get('UNTIL'), { ...around, common: start.zone }, faults);
  if (faults.length > before) return null;
  return {
    frequency: isYearly ? 'yearly' : 'weekly',
    weekdays,
    count: count === undefined ? null : Number(count),
    until,
    line: property.line,
  };
}

function weekdaysOf(text: string | undefined, frequency: string, refuse: (detail: string) => void): readonly Weekday[] {
  if (text === undefined) return frequency === 'DAILY' ? everyDay : [];
  const weekdays: Weekday[] = [];
  for (const name of text.split(',')) {
    const index = dayNames.indexOf(name.trim());
    if (index < 0) refuse(`BYDAY=${name} cannot be said: it is no plain day of the week.`);
    else weekdays.push((index + 1) as Weekday);
  }
  return weekdays;
}

function untilOf(
  property: IcalProperty,
  text: string | undefined,
  around: IcalZones,
  faults: IcalFaults,
): IcalMoment | null {
  if (text === undefined) return null;
  return momentsOf({ ...property, name: 'UNTIL', parameters: new Map(), value: text }, around, faults)[0] ?? null;
}

/** The names of weekdays in rules: `MO,TU`. */
export function icalWeekdays(weekdays: readonly Weekday[]): string {
  return weekdays.map((weekday) => dayNames[weekday - 1]).join(',');
}

/** The day itself, or the next one before (step -1) or after it (step 1) that is one of the weekdays. */
export function weekdayFrom(day: DayNumber, weekdays: readonly Weekday[], step: 1 | -1): DayNumber {
  let found = day;
  while (!weekdays.includes(weekdayOf(found))) found += step;
  return found;
}

/** The day of the `count`-th occurrence of a weekly series that starts on one of its weekdays. */
export function weeklyDayOf(first: DayNumber, weekdays: readonly Weekday[], count: number): DayNumber {
  const perWeek = new Set(weekdays).size;
  const weeks = Math.floor((count - 1) / perWeek);
  let day = first + weeks * 7;
  for (let left = count - weeks * perWeek - 1; left > 0; left--) day = weekdayFrom(day + 1, weekdays, 1);
  return day;
}

/** The same month and day in the next year (or the one before) that has it: 29 February is not in every one. */
export function sameDayOfYear(day: DayNumber, step: 1 | -1): DayNumber {
  const { year, month, day: date } = civilOfDayNumber(day);
  let other = year + step;
  // Of eight years in a row one is a leap year at least.
  while (!isCivilDate(other, month, date) && Math.abs(other - year) < 8) other += step;
  return dayNumberOfCivil(other, month, date);
}
