import assert from 'node:assert/strict';
import { test } from 'node:test';
import type { Change, StoredRecord } from '../engine/change.ts';
import type { OauthIntegration } from '../marketplace/oauth-integration.ts';
import { FakeOutbound, textAnswer } from './fake-outbound.ts';
import { type OauthCallback, OauthService, type OauthStarted } from './oauth-service.ts';
import type { OutboundRequest } from './outbound.ts';
import type { Vault } from './vault.ts';

const owner = { id: 'app_1', account: 1 };
const redirectUri = 'https://rollcall.example.com/auth/callback';
const shop: OauthIntegration = {
  name: 'shop',
  displayName: 'Shop',
  clientId: '<%= oauth_iparams.client_id %>',
  clientSecret: '<%= oauth_iparams.client_secret %>',
  authorizeUrl: 'https://{{ oauth_iparams.domain }}/authorize?v=1',
  tokenUrl: 'https://<%= oauth_iparams.domain %>/token',
  tokenType: 'account',
  options: { scope: 'read write', access_type: 'offline', client_id: 'overwritten', list: ['a', 'b'] },
  customHeaders: {},
  iparams: [],
};
const oauthIparams = { client_id: 'id 1', client_secret: 's3cret', domain: 'demo.shop.example.com' };

/** Turns texts round, with a number before them: enough to see that what is stored is not what is known. */
function fakeVault(): Vault {
  let count = 0;
  return {
    seal: (text) => {
      count += 1;
      return `${count}:${[...text].reverse().join('')}`;
    },
    open: (sealed) => (/^\d+:/.test(sealed) ? [...sealed.replace(/^\d+:/, '')].reverse().join('') : null),
  };
}

function open() {
  const outbound = new FakeOutbound();
  const records = new Map<string, StoredRecord>();
  const vault = fakeVault();
  let now = 1_000_000;
  let secrets = 0;
  const ports = {
    outbound,
    vault,
    now: () => now,
    secret: () => {
      secrets += 1;
      return `state-${secrets}`;
    },
    commit: async (changes: readonly Change[]) => {
      for (const change of changes) {
        if (change.kind === 'PutRecord') records.set(change.record.key, change.record);
        if (change.kind === 'RemoveRecord') records.delete(change.key);
      }
    },
  };
  const restart = () => {
    const service = new OauthService(ports);
    service.resume([...records.values()]);
    return service;
  };
  return { outbound, records, restart, service: restart(), pass: (ms: number) => (now += ms) };
}

function begin(service: OauthService, changes: object = {}): Extract<OauthStarted, { kind: 'started' }> {
  const started = service.start(owner, { integration: shop, oauthIparams, redirectUri, agent: null, ...changes });
  assert.equal(started.kind, 'started', JSON.stringify(started));
  return started;
}

const callback = (state: string | null, code: string | null = 'code-1'): OauthCallback => ({
  state,
  code,
  error: null,
});

function tokenAnswer(number: number, more: object = {}) {
  return textAnswer(JSON.stringify({ access_token: `access-${number}`, refresh_token: `refresh-${number}`, ...more }));
}

function formOf(request: OutboundRequest | undefined) {
  return Object.fromEntries(new URLSearchParams(request?.body ?? ''));
}

async function authorize(world: ReturnType<typeof open>, more: object = {}) {
  world.outbound.answer = () => tokenAnswer(1, more);
  const finished = await world.service.finish(callback(begin(world.service).state));
  assert.equal(finished.kind, 'authorized', JSON.stringify(finished));
}

test("sends the browser to the service with the app's options, which cannot overwrite the protocol", () => {
  const url = new URL(begin(open().service).url);
  assert.equal(url.origin + url.pathname, 'https://demo.shop.example.com/authorize');
  assert.deepEqual(Object.fromEntries(url.searchParams), {
    v: '1',
    scope: 'read write',
    access_type: 'offline',
    list: 'a b',
    response_type: 'code',
    client_id: 'id 1',
    redirect_uri: redirectUri,
    state: 'state-1',
  });
});

test('exchanges the code for a token, and keeps it sealed over a restart', async () => {
  const world = open();
  await authorize(world);
  const [request] = world.outbound.requests;
  assert.equal(request?.url, 'https://demo.shop.example.com/token');
  assert.equal(request?.headers.Accept, 'application/json');
  assert.deepEqual(formOf(request), {
    grant_type: 'authorization_code',
    code: 'code-1',
    redirect_uri: redirectUri,
    client_id: 'id 1',
    client_secret: 's3cret',
  });
  const stored = [...world.records.values()];
  assert.deepEqual(
    stored.map(({ type, key }) => [type, key]),
    [['app_token', 'app_1/shop']],
  );
  assert.doesNotMatch(JSON.stringify(stored), /access-1|refresh-1|s3cret/);
  const token = await world.restart().tokensOf(owner).token(shop, null);
  assert.deepEqual(token, { kind: 'token', accessToken: 'access-1', oauthIparams });
});

