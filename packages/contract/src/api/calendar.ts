import { Type } from 'typebox';
import { WIRE_LIMITS } from '../limits.ts';
import {
  flag,
  list,
  localDate,
  name,
  opaqueId,
  optional,
  orNull,
  timeZone,
  utcInstant,
  type Wire,
  wallTime,
} from '../wire-field.ts';
import { answer, closed } from '../wire-object.ts';
import { pageOf } from './page.ts';

const slot = Type.Unsafe<readonly [start: string, end: string]>({
  type: 'array',
  description:
    'A slot: its start and its end in local wall time, hh:mm; 24:00 is allowed as an end, and an end before the start lies on the next day.',
  items: wallTime('A wall time, hh:mm.'),
  minItems: 2,
  maxItems: 2,
});

const slots = (when: string) =>
  list(`The slots that start on ${when}, in any order, none overlapping another.`, slot, {
    max: WIRE_LIMITS.slotsOfDayMax,
  });

const week = closed('The slots of each weekday; a day that is left out has none.', {
  monday: optional(slots('Mondays')),
  tuesday: optional(slots('Tuesdays')),
  wednesday: optional(slots('Wednesdays')),
  thursday: optional(slots('Thursdays')),
  friday: optional(slots('Fridays')),
  saturday: optional(slots('Saturdays')),
  sunday: optional(slots('Sundays')),
});

const exception = closed('A date with other hours than its weekday.', {
  date: localDate('The local date, YYYY-MM-DD.'),
  yearly: optional(flag('Whether it comes back every year on that month and day. Default false.')),
  slots: slots('that date; none: closed'),
});

const fields = {
  name: name('The name, 1 to 200 characters; unique in the account whatever the case.'),
  time_zone: timeZone('The IANA time zone whose wall clocks the slots mean.'),
  week,
  exceptions: list('Holidays and other exceptions. Default: none.', exception, {
    max: WIRE_LIMITS.exceptionsOfCalendarMax,
  }),
  effective_from: orNull(
    localDate(
      'The first local day, YYYY-MM-DD, from which these hours hold; days before it keep the hours they had. Null: since ever (default of a new calendar).',
    ),
  ),
};

/** A calendar of business hours to create. */
export const CalendarCreate = closed('A calendar to create.', {
  name: fields.name,
  time_zone: fields.time_zone,
  week: fields.week,
  exceptions: optional(fields.exceptions),
  effective_from: optional(fields.effective_from),
});
export type CalendarCreate = Wire<typeof CalendarCreate>;

/**
 * Changes to a calendar: what is left out is taken from the version that holds on `effective_from`. Hours change from
 * that day on and rewrite nothing before it; without it, from today in the calendar's zone.
 */
export const CalendarPatch = closed('What to change; hours change from effective_from on.', {
  name: optional(fields.name),
  time_zone: optional(fields.time_zone),
  week: optional(fields.week),
  exceptions: optional(fields.exceptions),
  effective_from: optional(fields.effective_from),
});
export type CalendarPatch = Wire<typeof CalendarPatch>;

const readFields = {
  time_zone: fields.time_zone,
  week: fields.week,
  exceptions: fields.exceptions,
  effective_from: fields.effective_from,
};

/** A calendar: the version that holds now, and all of them. */
export const CalendarRead = answer('A calendar of business hours.', {
  id: opaqueId('The id of the calendar.'),
  name: fields.name,
  ...readFields,
  versions: list(
    'Every version, in the order in which they take effect.',
    answer('The hours from a day on.', readFields),
  ),
  created_at: utcInstant('When it was created.'),
});
export type CalendarRead = Wire<typeof CalendarRead>;

export const CalendarPage = pageOf('Calendars of the account, oldest first.', CalendarRead);
export type CalendarPage = Wire<typeof CalendarPage>;
