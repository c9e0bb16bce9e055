import assert from 'node:assert/strict';
import { test } from 'node:test';
import { inspect } from 'node:util';
import { secretMasker } from './secret-masker.ts';

test('blots secrets out of texts, whole, also where they are written as JSON', () => {
  const mask = secretMasker({ a: 'abcdef', b: 'abcdefgh', c: 'two\nlines', short: 'abc' });
  assert.equal(mask('x abcdefgh abcdef abc 1234567'), 'x ******** ******** abc 1234567');
  assert.equal(mask(`${JSON.stringify({ c: 'two\nlines' })} two\nlines`), '{"c":"********"} ********');
  assert.equal(secretMasker({})('as it is'), 'as it is');
});

test('blots out numbers, and what stands in lists and objects', () => {
  const mask = secretMasker({ pin: 12345678, many: ['in-a-list', { deep: 'in-an-object' }], on: true, none: null });
  assert.equal(
    mask(`${inspect({ pin: 12345678 })} in-a-list in-an-object true null`),
    '{ pin: ******** } ******** ******** true null',
  );
});

const key = [
  '-----BEGIN DEMO KEY-----',
  ...Array.from({ length: 4 }, (_, n) => `${n}MIIEvQIBADANBgkqhkiG9w0BAQEFAASCBKcwggSjAgEAAoIB${n}`),
  '-----END DEMO KEY-----',
  '',
].join('\n');

test('leaves no line of a secret of several lines, however it is printed', () => {
  const mask = secretMasker({ key });
  const printings = [
    key,
    key.replaceAll('\n', '\r\n'),
    inspect({ iparams: { key } }),
    inspect(key),
    JSON.stringify({ key }),
    JSON.stringify({ body: JSON.stringify({ key }) }),
    inspect({ body: JSON.stringify({ key }) }),
    key.split('\n').join(' '),
  ];
  for (const printed of printings) assert.doesNotMatch(mask(printed), /MIIE|DEMO/, printed);
});

test('leaves nothing of a secret with marks that consoles, JSON and addresses escape', () => {
  const awkward = [
    'back\\slash-q1',
    "single'quote-q1",
    'double"quote-q1',
    `both'and"-q1`,
    'three\'"`marks-q1',
    'tab\there-q1',
    'esc\u001b-q1',
    'a b&c=d/e+f-q1',
    "(odd)!*~'-q1",
    'ümläut-q1',
    'lone\ud800-q1',
  ];
  for (const secret of awkward) {
    const mask = secretMasker({ secret });
    const parts = new URLSearchParams({ secret });
    const printings = [
      secret,
      inspect({ secret }),
      inspect([secret, JSON.stringify({ secret })]),
      JSON.stringify({ secret }),
    ];
    const inAddresses = [encodeURIComponent(secret.toWellFormed()), String(parts)];
    for (const printed of [...printings, ...inAddresses]) assert.doesNotMatch(mask(printed), /q1/, printed);
  }
});

test('leaves nothing of a secret in base64, also behind and before something else', () => {
  const secret = 'demo-secret-0123456789';
  const mask = secretMasker({ secret });
  for (const before of ['', 'a', 'ab', 'abc', 'user:']) {
    for (const behind of ['', ':', ':X', ':XYZ']) {
      const encoded = Buffer.from(before + secret + behind).toString('base64');
      const masked = mask(`Basic ${encoded}.`);
      assert.match(masked, /\*{8}/, encoded);
      const rest = masked.replace(/^Basic |\*{8}|\.$/g, '');
      assert.ok(rest.length <= Math.ceil((before.length + behind.length + 4) * (4 / 3)), `${masked} of ${encoded}`);
    }
  }
  assert.doesNotMatch(mask(Buffer.from(`${secret}??>>`).toString('base64url')), /c2VjcmV0/);
});

test('leaves everyday words alone', () => {
  const mask = secretMasker({ short: 'abc', lines: 'a\nb\nwhole-line' });
  assert.equal(mask('abc a b whole-line YWJj'), 'abc a b ******** YWJj');
});
