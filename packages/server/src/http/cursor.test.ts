import assert from 'node:assert/strict';
import { test } from 'node:test';
import fc from 'fast-check';
import { comparePlaces, cursorOf, placeOfCursor, positionOfCursor } from './cursor.ts';

const place = fc.tuple(fc.integer(), fc.string());

test('reads its own cursors back, and none of another list or of another form', () => {
  fc.assert(
    fc.property(place, (one) => {
      assert.deepEqual(placeOfCursor('list', cursorOf('list', one), [0, '']), one);
      assert.equal(placeOfCursor('other', cursorOf('list', one), [0, '']), null);
      assert.equal(placeOfCursor('list', cursorOf('list', one), ['', 0]), null);
      assert.equal(placeOfCursor('list', cursorOf('list', one), [0]), null);
    }),
  );
});

test('takes any text for no cursor rather than for a fault of its own', () => {
  fc.assert(
    fc.property(fc.string(), (text) => {
      assert.equal(placeOfCursor('list', text, [0, '']), null);
    }),
  );
});

test('orders places part by part', () => {
  assert.ok(comparePlaces([1, 'b'], [2, 'a']) < 0);
  assert.ok(comparePlaces([1, 'b'], [1, 'a']) > 0);
  assert.equal(comparePlaces([1, 'a'], [1, 'a']), 0);
});

test('takes a position as it is written in the stream, and nothing that only looks like one', () => {
  assert.equal(positionOfCursor('0'), 0);
  assert.equal(positionOfCursor('42'), 42);
  for (const text of ['', '-1', '+1', '1.5', '01', '1e3', ' 1', '9'.repeat(16)])
    assert.equal(positionOfCursor(text), null, text);
});
