import assert from 'node:assert/strict';
import { test } from 'node:test';
import fc from 'fast-check';
import { Bug } from './assert.ts';
import {
  boundaryHorizonMs,
  businessHours,
  isWithin,
  nextBoundary,
  nextUnionBoundary,
  unionHours,
} from './business-hours.ts';
import {
  type Calendar,
  type CalendarException,
  type CalendarVersion,
  type Slot,
  type Week,
  weekdayNames,
} from './calendar.ts';
import { dayMs, formatInstant, hourMs, type Instant, minuteMs, parseInstant } from './instant.ts';
import { type Interval, intervalsContain, intervalsLengthMs, uniteIntervals } from './interval.ts';
import { addDays } from './local-date.ts';
import { validateCalendar } from './validate-calendar.ts';
import { createZones } from './zone.ts';

const zones = createZones('the runtime');

function at(text: string): Instant {
  const instant = parseInstant(text);
  assert.ok(instant !== null, text);
  return instant;
}

/** From the start of one local day to the start of another (the next, when left out). */
function days(timeZone: string, first: string, end: string = addDays(first, 1)): Interval {
  const startOf = (date: string) => Temporal.PlainDate.from(date).toZonedDateTime(timeZone).epochMilliseconds;
  return { from: startOf(first), to: startOf(end) };
}

function everyDay(...slots: readonly Slot[]): Week {
  return Object.fromEntries(weekdayNames.map((name) => [name, slots]));
}

function calendarOf(timeZone: string, week: Week, exceptions: readonly CalendarException[] = []): Calendar {
  return { versions: [{ effectiveFrom: null, timeZone, week, exceptions }] };
}

const officeWeek: Week = Object.fromEntries(weekdayNames.slice(0, 5).map((name) => [name, [['09:00', '17:00']]]));
const office = calendarOf('America/New_York', officeWeek);

function hoursOn(slot: Slot, timeZone: string, date: string): number {
  return intervalsLengthMs(businessHours(calendarOf(timeZone, everyDay(slot)), days(timeZone, date), zones)) / hourMs;
}

test('counts each slot of a day when the clocks change as its wall times were shown', () => {
  const newYork = 'America/New_York';
  const [plain, spring, autumn] = ['2026-03-04', '2026-03-08', '2026-11-01'];
  const rows: readonly (readonly [Slot, string, string, number])[] = [
    [['09:00', '17:00'], newYork, plain, 8],
    [['09:00', '17:00'], newYork, spring, 8],
    [['09:00', '17:00'], newYork, autumn, 8],
    [['00:00', '24:00'], newYork, plain, 24],
    [['00:00', '24:00'], newYork, spring, 23],
    [['00:00', '24:00'], newYork, autumn, 25],
    [['01:00', '03:00'], newYork, spring, 1],
    [['01:00', '03:00'], newYork, autumn, 3],
    [['01:00', '02:30'], newYork, spring, 1],
    [['02:30', '03:30'], newYork, spring, 0.5],
    [['02:00', '03:00'], newYork, spring, 0],
    [['00:00', '01:30'], newYork, autumn, 2],
    [['01:00', '02:00'], newYork, autumn, 2],
    [['00:00', '24:00'], 'Europe/London', '2026-03-29', 23],
    [['00:00', '24:00'], 'Europe/London', '2026-10-25', 25],
    [['00:00', '24:00'], 'Australia/Lord_Howe', '2026-04-05', 24.5],
    [['00:00', '24:00'], 'Australia/Lord_Howe', '2026-10-04', 23.5],
    [['01:45', '02:15'], 'Australia/Lord_Howe', '2026-04-05', 0.75],
    [['01:45', '02:15'], 'Australia/Lord_Howe', '2026-10-04', 0.25],
    [['00:00', '24:00'], 'Asia/Kolkata', '2026-03-29', 24],
    [['09:00', '17:00'], 'Asia/Kathmandu', '1986-01-01', 8],
    [['00:00', '24:00'], 'Asia/Kathmandu', '1986-01-01', 23.75],
    [['00:00', '24:00'], 'America/St_Johns', '1988-04-03', 22],
    [['09:00', '17:00'], 'Africa/Casablanca', '2025-02-23', 8],
    [['00:00', '24:00'], 'Africa/Casablanca', '2025-02-23', 25],
    [['00:00', '24:00'], 'Africa/Casablanca', '2025-04-06', 23],
  ];
  for (const [slot, timeZone, date, expected] of rows) {
    assert.equal(hoursOn(slot, timeZone, date), expected, `${slot.join('–')} on ${date} in ${timeZone}`);
  }
});

