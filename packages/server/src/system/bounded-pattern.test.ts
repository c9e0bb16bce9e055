import assert from 'node:assert/strict';
import { test } from 'node:test';
import { boundedPatterns } from './bounded-pattern.ts';

const ENDLESS = `${'a'.repeat(40)}!`;

test('tells what matches from what does not, as the expression says', () => {
  const match = boundedPatterns()();
  assert.equal(match('^[a-z]+$', 'abc'), 'matches');
  assert.equal(match('^[a-z]+$', 'ABC'), 'differs');
  assert.equal(match('^a{2}$', 'aa'), 'matches');
  assert.equal(match('[', 'anything'), 'matches', 'what is no expression refuses nothing');
  assert.equal(match('"); throw 1; ("', 'x'), 'matches');
});

test('gives up on an expression that takes for ever, and on the rest of the form when its time is used up', () => {
  const patterns = boundedPatterns();
  const match = patterns();
  const startedAt = performance.now();
  const outcomes = Array.from({ length: 100 }, (_, index) => match(`^(a+)+$|${index}`, ENDLESS));
  const tookMs = performance.now() - startedAt;
  assert.deepEqual(new Set(outcomes), new Set(['too_slow']));
  assert.ok(tookMs < 1000, `a hundred fields took ${tookMs} ms`);
  assert.equal(patterns()('^b$', 'b'), 'matches', 'the next form has time of its own');
});

test('does not try an expression again that ran out of time just now', () => {
  const patterns = boundedPatterns();
  patterns()('^(a+)+$', ENDLESS);
  const startedAt = performance.now();
  for (let form = 0; form < 200; form += 1) assert.equal(patterns()('^(a+)+$', ENDLESS), 'too_slow');
  assert.ok(performance.now() - startedAt < 200);
});

test('tries neither an expression nor a text beyond its length', () => {
  const match = boundedPatterns()();
  assert.equal(match('a'.repeat(1001), 'a'), 'too_slow');
  assert.equal(match('a', 'a'.repeat(10_001)), 'too_slow');
  assert.equal(match('a', 'a'.repeat(10_000)), 'matches');
});

test('leaves nothing of one form to the next: an expression cannot reach what stands around it', () => {
  const patterns = boundedPatterns();
  assert.equal(patterns()('secret', 'secret'), 'matches');
  assert.equal(patterns()('secret', 'other'), 'differs');
});
