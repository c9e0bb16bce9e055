import assert from 'node:assert/strict';
import { test } from 'node:test';
import fc from 'fast-check';
import { seal, unseal } from './sealed-answer.ts';

test('opens what it sealed, and seals the same text differently each time', () => {
  fc.assert(
    fc.property(fc.string(), fc.string(), fc.string(), (text, secret, place) => {
      const sealed = seal(text, secret, place);
      assert.equal(unseal(sealed, secret, place), text.toWellFormed());
      assert.notEqual(seal(text, secret, place), sealed);
    }),
    { numRuns: 50 },
  );
});

test('opens nothing with another secret, for another place, or after a change of any byte', () => {
  const sealed = seal('the answer', 'secret', 'place');
  assert.throws(() => unseal(sealed, 'Secret', 'place'));
  assert.throws(() => unseal(sealed, 'secret', 'elsewhere'));
  const bytes = Buffer.from(sealed, 'base64');
  for (let index = 0; index < bytes.length; index++) {
    const changed = Buffer.from(bytes);
    changed[index] = (changed[index] ?? 0) ^ 1;
    assert.throws(() => unseal(changed.toString('base64'), 'secret', 'place'), `byte ${index}`);
  }
});