test('gives a slot that ends inside the repeated hour in two pieces', () => {
  const calendar = calendarOf('America/New_York', everyDay(['00:00', '01:30']));
  assert.deepEqual(businessHours(calendar, days('America/New_York', '2026-11-01'), zones), [
    { from: at('2026-11-01T00:00-04:00'), to: at('2026-11-01T01:30-04:00') },
    { from: at('2026-11-01T01:00-05:00'), to: at('2026-11-01T01:30-05:00') },
  ]);
});

test('schedules the hours of an office week, of Sundays when the clocks change, and up to now', () => {
  const sunday = calendarOf('America/New_York', { sunday: [['00:00', '24:00']] });
  const friday = { from: days('America/New_York', '2026-03-06').from, to: at('2026-03-06T13:00-05:00') };
  const rows: readonly (readonly [Calendar, Interval, number])[] = [
    [office, days('America/New_York', '2026-03-04'), 480],
    [sunday, days('America/New_York', '2026-03-08'), 1380],
    [sunday, days('America/New_York', '2026-11-01'), 1500],
    [office, days('America/New_York', '2026-03-07'), 0],
    [office, friday, 240],
  ];
  for (const [calendar, window, minutes] of rows) {
    assert.equal(intervalsLengthMs(businessHours(calendar, window, zones)), minutes * minuteMs);
  }
});

test('skips the day that Samoa left out, but not what ran past its midnight', () => {
  const night = calendarOf('Pacific/Apia', everyDay(['22:00', '06:00']));
  assert.deepEqual(businessHours(night, days('Pacific/Apia', '2011-12-29', '2012-01-01'), zones), [
    { from: at('2011-12-29T00:00-10:00'), to: at('2011-12-29T06:00-10:00') },
    // 24:00 on the 29th is 00:00 on the 31st, which lies past the midnight of the 30th's own slot.
    { from: at('2011-12-29T22:00-10:00'), to: at('2011-12-31T06:00+14:00') },
    { from: at('2011-12-31T22:00+14:00'), to: at('2012-01-01T00:00+14:00') },
  ]);
  assert.equal(hoursOn(['00:00', '24:00'], 'Pacific/Apia', '2011-12-29'), 24);
  const friday = calendarOf('Pacific/Apia', { friday: [['00:00', '24:00']] });
  assert.deepEqual(businessHours(friday, days('Pacific/Apia', '2011-12-26', '2012-01-02'), zones), []);
});

test('gives a slot past midnight to the day it starts on', () => {
  const friday = calendarOf('Europe/London', { friday: [['22:00', '06:00']] });
  assert.deepEqual(businessHours(friday, days('Europe/London', '2026-03-02', '2026-03-09'), zones), [
    { from: at('2026-03-06T22:00Z'), to: at('2026-03-07T06:00Z') },
  ]);
  assert.deepEqual(businessHours(friday, days('Europe/London', '2026-03-07'), zones), [
    { from: at('2026-03-07T00:00Z'), to: at('2026-03-07T06:00Z') },
  ]);
});

