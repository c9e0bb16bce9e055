import {
  CalendarFile,
  CalendarFileAddQuery,
  CalendarFileAnswer,
  CalendarFileQuery,
  IdPath,
  shapeFaults,
  WithinQuery,
  WithinRead,
} from '@rollcall/contract';
import type { CalendarRecord } from '../../activity/record.ts';
import { type Answer, done, type Rejection, refuse } from '../../directory/rejection.ts';
import type { Ask } from '../../engine/agent-commands.ts';
import { addVersions, createWholeCalendar, findCalendar } from '../../engine/calendar-commands.ts';
import type { Recorded } from '../../engine/memory.ts';
import { assert } from '../../time/assert.ts';
import { isWithin, nextBoundary } from '../../time/business-hours.ts';
import { calendarFromIcal, holidaysFromIcal } from '../../time/calendar-from-ical.ts';
import { calendarToIcal } from '../../time/calendar-to-ical.ts';
import type { IcalFault } from '../../time/ical-component.ts';
import { versionsFrom, versionsWithExceptions } from '../../time/imported-versions.ts';
import { formatInstant, parseInstant } from '../../time/instant.ts';
import { dayNumberOf, isLocalDate } from '../../time/local-date.ts';
import { todayIn } from '../codecs/calendar-codec.ts';
import { calendarFileAnswer, fileRefusal } from '../codecs/calendar-file-codec.ts';
import { HTTP_LIMITS } from '../limits.ts';
import { refusedInput } from '../problem-answer.ts';
import { MAY } from '../roles.ts';
import { command, type Input, query, type Route, type Writing } from '../route.ts';
import type { Services } from '../services.ts';
import { TextBody } from '../text-body.ts';

const chapter = 'Calendars';

export const calendarFileRoutes: readonly Route[] = [
  command({
    method: 'POST',
    path: '/calendars/ical',
    chapter,
    roles: MAY.administer,
    summary: 'Creates a calendar from an iCalendar file: weekly events are hours, all-day events are holidays.',
    about:
      'What a calendar cannot say is refused, and `errors` names the line of every such event (`/lines/N`); `left_out` names what says nothing about hours.',
    query: CalendarFileQuery,
    takesText: ['text/calendar'],
    bodyBytesMax: HTTP_LIMITS.bodyBytesMax,
    answer: { status: 201, schema: CalendarFileAnswer },
    refusals: ['name_taken'],
    decide: (writing, input) => {
      const { draft, world, ask } = writing;
      const asked = input.query as CalendarFileQuery;
      const reading = calendarFromIcal(textOf(input), world.zones);
      if (reading.kind === 'refused') return fileRefusal(reading.faults);
      const name = asked.name ?? reading.name ?? '';
      const faults = shapeFaults(CalendarFileQuery, { name });
      if (faults.length > 0) return refusedInput(faults);
      const { calendar, leftOut } = reading;
      return told(writing, createWholeCalendar(draft, world, ask, { name, calendar }), leftOut);
    },
  }),
  command({
    method: 'POST',
    path: '/calendars/{id}/ical',
    chapter,
    roles: MAY.administer,
    summary: 'Adds the hours of an iCalendar file to a calendar from a day on, or its holidays alone.',
    about:
      'Days before `effective_from` keep what they had. With `only=exceptions`, the hours of the file are left out.',
    params: IdPath,
    query: CalendarFileAddQuery,
    takesText: ['text/calendar'],
    bodyBytesMax: HTTP_LIMITS.bodyBytesMax,
    answer: { status: 201, schema: CalendarFileAnswer },
    refusals: ['unknown_calendar'],
    decide: addFile,
  }),
  query({
    method: 'GET',
    path: '/calendars/{id}/ical',
    chapter,
    roles: MAY.readSettings,
    summary: 'Reads a calendar as an iCalendar file, which can be read back to the same hours.',
    params: IdPath,
    answer: { status: 200, schema: CalendarFile, mediaType: 'text/calendar' },
    refusals: ['unknown_calendar'],
    read: (services, ask, { params }) => {
      const found = durableCalendar(services, ask, params.id);
      if (found.kind === 'rejected') return found;
      const { id, name, createdAt, calendar } = found.value.record;
      return done(calendarToIcal(calendar, { id, name, stampedAt: createdAt }, services.engine.world.zones));
    },
  }),
  query({
    method: 'GET',
    path: '/calendars/{id}/within',
    chapter,
    roles: MAY.readSettings,
    summary: 'Says whether an instant lies in the business hours, and when that changes next.',
    params: IdPath,
    query: WithinQuery,
    answer: { status: 200, schema: WithinRead },
    refusals: ['unknown_calendar'],
    read: (services, ask, input) => {
      const found = durableCalendar(services, ask, input.params.id);
      if (found.kind === 'rejected') return found;
      const { calendar } = found.value.record;
      const { zones } = services.engine.world;
      const at = input.query.at === undefined ? ask.now : parseInstant(input.query.at);
      assert(at !== null, 'the shape of the query was checked');
      const next = nextBoundary(calendar, at, zones);
      return done({
        at: formatInstant(at),
        within: isWithin(calendar, at, zones),
        next: next === null ? null : { at: formatInstant(next.at), kind: next.kind },
      });
    },
  }),
];

function addFile(writing: Writing, input: Input<unknown, unknown>): Answer<unknown> {
  const { draft, world, ask } = writing;
  const { effective_from: asked, only } = input.query as CalendarFileAddQuery;
  const id = input.params.id.toLowerCase();
  const found = findCalendar(draft, ask.caller.account, id);
  if (found === undefined) return unknown(input.params.id);
  if (asked !== undefined && !isLocalDate(asked)) {
    return refusedInput([{ pointer: '/effective_from', detail: 'expected a day that exists, such as 2026-03-04' }]);
  }
  const { calendar } = found.record;
  const from = asked ?? todayIn(calendar.versions.at(-1)?.timeZone ?? 'UTC', ask.now, world.zones);
  if (only === 'exceptions') {
    const holidays = holidaysFromIcal(textOf(input), dayNumberOf(from), world.zones);
    if (holidays.kind === 'refused') return fileRefusal(holidays.faults);
    const versions = versionsWithExceptions(calendar, holidays.exceptions, from);
    return told(writing, addVersions(draft, world, ask, { id, versions }), holidays.leftOut);
  }
  const reading = calendarFromIcal(textOf(input), world.zones);
  if (reading.kind === 'refused') return fileRefusal(reading.faults);
  const versions = versionsFrom(reading.calendar, from);
  return told(writing, addVersions(draft, world, ask, { id, versions }), reading.leftOut);
}

function textOf({ body }: Input<unknown, unknown>): string {
  assert(body instanceof TextBody, 'a route that takes text gets no other body');
  return body.text;
}

function told(
  { world, ask }: Writing,
  answer: Answer<Recorded<CalendarRecord>>,
  leftOut: readonly IcalFault[],
): Answer<unknown> {
  if (answer.kind === 'rejected') return answer;
  return done(calendarFileAnswer(answer.value.record, leftOut, { now: ask.now, zones: world.zones }));
}

function durableCalendar({ engine }: Services, { caller }: Ask, id: string): Answer<Recorded<CalendarRecord>> {
  const found = engine.memory.calendars.get(id.toLowerCase());
  if (found?.account !== caller.account || found.record.removed) return unknown(id);
  return done(found);
}

function unknown(id: string): Rejection {
  return refuse('unknown_calendar', `There is no calendar ${id}.`);
}