test('takes a state once, within ten minutes, and only one that it gave out', async () => {
  const world = open();
  world.outbound.answer = () => tokenAnswer(1);
  const first = begin(world.service).state;
  const second = begin(world.service).state;
  assert.notEqual(first, second);
  assert.equal((await world.service.finish(callback(first))).kind, 'authorized');
  for (const state of [first, null, '', 'state-99', '__proto__']) {
    const finished = await world.service.finish(callback(state));
    assert.equal(finished.kind === 'refused' && finished.app, null, String(state));
  }
  world.pass(10 * 60_000);
  assert.equal((await world.service.finish(callback(second))).kind, 'refused');
  assert.equal(world.outbound.requests.length, 1);
});

test('keeps no more states than so many', async () => {
  const world = open();
  const states = Array.from({ length: 1001 }, () => begin(world.service).state);
  world.outbound.answer = () => tokenAnswer(1);
  assert.equal((await world.service.finish(callback(states[0] ?? ''))).kind, 'refused');
  assert.equal((await world.service.finish(callback(states[1] ?? ''))).kind, 'authorized');
});

test('says why when the service or the person refuses', async () => {
  const world = open();
  const refused = async (given: Partial<OauthCallback>) => {
    const finished = await world.service.finish({ ...callback(begin(world.service).state), ...given });
    assert.equal(finished.kind, 'refused');
    assert.equal(finished.app, 'app_1');
    return finished.message;
  };
  assert.match(await refused({ error: 'access_denied' }), /access_denied/);
  assert.match(await refused({ code: null }), /no code/);
  world.outbound.answer = () => textAnswer('{"error":"invalid_grant","error_description":"used"}', 400);
  assert.match(await refused({}), /invalid_grant \(used\), status 400/);
  world.outbound.answer = () => textAnswer('<html>', 200, 'text/html');
  assert.match(await refused({}), /no_token/);
  world.outbound.answer = () => ({ kind: 'forbidden', reason: 'address', message: 'it is loopback' });
  assert.match(await refused({}), /it is loopback/);
  world.outbound.answer = () => textAnswer('', 503);
  assert.match(await refused({}), /503/);
  assert.equal(world.records.size, 0);
});

test('shows the secret in a header to services that do not take it in the body', async () => {
  const world = open();
  world.outbound.answer = ({ headers }) => {
    return headers.Authorization === undefined ? textAnswer('{"error":"invalid_client"}', 401) : tokenAnswer(1);
  };
  assert.equal((await world.service.finish(callback(begin(world.service).state))).kind, 'authorized');
  const [, second] = world.outbound.requests;
  assert.equal(second?.headers.Authorization, `Basic ${Buffer.from('id%201:s3cret').toString('base64')}`);
  assert.equal(formOf(second).client_secret, undefined);
});

test("leaves the header to the app's own, and reads a form as an answer", async () => {
  const world = open();
  const integration = { ...shop, customHeaders: { Authorization: '<%= encode(oauth_iparams.client_id) %>' } };
  world.outbound.answer = () => textAnswer('access_token=a%2B1&expires_in=60&scope=x+y', 200, 'text/plain');
  await world.service.finish(callback(begin(world.service, { integration }).state));
  assert.equal(world.outbound.requests[0]?.headers.Authorization, Buffer.from('id 1').toString('base64'));
  const token = await world.service.tokensOf(owner).token(integration, null);
  assert.equal(token.kind === 'token' && token.accessToken, 'a+1');
  world.outbound.answer = () => textAnswer('{}', 401);
  await world.service.finish(callback(begin(world.service, { integration }).state));
  assert.equal(world.outbound.requests.length, 2);
});

test('renews a token before it ends, once for everybody who asks', async () => {
  const world = open();
  await authorize(world, { expires_in: 3600 });
  const tokens = world.service.tokensOf(owner);
  assert.equal(world.outbound.requests.length, 1);
  await tokens.token(shop, null);
  assert.equal(world.outbound.requests.length, 1);
  world.pass(3590 * 1000);
  world.outbound.answer = () => tokenAnswer(2, { expires_in: 3600, refresh_token: undefined });
  const answers = await Promise.all(Array.from({ length: 10 }, () => tokens.token(shop, null)));
  assert.equal(world.outbound.requests.length, 2);
  const asked = formOf(world.outbound.requests[1]);
  assert.equal(asked.grant_type, 'refresh_token');
  assert.equal(asked.refresh_token, 'refresh-1');
  for (const answer of answers) assert.equal(answer.kind === 'token' && answer.accessToken, 'access-2');
  // The service gave no new one: the old one goes on renewing.
  world.pass(3590 * 1000);
  await tokens.token(shop, null);
  assert.equal(formOf(world.outbound.requests[2]).refresh_token, 'refresh-1');
  const kept = await world.restart().tokensOf(owner).token(shop, null);
  assert.equal(kept.kind === 'token' && kept.accessToken, 'access-2');
});

