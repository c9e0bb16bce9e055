import assert from 'node:assert/strict';
import { test } from 'node:test';
import { formatInstant } from './instant.ts';
import { startOfLocalDay } from './local-day.ts';
import { createZones } from './zone.ts';

const zones = createZones('test');

/** Zone, date, and the first instant of it. */
const TABLE = [
  ['UTC', '2026-03-04', '2026-03-04T00:00:00.000Z'],
  ['America/New_York', '2026-03-08', '2026-03-08T05:00:00.000Z'],
  ['America/New_York', '2026-03-09', '2026-03-09T04:00:00.000Z'],
  ['America/New_York', '2026-11-02', '2026-11-02T05:00:00.000Z'],
  // Midnight is skipped: the day begins at 01:00.
  ['America/Sao_Paulo', '2018-11-04', '2018-11-04T03:00:00.000Z'],
  ['Asia/Beirut', '2026-03-29', '2026-03-28T22:00:00.000Z'],
  ['America/Havana', '2026-03-08', '2026-03-08T05:00:00.000Z'],
  // Midnight comes back: 01:00 becomes 00:00.
  ['America/Havana', '2026-11-01', '2026-11-01T04:00:00.000Z'],
  // 24:00 becomes 23:00 again: the hour before midnight is shown twice, midnight once.
  ['America/Sao_Paulo', '2018-02-18', '2018-02-18T03:00:00.000Z'],
  // A day that never was begins where the next one does.
  ['Pacific/Apia', '2011-12-29', '2011-12-29T10:00:00.000Z'],
  ['Pacific/Apia', '2011-12-30', '2011-12-30T10:00:00.000Z'],
  ['Pacific/Apia', '2011-12-31', '2011-12-30T10:00:00.000Z'],
] as const;

for (const [zone, date, instant] of TABLE) {
  test(`${date} in ${zone} begins at ${instant}`, () => {
    assert.equal(formatInstant(startOfLocalDay(zones.zoneOf(zone), date)), instant);
  });
}
