import {
  type Calendar,
  type CalendarException,
  type CalendarVersion,
  minutesOfSlot,
  type Slot,
  weekdayNameOf,
} from './calendar.ts';
import { escapedText, foldedLine } from './ical-component.ts';
import { DAY_MARK, VERSION_MARK } from './ical-event.ts';
import { icalDate, icalTime } from './ical-moment.ts';
import { icalWeekdays, sameDayOfYear, weekdayFrom } from './ical-rule.ts';
import { dayMs, type Instant, minuteMs } from './instant.ts';
import {
  civilOfDayNumber,
  type DayNumber,
  dayNumberOf,
  dayNumberOfCivil,
  type Weekday,
  weekdayOf,
} from './local-date.ts';
import { instantOfLocalTime, type LocalTime, type Zones } from './zone-rules.ts';

export type CalendarTitle = {
  readonly id: string;
  readonly name: string;
  /** What stands as DTSTAMP, which every event must have. */
  readonly stampedAt: Instant;
};

/**
 * The calendar as iCalendar, every version a set of series of its own that ends where the next one begins. A day with
 * other hours is left out of the series of its weekday (EXDATE) and said by itself, so that other programs show the same.
 * Two marks of our own (`X-ROLLCALL-FROM`, `X-ROLLCALL-REPLACES-DAY`) say what the format cannot: from which day a version
 * holds when its first hours come later, and that the hours of a day of the year take the place of its weekday's. The
 * calendar that `calendarFromIcal` makes of it has the same business hours.
 *
 * Source: https://www.rfc-editor.org/rfc/rfc5545 (read 2026-12-01)
 */
export function calendarToIcal(calendar: Calendar, title: CalendarTitle, zones: Zones): string {
  const { versions } = calendar;
  const zone = versions.at(-1)?.timeZone ?? 'UTC';
  const lines = [
    'BEGIN:VCALENDAR',
    'VERSION:2.0',
    'PRODID:-//Rollcall//Business hours//EN',
    'CALSCALE:GREGORIAN',
    `X-WR-CALNAME:${escapedText(title.name)}`,
    `X-WR-TIMEZONE:${zone}`,
  ];
  versions.forEach((version, index) => {
    const next = versions[index + 1]?.effectiveFrom;
    lines.push(...linesOfVersion(version, next ?? null, { title, zones, index }));
  });
  lines.push('END:VCALENDAR');
  return lines.map(foldedLine).join('');
}

type Around = { readonly title: CalendarTitle; readonly zones: Zones; readonly index: number };

/** The days of a version, the last one not included. */
type Stretch = { readonly from: DayNumber; readonly to: DayNumber };

function linesOfVersion(version: CalendarVersion, next: string | null, around: Around): readonly string[] {
  const stretch = {
    from: version.effectiveFrom === null ? Number.NEGATIVE_INFINITY : dayNumberOf(version.effectiveFrom),
    to: next === null ? Number.POSITIVE_INFINITY : dayNumberOf(next),
  };
  const isWithin = (day: DayNumber) => day >= stretch.from && day < stretch.to;
  const once = version.exceptions.filter(({ date, yearly }) => !yearly && isWithin(dayNumberOf(date)));
  const yearly = version.exceptions.filter((exception) => exception.yearly);
  const common = { version, stretch, around, replaced: once.map(({ date }) => dayNumberOf(date)) };
  const bodies = [
    ...seriesOf(common),
    ...yearly.flatMap((exception) => yearlyBodies(exception, common)),
    ...once.flatMap((exception) => onceBodies(exception, common)),
  ];
  return bodies.flatMap((body, index) => eventLines(body, index, version, around));
}

type Common = {
  readonly version: CalendarVersion;
  readonly stretch: Stretch;
  readonly around: Around;
  /** The dated exceptions. */
  readonly replaced: readonly DayNumber[];
};

/** One weekly series for each slot, on all the days that have it. */
function seriesOf({ version, stretch, around, replaced }: Common): readonly (readonly string[])[] {
  const bySlot = new Map<string, { readonly slot: Slot; readonly weekdays: Weekday[] }>();
  for (const weekday of [1, 2, 3, 4, 5, 6, 7] as const) {
    for (const slot of version.week[weekdayNameOf(weekday)] ?? []) {
      const entry = bySlot.get(slot.join()) ?? { slot, weekdays: [] };
      entry.weekdays.push(weekday);
      bySlot.set(slot.join(), entry);
    }
  }
  const bodies: (readonly string[])[] = [];
  for (const { slot, weekdays } of bySlot.values()) {
    const first = weekdayFrom(Number.isFinite(stretch.from) ? stretch.from : 0, weekdays, 1);
    const last = Number.isFinite(stretch.to) ? weekdayFrom(stretch.to - 1, weekdays, -1) : null;
    if (last !== null && last < stretch.from) continue;
    // Since ever, and over before the day that stands for it.
    const shown = last === null ? first : Math.min(first, last);
    const rule = `RRULE:FREQ=WEEKLY;BYDAY=${icalWeekdays(weekdays)}`;
    const until = last === null ? '' : `;UNTIL=${untilOf(last * dayMs + startMsOf(slot), version, around)}`;
    const exdates = replaced
      .filter((day) => weekdays.includes(weekdayOf(day)))
      .map((day) => `EXDATE;TZID=${version.timeZone}:${icalTime(day * dayMs + startMsOf(slot))}`);
    bodies.push(['SUMMARY:Open', ...slotLines(shown, slot, version), `${rule}${until}`, ...exdates]);
  }
  return bodies;
}

