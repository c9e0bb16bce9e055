import assert from 'node:assert/strict';
import { test } from 'node:test';
import { readIparams } from './iparams.ts';
import { keptSecret, maskedIparams, partedIparams, secretNames, unmaskedIparams } from './secret-iparams.ts';

const { installation } = readIparams(
  new Map([
    [
      'config/iparams.json',
      JSON.stringify({
        key: { display_name: 'Key', type: 'text', secure: true },
        name: { display_name: 'Name', type: 'text' },
      }),
    ],
  ]),
);

test('takes the secrets from the definitions, or from what a page of its own listed', () => {
  assert.deepEqual([...secretNames(installation, {})], ['key']);
  const page = { kind: 'custom_page' } as const;
  assert.deepEqual([...secretNames(page, { __meta: { secure: ['a', 5, '__meta'] }, a: 'x' })], ['a']);
  for (const meta of [undefined, null, 'x', { secure: 'a' }]) {
    assert.equal(secretNames(page, meta === undefined ? {} : { __meta: meta }).size, 0);
  }
});

test('masks secrets and gives them back when only the mask returns', () => {
  const secrets = new Set(['key', 'none']);
  const before = { key: 'hidden', name: 'n' };
  assert.deepEqual(maskedIparams({ ...before, none: '' }, secrets), { key: '********', name: 'n', none: '' });
  assert.deepEqual(unmaskedIparams({ key: '********', name: '********' }, { before, secrets }), {
    key: 'hidden',
    name: '********',
  });
  assert.deepEqual(unmaskedIparams({ key: '********' }, { before: {}, secrets }), {});
  assert.deepEqual(partedIparams(before, secrets), { open: { name: 'n' }, secret: { key: 'hidden' } });
});

test('keeps what was given as a secret a secret, whatever a page says later', () => {
  assert.deepEqual(keptSecret({ a: 1, token: 't' }, ['token', 'gone']), {
    a: 1,
    token: 't',
    __meta: { secure: ['token'] },
  });
  const listed = { __meta: { modules: {}, secure: ['other'] }, token: 't', other: 'o' };
  assert.deepEqual(keptSecret(listed, ['token']).__meta, { modules: {}, secure: ['other', 'token'] });
  assert.equal(keptSecret(listed, ['other']), listed);
});