test('replaces only the slots that start on the day of an exception', () => {
  const night = everyDay(['22:00', '06:00']);
  const closed = calendarOf('UTC', night, [{ date: '2026-03-04', yearly: false, slots: [] }]);
  assert.deepEqual(businessHours(closed, days('UTC', '2026-03-04', '2026-03-06'), zones), [
    { from: at('2026-03-04T00:00Z'), to: at('2026-03-04T06:00Z') },
    { from: at('2026-03-05T22:00Z'), to: at('2026-03-06T00:00Z') },
  ]);
  const other = calendarOf('UTC', night, [{ date: '2026-03-04', yearly: false, slots: [['23:00', '01:00']] }]);
  assert.deepEqual(businessHours(other, days('UTC', '2026-03-04', '2026-03-06'), zones)[1], {
    from: at('2026-03-04T23:00Z'),
    to: at('2026-03-05T01:00Z'),
  });
});

test('repeats a yearly exception, lets a dated one win, and meets 29 February only in leap years', () => {
  const calendar = calendarOf('UTC', everyDay(['09:00', '17:00']), [
    { date: '2026-12-25', yearly: true, slots: [] },
    { date: '2027-12-25', yearly: false, slots: [['10:00', '12:00']] },
    { date: '2024-02-29', yearly: true, slots: [] },
    { date: '2026-11-01', yearly: true, slots: [] },
  ]);
  const rows: readonly (readonly [string, number])[] = [
    ['2025-12-25', 0],
    ['2026-12-25', 0],
    ['2027-12-25', 2],
    ['2028-12-25', 0],
    ['2026-12-24', 8],
    ['2031-11-01', 0],
    ['2031-10-11', 8],
    ['2031-01-11', 8],
    ['2026-02-28', 8],
    ['2026-03-01', 8],
    ['2028-02-28', 8],
    ['2028-02-29', 0],
    ['2028-03-01', 8],
  ];
  for (const [date, hours] of rows) {
    assert.equal(intervalsLengthMs(businessHours(calendar, days('UTC', date), zones)), hours * hourMs, date);
  }
});

test('rewrites nothing that started before a version takes effect', () => {
  const old: CalendarVersion = {
    effectiveFrom: null,
    timeZone: 'America/New_York',
    week: everyDay(['22:00', '06:00']),
    exceptions: [{ date: '2026-03-04', yearly: false, slots: [] }],
  };
  const changed: CalendarVersion = {
    ...old,
    effectiveFrom: '2026-03-03',
    week: everyDay(['09:00', '10:00']),
    exceptions: [],
  };
  assert.deepEqual(
    businessHours({ versions: [old, changed] }, days('America/New_York', '2026-03-02', '2026-03-05'), zones),
    [
      { from: at('2026-03-02T00:00-05:00'), to: at('2026-03-02T06:00-05:00') },
      { from: at('2026-03-02T22:00-05:00'), to: at('2026-03-03T06:00-05:00') },
      { from: at('2026-03-03T09:00-05:00'), to: at('2026-03-03T10:00-05:00') },
      { from: at('2026-03-04T09:00-05:00'), to: at('2026-03-04T10:00-05:00') },
    ],
  );
});

test('counts the days of each version in its own zone', () => {
  const week = everyDay(['09:00', '10:00']);
  const calendar: Calendar = {
    versions: [
      { effectiveFrom: '2026-03-02', timeZone: 'Asia/Tokyo', week, exceptions: [] },
      { effectiveFrom: '2026-03-04', timeZone: 'America/New_York', week, exceptions: [] },
    ],
  };
  assert.deepEqual(
    businessHours(calendar, days('UTC', '2026-03-01', '2026-03-06'), zones).map(({ from }) => formatInstant(from)),
    ['2026-03-02T00:00:00.000Z', '2026-03-03T00:00:00.000Z', '2026-03-04T14:00:00.000Z', '2026-03-05T14:00:00.000Z'],
  );
});

