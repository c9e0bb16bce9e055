import assert from 'node:assert/strict';
import { test } from 'node:test';
import fc from 'fast-check';
import { createJsonMeter } from './json-meter.ts';

const limits = { membersMax: 1000, depthMax: 20 };

test('reads a text the same however it is cut', () => {
  fc.assert(
    fc.property(fc.json(), fc.integer({ min: 1, max: 7 }), (text, size) => {
      const whole = createJsonMeter(limits);
      const cut = createJsonMeter(limits);
      const atOnce = whole.read(text);
      let inParts: string | null = null;
      for (let at = 0; at < text.length && inParts === null; at += size) inParts = cut.read(text.slice(at, at + size));
      assert.deepEqual([inParts, cut.members], [atOnce, whole.members]);
    }),
  );
});

test('counts at least as many values as there are brackets and commas outside of texts, and none within', () => {
  const meter = createJsonMeter(limits);
  assert.equal(meter.read(JSON.stringify({ a: [1, 2, { b: '[[[,,,"\\\\{{' }] })), null);
  assert.equal(meter.members, 5);
});

test('says what is too much, and stops there', () => {
  const many = createJsonMeter(limits);
  assert.equal(many.read(`[${'{},'.repeat(1_000_000)}`), 'a message of more than 1000 values');
  assert.equal(many.members, 1001);
  assert.equal(createJsonMeter(limits).read('['.repeat(21)), 'a message that is more than 20 deep');
  assert.equal(createJsonMeter(limits).read(`${'['.repeat(20)}${']'.repeat(20)}`), null);
});
