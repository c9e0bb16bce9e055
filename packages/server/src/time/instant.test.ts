import assert from 'node:assert/strict';
import { test } from 'node:test';
import fc from 'fast-check';
import { Bug } from './assert.ts';
import { formatInstant, type Instant, instantMax, instantMin, isInstant, parseInstant } from './instant.ts';

const anyInstant = fc.oneof(
  fc.integer({ min: instantMin, max: instantMax }),
  fc.integer({ min: Date.UTC(1890, 0), max: Date.UTC(2100, 0) }),
);

test('reads every form of offset, seconds and fraction as the same instant', () => {
  const nine: Instant = Date.UTC(2026, 2, 4, 9);
  for (const text of [
    '2026-03-04T09:00Z',
    '2026-03-04T09:00:00Z',
    '2026-03-04T09:00:00.0Z',
    '2026-03-04T09:00:00.000999999Z',
    '2026-03-04T09:00:00+00:00',
    '2026-03-04T09:00:00-00:00',
    '2026-03-04T14:30:00+05:30',
    '2026-03-04T14:30+0530',
    '2026-03-03T22:00:00.000-11:00',
    '2026-03-05T08:59+23:59',
  ]) {
    assert.equal(parseInstant(text), nine, text);
  }
});

test('cuts a fraction to milliseconds, also before 1970', () => {
  assert.equal(parseInstant('2026-03-04T09:00:00.9999Z'), Date.UTC(2026, 2, 4, 9, 0, 0, 999));
  assert.equal(parseInstant('2026-03-04T09:00:00.5Z'), Date.UTC(2026, 2, 4, 9, 0, 0, 500));
  assert.equal(parseInstant('2026-03-04T09:00:00.05Z'), Date.UTC(2026, 2, 4, 9, 0, 0, 50));
  assert.equal(parseInstant('1969-12-31T23:59:59.9999Z'), -1);
});

test('refuses what is not a date-time with an offset', () => {
  for (const text of [
    '',
    '2026-03-04',
    '2026-03-04T09:00',
    '2026-03-04T09:00:00',
    '2026-03-04T09Z',
    '2026-03-04 09:00:00Z',
    '2026-03-04t09:00:00Z',
    '2026-03-04T09:00:00z',
    '20260304T090000Z',
    '2026-03-04T0900Z',
    '2026-03-04T09:00:00,5Z',
    '2026-03-04T09:00:00.Z',
    '2026-03-04T09:00.5Z',
    '2026-03-04T09:00:00.1234567890Z',
    '2026-03-04T09:00:00+05',
    '2026-03-04T09:00:00+5:30',
    '2026-03-04T09:00:00+05:3',
    '2026-03-04T09:00:00+24:00',
    '2026-03-04T09:00:00+05:60',
    '2026-03-04T09:00:00+05:30:00',
    '2026-03-04T09:00:00Z[UTC]',
    '2026-03-04T09:00:00ZZ',
    ' 2026-03-04T09:00:00Z',
    '2026-03-04T09:00:00Z ',
    '2026-03-04T09:00:00Z\n',
    '+002026-03-04T09:00:00Z',
    '2026-W10-3T09:00:00Z',
    '2026-03-04T09:00:00\u221205:00',
    '٢٠٢٦-03-04T09:00:00Z',
    '2026-03-04T-9:00:00Z',
  ]) {
    assert.equal(parseInstant(text), null, text);
  }
});

test('refuses times and days that do not exist', () => {
  for (const text of [
    '2026-03-04T24:00:00Z',
    '2026-03-04T23:60:00Z',
    '2016-12-31T23:59:60Z',
    '2026-02-29T00:00:00Z',
    '1900-02-29T00:00:00Z',
    '2026-04-31T00:00:00Z',
    '2026-13-01T00:00:00Z',
    '2026-00-01T00:00:00Z',
    '2026-01-00T00:00:00Z',
    '0000-06-01T00:00:00Z',
  ]) {
    assert.equal(parseInstant(text), null, text);
  }
  assert.equal(parseInstant('2000-02-29T00:00:00Z'), Date.UTC(2000, 1, 29));
});

test('refuses an offset that carries the instant out of the years 0001 to 9999', () => {
  assert.equal(parseInstant('0001-01-01T00:00:00Z'), instantMin);
  assert.equal(parseInstant('9999-12-31T23:59:59.999Z'), instantMax);
  assert.equal(parseInstant('0001-01-01T00:00:00+00:01'), null);
  assert.equal(parseInstant('9999-12-31T23:59:59-00:01'), null);
});

test('writes UTC with milliseconds and four digits of year', () => {
  assert.equal(formatInstant(Date.UTC(2026, 2, 4, 9)), '2026-03-04T09:00:00.000Z');
  assert.equal(formatInstant(0), '1970-01-01T00:00:00.000Z');
  assert.equal(formatInstant(-1), '1969-12-31T23:59:59.999Z');
  assert.equal(formatInstant(instantMin), '0001-01-01T00:00:00.000Z');
  assert.equal(formatInstant(instantMax), '9999-12-31T23:59:59.999Z');
});

test('refuses to write what is not an instant', () => {
  for (const value of [instantMin - 1, instantMax + 1, 0.5, Number.NaN, Number.POSITIVE_INFINITY]) {
    assert.equal(isInstant(value), false);
    assert.throws(() => formatInstant(value), Bug);
  }
});

test('writes as Date does and reads back what it wrote', () => {
  fc.assert(
    fc.property(anyInstant, (instant) => {
      const text = formatInstant(instant);
      assert.equal(text, new Date(instant).toISOString());
      assert.equal(parseInstant(text), instant);
    }),
  );
});

test('agrees with Temporal on every offset and fraction', () => {
  const offset = fc
    .tuple(fc.constantFrom('+', '-'), fc.integer({ min: 0, max: 23 }), fc.integer({ min: 0, max: 59 }))
    .map(([sign, hours, minutes]) => `${sign}${String(hours).padStart(2, '0')}:${String(minutes).padStart(2, '0')}`);
  const fraction = fc.stringMatching(/^[0-9]{1,9}$/);
  fc.assert(
    fc.property(anyInstant, offset, fraction, fc.boolean(), (instant, east, digits, hasColon) => {
      const wall = new Date(instant).toISOString().slice(0, 19);
      const expected = Temporal.Instant.from(`${wall}.${digits}${east}`).epochMilliseconds;
      const text = `${wall}.${digits}${hasColon ? east : east.replace(':', '')}`;
      assert.equal(parseInstant(text), isInstant(expected) ? expected : null);
    }),
  );
});

test('never throws on any text, and reads only what it can write', () => {
  fc.assert(
    fc.property(fc.oneof(fc.string(), fc.stringMatching(/^[0-9TZ:.+-]{0,36}$/)), (text) => {
      const instant = parseInstant(text);
      if (instant !== null) assert.equal(parseInstant(formatInstant(instant)), instant);
    }),
  );
});