test('counts the hours of several calendars once', () => {
  const early = calendarOf('Europe/London', everyDay(['08:00', '12:00']));
  const late = calendarOf('Europe/London', everyDay(['11:00', '15:00']));
  const window = days('Europe/London', '2026-03-04');
  assert.deepEqual(unionHours([late, early], window, zones), [
    { from: at('2026-03-04T08:00Z'), to: at('2026-03-04T15:00Z') },
  ]);
  assert.deepEqual(unionHours([], window, zones), []);
});

test('finds the next opening and closing, over weekends and changes of the clocks', () => {
  const rows: readonly (readonly [string, string, 'open' | 'close'])[] = [
    ['2026-03-04T08:59:59.999-05:00', '2026-03-04T09:00-05:00', 'open'],
    ['2026-03-04T09:00-05:00', '2026-03-04T17:00-05:00', 'close'],
    ['2026-03-04T16:59:59.999-05:00', '2026-03-04T17:00-05:00', 'close'],
    ['2026-03-04T17:00-05:00', '2026-03-05T09:00-05:00', 'open'],
    ['2026-03-06T17:00-05:00', '2026-03-09T09:00-04:00', 'open'],
  ];
  for (const [instant, next, kind] of rows) {
    assert.deepEqual(nextBoundary(office, at(instant), zones), { at: at(next), kind }, instant);
  }
});

test('knows of no boundary of a calendar that never closes, and of none beyond the horizon', () => {
  const always = calendarOf('America/New_York', everyDay(['00:00', '24:00']));
  assert.equal(nextBoundary(always, at('2026-01-01T00:00Z'), zones), null);
  const opensIn = (date: string): Calendar => ({
    versions: [{ effectiveFrom: date, timeZone: 'UTC', week: everyDay(['00:00', '24:00']), exceptions: [] }],
  });
  const now = at('2026-01-01T12:00Z');
  assert.deepEqual(nextBoundary(opensIn('2027-01-01'), now, zones), { at: at('2027-01-01T00:00Z'), kind: 'open' });
  assert.ok(at('2027-02-06T00:00Z') - now > boundaryHorizonMs);
  assert.equal(nextBoundary(opensIn('2027-02-06'), now, zones), null);
});

test('closes a union of calendars only when the last of them closes', () => {
  const day = calendarOf('UTC', everyDay(['08:00', '16:00']));
  const evening = calendarOf('UTC', everyDay(['16:00', '20:00']));
  assert.deepEqual(nextUnionBoundary([day, evening], at('2026-03-04T10:00Z'), zones), {
    at: at('2026-03-04T20:00Z'),
    kind: 'close',
  });
  assert.equal(nextUnionBoundary([], at('2026-03-04T10:00Z'), zones), null);
});

test('stops at a calendar that was never validated', () => {
  const bad = calendarOf('UTC', everyDay(['09:00', '09:00']));
  assert.throws(() => businessHours(bad, days('UTC', '2026-03-04'), zones), Bug);
});

// The definition itself, asked of the zone library at one instant after another, on text. It shares nothing with the
// implementation but the calendar's form.

function isWithinByDefinition(calendar: Calendar, instant: Instant): boolean {
  return calendar.versions.some((version, index) => {
    const moment = Temporal.Instant.fromEpochMilliseconds(instant).toZonedDateTimeISO(version.timeZone);
    const date = moment.toPlainDate();
    const wall = moment.toPlainTime().toString({ fractionalSecondDigits: 3 });
    const until = calendar.versions[index + 1]?.effectiveFrom ?? null;
    const today = slotsByDefinition(version, until, date).some(([start, end]) =>
      start < end ? start <= wall && wall < end : start <= wall,
    );
    const yesterday = slotsByDefinition(version, until, date.subtract({ days: 1 }));
    return today || yesterday.some(([start, end]) => end < start && wall < end);
  });
}

