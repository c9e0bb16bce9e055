import assert from 'node:assert/strict';
import { test } from 'node:test';
import { createSeededRandom, seededRandomness } from './seeded-random.ts';

const draw = (seed: string | number, count: number) => {
  const random = createSeededRandom(seed);
  return Array.from({ length: count }, () => random.fraction());
};

test('the same seed draws the same, another seed something else', () => {
  assert.deepEqual(draw(7, 50), draw('7', 50));
  assert.notDeepEqual(draw(7, 50), draw(8, 50));
});

test('draws evenly, also from seeds that are neighbours', () => {
  for (const seed of [0, 1, 2, 'a', 'b']) {
    const drawn = draw(seed, 20_000);
    const mean = drawn.reduce((sum, value) => sum + value, 0) / drawn.length;
    assert.ok(Math.abs(mean - 0.5) < 0.01, `seed ${seed}: mean ${mean}`);
    assert.ok(drawn.every((value) => value >= 0 && value < 1));
  }
});

test('whole numbers keep to both ends and reach them', () => {
  const random = createSeededRandom(3);
  const drawn = new Set(Array.from({ length: 1000 }, () => random.integer(-2, 2)));
  assert.deepEqual(
    [...drawn].toSorted((a, b) => a - b),
    [-2, -1, 0, 1, 2],
  );
});

test('what one part draws moves no other part', () => {
  const untouched = createSeededRandom(1).part('lunch').fraction();
  const parent = createSeededRandom(1);
  parent.fraction();
  parent.part('calls').fraction();
  assert.equal(parent.part('lunch').fraction(), untouched);
});

test('ids have the forms that the engine asks for, and do not repeat', () => {
  const randomness = seededRandomness(createSeededRandom(5), (text) => `hash of ${text}`);
  const uuids = new Set(Array.from({ length: 500 }, () => randomness.uuid()));
  assert.equal(uuids.size, 500);
  for (const uuid of uuids) assert.match(uuid, /^[0-9a-f]{8}-[0-9a-f]{4}-4[0-9a-f]{3}-[89ab][0-9a-f]{3}-[0-9a-f]{12}$/);
  assert.match(randomness.longDigits(), /^[1-8][0-9]{18}$/);
  assert.match(randomness.secret(), /^rk_[0-9a-f]{40}$/);
  assert.equal(randomness.hash('x'), 'hash of x');
});
