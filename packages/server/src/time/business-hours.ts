import { assert } from './assert.ts';
import { type Calendar, type CalendarVersion, minutesOfSlot, type Slot, weekdayNames } from './calendar.ts';
import { dayMs, type Instant, minuteMs } from './instant.ts';
import { type Interval, type Intervals, normaliseIntervals, uniteIntervals } from './interval.ts';
import { civilOfDayNumber, type DayNumber, dayNumberOf, weekdayOf } from './local-date.ts';
import { type LocalTime, type OffsetSpan, offsetSpans, type Zone, type Zones } from './zone-rules.ts';

// Business hours are defined instant by instant: an instant is in them when its wall time lies in a slot of its local
// date, or in the part past midnight of a slot of the date before. Turning the ends of each slot into instants instead,
// the obvious way, needs a rule for every wall time that a change of the clocks skips or repeats, and still gets an hour
// wrong where a slot ends inside the hour that is shown twice.
//
// So time is cut into spans of one offset first. Inside a span wall time is the instant plus a constant, and the slots
// of the days it shows are simply clipped to it: a repeated hour falls into two spans and counts in both, a skipped hour
// falls into none, a day that a zone left out is met by no span. No other rule for daylight saving exists.

/** The next change of being within hours: they open or close at `at`. */
export type Boundary = { readonly at: Instant; readonly kind: 'open' | 'close' };

/** How far `nextBoundary` looks ahead: further than the longest pause of a calendar that opens once a year. */
export const boundaryHorizonMs = 400 * dayMs;

/**
 * The instants of the window that are business hours of a valid calendar (`validateCalendar` finds no fault).
 *
 * @throws Bug when the calendar is not valid
 */
export function businessHours(calendar: Calendar, window: Interval, zones: Zones): Intervals {
  const hours: Interval[] = [];
  calendar.versions.forEach((version, index) => {
    const next = calendar.versions[index + 1];
    if (!canTouch(version, next, window)) return;
    const rules = dayRulesOf(version, next, zones);
    for (const span of offsetSpans(rules.zone, window)) addHoursOfSpan(hours, rules, span);
  });
  return normaliseIntervals(hours);
}

/** The hours of any of the calendars, each instant once: those of an agent of several groups. */
export function unionHours(calendars: readonly Calendar[], window: Interval, zones: Zones): Intervals {
  return uniteIntervals(...calendars.map((calendar) => businessHours(calendar, window, zones)));
}

/** Whether the instant is in the calendar's business hours. */
export function isWithin(calendar: Calendar, instant: Instant, zones: Zones): boolean {
  return businessHours(calendar, { from: instant, to: instant + 1 }, zones).length > 0;
}

/**
 * The first instant after the given one at which the calendar's hours open or close, or null when that does not happen
 * within `boundaryHorizonMs` (always open, or closed for longer than that): then ask again when that time has passed.
 */
export function nextBoundary(calendar: Calendar, instant: Instant, zones: Zones): Boundary | null {
  return nextUnionBoundary([calendar], instant, zones);
}

/** The same for the union of several calendars; where one closes as another opens there is no boundary. */
export function nextUnionBoundary(calendars: readonly Calendar[], instant: Instant, zones: Zones): Boundary | null {
  const horizon = instant + boundaryHorizonMs;
  // Most calendars change within a day; the year ahead is looked at only for those that do not.
  for (const to of [instant + 2 * dayMs, instant + 10 * dayMs, horizon]) {
    const first = unionHours(calendars, { from: instant, to }, zones)[0];
    if (first === undefined) continue;
    if (first.from > instant) return { at: first.from, kind: 'open' };
    if (first.to < to) return { at: first.to, kind: 'close' };
  }
  return null;
}

/** A slot as wall time since the midnight that its day begins with. */
type SlotTimes = { readonly startMs: LocalTime; readonly endMs: LocalTime };

/** A version ready to be asked for days. */
type DayRules = {
  readonly zone: Zone;
  readonly firstDay: DayNumber;
  /** The day from which the next version holds. */
  readonly endDay: DayNumber;
  /** By weekday, Monday at 0. */
  readonly week: readonly (readonly SlotTimes[])[];
  readonly once: ReadonlyMap<DayNumber, readonly SlotTimes[]>;
  /** By `yearDayKey`. */
  readonly yearly: ReadonlyMap<number, readonly SlotTimes[]>;
};

function dayRulesOf(version: CalendarVersion, next: CalendarVersion | undefined, zones: Zones): DayRules {
  const once = new Map<DayNumber, readonly SlotTimes[]>();
  const yearly = new Map<number, readonly SlotTimes[]>();
  for (const exception of version.exceptions) {
    const day = dayNumberOf(exception.date);
    if (exception.yearly) yearly.set(yearDayKey(day), slotTimesOf(exception.slots));
    else once.set(day, slotTimesOf(exception.slots));
  }
  return {
    zone: zones.zoneOf(version.timeZone),
    firstDay: effectiveDayOf(version),
    endDay: next === undefined ? Number.POSITIVE_INFINITY : effectiveDayOf(next),
    week: weekdayNames.map((name) => slotTimesOf(version.week[name] ?? [])),
    once,
    yearly,
  };
}

/** Spares reading versions of other times; a local date is at most a day off the date in UTC, and a slot a day longer. */
function canTouch(version: CalendarVersion, next: CalendarVersion | undefined, window: Interval): boolean {
  if (effectiveDayOf(version) > Math.floor(window.to / dayMs) + 1) return false;
  return next === undefined || effectiveDayOf(next) >= Math.floor(window.from / dayMs) - 1;
}

function effectiveDayOf(version: CalendarVersion): DayNumber {
  return version.effectiveFrom === null ? Number.NEGATIVE_INFINITY : dayNumberOf(version.effectiveFrom);
}

function slotTimesOf(slots: readonly Slot[]): readonly SlotTimes[] {
  return slots.map((slot) => {
    const minutes = minutesOfSlot(slot);
    assert(minutes !== null, 'Slots of a calendar in use have two different wall times.');
    return { startMs: minutes.start * minuteMs, endMs: minutes.end * minuteMs };
  });
}

function addHoursOfSpan(hours: Interval[], rules: DayRules, span: OffsetSpan): void {
  const localFrom = span.from + span.offsetMs;
  const localTo = span.to + span.offsetMs;
  // One day earlier, because its slots may run past midnight into the first day that the span shows.
  const firstDay = Math.max(rules.firstDay, Math.floor(localFrom / dayMs) - 1);
  const lastDay = Math.min(rules.endDay - 1, Math.floor((localTo - 1) / dayMs));
  for (let day = firstDay; day <= lastDay; day++) {
    for (const slot of slotsOfDay(rules, day)) {
      const from = Math.max(localFrom, day * dayMs + slot.startMs) - span.offsetMs;
      const to = Math.min(localTo, day * dayMs + slot.endMs) - span.offsetMs;
      if (from < to) hours.push({ from, to });
    }
  }
}

function slotsOfDay(rules: DayRules, day: DayNumber): readonly SlotTimes[] {
  const exception = rules.once.get(day) ?? (rules.yearly.size === 0 ? undefined : rules.yearly.get(yearDayKey(day)));
  return exception ?? (rules.week[weekdayOf(day) - 1] as readonly SlotTimes[]);
}

function yearDayKey(dayNumber: DayNumber): number {
  const { month, day } = civilOfDayNumber(dayNumber);
  return month * 100 + day;
}