function slotsByDefinition(version: CalendarVersion, until: string | null, date: Temporal.PlainDate): readonly Slot[] {
  const text = date.toString();
  if (version.effectiveFrom !== null && text < version.effectiveFrom) return [];
  if (until !== null && text >= until) return [];
  const once = version.exceptions.find((exception) => !exception.yearly && exception.date === text);
  const yearly = version.exceptions.find((exception) => exception.yearly && exception.date.slice(4) === text.slice(4));
  const weekday = weekdayNames[date.dayOfWeek - 1] ?? 'monday';
  return (once ?? yearly)?.slots ?? version.week[weekday] ?? [];
}

/** Zones with a local day on which their clocks change, or that is worth a look for another reason. */
const occasions: readonly (readonly [timeZone: string, date: string])[] = [
  ['America/New_York', '2026-03-08'],
  ['America/New_York', '2026-11-01'],
  ['America/New_York', '1883-11-18'],
  ['Europe/London', '2026-03-29'],
  ['Europe/London', '2026-10-25'],
  ['Australia/Lord_Howe', '2026-04-05'],
  ['Australia/Lord_Howe', '2026-10-04'],
  ['Pacific/Apia', '2011-12-30'],
  ['Asia/Kolkata', '2026-12-31'],
  ['Asia/Kolkata', '1941-10-01'],
  ['Africa/Casablanca', '2025-02-23'],
  ['Africa/Casablanca', '2025-04-06'],
  ['America/St_Johns', '2006-10-29'],
  ['America/St_Johns', '1988-10-30'],
  ['Asia/Kathmandu', '1986-01-01'],
  ['Asia/Kathmandu', '2024-02-29'],
  ['Africa/Monrovia', '1972-01-07'],
  ['Europe/Amsterdam', '1937-07-01'],
];

const anyMinute = fc.oneof(
  fc.integer({ min: 0, max: 1439 }),
  fc.integer({ min: 0, max: 47 }).map((halfHour) => halfHour * 30),
  fc.integer({ min: 0, max: 16 }).map((quarter) => quarter * 15),
);

function wallTime(minute: number): string {
  return `${String(Math.floor(minute / 60)).padStart(2, '0')}:${String(minute % 60).padStart(2, '0')}`;
}

/** Slots that do not overlap: pairs of ascending times; a time left over starts one to midnight or past it. */
const anySlots: fc.Arbitrary<readonly Slot[]> = fc
  .tuple(fc.uniqueArray(anyMinute, { maxLength: 5 }), fc.option(anyMinute))
  .map(([minutes, pastMidnight]) => {
    const times = [...minutes].sort((one, other) => one - other);
    const slots: Slot[] = [];
    for (let index = 0; index < times.length; index += 2) {
      const [start = 0, end] = times.slice(index, index + 2);
      const spare = pastMidnight !== null && pastMidnight < start ? wallTime(pastMidnight) : '24:00';
      slots.push([wallTime(start), end === undefined ? spare : wallTime(end)]);
    }
    return slots.reverse();
  });

const anyWeek: fc.Arbitrary<Week> = fc
  .array(fc.option(anySlots, { freq: 6 }), { minLength: 7, maxLength: 7 })
  .map((slotsByDay) =>
    Object.fromEntries(
      weekdayNames.flatMap((name, index): [string, readonly Slot[]][] => {
        const slots = slotsByDay[index];
        return slots === null || slots === undefined ? [] : [[name, slots]];
      }),
    ),
  )
  .filter((week) => Object.values(week).some((slots) => slots.length > 0));

function anyExceptions(date: string): fc.Arbitrary<readonly CalendarException[]> {
  const exception = fc.record(
    {
      date: fc.integer({ min: -2, max: 2 }).map((offset) => addDays(date, offset)),
      yearly: fc.boolean(),
      slots: anySlots,
    },
    { noNullPrototype: true },
  );
  return fc.uniqueArray(exception, { maxLength: 3, selector: ({ date: day, yearly }) => `${yearly} ${day}` });
}

