import assert from 'node:assert/strict';
import { test } from 'node:test';
import {
  type Calendar,
  type CalendarVersion,
  minutesOfEnd,
  minutesOfSlot,
  minutesOfStart,
  weekdayNameOf,
  withVersion,
} from './calendar.ts';
import { dayNumberOf, weekdayOf } from './local-date.ts';

test('reads times of day in two digits each, and 24:00 only as an end', () => {
  assert.equal(minutesOfStart('00:00'), 0);
  assert.equal(minutesOfStart('23:59'), 1439);
  assert.equal(minutesOfStart('24:00'), null);
  assert.equal(minutesOfEnd('24:00'), 1440);
  for (const text of ['', '9:00', '09:60', '24:01', '25:00', '0900', '09:00:00', ' 09:00', '09:00\n', '-1:00']) {
    assert.equal(minutesOfStart(text), null, text);
    assert.equal(minutesOfEnd(text), null, text);
  }
});

test('lets a slot whose end is before its start run past midnight', () => {
  assert.deepEqual(minutesOfSlot(['09:00', '12:30']), { start: 540, end: 750 });
  assert.deepEqual(minutesOfSlot(['00:00', '24:00']), { start: 0, end: 1440 });
  assert.deepEqual(minutesOfSlot(['22:00', '06:00']), { start: 1320, end: 1800 });
  assert.deepEqual(minutesOfSlot(['22:00', '00:00']), { start: 1320, end: 1440 });
  assert.deepEqual(minutesOfSlot(['22:00', '21:59']), { start: 1320, end: 2759 });
  assert.equal(minutesOfSlot(['09:00', '09:00']), null);
  assert.equal(minutesOfSlot(['24:00', '09:00']), null);
});

test('names weekdays as ISO 8601 counts them', () => {
  assert.equal(weekdayNameOf(weekdayOf(dayNumberOf('2026-03-04'))), 'wednesday');
  assert.equal(weekdayNameOf(weekdayOf(dayNumberOf('2026-03-08'))), 'sunday');
});

test('keeps versions ascending, and one per day', () => {
  const from = (effectiveFrom: string | null, start = '09:00'): CalendarVersion => ({
    effectiveFrom,
    timeZone: 'UTC',
    week: { monday: [[start, '17:00']] },
    exceptions: [],
  });
  const calendar: Calendar = { versions: [from(null), from('2026-06-01')] };
  assert.deepEqual(withVersion(calendar, from('2026-01-01')), {
    versions: [from(null), from('2026-01-01'), from('2026-06-01')],
  });
  assert.deepEqual(withVersion(calendar, from('2026-06-01', '10:00')), {
    versions: [from(null), from('2026-06-01', '10:00')],
  });
  assert.deepEqual(withVersion(calendar, from(null, '08:00')), { versions: [from(null, '08:00'), from('2026-06-01')] });
});
