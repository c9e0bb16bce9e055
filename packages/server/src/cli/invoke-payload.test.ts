import assert from 'node:assert/strict';
import { test } from 'node:test';
import type { AppDefinition } from '../marketplace/app-definition.ts';
import { readPayload } from './invoke-payload.ts';

const app = (platformVersion: '2.3' | '3.0') =>
  ({ platformVersion, modules: ['common', 'chat_conversation'] }) as unknown as AppDefinition;
const event = 'onAgentActivityCreate';

test("a payload of one's own gets what the platform adds to every one", () => {
  const text = '{"event":"another","domain":"https://support.example.com","data":{}}';
  const made = readPayload(text, 'file', { app: app('3.0'), iparams: { a: 1 }, event });
  assert.deepEqual(made.kind === 'payload' && made.payload, {
    iparams: { a: 1 },
    currentHost: {
      subscribed_modules: ['chat_conversation'],
      endpoint_urls: { freshchat: 'https://support.example.com' },
    },
    event,
    domain: 'https://support.example.com',
    data: {},
  });
});

test('what it says itself is kept, and a 2.x app gets no currentHost', () => {
  const made = readPayload('{"iparams":{"b":2}}', 'file', { app: app('2.3'), iparams: { a: 1 }, event });
  assert.deepEqual(made.kind === 'payload' && made.payload, { iparams: { b: 2 }, event });
});

test('what is no JSON object is refused by name', () => {
  for (const text of ['[]', '{', '5']) {
    const made = readPayload(text, 'some-file', { app: app('2.3'), iparams: {}, event });
    assert.match(made.kind === 'rejected' ? made.sentence : '', /^some-file/);
  }
});
