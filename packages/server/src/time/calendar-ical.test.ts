import assert from 'node:assert/strict';
import { describe, test } from 'node:test';
import fc from 'fast-check';
import { businessHours } from './business-hours.ts';
import {
  type Calendar,
  type CalendarException,
  type CalendarVersion,
  type Slot,
  type Week,
  weekdayNames,
} from './calendar.ts';
import { calendarFromIcal, holidaysFromIcal } from './calendar-from-ical.ts';
import { calendarToIcal } from './calendar-to-ical.ts';
import { dayMs } from './instant.ts';
import { addDays, dayNumberOf, localDateOf } from './local-date.ts';
import { validateCalendar } from './validate-calendar.ts';
import { createZones } from './zone.ts';

const zones = createZones('the runtime');
const title = { id: 'one', name: 'Büro; Berlin, "Mitte"', stampedAt: Date.UTC(2026, 2, 4, 9) };

const newYork = (date: string, time: string) => `TZID=America/New_York:${date}T${time}00`;

function file(...events: readonly (readonly string[])[]): string {
  const bodies = events.map((lines) => ['BEGIN:VEVENT', 'UID:one@example.com', ...lines, 'END:VEVENT'].join('\r\n'));
  return ['BEGIN:VCALENDAR', 'VERSION:2.0', ...bodies, 'END:VCALENDAR'].join('\r\n');
}

/** Monday to Friday, 9 to 17 in New York, from Monday 2 March 2026 on. */
const office = [
  `DTSTART;${newYork('20260302', '0900')}`,
  `DTEND;${newYork('20260302', '1700')}`,
  'RRULE:FREQ=WEEKLY;BYDAY=MO,TU,WE,TH,FR',
];
const weekdays: Week = Object.fromEntries(weekdayNames.slice(0, 5).map((name) => [name, [['09:00', '17:00']]]));
const officeVersion: CalendarVersion = {
  effectiveFrom: '2026-03-02',
  timeZone: 'America/New_York',
  week: weekdays,
  exceptions: [],
};

function read(text: string): Calendar {
  const reading = calendarFromIcal(text, zones);
  assert.ok(reading.kind === 'read', JSON.stringify(reading));
  assert.deepEqual(validateCalendar(reading.calendar, zones), []);
  return reading.calendar;
}

function faultsOf(text: string): readonly string[] {
  const reading = calendarFromIcal(text, zones);
  assert.equal(reading.kind, 'refused');
  return reading.kind === 'refused' ? reading.faults.map(({ line, detail }) => `${line}: ${detail}`) : [];
}

function exceptionsOf(...more: readonly (readonly string[])[]): readonly CalendarException[] {
  const [version, ...others] = read(file(office, ...more)).versions;
  assert.deepEqual(others, []);
  assert.ok(version !== undefined);
  assert.deepEqual({ ...version, exceptions: [] }, officeVersion);
  return version.exceptions;
}

const closed = (date: string, yearly = false): CalendarException => ({ date, yearly, slots: [] });

