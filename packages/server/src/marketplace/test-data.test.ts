import assert from 'node:assert/strict';
import { test } from 'node:test';
import { localIparams } from './test-data.ts';

test('reads the parameters that a developer keeps beside the app, and nothing from a file that holds none', () => {
  const read = (text: string) => localIparams(new Map([['config/iparam_test_data.json', text]]));
  assert.deepEqual(read('\uFEFF{"channel":"team"}'), { channel: 'team' });
  for (const text of ['{}', '[]', 'null', '{', '']) assert.equal(read(text), null, text);
  assert.equal(localIparams(new Map()), null);
});
