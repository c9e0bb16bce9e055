import assert from 'node:assert/strict';
import { test } from 'node:test';
import { didYouMean, editDistance, slipOf } from './did-you-mean.ts';

test('counts insertions, deletions, replacements and swaps', () => {
  assert.deepEqual(
    [
      ['hanlder', 'handler'],
      ['a', ''],
      ['abc', 'abd'],
      ['abc', 'abc'],
      ['kitten', 'sitting'],
    ].map(([a, b]) => editDistance(a ?? '', b ?? '')),
    [1, 1, 1, 0, 3],
  );
});

test('suggests the nearest name, and none when all are far', () => {
  assert.equal(
    didYouMean('onAgentActivityCreateHandler', ['onAgentActivityCreateCallback', 'x']),
    'onAgentActivityCreateCallback',
  );
  assert.equal(didYouMean('banana', ['handler', 'callback']), null);
});

test('holds only near misses for slips', () => {
  assert.equal(slipOf('hanlder', ['handler']), 'handler');
  assert.equal(slipOf('Handler', ['handler']), 'handler');
  assert.equal(slipOf('support_company', ['support_contact']), null);
  assert.equal(slipOf('handler', ['handler']), null);
});