test('renews a token that was not taken, and not again when somebody else just did', async () => {
  const world = open();
  await authorize(world);
  const tokens = world.service.tokensOf(owner);
  world.outbound.answer = () => tokenAnswer(2);
  const answers = await Promise.all([tokens.renew(shop, null, 'access-1'), tokens.renew(shop, null, 'access-1')]);
  const late = await tokens.renew(shop, null, 'access-1');
  assert.equal(world.outbound.requests.length, 2);
  for (const answer of [...answers, late]) assert.equal(answer.kind === 'token' && answer.accessToken, 'access-2');
});

test('uses a token to its end when it cannot be renewed, and says after that what to do', async () => {
  const world = open();
  await authorize(world, { expires_in: 3600 });
  const tokens = world.service.tokensOf(owner);
  world.pass(3590 * 1000);
  world.outbound.answer = () => ({ kind: 'timed_out' });
  assert.equal((await tokens.token(shop, null)).kind, 'token');
  world.pass(20_000);
  const late = await tokens.token(shop, null);
  assert.deepEqual(late, {
    kind: 'refused',
    status: 502,
    message: 'The service gives no token: it did not answer in time',
  });
  world.outbound.answer = () => textAnswer('{"error":"invalid_grant"}', 400);
  const gone = await tokens.token(shop, null);
  assert.equal(gone.kind === 'refused' && gone.status, 401);
  assert.match(gone.kind === 'refused' ? gone.message : '', /authorize the app with "shop" again/);
});

test('has a token for each agent where the app wants that', async () => {
  const world = open();
  const integration = { ...shop, tokenType: 'agent' } as const;
  const agents = ['agent-1', 'agent/2'];
  for (const [index, agent] of agents.entries()) {
    world.outbound.answer = () => tokenAnswer(index + 1);
    await world.service.finish(callback(begin(world.service, { integration, agent }).state));
  }
  const tokens = world.restart().tokensOf(owner);
  for (const [index, agent] of agents.entries()) {
    const token = await tokens.token(integration, agent);
    assert.equal(token.kind === 'token' && token.accessToken, `access-${index + 1}`);
  }
  const missing = await tokens.token(integration, 'agent-3');
  assert.match(missing.kind === 'refused' ? missing.message : '', /not authorized with "shop" for agent agent-3/);
  const nobody = await tokens.token(integration, null);
  assert.match(nobody.kind === 'refused' ? nobody.message : '', /belong to agents/);
  assert.equal(world.service.start(owner, { integration, oauthIparams, redirectUri, agent: null }).kind, 'refused');
});

test('says that an app is not authorized, and forgets what a removed app had', async () => {
  const world = open();
  const tokens = world.service.tokensOf(owner);
  const before = await tokens.token(shop, null);
  assert.deepEqual(before, {
    kind: 'refused',
    status: 401,
    message: 'The app is not authorized with "shop": authorize it on its installation page',
  });
  await authorize(world);
  const pending = begin(world.service).state;
  assert.equal(world.service.isAuthorized('app_1', shop, null), true);
  assert.deepEqual(world.service.removal('app_1'), [{ kind: 'RemoveRecord', type: 'app_token', key: 'app_1/shop' }]);
  assert.deepEqual(world.service.removal('app_'), []);
  world.service.forget('app_1');
  assert.equal(world.service.isAuthorized('app_1', shop, null), false);
  assert.equal((await world.service.finish(callback(pending))).kind, 'refused');
});

test('keeps no token of an app that is removed while the service answers', async () => {
  const world = open();
  await authorize(world, { expires_in: 3600 });
  const pending = begin(world.service).state;
  world.pass(3590 * 1000);
  const answer = Promise.withResolvers<ReturnType<typeof tokenAnswer>>();
  world.outbound.answer = () => answer.promise;
  const finished = world.service.finish(callback(pending));
  const renewed = world.service.tokensOf(owner).renew(shop, null, 'access-1');
  world.service.forget('app_1');
  world.records.clear();
  answer.resolve(tokenAnswer(2));
  assert.equal((await finished).kind, 'refused');
  assert.equal((await renewed).kind, 'refused');
  assert.equal(world.records.size, 0);
});

test('begins nothing with parameters that leave a hole', () => {
  const world = open();
  const started = world.service.start(owner, { integration: shop, oauthIparams: {}, redirectUri, agent: null });
  assert.deepEqual(started, {
    kind: 'refused',
    message: '"client_id" of config/oauth_config.json cannot be filled in',
  });
});

test('leaves out a token that the vault cannot open', async () => {
  const world = open();
  await authorize(world);
  for (const [key, record] of world.records) world.records.set(key, { ...record, body: '{"sealed":"broken"}' });
  assert.equal((await world.restart().tokensOf(owner).token(shop, null)).kind, 'refused');
});
