import assert from 'node:assert/strict';
import { test } from 'node:test';
import fc from 'fast-check';
import { eventId } from '../activity/event-id.ts';
import { deliveryId, isSubscriptionId, parseDeliveryId } from './delivery-id.ts';

const anyName = fc.record({
  subscription: fc.stringMatching(/^[A-Za-z0-9_-]{1,27}$/),
  position: fc.integer({ min: 1, max: 2 ** 48 - 1 }),
  event: fc.constantFrom('onAgentActivityCreate' as const, 'onAgentCustomStatusUpdate' as const),
  checksum: fc.stringMatching(/^[0-9a-f]{32}$/),
});

test('can be taken apart again, and fits an id on the wire', () => {
  const law = fc.property(anyName, ({ subscription, position, event, checksum }) => {
    const event_ = eventId(position, checksum, event);
    const id = deliveryId(subscription, event_);
    assert.match(id, /^[A-Za-z0-9_.:-]{1,64}$/);
    assert.deepEqual(parseDeliveryId(id), { subscription, eventId: event_, position, event });
  });
  fc.assert(law);
});

test('tells the two events of one fact apart', () => {
  const checksum = '0'.repeat(32);
  const ids = (['onAgentActivityCreate', 'onAgentCustomStatusUpdate'] as const).map((event) =>
    deliveryId('sub_1', eventId(9, checksum, event)),
  );
  assert.equal(new Set(ids).size, 2);
});

test('refuses what it did not make', () => {
  const event = eventId(9, 'ab'.repeat(16), 'onAgentActivityCreate');
  for (const id of ['', '.', 'sub_1', event, `.${event}`, `sub_1.${event}x`, `sub 1.${event}`, `a.b.${event}`]) {
    assert.equal(parseDeliveryId(id), null, id);
  }
});

test('refuses a subscription id that would make delivery ids longer than the wire takes', () => {
  assert.equal(isSubscriptionId('s'.repeat(27)), true);
  for (const text of ['', 's'.repeat(28), 'a.b', 'a~b', 'a b', 'ä']) assert.equal(isSubscriptionId(text), false, text);
});
