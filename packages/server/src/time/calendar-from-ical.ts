import {
  type Calendar,
  type CalendarException,
  type CalendarVersion,
  minutesOfSlot,
  type Slot,
  type Week,
  weekdayNameOf,
} from './calendar.ts';
import { type IcalComponent, type IcalFault, type IcalFaults, readIcal, textOf } from './ical-component.ts';
import { dayOf, type IcalEvent, inZone, localOf, readEvent } from './ical-event.ts';
import { type IcalMoment, type IcalZones, icalZonesOf } from './ical-moment.ts';
import { sameDayOfYear, weekdayFrom, weeklyDayOf } from './ical-rule.ts';
import { dayMs, minuteMs } from './instant.ts';
import { civilOfDayNumber, type DayNumber, localDateOf, type Weekday, weekdayOf } from './local-date.ts';
import type { Zones } from './zone-rules.ts';

// Business hours out of iCalendar. A file says series of events, each from a day to a day; a calendar says whole weeks,
// each from a day on. So the days on which any series begins or ends cut time into versions, and each version holds the
// week of the series that go on in it.
//
// Taken literally that makes five versions of a week that begins on a Monday, because its Tuesday series starts a day
// later. But a Tuesday series may as well begin on any day after the Tuesday before: its first occurrence is the same. So
// each beginning and each end is a range of days that all say the same, and the fewest days that hit every range are
// found by taking, in the order of their last days, the last day of each range that is not hit yet.
//
// What is left over are single days: left out, added, moved, closed. Each becomes an exception with what that day has then.
// Whatever a calendar cannot say is refused by its line. Nothing is guessed.

/** What a file says about business hours, or every reason why it cannot be taken. */
export type CalendarReading =
  | {
      readonly kind: 'read';
      readonly name: string | null;
      readonly calendar: Calendar;
      readonly leftOut: readonly IcalFault[];
    }
  | { readonly kind: 'refused'; readonly faults: readonly IcalFault[] };

/** The calendar of a file that says weekly hours. */
export function calendarFromIcal(text: string, zones: Zones): CalendarReading {
  const faults: IcalFault[] = [];
  const leftOut: IcalFault[] = [];
  const { said, name } = readSaid(text, zones, faults, leftOut);
  if (faults.length === 0 && said.series.length === 0 && said.added.length === 0) {
    const detail = 'No event says weekly hours: a file of holidays alone is added to a calendar that has hours.';
    faults.push({ line: 1, detail });
  }
  const versions = faults.length > 0 ? [] : versionsOf(said, faults);
  if (faults.length > 0) return refused(faults);
  return { kind: 'read', name, calendar: { versions }, leftOut };
}

/** What a file says about holidays alone. */
export type HolidayReading =
  | { readonly kind: 'read'; readonly exceptions: readonly CalendarException[]; readonly leftOut: readonly IcalFault[] }
  | { readonly kind: 'refused'; readonly faults: readonly IcalFault[] };

/**
 * The closed days of a file, from a day on; its hours are left out, and reported. A holiday that comes back yearly may
 * begin within a year of that day, because only then it holds on every one from that day on.
 */
export function holidaysFromIcal(text: string, from: DayNumber, zones: Zones): HolidayReading {
  const faults: IcalFault[] = [];
  const leftOut: IcalFault[] = [];
  const { said } = readSaid(text, zones, faults, leftOut);
  for (const { line } of [...said.series, ...said.added]) leftOut.push({ line, detail: 'Hours are left out here.' });
  const exceptions = new Map<string, CalendarException>();
  const close = (day: DayNumber) => {
    if (day < from) return;
    const date = localDateOf(day);
    exceptions.set(date, { date, yearly: false, slots: [] });
  };
  for (const { day } of said.closed) close(day);
  for (const yearly of said.yearly) {
    if (yearly.slots !== null) {
      leftOut.push({ line: yearly.line, detail: 'Hours are left out here.' });
    } else if (yearly.last !== null) {
      for (let day = yearly.day; day <= yearly.last; day = sameDayOfYear(day, 1)) {
        if (!yearly.exdays.has(day)) close(day);
      }
    } else if ((Number.isFinite(yearly.first) && sameDayOfYear(yearly.day, -1) >= from) || yearly.exdays.size > 0) {
      const why = yearly.exdays.size > 0 ? 'leaves out some years' : 'begins more than a year after these hours do';
      faults.push({
        line: yearly.line,
        detail: `A holiday that comes back every year and ${why} cannot be said here.`,
      });
    } else {
      const date = localDateOf(yearly.day);
      exceptions.set(`yearly ${date.slice(5)}`, { date, yearly: true, slots: [] });
    }
  }
  if (faults.length === 0 && exceptions.size === 0) {
    faults.push({ line: 1, detail: `The file names no holiday from ${localDateOf(from)} on.` });
  }
  return faults.length > 0 ? refused(faults) : { kind: 'read', exceptions: [...exceptions.values()], leftOut };
}

