import assert from 'node:assert/strict';
import { test } from 'node:test';
import { refusalOf } from './local-door.ts';

const post = (headers: Record<string, string>) => refusalOf({ method: 'POST', headers });
const get = (headers: Record<string, string>) => refusalOf({ method: 'GET', headers });

test('lets in whoever asks for this machine by one of its own names', () => {
  for (const host of ['localhost:10001', '127.0.0.1:10001', '[::1]:10001', 'LocalHost', 'localhost']) {
    assert.equal(get({ host }), null, host);
    assert.equal(post({ host }), null, host);
  }
});

test('refuses a name that was made to point at this machine', () => {
  for (const host of ['evil.example.com', 'localhost.evil.example.com:10001', '127.0.0.1.nip.io', '', 'a b']) {
    assert.notEqual(get({ host }), null, host);
    assert.notEqual(post({ host }), null, host);
  }
  assert.notEqual(get({}), null);
});

test('refuses what a page of another address sends', () => {
  const host = 'localhost:10001';
  for (const origin of ['http://evil.example.com', 'null', 'http://localhost:3000', 'https://localhost:10001']) {
    assert.notEqual(post({ host, origin }), null, origin);
  }
  assert.notEqual(post({ host, 'sec-fetch-site': 'cross-site' }), null);
  assert.notEqual(post({ host, 'sec-fetch-site': 'same-site' }), null);
});

test('lets its own page send', () => {
  const host = 'localhost:10001';
  assert.equal(post({ host, origin: 'http://localhost:10001', 'sec-fetch-site': 'same-origin' }), null);
  assert.equal(post({ host, origin: 'null', 'sec-fetch-site': 'same-origin' }), null);
  assert.notEqual(post({ host, origin: 'null', 'sec-fetch-site': 'cross-site' }), null);
});
