import assert from 'node:assert/strict';
import { test } from 'node:test';
import { type ExternalRequest, readExternalRequest } from './external-event.ts';

const post: ExternalRequest = {
  method: 'POST',
  headers: { 'content-type': 'application/json', 'x-signature': 's', cookie: 'session=secret' },
  contentType: 'application/json',
  body: '{"a":1}',
  query: {},
};

test('hands on what was sent, with its headers and without cookies', () => {
  assert.deepEqual(readExternalRequest({ ...post, query: { options: 'team=1' } }), {
    kind: 'event',
    data: { a: 1 },
    headers: { 'content-type': 'application/json', 'x-signature': 's' },
    options: 'team=1',
  });
});

test('reads a body by its content type', () => {
  const table: readonly (readonly [string | null, string, unknown])[] = [
    ['application/json; charset=utf-8', '[1]', [1]],
    ['application/vnd.api+json', '{"a":{}}', { a: {} }],
    [null, '{"a":1}', { a: 1 }],
    ['application/json', '', {}],
    ['application/xml', '<a>1</a>', '<a>1</a>'],
    ['text/xml; charset=utf-8', '<a/>', '<a/>'],
    ['application/x-www-form-urlencoded', 'a=1&b=x+y%21&a=2&c&d=1=2', { a: ['1', '2'], b: 'x y!', c: '', d: '1=2' }],
    ['application/x-www-form-urlencoded', 'a=%E0%A4%A&__proto__=x', JSON.parse('{"a":"%E0%A4%A","__proto__":"x"}')],
  ];
  for (const [contentType, body, expected] of table) {
    const reading = readExternalRequest({ ...post, contentType, body });
    assert.deepEqual(reading.kind === 'event' && reading.data, expected, body);
  }
});

test('refuses what it cannot read', () => {
  const table: readonly (readonly [Partial<ExternalRequest>, number])[] = [
    [{ body: '{' }, 400],
    [{ body: '['.repeat(50_000) + ']'.repeat(50_000) }, 400],
    [{ contentType: 'text/plain' }, 415],
    [{ contentType: 'multipart/form-data; boundary=x' }, 415],
    [{ method: 'DELETE' }, 405],
  ];
  for (const [more, status] of table) {
    const reading = readExternalRequest({ ...post, ...more });
    assert.equal(reading.kind === 'refused' && reading.status, status);
  }
});

test('answers a challenge with itself', () => {
  const get = { ...post, method: 'GET', body: '' };
  const query = { 'hub.mode': 'subscribe', 'hub.challenge': '12<b>' };
  assert.deepEqual(readExternalRequest({ ...get, query }), { kind: 'challenge', text: '12<b>' });
  assert.deepEqual(readExternalRequest(get), { kind: 'challenge', text: '' });
});
