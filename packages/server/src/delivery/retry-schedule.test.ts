import assert from 'node:assert/strict';
import { test } from 'node:test';
import fc from 'fast-check';
import { ATTEMPTS_MAX, RETRY_WAITS_MS, waitAfter } from './retry-schedule.ts';

const minute = 60_000;
const hour = 60 * minute;

test('waits as published, and gives up after the ninth attempt', () => {
  const waits = Array.from({ length: 9 }, (_, index) =>
    waitAfter({ attempts: index + 1, retryAfterMs: null, random: 0.5 }),
  );
  assert.deepEqual(waits, [5_000, 30_000, 2 * minute, 10 * minute, hour, 4 * hour, 12 * hour, 24 * hour, null]);
  assert.equal(ATTEMPTS_MAX, 9);
});

test('strays from a wait by a fifth at most, in both directions', () => {
  for (const [index, waitMs] of RETRY_WAITS_MS.entries()) {
    assert.equal(waitAfter({ attempts: index + 1, retryAfterMs: null, random: 0 }), waitMs * 0.8);
    const longest = waitAfter({ attempts: index + 1, retryAfterMs: null, random: 1 - Number.EPSILON });
    assert.equal(longest, waitMs * 1.2);
  }
});

test('lengthens a wait by what the receiver asked for, never shortens it, and counts a day at most', () => {
  const failed = { attempts: 2, random: 0.5 };
  assert.equal(waitAfter({ ...failed, retryAfterMs: 90_000 }), 90_000);
  assert.equal(waitAfter({ ...failed, retryAfterMs: 1_000 }), 30_000);
  assert.equal(waitAfter({ ...failed, retryAfterMs: 90 * hour }), 24 * hour);
  assert.equal(waitAfter({ attempts: 9, random: 0.5, retryAfterMs: 1_000 }), null);
});

test('is a whole number of milliseconds within its bounds, whatever the jitter and the wish', () => {
  const law = fc.property(
    fc.integer({ min: 1, max: 8 }),
    fc.option(fc.integer({ min: 0, max: 100 * hour })),
    fc.double({ min: 0, max: 1, maxExcluded: true, noNaN: true }),
    (attempts, retryAfterMs, random) => {
      const waitMs = waitAfter({ attempts, retryAfterMs, random });
      const published = RETRY_WAITS_MS[attempts - 1] ?? 0;
      assert.ok(waitMs !== null && Number.isInteger(waitMs));
      assert.ok(waitMs >= published * 0.8 && waitMs <= Math.max(published * 1.2, 24 * hour));
    },
  );
  fc.assert(law);
});
