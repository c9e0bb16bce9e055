import { CalendarCreate, CalendarPage, CalendarPatch, CalendarRead, IdPath } from '@rollcall/contract';
import type { CalendarRecord } from '../../activity/record.ts';
import { type Answer, done, refuse } from '../../directory/rejection.ts';
import { changeCalendar, createCalendar, findCalendar, removeCalendar } from '../../engine/calendar-commands.ts';
import type { Recorded } from '../../engine/memory.ts';
import { calendarRead, calendarRefusal, changedVersion, newCalendarInput } from '../codecs/calendar-codec.ts';
import { PageQuery } from '../page-query.ts';
import { listPage } from '../queries/list-page.ts';
import { MAY } from '../roles.ts';
import { command, encoded, query, type Route, type Writing } from '../route.ts';

const chapter = 'Calendars';

export const calendarRoutes: readonly Route[] = [
  query({
    method: 'GET',
    path: '/calendars',
    chapter,
    roles: MAY.readSettings,
    summary: 'Lists the calendars of business hours, oldest first.',
    query: PageQuery,
    answer: { status: 200, schema: CalendarPage },
    refusals: [],
    read: ({ engine }, { caller, now }, input) => {
      const items = [...engine.memory.calendars.values()]
        .filter(({ account, record }) => account === caller.account && !record.removed)
        .map(({ record }) => record);
      const encode = (record: CalendarRecord) => calendarRead(record, now, engine.world.zones);
      return listPage({ list: 'calendars', items, placeOf: placeOfCalendar, encode }, input.query);
    },
  }),
  command({
    method: 'POST',
    path: '/calendars',
    chapter,
    roles: MAY.administer,
    summary: 'Creates a calendar of business hours.',
    body: CalendarCreate,
    example: {
      name: 'Berlin',
      time_zone: 'Europe/Berlin',
      week: {
        monday: [
          ['09:00', '12:30'],
          ['13:30', '18:00'],
        ],
        friday: [['09:00', '15:00']],
      },
      exceptions: [{ date: '2026-12-25', yearly: true, slots: [] }],
    },
    answer: { status: 201, schema: CalendarRead },
    refusals: ['name_taken'],
    decide: (writing, { body }) =>
      told(writing, createCalendar(writing.draft, writing.world, writing.ask, newCalendarInput(body))),
  }),
  query({
    method: 'GET',
    path: '/calendars/{id}',
    chapter,
    roles: MAY.readSettings,
    summary: 'Reads a calendar: the hours that hold now, and those of all times.',
    params: IdPath,
    answer: { status: 200, schema: CalendarRead },
    refusals: ['unknown_calendar'],
    read: ({ engine }, { caller, now }, { params }) => {
      const found = engine.memory.calendars.get(params.id.toLowerCase());
      if (found?.account !== caller.account || found.record.removed) return unknown(params.id);
      return done(calendarRead(found.record, now, engine.world.zones));
    },
  }),
  command({
    method: 'PATCH',
    path: '/calendars/{id}',
    chapter,
    roles: MAY.administer,
    summary: 'Changes a calendar: hours from a day on, and nothing before it.',
    about: 'What is left out is as on `effective_from` before. Without `effective_from`, hours change from today on.',
    params: IdPath,
    body: CalendarPatch,
    example: { week: { monday: [['10:00', '18:00']] }, effective_from: '2036-01-01' },
    answer: { status: 200, schema: CalendarRead },
    refusals: ['unknown_calendar', 'name_taken'],
    decide: (writing, { params, body }) => {
      const { draft, world, ask } = writing;
      const id = params.id.toLowerCase();
      const found = findCalendar(draft, ask.caller.account, id);
      if (found === undefined) return unknown(params.id);
      const version = changedVersion(body, found.record.calendar, ask.now, world.zones);
      return told(writing, changeCalendar(draft, world, ask, { id, name: body.name, version }));
    },
  }),
  command({
    method: 'DELETE',
    path: '/calendars/{id}',
    chapter,
    roles: MAY.administer,
    summary: 'Removes a calendar that nobody uses.',
    params: IdPath,
    answer: { status: 204 },
    refusals: ['unknown_calendar', 'calendar_in_use'],
    decide: ({ draft, ask }, { params }) => removeCalendar(draft, ask, { id: params.id.toLowerCase() }),
  }),
];

function told({ world, ask }: Writing, answer: Answer<Recorded<CalendarRecord>>): Answer<unknown> {
  if (answer.kind === 'rejected') return calendarRefusal(answer);
  return encoded(answer, ({ record }) => calendarRead(record, ask.now, world.zones));
}

function unknown(id: string) {
  return refuse('unknown_calendar', `There is no calendar ${id}.`);
}

function placeOfCalendar(calendar: CalendarRecord) {
  return [calendar.createdAt, calendar.id] as const;
}
