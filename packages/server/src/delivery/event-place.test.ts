import assert from 'node:assert/strict';
import { test } from 'node:test';
import { eventOf, placeOf, positionOf } from './event-place.ts';

test('orders by position first, and at one position the activity before its sibling', () => {
  const places = [
    placeOf(7, 'onAgentActivityCreate'),
    placeOf(7, 'onAgentCustomStatusUpdate'),
    placeOf(8, 'onAgentActivityCreate'),
  ];
  assert.deepEqual(
    places,
    places.toSorted((a, b) => a - b),
  );
  assert.equal(new Set(places).size, 3);
});

test('says again what it was made of, up to the last position that an event id can hold', () => {
  for (const position of [1, 2, 2 ** 48 - 1]) {
    for (const event of ['onAgentActivityCreate', 'onAgentCustomStatusUpdate'] as const) {
      const place = placeOf(position, event);
      assert.ok(Number.isSafeInteger(place));
      assert.deepEqual([positionOf(place), eventOf(place)], [position, event]);
    }
  }
});
