import assert from 'node:assert/strict';
import { test } from 'node:test';
import { instantOrDay, localDate, positiveNumber, wholeNumber } from './read-option.ts';

test('whole numbers keep to their bounds, and to digits', () => {
  const read = wholeNumber(1, 50);
  assert.equal(read('50'), 50);
  for (const text of ['0', '51', '1.5', '-1', '1e1', ' 5', '', 'x', '0x1f'])
    assert.throws(() => read(text), /from 1 to 50/);
});

test('positive numbers may be broken, never zero', () => {
  const read = positiveNumber(100);
  assert.equal(read('0.5'), 0.5);
  for (const text of ['0', '0.0', '101', '-1', 'Infinity', 'x']) assert.throws(() => read(text), /above 0/);
});

test('a day means its first moment in UTC, and an instant needs its offset', () => {
  assert.equal(instantOrDay('2026-03-04'), Date.UTC(2026, 2, 4));
  assert.equal(instantOrDay('2026-03-04T10:00:00+01:00'), Date.UTC(2026, 2, 4, 9));
  for (const text of ['2026-02-30', '2026-03-04T10:00:00', 'yesterday'])
    assert.throws(() => instantOrDay(text), /offset/);
});

test('days must exist', () => {
  assert.equal(localDate('2028-02-29'), '2028-02-29');
  assert.throws(() => localDate('2026-02-29'), /exists/);
});