function refused(faults: readonly IcalFault[]): { readonly kind: 'refused'; readonly faults: readonly IcalFault[] } {
  return { kind: 'refused', faults: faults.toSorted((one, other) => one.line - other.line) };
}

type Placed = { readonly slot: Slot; readonly zone: string; readonly line: number };

/** Where a series begins and ends: any day of a range says the same. */
type Spanned = {
  readonly line: number;
  readonly first: DayNumber;
  /** Null: it goes on for ever. */
  readonly last: DayNumber | null;
  readonly start: Range;
  readonly end: Range | null;
};
type Range = { readonly low: number; readonly high: number };

type Series = Spanned &
  Placed & { readonly uid: string; readonly weekdays: readonly Weekday[]; readonly exdays: Set<DayNumber> };
/** `slots` null: closed. */
type Yearly = Spanned & { readonly day: DayNumber; readonly slots: Placed | null; readonly exdays: Set<DayNumber> };
type Added = Placed & { readonly uid: string; readonly day: DayNumber; readonly start: Range };
type Closed = { readonly day: DayNumber; readonly line: number };

type Said = { readonly series: Series[]; readonly yearly: Yearly[]; added: Added[]; readonly closed: Closed[] };

const IGNORED = new Set(['VTIMEZONE', 'VALARM']);

function readSaid(
  text: string,
  zones: Zones,
  faults: IcalFaults,
  leftOut: IcalFaults,
): { readonly said: Said; readonly name: string | null } {
  const said: Said = { series: [], yearly: [], added: [], closed: [] };
  let name: string | null = null;
  for (const calendar of readIcal(text, faults)) {
    name ??= textOf(calendar, 'X-WR-CALNAME')?.trim() ?? null;
    const around = icalZonesOf(calendar, zones);
    const events = eventsOf(calendar, around, faults, leftOut);
    for (const event of events) if (event.replaces === null) sayEvent(said, event, around, faults);
    for (const event of events) if (event.replaces !== null) sayReplacement(said, event, around, faults);
  }
  return { said, name: name === '' ? null : name };
}

function eventsOf(
  calendar: IcalComponent,
  around: IcalZones,
  faults: IcalFaults,
  leftOut: IcalFaults,
): readonly IcalEvent[] {
  const events: IcalEvent[] = [];
  for (const component of calendar.components) {
    const { line, name } = component;
    if (name !== 'VEVENT') {
      if (!IGNORED.has(name)) leftOut.push({ line, detail: `A ${name} says nothing about business hours.` });
      continue;
    }
    if (events.length >= eventsMax) {
      faults.push({ line, detail: `A file of business hours has at most ${eventsMax} events.` });
      return events;
    }
    const event = readEvent(component, around, faults);
    if (event === null) continue;
    if (event.isCancelled && event.replaces === null) leftOut.push({ line, detail: 'The event is cancelled.' });
    else events.push(event);
  }
  return events;
}

function sayEvent(said: Said, event: IcalEvent, around: IcalZones, faults: IcalFaults): void {
  if (event.start.kind === 'date') sayHoliday(said, event, around, faults);
  else sayHours(said, event, around, faults);
}

const holidayDaysMax = 366;

