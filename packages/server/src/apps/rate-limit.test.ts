import assert from 'node:assert/strict';
import { test } from 'node:test';
import { PLATFORM_RATES } from './app-rates.ts';
import { RateLimit, rateOf, withinRate } from './rate-limit.ts';

test('takes so many in a minute, and as many again in the next', () => {
  let now = 0;
  const rate = new RateLimit(2, () => now);
  const take = (at: number) => {
    now = at;
    return rate.take();
  };
  assert.deepEqual([0, 59_999, 59_999, 60_000, 60_001, 60_002].map(take), [true, true, false, true, true, false]);
  assert.equal(take(10), true, 'a clock that was set back does not stretch the minute');
});

test('refuses what is beyond the rate in the words of the platform, whatever the operation', async () => {
  const handler = async () => ({ kind: 'done', result: 1 }) as const;
  const rate = rateOf(PLATFORM_RATES.keyValuePerMinuteMax, () => 0);
  const handlers = withinRate({ 'db.get': handler, 'db.set': handler }, rate);
  const context = { callId: null, purpose: null };
  const ask = (index: number) => handlers[index % 2 === 0 ? 'db.get' : 'db.set']?.([], context);
  const answers = await Promise.all(Array.from({ length: 51 }, (_, index) => ask(index)));
  assert.ok(answers.slice(0, 50).every((answer) => answer?.kind === 'done'));
  assert.deepEqual(answers[50], {
    kind: 'refused',
    error: {
      status: 429,
      headers: {},
      message: 'You have exceeded the limit of 50 requests per minute',
      errorSource: 'APP',
    },
  });
  const free = withinRate(
    { 'db.get': handler },
    rateOf(null, () => 0),
  );
  for (let n = 0; n < 100; n++) assert.equal((await free['db.get']?.([], context))?.kind, 'done');
});
