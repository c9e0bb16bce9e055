/** Server-side request forgery: every spelling of a forbidden address, at every place that takes one, and none arrives. */
import assert from 'node:assert/strict';
import { mkdtemp, rm } from 'node:fs/promises';
import { createServer as createHttpsServer } from 'node:https';
import { type AddressInfo, connect, createServer, type Server } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { after, before, type TestContext, test } from 'node:test';
import { OauthService } from '../apps/oauth-service.ts';
import { requestOperations } from '../apps/request-service.ts';
import { parsePermittedHost } from '../marketplace/permitted-host.ts';
import { AddressGuard } from './address-guard.ts';
import { fakeCertificate } from './fake-certificate.ts';
import { hostileAnswers, hostileHosts } from './fake-hostile-hosts.ts';
import { FakeResolver } from './fake-resolver.ts';
import { HttpOut } from './http-out.ts';
import { UnixSocketBroker } from './socket-broker.ts';

const certificate = fakeCertificate(['flip.example.com']);
let folder: string;
let port: number;
let hits = 0;
const canaries: Server[] = [];

before(async () => {
  folder = await mkdtemp(join(tmpdir(), 'ssrf-test-'));
  port = await listen(canary(), '127.0.0.1', 0);
  // The same port on IPv6, where there is any.
  await listen(canary(), '::1', port).catch(() => 0);
});

after(async () => {
  await Promise.all(canaries.map((one) => new Promise((resolve) => one.close(resolve))));
  await rm(folder, { recursive: true });
});

function canary(): Server {
  return createServer((socket) => {
    hits += 1;
    socket.destroy();
  });
}

function listen(server: Server, address: string, onPort: number): Promise<number> {
  return new Promise((resolve, reject) => {
    server.once('error', reject);
    server.listen(onPort, address, () => {
      canaries.push(server);
      resolve((server.address() as AddressInfo).port);
    });
  });
}

function world(t: TestContext, permitted: readonly string[] = []) {
  const resolver = new FakeResolver({
    ...hostileAnswers,
    // The first answer is for the check, the second for whoever asks again when connecting.
    'flip.example.com': [['127.0.0.2'], ['127.0.0.1']],
    'turned.example.com': [['127.0.0.1'], ['127.0.0.2']],
  });
  const hostsPermitted = permitted.flatMap((text) => parsePermittedHost(text) ?? []);
  const guard = new AddressGuard({ resolver, permitted: hostsPermitted, ownAddresses: () => [], resolveMsMax: 1000 });
  const out = new HttpOut({ guard, ca: [certificate.cert] });
  const broker = new UnixSocketBroker({ guard, resolver, temporaryFolder: folder });
  // Also when the test fails: an open socket would keep the process waiting.
  t.after(() => Promise.all([out.close(), broker.close()]));
  return { resolver, out, broker };
}

async function get(out: HttpOut, url: string): Promise<string> {
  const limits = { timeoutMs: 3000, responseBytesMax: 1024 };
  const answer = await out.send({ method: 'GET', url, headers: {}, body: null, ...limits });
  return answer.kind === 'answered' ? answer.body : answer.kind;
}

/** What the broker answers to a wish to connect: its first line. */
function dial(path: string, host: string, toPort: number): Promise<string> {
  return new Promise((resolve) => {
    const socket = connect(path);
    let text = '';
    socket.write(`${JSON.stringify({ connect: { host, port: toPort } })}\n`);
    socket.on('data', (chunk) => {
      text += String(chunk);
      if (text.includes('\n')) socket.destroy();
    });
    socket.on('error', () => {});
    socket.on('close', () => resolve(text));
  });
}

test('lets no spelling of a forbidden address through HTTP or through a socket', async (t) => {
  assert.ok(hostileHosts.length >= 60, `${hostileHosts.length} spellings`);
  const { out, broker } = world(t);
  const end = await broker.open();
  for (const host of hostileHosts) {
    for (const url of [
      `https://${host}:${port}/`,
      `https://${host}/`,
      `https:${host}:${port}`,
      `https:\\\\${host}:${port}`,
    ]) {
      const got = await get(out, url);
      assert.ok(got === 'forbidden' || got === 'unreachable', `${url}: ${got}`);
    }
    for (const bare of [host, host.replace(/^\[|\]$/g, '')]) {
      assert.doesNotMatch(await dial(end.path, bare, port), /connected/, bare);
    }
  }
  assert.equal(hits, 0);
});