function sayHoliday(said: Said, event: IcalEvent, around: IcalZones, faults: IcalFaults): void {
  const { line, rule } = event;
  const days = event.lengthMs / dayMs;
  if (days > holidayDaysMax) {
    faults.push({ line, detail: `A holiday of ${days} days cannot be said: at most ${holidayDaysMax}.` });
    return;
  }
  if (rule?.frequency === 'weekly') {
    faults.push({ line, detail: 'An all-day event closes a day; one that comes back every week cannot be said.' });
    return;
  }
  for (let offset = 0; offset < days; offset++) {
    const first = dayOf(event.start) + offset;
    if (rule === null) said.closed.push({ day: first, line });
    else
      said.yearly.push({
        ...yearlySpan(event, first, around, offset),
        slots: null,
        exdays: daysOf(event.exdates, offset),
      });
    for (const extra of event.rdates) said.closed.push({ day: dayOf(extra) + offset, line: extra.line });
  }
  const crosses = rule !== null && days > 1 && crossesLeapDay(dayOf(event.start), days);
  if (crosses)
    faults.push({ line, detail: 'A yearly holiday over the end of February cannot be said: list its years.' });
}

function crossesLeapDay(first: DayNumber, days: number): boolean {
  for (let day = first; day < first + days - 1; day++) {
    const { month, day: date } = civilOfDayNumber(day);
    if (month === 2 && date >= 28) return true;
  }
  return false;
}

function daysOf(moments: IcalEvent['exdates'], offset = 0): Set<DayNumber> {
  return new Set(moments.map((moment) => dayOf(moment) + offset));
}

function yearlySpan(
  event: IcalEvent,
  first: DayNumber,
  around: IcalZones,
  offset = 0,
): Spanned & { readonly day: DayNumber } {
  const { rule, line, versionFrom } = event;
  const last = rule === null ? first : lastYearlyDay(event, rule, { first, offset }, around);
  return {
    line,
    day: first,
    first: versionFrom === 'ever' ? Number.NEGATIVE_INFINITY : first,
    last,
    start: startRange(versionFrom, { low: sameDayOfYear(first, -1) + 1, high: first }),
    end: last === null ? null : { low: last + 1, high: sameDayOfYear(last, 1) },
  };
}

function lastYearlyDay(
  { start }: IcalEvent,
  rule: NonNullable<IcalEvent['rule']>,
  { first, offset }: { readonly first: DayNumber; readonly offset: number },
  around: IcalZones,
): DayNumber | null {
  if (rule.until === null && rule.count === null) return null;
  const until =
    rule.until === null ? null : start.kind === 'time' ? inZone(rule.until, start.zone, around) : rule.until;
  const untilDay = until === null ? Number.POSITIVE_INFINITY : lastDayBy(until, start) + offset;
  let day = first;
  for (let count = 1; count < Math.min(rule.count ?? 10_000, 10_000); count++) {
    const next = sameDayOfYear(day, 1);
    if (next > untilDay) break;
    day = next;
  }
  return day;
}

/** What we exported says its version's day exactly. */
function startRange(versionFrom: IcalEvent['versionFrom'], range: Range): Range {
  if (versionFrom === 'ever') return { low: Number.NEGATIVE_INFINITY, high: Number.NEGATIVE_INFINITY };
  return versionFrom === null ? range : { low: versionFrom, high: versionFrom };
}

function sayHours(said: Said, event: IcalEvent, around: IcalZones, faults: IcalFaults): void {
  const placed = placedOf(event, faults);
  if (placed === null) return;
  const { rule, uid, versionFrom } = event;
  const first = dayOf(event.start);
  if (rule?.frequency === 'yearly') {
    if (event.replacesDay) {
      said.yearly.push({ ...yearlySpan(event, first, around), slots: placed, exdays: daysOf(event.exdates) });
    } else {
      faults.push({ line: event.line, detail: 'Hours that come back every year on a date cannot be said.' });
    }
    return;
  }
  const start = startRange(versionFrom, { low: Number.NEGATIVE_INFINITY, high: first });
  if (rule === null) said.added.push({ ...placed, uid, day: first, start });
  else said.series.push(seriesOf(event, placed, around));
  for (const extra of event.rdates) {
    const slot = slotOf(localOf(extra), event.lengthMs);
    const range = startRange(versionFrom, { low: Number.NEGATIVE_INFINITY, high: dayOf(extra) });
    if (typeof slot === 'string') faults.push({ line: extra.line, detail: slot });
    else said.added.push({ ...placed, slot, line: extra.line, uid, day: dayOf(extra), start: range });
  }
}

