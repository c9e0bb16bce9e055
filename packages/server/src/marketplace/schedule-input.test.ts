import assert from 'node:assert/strict';
import { test } from 'node:test';
import { dayMs, hourMs, minuteMs } from '../time/instant.ts';
import { createZones } from '../time/zone.ts';
import type { JsonValue } from './json-value.ts';
import { type Repeat, readSchedule, readScheduleName, shownSchedule } from './schedule-input.ts';
import { nextOccurrence } from './schedule-recurrence.ts';

const zones = createZones('test');
const now = Date.UTC(2026, 2, 1, 12);
const iso = (at: number) => new Date(at).toISOString();
const base = { name: 'n', data: { a: 1 }, schedule_at: iso(now + hourMs) };
const repeat = { time_unit: 'hours', frequency: 2 };

function said(argument: JsonValue | undefined, aheadMsMin = 5 * minuteMs): string {
  const reading = readSchedule(argument, { now, aheadMsMin, zones });
  return reading.kind === 'refused' ? `${reading.error.status} ${reading.error.message}` : 'read';
}

test('refuses in the words of the platform', () => {
  const without = (...keys: readonly string[]) =>
    Object.fromEntries(Object.entries(base).filter(([key]) => !keys.includes(key)));
  const table: readonly (readonly [JsonValue | undefined, string])[] = [
    [undefined, 'The following mandatory keys are missing - name,data,schedule_at'],
    ['text', 'The following mandatory keys are missing - name,data,schedule_at'],
    [without('data'), 'The following mandatory keys are missing - data'],
    [without('name', 'schedule_at'), 'The following mandatory keys are missing - name,schedule_at'],
    [{ ...base, name: 7 }, 'Name must be of type string'],
    [{ ...base, name: 'x'.repeat(31) }, 'Name length must not be greater than 30'],
    [{ ...base, data: 'text' }, "The 'data' value must be of type JSON"],
    [{ ...base, data: { a: 'x'.repeat(4096) } }, "The size of the 'data' payload must not exceed 4Kb"],
    [{ ...base, schedule_at: 'tomorrow' }, "The 'schedule_at' value must be an ISO string"],
    [{ ...base, schedule_at: now + hourMs }, "The 'schedule_at' value must be an ISO string"],
    [
      { ...base, schedule_at: iso(now + 4 * minuteMs) },
      "The 'schedule_at' value must be at least 5 minutes in the future",
    ],
    [{ ...base, schedule_at: iso(now - 1) }, "The 'schedule_at' value must be at least 5 minutes in the future"],
    [{ ...base, schedule_at: iso(now + 366 * dayMs) }, "The 'schedule_at' value must not be greater than a year"],
    [{ ...base, repeat: { ...repeat, time_unit: 'weeks' } }, 'Time unit must either be days, minutes or hours'],
    [{ ...base, repeat: 'daily' }, 'Time unit must either be days, minutes or hours'],
    [{ ...base, repeat: { ...repeat, frequency: 0 } }, 'Frequency must be a whole number greater than 0'],
    [{ ...base, repeat: { ...repeat, frequency: 25 } }, 'Frequency must not be greater than 24 hours'],
    [{ ...base, repeat: { time_unit: 'minutes', frequency: 61 } }, 'Frequency must not be greater than 60 minutes'],
    [{ ...base, repeat: { time_unit: 'days', frequency: 31 } }, 'Frequency must not be greater than 30 days'],
    [{ ...base, repeat: { ...repeat, timezone: 'Mars/Olympus' } }, 'Invalid timezone'],
  ];
  for (const [argument, message] of table) assert.equal(said(argument), `400 ${message}`);
});

test('reads what the platform takes', () => {
  const taken: readonly JsonValue[] = [
    base,
    { ...base, schedule_at: iso(now + 5 * minuteMs) },
    { ...base, schedule_at: '2026-03-02' },
    { ...base, schedule_at: '2026-03-02T10:00:00' },
    { ...base, schedule_at: '2026-03-02T10:00:00+05:30' },
    { ...base, data: [] },
    // One that comes back may have begun in the past.
    { ...base, schedule_at: iso(now - dayMs), repeat },
    { ...base, repeat: { ...repeat, frequency: '12', timezone: 'Asia/Kolkata' } },
  ];
  for (const argument of taken) assert.equal(said(argument), 'read', JSON.stringify(argument));
  assert.equal(said({ ...base, schedule_at: iso(now + 1) }, 0), 'read');
  assert.equal(said({ ...base, schedule_at: iso(now - 1) }, 0), "400 The 'schedule_at' value must be in the future");
});

test('shows a schedule as it was given', () => {
  const given = { ...base, repeat: { ...repeat, timezone: 'Europe/Berlin' } };
  const reading = readSchedule(given, { now, aheadMsMin: 0, zones });
  assert.deepEqual(reading.kind === 'schedule' && shownSchedule(reading.schedule), given);
  assert.deepEqual(readScheduleName({}), {
    kind: 'refused',
    error: { status: 400, message: 'The following mandatory keys are missing - name' },
  });
});

test('finds the next instant of a recurring schedule', () => {
  const next = (first: string, rule: Repeat, after: string) => {
    const zone = zones.zoneOf(rule.timezone);
    return iso(nextOccurrence(Date.parse(first), rule, { after: Date.parse(after), zone })).replace(':00.000Z', 'Z');
  };
  const every = (frequency: number, timeUnit: Repeat['timeUnit'], timezone = 'UTC'): Repeat => ({
    ...{ frequency, timeUnit, timezone },
  });
  const berlin = every(1, 'days', 'Europe/Berlin');
  const table: readonly (readonly [string, Repeat, string, string])[] = [
    ['2026-03-01T10:00Z', every(10, 'minutes'), '2026-03-01T09:00Z', '2026-03-01T10:00Z'],
    ['2026-03-01T10:00Z', every(10, 'minutes'), '2026-03-01T10:00Z', '2026-03-01T10:10Z'],
    ['2026-03-01T10:00Z', every(10, 'minutes'), '2026-03-03T11:04Z', '2026-03-03T11:10Z'],
    ['2026-03-01T10:00Z', every(6, 'hours', 'Europe/Berlin'), '2026-03-29T02:00Z', '2026-03-29T04:00Z'],
    // 9 in the morning before and after the clocks go forward on 29 March.
    ['2026-03-27T08:00Z', berlin, '2026-03-28T08:00Z', '2026-03-29T07:00Z'],
    ['2026-03-27T08:00Z', berlin, '2026-03-29T06:59Z', '2026-03-29T07:00Z'],
    // 02:30 is skipped on 29 March, and shown twice on 25 October.
    ['2026-03-27T01:30Z', berlin, '2026-03-28T01:30Z', '2026-03-29T01:00Z'],
    ['2026-03-27T01:30Z', berlin, '2026-03-29T01:00Z', '2026-03-30T00:30Z'],
    ['2026-10-20T00:30Z', berlin, '2026-10-24T00:30Z', '2026-10-25T00:30Z'],
    ['2026-10-20T00:30Z', berlin, '2026-10-25T00:30Z', '2026-10-26T01:30Z'],
    ['2026-01-01T00:00Z', every(30, 'days'), '2026-12-01T00:00Z', '2026-12-27T00:00Z'],
  ];
  for (const [first, rule, after, expected] of table) assert.equal(next(first, rule, after), expected);
});
