import type { CalendarCreate, CalendarPatch, CalendarRead } from '@rollcall/contract';
import type { CalendarRecord } from '../../activity/record.ts';
import type { Rejection } from '../../directory/rejection.ts';
import { assert } from '../../time/assert.ts';
import type { Calendar, CalendarVersion } from '../../time/calendar.ts';
import { dayMs, formatInstant, type Instant } from '../../time/instant.ts';
import { type LocalDate, localDateOf } from '../../time/local-date.ts';
import { localTimeAt, type Zones } from '../../time/zone-rules.ts';

type Hours = CalendarRead['versions'][number];

/** A calendar on the wire: the hours that hold now, and those of all times. */
export function calendarRead(record: CalendarRecord, now: Instant, zones: Zones): CalendarRead {
  const { versions } = record.calendar;
  const holding = versions.findLast((version) => startsBy(version, todayIn(version.timeZone, now, zones)));
  const [first] = versions;
  assert(first !== undefined, 'a calendar has at least one version');
  return {
    id: record.id,
    name: record.name,
    ...hoursRead(holding ?? first),
    versions: versions.map(hoursRead),
    created_at: formatInstant(record.createdAt),
  };
}

function hoursRead({ timeZone, week, exceptions, effectiveFrom }: CalendarVersion): Hours {
  return { time_zone: timeZone, week, exceptions, effective_from: effectiveFrom };
}

export function newCalendarInput(body: CalendarCreate): { readonly name: string; readonly version: CalendarVersion } {
  const { name, time_zone: timeZone, week, exceptions = [], effective_from: effectiveFrom = null } = body;
  return { name, version: { effectiveFrom, timeZone, week, exceptions: exceptions.map(exceptionInput) } };
}

/** The version that a change makes: what it leaves out is as on its day before. Undefined when it changes no hours. */
export function changedVersion(
  body: CalendarPatch,
  calendar: Calendar,
  now: Instant,
  zones: Zones,
): CalendarVersion | undefined {
  const { time_zone: timeZone, week, exceptions } = body;
  if (timeZone === undefined && week === undefined && exceptions === undefined) return undefined;
  const effectiveFrom = body.effective_from === undefined ? today(body, calendar, now, zones) : body.effective_from;
  const before = calendar.versions.findLast((version) => startsBy(version, effectiveFrom)) ?? calendar.versions[0];
  assert(before !== undefined, 'a calendar has at least one version');
  return {
    effectiveFrom,
    timeZone: timeZone ?? before.timeZone,
    week: week ?? before.week,
    exceptions: exceptions?.map(exceptionInput) ?? before.exceptions,
  };
}

/** In the zone that the hours will have, or, where that is unknown and so refused later, in the one they had. */
function today(body: CalendarPatch, calendar: Calendar, now: Instant, zones: Zones): LocalDate {
  const newest = calendar.versions.at(-1)?.timeZone ?? 'UTC';
  const zone = body.time_zone !== undefined && zones.isZone(body.time_zone) ? body.time_zone : newest;
  return todayIn(zone, now, zones);
}

/** The local day at an instant. */
export function todayIn(timeZone: string, now: Instant, zones: Zones): LocalDate {
  return localDateOf(Math.floor(localTimeAt(zones.zoneOf(timeZone), now) / dayMs));
}

function startsBy({ effectiveFrom }: CalendarVersion, day: LocalDate | null): boolean {
  return effectiveFrom === null || (day !== null && effectiveFrom <= day);
}

type Exception = NonNullable<CalendarCreate['exceptions']>[number];

function exceptionInput({ date, yearly = false, slots }: Exception): CalendarVersion['exceptions'][number] {
  return { date, yearly, slots };
}

/** The faults of hours, with the pointers that the caller knows: his body is one version, its names are the wire's. */
export function calendarRefusal(refusal: Rejection): Rejection {
  return {
    ...refusal,
    faults: refusal.faults.map(({ pointer, detail }) => ({ pointer: wirePointer(pointer), detail })),
  };
}

function wirePointer(pointer: string): string {
  return pointer
    .replace(/^\/versions\/[0-9]+/, '')
    .replace(/^\/timeZone\b/, '/time_zone')
    .replace(/^\/effectiveFrom\b/, '/effective_from');
}
