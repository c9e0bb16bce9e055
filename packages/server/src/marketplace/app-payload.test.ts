import assert from 'node:assert/strict';
import { test } from 'node:test';
import fc from 'fast-check';
import {
  appPayload,
  defaultPayloadSettings,
  fractionalSeconds,
  type PayloadReceiver,
  type ProductPayload,
} from './app-payload.ts';

const payload: ProductPayload = {
  account_id: '1',
  domain: 'desk.example',
  region: 'EU',
  event: 'onAgentActivityCreate',
  timestamp: 1_772_618_400_000,
  version: '2.0.0',
  data: { actor: {}, agent_activity: {} },
  activity: { id: 'a1', sequence: 1 },
};
const receiver: PayloadReceiver = {
  platformVersion: '2.3',
  modules: [],
  iparams: { limit: 3 },
  settings: defaultPayloadSettings,
};

test('adds the parameters of the app and leaves the rest as it is', () => {
  assert.deepEqual(appPayload(payload, receiver), { ...payload, iparams: { limit: 3 } });
});

test('adds the current host for platform 3.0 and keeps account and domain', () => {
  const received = appPayload(payload, {
    ...receiver,
    platformVersion: '3.0',
    modules: ['common', 'chat_conversation'],
  });
  assert.deepEqual(received.currentHost, {
    subscribed_modules: ['chat_conversation'],
    endpoint_urls: { freshchat: 'https://desk.example' },
  });
  assert.deepEqual([received.account_id, received.domain], ['1', 'desk.example']);
});

test('leaves our own part out when told to', () => {
  const received = appPayload(payload, {
    ...receiver,
    settings: { timestampForm: 'milliseconds', includeActivity: false },
  });
  assert.equal('activity' in received, false);
});

test('sends seconds that are never whole', () => {
  const received = appPayload(payload, { ...receiver, settings: { timestampForm: 'seconds', includeActivity: true } });
  assert.equal(received.timestamp, 1772618400.001);
  assert.equal(fractionalSeconds(1564392329214), 1564392329.214);
  fc.assert(
    fc.property(fc.integer({ min: 0, max: 4_102_444_800_000 }), (epochMs) => {
      const seconds = fractionalSeconds(epochMs);
      assert.ok(!Number.isInteger(seconds) && Math.abs(Math.round(seconds * 1000) - epochMs) <= 1);
      assert.match(JSON.stringify(seconds), /^\d+\.\d{1,3}$/);
    }),
  );
});