describe('reading', () => {
  test('makes one week of series that begin in the same week', () => {
    assert.deepEqual(read(file(office)).versions, [officeVersion]);
    const single = (date: string, day: string) => [
      `DTSTART;${newYork(date, '0900')}`,
      'DURATION:PT8H',
      `RRULE:FREQ=WEEKLY;BYDAY=${day}`,
    ];
    const apart = file(
      single('20260304', 'WE'),
      single('20260302', 'MO'),
      single('20260303', 'TU'),
      single('20260305', 'TH'),
      single('20260306', 'FR'),
    );
    assert.deepEqual(read(apart).versions, [officeVersion]);
  });

  test('takes a daily rule, a rule without days, times in UTC, zones of the calendar and of a component', () => {
    const daily = read(file([`DTSTART;${newYork('20260302', '2200')}`, 'DURATION:PT8H', 'RRULE:FREQ=DAILY']));
    assert.deepEqual(daily.versions[0]?.week.sunday, [['22:00', '06:00']]);
    const plain = read(
      file(['DTSTART:20260302T090000Z', 'DTEND:20260302T240000Z'.replace('24', '10'), 'RRULE:FREQ=WEEKLY']),
    );
    assert.deepEqual([plain.versions[0]?.timeZone, plain.versions[0]?.week], ['UTC', { monday: [['09:00', '10:00']] }]);
    const common = file(['DTSTART:20260302T000000', 'DTEND:20260303T000000', 'RRULE:FREQ=WEEKLY']).replace(
      'VERSION:2.0',
      'X-WR-TIMEZONE:Asia/Tokyo',
    );
    assert.deepEqual(read(common).versions[0]?.week, { monday: [['00:00', '24:00']] });
    const zone = ['BEGIN:VTIMEZONE', 'TZID:Eastern', 'X-LIC-LOCATION:America/New_York', 'END:VTIMEZONE'].join('\r\n');
    const own = file(office).replaceAll('America/New_York', 'Eastern').replace('VERSION:2.0', zone);
    assert.deepEqual(read(own).versions, [officeVersion]);
  });

  test('cuts time where a series ends and another begins, and says that hours have ended', () => {
    const until = [...office.slice(0, 2), `${office[2]};UNTIL=20260313T130000Z`];
    const summer = [
      `DTSTART;${newYork('20260316', '1000')}`,
      `DTEND;${newYork('20260316', '1500')}`,
      'RRULE:FREQ=WEEKLY;BYDAY=MO,TH;COUNT=3',
    ];
    const { versions } = read(file(until, summer));
    const short: Week = { monday: [['10:00', '15:00']], thursday: [['10:00', '15:00']] };
    assert.deepEqual(
      versions.map(({ effectiveFrom, week }) => [effectiveFrom, week]),
      [
        ['2026-03-02', weekdays],
        ['2026-03-16', short],
        ['2026-03-26', {}],
      ],
    );
    const hours = businessHours({ versions }, { from: Date.UTC(2026, 2, 1), to: Date.UTC(2026, 3, 30) }, zones);
    assert.equal(hours.length, 10 + 3);
  });

  test('leaves out, adds and moves single occurrences', () => {
    const left = [...office, `EXDATE;${newYork('20260310', '0900')},20260311T090000`];
    assert.deepEqual(read(file(left)).versions[0]?.exceptions, [closed('2026-03-10'), closed('2026-03-11')]);
    const added = [...office, `RDATE;${newYork('20260307', '1100')}`];
    assert.deepEqual(read(file(added)).versions[0]?.exceptions, [
      { date: '2026-03-07', yearly: false, slots: [['11:00', '19:00']] },
    ]);
    const shorter = [
      `RECURRENCE-ID;${newYork('20260310', '0900')}`,
      `DTSTART;${newYork('20260310', '1000')}`,
      `DTEND;${newYork('20260310', '1200')}`,
    ];
    const moved = [
      `RECURRENCE-ID;${newYork('20260311', '0900')}`,
      `DTSTART;${newYork('20260314', '1000')}`,
      'DURATION:PT1H',
    ];
    const cancelled = [
      'RECURRENCE-ID:20260312T130000Z',
      'STATUS:CANCELLED',
      `DTSTART;${newYork('20260312', '0900')}`,
      'DURATION:PT8H',
    ];
    assert.deepEqual(exceptionsOf(shorter, moved, cancelled), [
      { date: '2026-03-10', yearly: false, slots: [['10:00', '12:00']] },
      closed('2026-03-11'),
      closed('2026-03-12'),
      { date: '2026-03-14', yearly: false, slots: [['10:00', '11:00']] },
    ]);
  });

  test('keeps the other hours of a day of which one is left out', () => {
    const afternoon = [
      `DTSTART;${newYork('20260302', '1800')}`,
      `DTEND;${newYork('20260302', '2000')}`,
      'RRULE:FREQ=WEEKLY;BYDAY=MO',
      `EXDATE;${newYork('20260309', '1800')}`,
      // No occurrence begins at this time, so nothing is left out.
      `EXDATE;${newYork('20260316', '1900')}`,
    ];
    const [version] = read(file(office, afternoon)).versions;
    assert.deepEqual(version?.exceptions, [{ date: '2026-03-09', yearly: false, slots: [['09:00', '17:00']] }]);
  });

  test('closes on holidays of a day, of several, and of every year', () => {
    const day = ['DTSTART;VALUE=DATE:20260406', 'SUMMARY:Invented'];
    const two = ['DTSTART;VALUE=DATE:20260504', 'DTEND;VALUE=DATE:20260506'];
    const yearly = ['DTSTART;VALUE=DATE:20261225', 'DURATION:P2D', 'RRULE:FREQ=YEARLY'];
    assert.deepEqual(
      exceptionsOf(day, two, yearly),
      [
        closed('2026-12-25', true),
        closed('2026-12-26', true),
        closed('2026-04-06'),
        closed('2026-05-04'),
        closed('2026-05-05'),
      ].filter(({ date, yearly: isYearly }) => isYearly || date !== '2026-12-26'),
    );
  });

  test('closes on a yearly holiday only from its first year on, and only to its last', () => {
    const begins = ['DTSTART;VALUE=DATE:20280704', 'RRULE:FREQ=YEARLY;COUNT=2'];
    const calendar = read(file(office, begins));
    const closedIn = (year: number) => {
      const day = Date.UTC(year, 6, 4);
      return businessHours(calendar, { from: day + dayMs / 4, to: day + dayMs }, zones).length === 0;
    };
    // 4 July is a weekday in all of these years but 2027.
    assert.deepEqual([2028, 2029, 2030, 2031].map(closedIn), [true, true, false, false]);
    assert.equal(closedIn(2033), false);
  });

  test('names every line that cannot be said, all at once', () => {
    const start = office.slice(0, 2);
    const utc = 'DTSTART:20260302T090000Z';
    /** An event, the line of it that is at fault (0: the event), and what is said of that. */
    const rows: readonly (readonly [readonly string[], number, RegExp])[] = [
      [[...start, 'RRULE:FREQ=WEEKLY;INTERVAL=2;BYDAY=MO'], 3, /INTERVAL=2 cannot be said/],
      [[...start, 'RRULE:FREQ=WEEKLY;BYDAY=MO;BYSETPOS=1'], 3, /BYSETPOS=1 cannot be said here/],
      [[...start, 'RRULE:FREQ=MONTHLY'], 3, /FREQ=MONTHLY cannot be said/],
      [[...start, 'RRULE:FREQ=WEEKLY;BYDAY=1MO'], 3, /BYDAY=1MO cannot be said/],
      [[...start, 'RRULE:FREQ=WEEKLY;BYDAY=TU'], 3, /starts on a day that its rule leaves out/],
      [[...start, 'RRULE:FREQ=WEEKLY;COUNT=0'], 3, /COUNT=0 is no number/],
      [[...start, 'RRULE:FREQ=WEEKLY;UNTIL=2026'], 3, /UNTIL says "2026"/],
      [
        ['DTSTART;TZID=W. Europe Standard Time:20260302T090000', 'DURATION:PT1H'],
        1,
        /"W. Europe Standard Time" is no name/,
      ],
      [['DTSTART:20260302T090000', 'DURATION:PT1H'], 1, /has no time zone/],
      [['DTSTART:20260230T090000Z', 'DURATION:PT1H'], 1, /there is no such day/],
      [['DTSTART;VALUE=DATE:20260302', 'RRULE:FREQ=WEEKLY'], 0, /one that comes back every week cannot be said/],
      [['DTSTART:20260302T090030Z', 'DURATION:PT1H', 'RRULE:FREQ=WEEKLY'], 0, /whole minutes/],
      [[utc, 'DURATION:PT25H', 'RRULE:FREQ=WEEKLY'], 0, /Hours of a day or more/],
      [[utc, 'RRULE:FREQ=WEEKLY'], 0, /takes no time/],
      [[utc, 'DTEND:20260302T080000Z'], 2, /ends before it takes any time/],
      [[utc, 'DTEND;TZID=Europe/Berlin:20260302T110000'], 2, /ends in another zone/],
      [[utc, 'DTEND;VALUE=DATE:20260303'], 2, /One end of the event is a date/],
      [[utc, 'DURATION:-PT1H'], 2, /is no length of this event/],
      [[utc, 'DURATION:PT1H', 'RRULE:FREQ=YEARLY'], 0, /every year on a date cannot be said/],
      [['DTSTART;VALUE=DATE:20260525', 'RRULE:FREQ=YEARLY;BYDAY=-1MO'], 2, /BYDAY=-1MO cannot be said/],
      [['DTSTART;VALUE=DATE:20260228', 'DURATION:P2D', 'RRULE:FREQ=YEARLY'], 0, /over the end of February/],
      [['DTSTART;VALUE=DATE:20260228', 'DURATION:P60W'], 0, /A holiday of 420 days/],
      [['RECURRENCE-ID;RANGE=THISANDFUTURE:20260302T090000Z', utc, 'DURATION:PT1H'], 1, /RANGE cannot be said/],
      [[utc, 'DURATION:PT1H', 'RRULE:FREQ=WEEKLY', 'EXDATE;VALUE=DATE:20260309'], 4, /EXDATE names a date/],
      [[utc, 'DURATION:PT1H', 'RDATE;VALUE=PERIOD:20260309T090000Z/PT2H'], 3, /periods cannot be said/],
      [[utc, 'DURATION:PT1H', 'RRULE:FREQ=WEEKLY', 'RRULE:FREQ=WEEKLY'], 4, /second RRULE/],
      [[utc, 'DURATION:PT1H', 'EXRULE:FREQ=WEEKLY'], 3, /EXRULE cannot be said/],
      [['SUMMARY:nothing'], 0, /no DTSTART/],
    ];
    const faults = faultsOf(file(...rows.map(([lines]) => lines)));
    assert.equal(faults.length, rows.length, faults.join('\n'));
    let line = 3;
    for (const [lines, offset, expected] of rows) {
      const at = offset === 0 ? line : line + 1 + offset;
      const fault = faults.find((one) => one.startsWith(`${at}: `));
      assert.match(fault ?? `nothing at ${at}: ${faults.join()}`, expected);
      assert.match(fault ?? '', /^\d+: [A-Z"].*\.$/);
      line += lines.length + 3;
    }
  });

  test('refuses hours that overlap, two zones at once, and hours on a holiday', () => {
    const lunch = [`DTSTART;${newYork('20260303', '1200')}`, 'DURATION:PT1H', 'RRULE:FREQ=WEEKLY'];
    assert.match(faultsOf(file(office, lunch)).join(), /^9: This event overlaps the one of line 3/);
    const berlin = ['DTSTART;TZID=Europe/Berlin:20260307T090000', 'DURATION:PT1H', 'RRULE:FREQ=WEEKLY'];
    assert.match(faultsOf(file(office, berlin)).join(), /^9: .*Europe\/Berlin, and the one of line 3 in America/);
    const holiday = ['DTSTART;VALUE=DATE:20260307'];
    const open = [`DTSTART;${newYork('20260307', '1000')}`, 'DURATION:PT1H'];
    assert.match(faultsOf(file(office, open, holiday)).join(), /^14: 2026-03-07 is closed by this event/);
  });

  test('refuses what is no iCalendar, a file without hours, and a change of nothing', () => {
    for (const [text, expected] of [
      ['', /1: There is no VCALENDAR/],
      ['{"a": 1}', /1: This is no line of iCalendar/],
      ['BEGIN:VCALENDAR\nBEGIN:VEVENT\nEND:VCALENDAR', /3: END:VCALENDAR ends nothing/],
      ['BEGIN:VCALENDAR', /1: The VCALENDAR that begins here has no end/],
      [file(['DTSTART;VALUE=DATE:20260406']), /1: No event says weekly hours/],
      [
        file(office, ['RECURRENCE-ID:20260307T140000Z', 'DTSTART:20260307T140000Z', 'DURATION:PT1H']),
        /no occurrence on/,
      ],
    ] as const) {
      assert.match(faultsOf(text).join('\n'), expected);
    }
  });

  test('reports what it leaves out: cancelled events and other components', () => {
    const text = file(office, [...office, 'STATUS:CANCELLED']).replace(
      'END:VCALENDAR',
      'BEGIN:VTODO\r\nEND:VTODO\r\nEND:VCALENDAR',
    );
    const reading = calendarFromIcal(text, zones);
    assert.ok(reading.kind === 'read');
    assert.deepEqual(
      reading.leftOut.map(({ line }) => line),
      [9, 16],
    );
  });

  test('never throws on any text', () => {
    const line = fc.oneof(
      fc.constantFrom(
        'BEGIN:VCALENDAR',
        'END:VCALENDAR',
        'BEGIN:VEVENT',
        'END:VEVENT',
        'RRULE:FREQ=WEEKLY',
        'DTSTART:20260302T090000Z',
        'DURATION:PT1H',
        'RRULE:FREQ=YEARLY',
        'DTSTART;VALUE=DATE:20240229',
        'RECURRENCE-ID:20260309T090000Z',
        'EXDATE:20260309T090000Z',
        'RDATE:20260310T090000Z',
        'RRULE:FREQ=WEEKLY;COUNT=3',
        'RRULE:FREQ=DAILY;UNTIL=20260301',
        'UID:x',
        'STATUS:CANCELLED',
      ),
      fc.string({ maxLength: 20 }),
    );
    fc.assert(
      fc.property(fc.array(line, { maxLength: 20 }), (lines) => {
        const text = ['BEGIN:VCALENDAR', 'BEGIN:VEVENT', ...lines, 'END:VEVENT', 'END:VCALENDAR'].join('\n');
        const reading = calendarFromIcal(text, zones);
        if (reading.kind === 'read') assert.deepEqual(validateCalendar(reading.calendar, zones), []);
      }),
    );
  });
});

describe('holidays alone', () => {
  test('are the closed days from a day on; hours are left out and reported', () => {
    const text = file(
      office,
      ['DTSTART;VALUE=DATE:20251225', 'RRULE:FREQ=YEARLY'],
      ['DTSTART;VALUE=DATE:20260101'],
      ['DTSTART;VALUE=DATE:20260406', 'DTEND;VALUE=DATE:20260408'],
      ['DTSTART;VALUE=DATE:20250501', 'RRULE:FREQ=YEARLY;COUNT=3'],
    );
    const reading = holidaysFromIcal(text, dayNumberOf('2026-03-01'), zones);
    assert.ok(reading.kind === 'read', JSON.stringify(reading));
    assert.deepEqual(reading.exceptions.map(({ date, yearly }) => `${date} ${yearly}`).toSorted(), [
      '2025-12-25 true',
      '2026-04-06 false',
      '2026-04-07 false',
      '2026-05-01 false',
      '2027-05-01 false',
    ]);
    assert.deepEqual(reading.leftOut, [{ line: 3, detail: 'Hours are left out here.' }]);
    const late = file(['DTSTART;VALUE=DATE:20280101', 'RRULE:FREQ=YEARLY']);
    assert.equal(holidaysFromIcal(late, dayNumberOf('2026-03-01'), zones).kind, 'refused');
    assert.equal(holidaysFromIcal(file(office), dayNumberOf('2026-03-01'), zones).kind, 'refused');
  });
});

describe('writing', () => {
  test('folds lines, escapes the name, and reads the same back', () => {
    const name = 'ü'.repeat(80);
    const text = calendarToIcal({ versions: [officeVersion] }, { ...title, name }, zones);
    for (const line of text.split('\r\n')) assert.ok(Buffer.byteLength(line) <= 75, line);
    const reading = calendarFromIcal(text, zones);
    assert.ok(reading.kind === 'read');
    assert.deepEqual(reading.calendar.versions, [officeVersion]);
    assert.equal(reading.name, name);
    const again = calendarFromIcal(calendarToIcal({ versions: [officeVersion] }, title, zones), zones);
    assert.equal(again.kind === 'read' && again.name, title.name);
  });

  test('keeps the business hours of every calendar, over years and changes of the clocks', () => {
    fc.assert(
      fc.property(
        anyCalendar,
        fc.integer({ min: dayNumberOf('1968-01-01'), max: dayNumberOf('2031-01-01') }),
        (calendar, day) => {
          const text = calendarToIcal(calendar, title, zones);
          const reading = calendarFromIcal(text, zones);
          assert.ok(reading.kind === 'read', `${JSON.stringify(reading)}\n${text}`);
          assert.deepEqual(validateCalendar(reading.calendar, zones), []);
          for (const from of [day * dayMs, Date.UTC(2026, 1, 20)]) {
            const window = { from, to: from + 400 * dayMs };
            assert.deepEqual(
              businessHours(reading.calendar, window, zones),
              businessHours(calendar, window, zones),
              `${JSON.stringify(reading.calendar)}\n${text}`,
            );
          }
        },
      ),
      { numRuns: 300 },
    );
  });
});

const anyMinute = fc.integer({ min: 0, max: 95 }).map((quarter) => quarter * 15);
const anySlots = fc.uniqueArray(anyMinute, { minLength: 0, maxLength: 6 }).map((minutes): readonly Slot[] => {
  const sorted = minutes.toSorted((one, other) => one - other);
  const slots: Slot[] = [];
  for (let index = 0; index + 1 < sorted.length; index += 2) {
    slots.push([wall(sorted[index] ?? 0), wall(sorted[index + 1] ?? 0)]);
  }
  // The last one may run past midnight, at most to when the first begins on the next day.
  if (sorted.length % 2 === 1 && sorted.length > 1) slots.push([wall(sorted.at(-1) ?? 0), wall(sorted[0] ?? 0)]);
  return sorted.length === 1 ? [['00:00', '24:00']] : slots;
});

function wall(minute: number): string {
  return `${String(Math.floor(minute / 60)).padStart(2, '0')}:${String(minute % 60).padStart(2, '0')}`;
}

const anyDate = fc.integer({ min: dayNumberOf('2025-12-01'), max: dayNumberOf('2027-03-10') }).map(localDateOf);
const anyExceptions = fc.uniqueArray(
  fc.record({ date: fc.oneof(anyDate, fc.constant('2024-02-29')), yearly: fc.boolean(), slots: anySlots }),
  {
    maxLength: 6,
    selector: ({ date, yearly }) => (yearly ? date.slice(5) : date),
  },
);
const anyWeek = fc
  .record(Object.fromEntries(weekdayNames.map((name) => [name, anySlots])), { requiredKeys: [] })
  .filter((week) => Object.values(week).some((slots) => slots !== undefined && slots.length > 0)) as fc.Arbitrary<Week>;
const anyCalendar: fc.Arbitrary<Calendar> = fc
  .array(
    fc.record({
      days: fc.integer({ min: 1, max: 120 }),
      timeZone: fc.constantFrom('America/New_York', 'Europe/Berlin', 'Australia/Lord_Howe', 'Asia/Kolkata', 'UTC'),
      week: anyWeek,
      exceptions: anyExceptions,
    }),
    { minLength: 1, maxLength: 4 },
  )
  .chain((parts) => fc.tuple(fc.constant(parts), fc.boolean()))
  .map(([parts, isSinceEver]) => {
    let date = '2025-12-20';
    const versions = parts.map(({ days, ...version }, index): CalendarVersion => {
      date = addDays(date, days);
      return { ...version, effectiveFrom: index === 0 && isSinceEver ? null : date };
    });
    return { versions };
  });