function seriesOf(event: IcalEvent, placed: Placed, around: IcalZones): Series {
  const { rule, versionFrom } = event;
  const first = dayOf(event.start);
  const weekdays = rule === null || rule.weekdays.length === 0 ? [weekdayOf(first)] : rule.weekdays;
  const last = lastWeeklyDay(event, weekdays, around);
  const start = startRange(versionFrom, { low: weekdayFrom(first - 1, weekdays, -1) + 1, high: first });
  return {
    ...placed,
    uid: event.uid,
    weekdays,
    first: versionFrom === 'ever' ? Number.NEGATIVE_INFINITY : first,
    last,
    start,
    end: last === null ? null : { low: last + 1, high: weekdayFrom(last + 1, weekdays, 1) },
    exdays: new Set(event.exdates.filter((one) => localOf(one) % dayMs === localOf(event.start) % dayMs).map(dayOf)),
  };
}

function lastWeeklyDay(event: IcalEvent, weekdays: readonly Weekday[], around: IcalZones): DayNumber | null {
  const { rule, start } = event;
  const first = dayOf(start);
  if (rule === null || start.kind === 'date') return first;
  const lasts: number[] = [];
  if (rule.count !== null) lasts.push(weeklyDayOf(first, weekdays, rule.count));
  if (rule.until !== null) {
    const day = lastDayBy(inZone(rule.until, start.zone, around), start);
    // An end before the beginning leaves the beginning: it is an occurrence by being there.
    lasts.push(Math.max(first, weekdayFrom(day, weekdays, -1)));
  }
  return lasts.length === 0 ? null : Math.min(...lasts);
}

/** The last day on which an event of this start begins at or before an end in its own zone. */
function lastDayBy(until: IcalMoment, start: IcalMoment): DayNumber {
  if (until.kind === 'date' || start.kind === 'date') return dayOf(until);
  return Math.floor((until.local - (start.local - dayOf(start) * dayMs)) / dayMs);
}

/** An occurrence of a series that is elsewhere, or nowhere: its day loses it, and another gains it. */
function sayReplacement(said: Said, event: IcalEvent, around: IcalZones, faults: IcalFaults): void {
  const { uid, line, replaces } = event;
  const series = said.series.find((one) => one.uid === uid);
  if (series === undefined || replaces === null) {
    faults.push({ line, detail: 'This event changes an occurrence of a series of hours that is not in the file.' });
    return;
  }
  const day = dayOf(inZone(replaces, series.zone, around));
  const startMs = (minutesOfSlot(series.slot)?.start ?? 0) * minuteMs;
  const isOccurrence = occursOn(series, day) && !series.exdays.has(day);
  const extra = said.added.find((one) => one.uid === uid && one.day === day);
  if (
    isOccurrence &&
    (replaces.kind === 'date' || localOf(inZone(replaces, series.zone, around)) === day * dayMs + startMs)
  ) {
    series.exdays.add(day);
  } else if (extra !== undefined) {
    said.added = said.added.filter((one) => one !== extra);
  } else {
    faults.push({ line, detail: `The series has no occurrence on ${localDateOf(day)} that this event could change.` });
    return;
  }
  if (event.isCancelled) return;
  if (event.rule !== null) {
    faults.push({ line, detail: 'A changed occurrence does not come back by itself.' });
    return;
  }
  sayEvent(said, event, around, faults);
}

function placedOf(event: IcalEvent, faults: IcalFaults): Placed | null {
  const { start, lengthMs, line } = event;
  const slot = slotOf(localOf(start), lengthMs);
  if (typeof slot !== 'string') return { slot, zone: start.kind === 'time' ? start.zone : 'UTC', line };
  faults.push({ line, detail: slot });
  return null;
}

/** The slot of an event, or why there is none, as a sentence. */
function slotOf(local: number, lengthMs: number): Slot | string {
  const startMs = local - Math.floor(local / dayMs) * dayMs;
  if (startMs % minuteMs !== 0 || lengthMs % minuteMs !== 0) return 'Business hours begin and end at whole minutes.';
  const endMs = startMs + lengthMs;
  if (lengthMs > dayMs || (lengthMs === dayMs && startMs !== 0)) {
    return 'Hours of a day or more cannot be said in one event, but for a whole day from midnight: give one for each day.';
  }
  return [wallTime(startMs), endMs === dayMs ? '24:00' : wallTime(endMs % dayMs)];
}

function wallTime(ms: number): string {
  const two = (value: number) => String(value).padStart(2, '0');
  return `${two(Math.floor(ms / (60 * minuteMs)))}:${two(Math.floor(ms / minuteMs) % 60)}`;
}

