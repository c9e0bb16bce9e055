import assert from 'node:assert/strict';
import { test } from 'node:test';
import { date, assert as holds, property } from 'fast-check';
import { parseInstant } from './instant.ts';

test('reads what our own payloads write, to the millisecond', () => {
  const years = { min: new Date('0001-01-01T00:00:00.000Z'), max: new Date('9999-12-31T23:59:59.999Z') };
  holds(property(date({ ...years, noInvalidDate: true }), (at) => parseInstant(at.toISOString()) === at.getTime()));
});

const SAME: readonly (readonly [string, string])[] = [
  ['2026-03-04T10:00:00+01:00', '2026-03-04T09:00:00.000Z'],
  ['2026-03-04T03:30:00.5-05:30', '2026-03-04T09:00:00.500Z'],
  ['2026-03-04T09:00Z', '2026-03-04T09:00:00.000Z'],
  ['2026-03-04T09:00:00.123999999Z', '2026-03-04T09:00:00.123Z'],
  ['2026-03-04T10:00:00+0100', '2026-03-04T09:00:00.000Z'],
  ['2024-02-29T23:59:59+00:00', '2024-02-29T23:59:59.000Z'],
  ['0099-03-01T00:00:00Z', '0099-03-01T00:00:00.000Z'],
];
for (const [text, utc] of SAME) {
  test(`reads ${text} as ${utc}`, () => {
    assert.equal(parseInstant(text), Date.parse(utc));
  });
}

const REFUSED = [
  ['a missing offset', '2026-03-04T09:00:00.000'],
  ['a date alone', '2026-03-04'],
  ['30 February', '2026-02-30T09:00:00Z'],
  ['29 February of a common year', '2026-02-29T09:00:00Z'],
  ['month 13', '2026-13-01T09:00:00Z'],
  ['month 0', '2026-00-10T09:00:00Z'],
  ['day 0', '2026-01-00T09:00:00Z'],
  ['hour 24', '2026-03-04T24:00:00Z'],
  ['a leap second', '2016-12-31T23:59:60Z'],
  ['minute 60', '2026-03-04T09:60:00Z'],
  ['an offset of 24 hours', '2026-03-04T09:00:00+24:00'],
  ['an offset without minutes', '2026-03-04T09:00:00+01'],
  ['a space for the T', '2026-03-04 09:00:00Z'],
  ['a two-digit year', '26-03-04T09:00:00Z'],
  ['a year before 1', '0001-01-01T00:00:00+01:00'],
  ['a comma for the point', '2026-03-04T09:00:00,25Z'],
  ['a year after 9999', '9999-12-31T23:59:59-01:00'],
  ['a name of a zone', '2026-03-04T09:00:00[Europe/Berlin]'],
  ['milliseconds as a text', '1772614800000'],
  ['something behind it', '2026-03-04T09:00:00Z '],
  ['nothing', ''],
] as const;
for (const [what, text] of REFUSED) {
  test(`refuses ${what}`, () => {
    assert.equal(parseInstant(text), undefined);
  });
}
