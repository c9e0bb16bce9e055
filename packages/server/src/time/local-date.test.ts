import assert from 'node:assert/strict';
import { test } from 'node:test';
import fc from 'fast-check';
import { Bug } from './assert.ts';
import {
  addDays,
  civilOfDayNumber,
  dayNumberMax,
  dayNumberMin,
  dayNumberOf,
  dayNumberOfCivil,
  isLocalDate,
  isoWeekOf,
  localDateOf,
  weekdayOf,
} from './local-date.ts';

const anyDay = fc.oneof(
  fc.integer({ min: dayNumberMin, max: dayNumberMax }),
  fc.integer({ min: dayNumberOf('1890-01-01'), max: dayNumberOf('2100-01-01') }),
);

test('takes real days of the years 0001 to 9999 and nothing else', () => {
  for (const date of ['0001-01-01', '2026-03-04', '2024-02-29', '2000-02-29', '9999-12-31']) {
    assert.equal(isLocalDate(date), true, date);
  }
  for (const date of [
    '',
    '0000-12-31',
    '2026-02-29',
    '1900-02-29',
    '2026-04-31',
    '2026-00-10',
    '2026-13-01',
    '2026-01-00',
    '2026-1-01',
    '20260101',
    '2026-01-01T00:00',
    '2026-01-01\n',
    '+02026-01-01',
    '-001-01-01',
  ]) {
    assert.equal(isLocalDate(date), false, date);
  }
});

test('counts days from 1970-01-01', () => {
  assert.equal(dayNumberOf('1970-01-01'), 0);
  assert.equal(dayNumberOf('1969-12-31'), -1);
  assert.equal(dayNumberOf('2000-03-01'), 11_017);
  assert.equal(localDateOf(dayNumberMin), '0001-01-01');
  assert.equal(localDateOf(dayNumberMax), '9999-12-31');
  assert.deepEqual(civilOfDayNumber(-1), { year: 1969, month: 12, day: 31 });
});

test('refuses to count from what is not a date, or to write a day that four digits of year cannot', () => {
  assert.throws(() => dayNumberOf('2026-02-30'), Bug);
  assert.throws(() => localDateOf(dayNumberMin - 1), Bug);
  assert.throws(() => addDays('9999-12-31', 1), Bug);
});

test('knows the ISO weeks around New Year', () => {
  const weeks: readonly (readonly [string, number, number])[] = [
    ['2026-01-01', 2026, 1],
    ['2025-12-29', 2026, 1],
    ['2025-12-28', 2025, 52],
    ['2021-01-03', 2020, 53],
    ['2021-01-04', 2021, 1],
    ['2016-01-03', 2015, 53],
    ['2026-12-31', 2026, 53],
    ['2027-01-03', 2026, 53],
  ];
  for (const [date, year, week] of weeks) assert.deepEqual(isoWeekOf(dayNumberOf(date)), { year, week }, date);
});

test('agrees with Temporal on days, weekdays, weeks and sums of days', () => {
  fc.assert(
    fc.property(anyDay, fc.integer({ min: -1000, max: 1000 }), (day, days) => {
      const date = localDateOf(day);
      const peer = Temporal.PlainDate.from('1970-01-01').add({ days: day });
      assert.equal(date, peer.toString());
      assert.equal(dayNumberOf(date), day);
      assert.equal(dayNumberOfCivil(peer.year, peer.month, peer.day), day);
      assert.equal(weekdayOf(day), peer.dayOfWeek);
      assert.deepEqual(isoWeekOf(day), { year: peer.yearOfWeek, week: peer.weekOfYear });
      const sum = day + days;
      if (sum >= dayNumberMin && sum <= dayNumberMax) assert.equal(addDays(date, days), peer.add({ days }).toString());
    }),
  );
});