test('lets none through the requests and authorizations of apps', async (t) => {
  const { out } = world(t);
  const domains = [...hostileHosts.flatMap((host) => [`https://${host}:${port}`, `https://${host}`])];
  const crm = { ...integration, tokenUrl: 'https://<%= oauth_iparams.host %>/token' };
  const oauth = new OauthService({
    outbound: out,
    vault: { seal: (text) => text, open: (text) => text },
    now: () => 0,
    secret: () => 'state',
    commit: async () => {},
  });
  const clock = { now: () => 0, after: () => () => {} };
  const operations = (version: '2.2' | '2.3') => {
    const definition = {
      platformVersion: version,
      requestTemplates: [template],
      requests: ['anywhere'],
      whitelistedDomains: domains,
      installation: { kind: 'custom_page' } as const,
      oauth: [],
    };
    const app = {
      definition: () => definition,
      iparams: () => ({}),
      currentHost: () => ({}),
      agentOf: () => null,
    };
    const tokens = oauth.tokensOf({ id: 'app_1', account: 1 });
    return requestOperations(app, { outbound: out, clock, oauth: tokens, perMinuteMax: null, timeoutMs: 3000 });
  };
  const [legacy, templates] = [operations('2.2'), operations('2.3')];
  const context = { callId: null, purpose: null };
  for (const bare of hostileHosts) {
    for (const host of [bare, `${bare}:${port}`]) {
      const byTemplate = await templates['request.invoke_template']?.(['anywhere', { context: { host } }], context);
      assert.equal(byTemplate?.kind, 'refused', host);
      const byVerb = await legacy['request.get']?.([`https://${host}/`, {}], context);
      assert.equal(byVerb?.kind, 'refused', host);
      const start = {
        integration: crm,
        oauthIparams: { host },
        redirectUri: 'https://rollcall.example.com',
        agent: null,
      };
      assert.equal(oauth.start({ id: 'app_1', account: 1 }, start).kind, 'started');
      assert.equal((await oauth.finish({ state: 'state', code: 'code', error: null })).kind, 'refused', host);
    }
  }
  assert.equal(hits, 0);
});

test('connects to the address that was judged, however often a name flips', async (t) => {
  // 127.0.0.2 plays the public address, and 127.0.0.1, where the canary sits on the same port, the private one.
  const decoy = createHttpsServer(certificate, (_request, response) => {
    response.setHeader('connection', 'close').end('decoy');
  });
  const isThere = await listen(decoy as unknown as Server, '127.0.0.2', port).catch(() => 0);
  if (isThere === 0) return t.skip('this machine has no 127.0.0.2');
  const { resolver, out, broker } = world(t, ['127.0.0.2']);
  const end = await broker.open();
  const counts = { decoy: 0, refused: 0 };
  for (let flip = 0; flip < FLIPS; flip += 1) {
    const name = flip % 2 === 0 ? 'flip.example.com' : 'turned.example.com';
    const asked = resolver.questions.length;
    const line = await dial(end.path, name, port);
    if (line.includes('"address":"127.0.0.2"')) counts.decoy += 1;
    else if (line.includes('EACCES')) counts.refused += 1;
    assert.equal(resolver.questions.length - asked, 1, 'a name is resolved once for each connection');
  }
  assert.deepEqual(counts, { decoy: FLIPS / 2, refused: FLIPS / 2 });
  for (let flip = 0; flip < FLIPS; flip += 1) {
    const asked = resolver.questions.length;
    const got = await get(out, `https://flip.example.com:${port}/`);
    assert.ok(got === 'decoy' || got === 'forbidden', got);
    assert.equal(resolver.questions.length - asked, 1, 'a name is resolved once for each connection');
  }
  assert.equal(hits, 0);
});

const FLIPS = 1000;

const template = {
  name: 'anywhere',
  method: 'GET',
  host: '<%= context.host %>',
  path: '/',
  headers: {},
  query: {},
  options: { maxAttempts: 1, retryDelayMs: 0, oauth: null },
} as const;

const integration = {
  name: 'crm',
  displayName: null,
  clientId: 'id',
  clientSecret: 'secret',
  authorizeUrl: 'https://crm.example.com/authorize',
  tokenType: 'account',
  options: {},
  customHeaders: {},
  iparams: [],
} as const;
