import assert from 'node:assert/strict';
import { test } from 'node:test';
import fc from 'fast-check';
import {
  actionPayload,
  appPayload,
  currentHost as currentHostOf,
  defaultPayloadSettings,
  externalPayload,
  fractionalSeconds,
  functionPayload,
  jobPayload,
  type PayloadReceiver,
  type ProductPayload,
  scheduledPayload,
  setUpPayload,
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

const occasion = { account: { accountId: '13', domain: 'desk.example', region: 'US' }, at: 1_496_400_354_326 };
const common = { account_id: '13', region: 'US', timestamp: 1_496_400_354_326, iparams: { limit: 3 } };
const currentHost = { subscribed_modules: ['chat_conversation'], endpoint_urls: { freshchat: 'https://desk.example' } };
const newest: PayloadReceiver = { ...receiver, platformVersion: '3.0', modules: ['common', 'chat_conversation'] };

test('gives the events of setting up a web address, and scheduled ones a bare host', () => {
  const install = { ...common, domain: 'https://desk.example', event: 'onAppInstall' };
  assert.deepEqual(setUpPayload('onAppInstall', occasion, receiver), install);
  assert.deepEqual(setUpPayload('onAppInstall', occasion, newest), { ...install, currentHost });
  const scheduled = { ...common, domain: 'desk.example', event: 'onScheduledEvent', data: { task: 1 } };
  assert.deepEqual(scheduledPayload({ task: 1 }, occasion, receiver), scheduled);
  assert.deepEqual(scheduledPayload({ task: 1 }, occasion, newest), { ...scheduled, currentHost });
});

test('hands what came from outside on beside the envelope, where it can overwrite nothing', () => {
  const call = { data: { a: 1 }, headers: { 'x-signature': 's' }, options: null };
  const external = { ...common, domain: 'https://desk.example', event: 'onExternalEvent', data: { a: 1 } };
  const received = { ...external, headers: { 'x-signature': 's' } };
  assert.deepEqual(externalPayload(call, occasion, receiver), received);
  assert.deepEqual(externalPayload({ ...call, options: 'x' }, occasion, newest), {
    ...received,
    options: 'x',
    currentHost,
  });
});

test('adds the parameters to what functions, actions and jobs are called with, and lets no caller name them', () => {
  const args = { a: 1, iparams: { limit: 99 } };
  const received = { a: 1, iparams: { limit: 3 } };
  assert.deepEqual(functionPayload(args, receiver, { isInstall: false }), received);
  assert.deepEqual(functionPayload(args, receiver, { isInstall: true }), { ...received, isInstall: true });
  assert.deepEqual(actionPayload(args, receiver), received);
  assert.deepEqual(jobPayload(args, receiver), received);
});

test('sends every timestamp in the form that was asked for', () => {
  const seconds = { ...receiver, settings: { timestampForm: 'seconds', includeActivity: true } } as const;
  assert.equal(setUpPayload('onAppInstall', occasion, seconds).timestamp, 1_496_400_354.326);
});

test('tells an app where each product of its modules answers', () => {
  const { endpoint_urls: urls } = currentHostOf('desk.example', [
    'common',
    'support_ticket',
    'call',
    'chat_conversation',
  ]);
  const url = 'https://desk.example';
  assert.deepEqual(urls, { freshchat: url, freshdesk: url, freshcaller: url });
});
