import assert from 'node:assert/strict';
import { test } from 'node:test';
import { parseInstant as parseOfWire } from '@rollcall/contract';
import fc from 'fast-check';
import { parseInstant as parseOfHouse } from '../src/time/instant.ts';

/** The contract stands alone, so it reads instants by itself: it must read exactly those that the house can hold. */
test('the wire and the house read the same instants, and refuse the same texts', () => {
  const digits = (length: number) =>
    fc.string({ unit: fc.constantFrom(...'0123456789'), minLength: length, maxLength: length });
  const text = fc
    .record({
      year: fc.oneof(fc.constantFrom('0000', '0001', '1969', '2024', '2026', '9999'), digits(4)),
      month: fc.oneof(fc.constantFrom('01', '02', '12', '13', '00'), digits(2)),
      day: fc.oneof(fc.constantFrom('01', '28', '29', '30', '31', '32', '00'), digits(2)),
      separator: fc.constantFrom('T', 'T', 'T', 't', ' '),
      clock: fc.constantFrom('00:00', '23:59:59', '24:00:00', '09:60', '09:00:60', '09:00:00', '9:00', '090000'),
      fraction: fc.constantFrom('', '.1', '.123', '.123456789', '.1234567890', '.', ',5'),
      offset: fc.constantFrom(
        'Z',
        'z',
        '',
        '+00:00',
        '-00:00',
        '+0530',
        '+05:30',
        '+14:00',
        '+23:59',
        '-24:00',
        '+05',
        '+05:60',
      ),
    })
    .map(
      ({ year, month, day, separator, clock, fraction, offset }) =>
        `${year}-${month}-${day}${separator}${clock}${fraction}${offset}`,
    );
  fc.assert(
    fc.property(text, (written) => {
      assert.equal(parseOfWire(written) ?? null, parseOfHouse(written), written);
    }),
    { numRuns: 5000 },
  );
});