function yearlyBodies({ date, slots }: CalendarException, common: Common): readonly (readonly string[])[] {
  const { stretch, version, around, replaced } = common;
  const { month, day } = civilOfDayNumber(dayNumberOf(date));
  const from = Number.isFinite(stretch.from) ? stretch.from : 0;
  // 2000 had every day that a year can have.
  let first = dayNumberOfCivil(2000, month, day);
  while (first >= from) first = sameDayOfYear(first, -1);
  while (first < from) first = sameDayOfYear(first, 1);
  let last: DayNumber | null = null;
  if (Number.isFinite(stretch.to)) {
    last = first;
    while (last >= stretch.to) last = sameDayOfYear(last, -1);
    while (sameDayOfYear(last, 1) < stretch.to) last = sameDayOfYear(last, 1);
    if (last < stretch.from) return [];
    first = Math.min(first, last);
  }
  const isOnDay = (other: DayNumber) => {
    const { month: otherMonth, day: otherDay } = civilOfDayNumber(other);
    return otherMonth === month && otherDay === day;
  };
  const exdays = replaced.filter(isOnDay);
  if (slots.length === 0) {
    const until = last === null ? '' : `;UNTIL=${icalDate(last)}`;
    const exdates = exdays.map((other) => `EXDATE;VALUE=DATE:${icalDate(other)}`);
    return [['SUMMARY:Closed', ...dayLines(first), `RRULE:FREQ=YEARLY${until}`, ...exdates]];
  }
  return slots.map((slot) => {
    const until = last === null ? '' : `;UNTIL=${untilOf(last * dayMs + startMsOf(slot), version, around)}`;
    const exdates = exdays.map(
      (other) => `EXDATE;TZID=${version.timeZone}:${icalTime(other * dayMs + startMsOf(slot))}`,
    );
    const rule = `RRULE:FREQ=YEARLY${until}`;
    return [
      'SUMMARY:Open (in place of the hours of the day)',
      ...slotLines(first, slot, version),
      rule,
      ...exdates,
      `${DAY_MARK}:TRUE`,
    ];
  });
}

/** The day is out of every series already; what it has instead is said by itself. */
function onceBodies({ date, slots }: CalendarException, { version }: Common): readonly (readonly string[])[] {
  const day = dayNumberOf(date);
  if (slots.length === 0) return [['SUMMARY:Closed', ...dayLines(day)]];
  return slots.map((slot) => ['SUMMARY:Open', ...slotLines(day, slot, version)]);
}

function eventLines(
  body: readonly string[],
  number: number,
  version: CalendarVersion,
  { title, index }: Around,
): readonly string[] {
  return [
    'BEGIN:VEVENT',
    `UID:${title.id}-${index + 1}-${number + 1}@rollcall`,
    `DTSTAMP:${icalTime(title.stampedAt)}Z`,
    ...body,
    `${VERSION_MARK}:${version.effectiveFrom ?? 'EVER'}`,
    'END:VEVENT',
  ];
}

function slotLines(day: DayNumber, slot: Slot, { timeZone }: CalendarVersion): readonly string[] {
  const minutes = minutesOfSlot(slot) ?? { start: 0, end: 0 };
  const at = (minute: number) => icalTime(day * dayMs + minute * minuteMs);
  return [`DTSTART;TZID=${timeZone}:${at(minutes.start)}`, `DTEND;TZID=${timeZone}:${at(minutes.end)}`];
}

function dayLines(day: DayNumber): readonly string[] {
  return [`DTSTART;VALUE=DATE:${icalDate(day)}`, `DTEND;VALUE=DATE:${icalDate(day + 1)}`, 'TRANSP:TRANSPARENT'];
}

function startMsOf(slot: Slot): number {
  return (minutesOfSlot(slot)?.start ?? 0) * minuteMs;
}

/** The last start, in UTC, as the format asks of series with a zone. */
function untilOf(local: LocalTime, { timeZone }: CalendarVersion, { zones }: Around): string {
  const shown = instantOfLocalTime(zones.zoneOf(timeZone), local);
  const at = shown.kind === 'once' ? shown.at : shown.kind === 'twice' ? shown.earlier : shown.skippedAt;
  return `${icalTime(at)}Z`;
}
