import { Type } from 'typebox';
import {
  choice,
  flag,
  instant,
  integer,
  list,
  localDate,
  name,
  optional,
  text,
  utcInstant,
  type Wire,
} from '../wire-field.ts';
import { answer, closed } from '../wire-object.ts';
import { CalendarRead } from './calendar.ts';

/** How to make a calendar of a file: `POST /calendars/ical`. */
export const CalendarFileQuery = closed('What the file does not say.', {
  name: optional(name('The name of the calendar. Default: the X-WR-CALNAME of the file.')),
});
export type CalendarFileQuery = Wire<typeof CalendarFileQuery>;

/** How to add a file to a calendar: `POST /calendars/{id}/ical`. */
export const CalendarFileAddQuery = closed('From when it holds, and what of it.', {
  effective_from: optional(
    localDate('The first local day from which it holds; days before it keep what they had. Default: today.'),
  ),
  only: optional(
    choice('Takes the holidays alone, and adds them to the hours that are there.', ['exceptions'] as const),
  ),
});
export type CalendarFileAddQuery = Wire<typeof CalendarFileAddQuery>;

const leftOut = list(
  'What in the file says nothing about business hours, by its line.',
  answer('One thing that was left out.', {
    line: integer('The line of the file, from 1.', { min: 1 }),
    detail: text('What it is.', { max: 500 }),
  }),
);

/** What became of a file. */
export const CalendarFileAnswer = answer('The calendar that the file led to.', {
  calendar: CalendarRead,
  left_out: leftOut,
});
export type CalendarFileAnswer = Wire<typeof CalendarFileAnswer>;

/** A calendar as iCalendar. */
export const CalendarFile = Type.String({ description: 'A calendar as iCalendar (RFC 5545).' });

/** When to look: `GET /calendars/{id}/within`. */
export const WithinQuery = closed('When to look.', {
  at: optional(instant('The instant to look at. Default: now.')),
});
export type WithinQuery = Wire<typeof WithinQuery>;

/** Whether an instant is in business hours, and when that changes. */
export const WithinRead = answer('Whether an instant lies in the business hours, and when that changes next.', {
  at: utcInstant('The instant that was looked at.'),
  within: flag('Whether it lies in the business hours.'),
  next: Type.Unsafe<{ readonly at: string; readonly kind: 'open' | 'close' } | null>({
    ...answer('The next opening or closing; null when there is none within 400 days.', {
      at: utcInstant('When the hours open or close.'),
      kind: choice('Which of the two.', ['open', 'close'] as const),
    }),
    type: ['object', 'null'],
  }),
});
export type WithinRead = Wire<typeof WithinRead>;