function occursOn(series: Series, day: DayNumber): boolean {
  return (
    series.weekdays.includes(weekdayOf(day)) && day >= series.first && (series.last === null || day <= series.last)
  );
}

// Versions

/** What a file may make of a calendar. Looking at a day costs by the event, so that both are bounded. */
const versionsMax = 100;
const eventsMax = 1_000;
const daysMax = 2_000;
/** Nobody mends more at once, and looking for more would only take time. */
const faultsMax = 500;

function versionsOf(said: Said, faults: IcalFaults): readonly CalendarVersion[] {
  const points = pointsOf(said);
  if (points.length > versionsMax) {
    faults.push({
      line: 1,
      detail: `The hours change ${points.length} times; a calendar has at most ${versionsMax} versions.`,
    });
    return [];
  }
  const versions: CalendarVersion[] = [];
  points.forEach((from, index) => {
    const to = points[index + 1] ?? Number.POSITIVE_INFINITY;
    const version = versionOf(said, { from, to }, versions.at(-1)?.timeZone ?? null, faults);
    const isEmpty =
      version.exceptions.every(({ slots }) => slots.length === 0) && Object.keys(version.week).length === 0;
    // Before the first hours there is nothing to say; after them, that they have ended.
    if (!isEmpty || versions.length > 0) versions.push(version);
  });
  return versions;
}

/** The fewest days that hit the range of every beginning and every end, ascending. */
function pointsOf({ series, yearly, added }: Said): readonly number[] {
  const ranges = [...series, ...yearly].flatMap(({ start, end }) => (end === null ? [start] : [start, end]));
  ranges.push(...added.map(({ start }) => start));
  ranges.sort((one, other) => one.high - other.high);
  const points: number[] = [];
  for (const { low, high } of ranges) {
    const latest = points.at(-1);
    if (latest === undefined || latest < low) points.push(high);
  }
  return points;
}

type Stretch = { readonly from: number; readonly to: number };

function versionOf(said: Said, stretch: Stretch, zoneBefore: string | null, faults: IcalFaults): CalendarVersion {
  const series = said.series.filter((one) => goesOnIn(one, stretch));
  const yearly = said.yearly.filter((one) => goesOnIn(one, stretch));
  const added = said.added.filter(({ day }) => day >= stretch.from && day < stretch.to);
  const placed = [...series, ...added, ...yearly.flatMap(({ slots }) => (slots === null ? [] : [slots]))];
  const timeZone = placed[0]?.zone ?? zoneBefore ?? 'UTC';
  for (const { zone, line } of placed) {
    if (zone === timeZone) continue;
    const detail = `This event is in ${zone}, and the one of line ${placed[0]?.line} in ${timeZone}: one calendar has one zone at a time.`;
    if (!faults.some((fault) => fault.line === line)) faults.push({ line, detail });
  }
  const week: { [name: string]: readonly Slot[] } = {};
  for (const weekday of [1, 2, 3, 4, 5, 6, 7] as const) {
    const slots = slotsOf(
      series.filter(({ weekdays }) => weekdays.includes(weekday)),
      faults,
    );
    if (slots.length > 0) week[weekdayNameOf(weekday)] = slots;
  }
  return {
    effectiveFrom: stretch.from === Number.NEGATIVE_INFINITY ? null : localDateOf(stretch.from),
    timeZone,
    week: week as Week,
    exceptions: [
      ...yearlyExceptions(yearly, faults),
      ...datedExceptions({ ...said, added }, { stretch, week: week as Week, yearly }, faults),
    ],
  };
}

/** Its range holds a cut, so that on this side of it all of its occurrences are, or none. */
function goesOnIn({ start, last }: Spanned, { from }: Stretch): boolean {
  return from >= start.low && (last === null || from <= last);
}

function slotsOf(placed: readonly Placed[], faults: IcalFaults): readonly Slot[] {
  const ordered = placed
    .map((one) => ({ ...one, minutes: minutesOfSlot(one.slot) ?? { start: 0, end: 0 } }))
    .toSorted((one, other) => one.minutes.start - other.minutes.start || one.line - other.line);
  ordered.forEach((one, index) => {
    const before = ordered.slice(0, index).find(({ minutes }) => minutes.end > one.minutes.start);
    if (before === undefined || faults.some(({ line }) => line === one.line)) return;
    const detail = `This event overlaps the one of line ${before.line} (${before.slot.join('–')}) on the same day.`;
    faults.push({ line: one.line, detail });
  });
  return ordered.map(({ slot }) => slot);
}

