/** OAuth over real connections: a service on loopback that gives out tokens and withdraws them. */
import assert from 'node:assert/strict';
import type { IncomingMessage } from 'node:http';
import { createServer, type Server } from 'node:https';
import type { AddressInfo } from 'node:net';
import { after, before, test } from 'node:test';
import { OauthService } from '../apps/oauth-service.ts';
import { requestOperations } from '../apps/request-service.ts';
import type { OauthIntegration } from '../marketplace/oauth-integration.ts';
import { fakeCertificate } from './fake-certificate.ts';
import { type Outgoing, openOutgoing } from './outgoing.ts';

const certificate = fakeCertificate(['localhost']);
const service = { tokensGiven: 0, refreshes: 0, good: '' };
let server: Server;
let port: number;
let outgoing: Outgoing;

before(async () => {
  server = createServer(certificate, async (request, response) => {
    response.setHeader('content-type', 'application/json');
    if (request.url === '/token')
      return response.end(JSON.stringify(giveToken(new URLSearchParams(await textOf(request)))));
    const isGood = request.headers.authorization === `Bearer ${service.good}`;
    return response.writeHead(isGood ? 200 : 401).end(JSON.stringify({ token: request.headers.authorization }));
  });
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  port = (server.address() as AddressInfo).port;
  outgoing = openOutgoing({ privateHosts: [`localhost:${port}`], ca: [certificate.cert] });
});

after(async () => {
  await outgoing.close();
  await new Promise((resolve) => server.close(resolve));
});

async function textOf(request: IncomingMessage): Promise<string> {
  const chunks: Buffer[] = [];
  for await (const chunk of request) chunks.push(chunk as Buffer);
  return Buffer.concat(chunks).toString();
}

/** A refresh token is good once, as with most services. */
function giveToken(form: URLSearchParams): object {
  const isRefresh = form.get('grant_type') === 'refresh_token';
  const isKnown = isRefresh
    ? form.get('refresh_token') === `refresh-${service.tokensGiven}`
    : form.get('code') === 'code';
  if (!isKnown || form.get('client_secret') !== 'secret') return { error: 'invalid_grant' };
  if (isRefresh) service.refreshes += 1;
  service.tokensGiven += 1;
  service.good = `access-${service.tokensGiven}`;
  return { access_token: service.good, refresh_token: `refresh-${service.tokensGiven}`, expires_in: 3600 };
}

test('authorizes an app, and renews its token once when many requests find it withdrawn', async () => {
  const owner = { id: 'app_1', account: 1 };
  const integration: OauthIntegration = {
    name: 'crm',
    displayName: null,
    clientId: 'id',
    clientSecret: 'secret',
    authorizeUrl: `https://localhost:${port}/authorize`,
    tokenUrl: `https://localhost:${port}/token`,
    tokenType: 'account',
    options: {},
    customHeaders: {},
    iparams: [],
  };
  const oauth = new OauthService({
    outbound: outgoing.http,
    vault: { seal: (text) => text, open: (text) => text },
    now: () => Date.now(),
    secret: () => 'state',
    commit: async () => {},
  });
  const options = { maxAttempts: 1, retryDelayMs: 0, oauth: 'crm' };
  const headers = { Authorization: 'Bearer <%= access_token %>' };
  const template = {
    name: 'who',
    method: 'GET',
    host: `localhost:${port}`,
    path: '/',
    headers,
    query: {},
    options,
  } as const;
  const definition = {
    platformVersion: '3.0',
    requestTemplates: [template],
    requests: ['who'],
    whitelistedDomains: [],
    installation: { kind: 'custom_page' },
    oauth: [integration],
  } as const;
  const operations = requestOperations(
    { definition: () => definition, iparams: () => ({}), currentHost: () => ({}), agentOf: () => null },
    {
      outbound: outgoing.http,
      clock: { now: () => Date.now(), after: () => () => {} },
      oauth: oauth.tokensOf(owner),
      perMinuteMax: null,
      timeoutMs: 5000,
    },
  );
  const ask = () => operations['request.invoke_template']?.(['who'], { callId: null, purpose: null });

  assert.equal((await ask())?.kind, 'refused');
  const redirectUri = 'https://rollcall.example.com/auth/callback';
  const started = oauth.start(owner, { integration, oauthIparams: {}, redirectUri, agent: null });
  assert.equal(started.kind, 'started');
  assert.equal((await oauth.finish({ state: started.state, code: 'code', error: null })).kind, 'authorized');
  assert.equal((await ask())?.kind, 'done');

  service.good = 'withdrawn';
  const answers = await Promise.all(Array.from({ length: 20 }, ask));
  for (const answer of answers) assert.equal(answer?.kind, 'done', JSON.stringify(answer));
  assert.equal(service.refreshes, 1);
});