function anyVersions(timeZone: string, date: string): fc.Arbitrary<readonly CalendarVersion[]> {
  const version = (effectiveFrom: fc.Arbitrary<string | null>, zone: fc.Arbitrary<string>) =>
    fc.record(
      { effectiveFrom, timeZone: zone, week: anyWeek, exceptions: anyExceptions(date) },
      { noNullPrototype: true },
    );
  const first = version(fc.option(fc.constant(addDays(date, -3))), fc.constant(timeZone));
  const near = fc.integer({ min: -2, max: 2 }).map((offset) => addDays(date, offset));
  const second = version(near, fc.oneof({ weight: 3, arbitrary: fc.constant(timeZone) }, fc.constant('Asia/Kolkata')));
  return fc.oneof(
    first.map((only) => [only]),
    fc.tuple(first, second),
  );
}

/** A valid calendar and a window of up to three days about its occasion, cut at any millisecond. */
const anyCase = fc.constantFrom(...occasions).chain(([timeZone, date]) =>
  fc.record({
    calendar: anyVersions(timeZone, date).map((versions): Calendar => ({ versions })),
    window: fc
      .tuple(fc.integer({ min: -36 * hourMs, max: 24 * hourMs }), fc.integer({ min: 0, max: 3 * dayMs }))
      .map(([shiftMs, lengthMs]) => {
        const from = days(timeZone, date).from + shiftMs;
        return { from, to: from + lengthMs };
      }),
  }),
);

test('agrees minute by minute, and at every edge, with the definition', () => {
  fc.assert(
    fc.property(anyCase, ({ calendar, window }) => {
      assert.deepEqual(validateCalendar(calendar, zones), []);
      const hours = businessHours(calendar, window, zones);
      for (let instant = window.from; instant < window.to; instant += minuteMs) {
        assert.equal(intervalsContain(hours, instant), isWithinByDefinition(calendar, instant), formatInstant(instant));
      }
      for (const { from, to } of hours) {
        assert.ok(window.from <= from && to <= window.to);
        assert.ok(isWithinByDefinition(calendar, from) && isWithinByDefinition(calendar, to - 1));
        if (from > window.from) assert.equal(isWithinByDefinition(calendar, from - 1), false);
        if (to < window.to) assert.equal(isWithinByDefinition(calendar, to), false);
      }
    }),
    { numRuns: 60 },
  );
});

test('gives the same hours however a window is cut', () => {
  fc.assert(
    fc.property(anyCase, fc.double({ min: 0, max: 1, noNaN: true }), ({ calendar, window }, share) => {
      const cut = window.from + Math.floor((window.to - window.from) * share);
      const parts = [
        { from: window.from, to: cut },
        { from: cut, to: window.to },
      ].map((part) => businessHours(calendar, part, zones));
      assert.deepEqual(uniteIntervals(...parts), businessHours(calendar, window, zones));
    }),
  );
});

test('says of an instant and of the next boundary what the hours say', () => {
  fc.assert(
    fc.property(anyCase, ({ calendar, window }) => {
      const instant = window.from;
      const isOpen = isWithin(calendar, instant, zones);
      assert.equal(isOpen, isWithinByDefinition(calendar, instant));
      const next = nextBoundary(calendar, instant, zones);
      const until = next === null ? instant + boundaryHorizonMs : next.at;
      const length = intervalsLengthMs(businessHours(calendar, { from: instant, to: until }, zones));
      assert.equal(length, isOpen ? until - instant : 0);
      if (next === null) return;
      assert.ok(next.at > instant);
      assert.equal(next.kind, isOpen ? 'close' : 'open');
      assert.equal(isWithin(calendar, next.at, zones), !isOpen);
    }),
  );
});

test('gives of several calendars exactly the instants of any', () => {
  fc.assert(
    fc.property(anyCase, anyCase, ({ calendar: one, window }, { calendar: other }) => {
      const both = unionHours([one, other], window, zones);
      for (let instant = window.from; instant < window.to; instant += 17 * minuteMs) {
        const expected = isWithin(one, instant, zones) || isWithin(other, instant, zones);
        assert.equal(intervalsContain(both, instant), expected);
      }
    }),
  );
});