function yearlyExceptions(yearly: readonly Yearly[], faults: IcalFaults): readonly CalendarException[] {
  const days = [...new Set(yearly.map(({ day }) => yearDayOf(day)))];
  return days.map((yearDay) =>
    exceptionOfYear(
      yearly.filter(({ day }) => yearDayOf(day) === yearDay),
      faults,
    ),
  );
}

function exceptionOfYear(same: readonly Yearly[], faults: IcalFaults): CalendarException {
  const slots = slotsOf(
    same.flatMap(({ slots: one }) => (one === null ? [] : [one])),
    faults,
  );
  const closing = same.find(({ slots: one }) => one === null);
  if (closing !== undefined && slots.length > 0) {
    faults.push({ line: closing.line, detail: 'The same day of the year is closed, and has hours.' });
  }
  return { date: localDateOf(same[0]?.day ?? 0), yearly: true, slots };
}

type Around = { readonly stretch: Stretch; readonly week: Week; readonly yearly: readonly Yearly[] };

/** Each day on which something else holds than its weekday, or its day of the year, says. */
function datedExceptions(said: Said, around: Around, faults: IcalFaults): readonly CalendarException[] {
  const { stretch } = around;
  const days = new Set<DayNumber>();
  for (const { exdays } of [...said.series, ...said.yearly]) for (const day of exdays) days.add(day);
  for (const { day } of [...said.added, ...said.closed]) days.add(day);
  if (faults.length >= faultsMax) return [];
  if (days.size > daysMax || said.added.length > daysMax) {
    faults.push({ line: 1, detail: `The file names more than ${daysMax} single days or hours of them.` });
    return [];
  }
  const exceptions: CalendarException[] = [];
  for (const day of [...days].toSorted((one, other) => one - other)) {
    if (day < stretch.from || day >= stretch.to) continue;
    const slots = slotsOnDay(said, day, faults);
    if (!isSame(slots, usualSlots(day, around))) exceptions.push({ date: localDateOf(day), yearly: false, slots });
  }
  return exceptions;
}

/** A holiday takes the place of the weekly hours; hours of that day alone take no part in it. */
function slotsOnDay(said: Said, day: DayNumber, faults: IcalFaults): readonly Slot[] {
  const added = said.added.filter((one) => one.day === day);
  const yearly = said.yearly.filter((one) => isYearlyDay(one, day) && !one.exdays.has(day));
  const closing = said.closed.find((one) => one.day === day) ?? yearly.find(({ slots }) => slots === null);
  if (closing !== undefined) {
    const [first] = added;
    if (first !== undefined && !faults.some(({ line }) => line === closing.line)) {
      const detail = `${localDateOf(day)} is closed by this event, and the one of line ${first.line} gives it hours.`;
      faults.push({ line: closing.line, detail });
    }
    return [];
  }
  const ofYear = yearly.flatMap(({ slots }) => (slots === null ? [] : [slots]));
  const usual = ofYear.length > 0 ? ofYear : said.series.filter((one) => occursOn(one, day) && !one.exdays.has(day));
  return slotsOf([...usual, ...added], faults);
}

function usualSlots(day: DayNumber, { week, yearly }: Around): readonly Slot[] {
  const same = yearly.filter((one) => yearDayOf(one.day) === yearDayOf(day));
  if (same.length > 0) return same.flatMap(({ slots }) => (slots === null ? [] : [slots.slot]));
  return week[weekdayNameOf(weekdayOf(day))] ?? [];
}

function isYearlyDay({ day: own, first, last }: Yearly, day: DayNumber): boolean {
  return yearDayOf(own) === yearDayOf(day) && day >= first && (last === null || day <= last);
}

function yearDayOf(dayNumber: DayNumber): number {
  const { month, day } = civilOfDayNumber(dayNumber);
  return month * 100 + day;
}

function isSame(one: readonly Slot[], other: readonly Slot[]): boolean {
  const texts = (slots: readonly Slot[]) => slots.map((slot) => slot.join('-')).toSorted();
  return texts(one).join() === texts(other).join();
}
