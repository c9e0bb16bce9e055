import assert from 'node:assert/strict';
import { test } from 'node:test';
import { readIparams } from '../marketplace/iparams.ts';
import type { JsonObject, JsonValue } from '../marketplace/json-value.ts';
import type { RequestTemplate } from '../marketplace/request-template.ts';
import type { OperationAnswer } from './app-operation.ts';
import { FakeOutbound, textAnswer } from './fake-outbound.ts';
import type { OauthTokens } from './oauth-service.ts';
import type { OutboundAnswer } from './outbound.ts';
import { type RequestDefinition, requestOperations, requestTimeoutMs } from './request-service.ts';

const iparams = { key: 's3cret', domain: 'demo', empty: '' };
const context = { callId: 'call-1', purpose: 'product_event' } as const;

function template(
  name: string,
  parts: Partial<Omit<RequestTemplate, 'options'>> & Partial<RequestTemplate['options']>,
) {
  const { maxAttempts = 1, retryDelayMs = 0, oauth = null, ...schema } = parts;
  const options = { maxAttempts, retryDelayMs, oauth };
  return {
    name,
    method: 'GET',
    host: 'api.example.com',
    path: '/',
    headers: {},
    query: {},
    ...schema,
    options,
  } as const;
}

const templates: readonly RequestTemplate[] = [
  template('plain', {}),
  template('full', {
    method: 'POST',
    host: '<%= iparam.domain %>.example.com',
    path: '/v2/<%= context.kind %>/<%= context.id %>',
    headers: { Authorization: "Basic <%= encode(iparam.key + ':X') %>", 'X-Who': '<%= context.who.name %>' },
    query: { query: '<%= context.query %>', page: '<%= context.page || 2 %>', 'with[]': ['a', '<%= context.id %>'] },
  }),
  template('anywhere', { host: '<%= context.host %>', path: '<%= context.path %>' }),
  template('home', { host: '<%= current_host.endpoint_urls.freshdesk %>', path: '/api' }),
  template('typo', { headers: { A: '<%= contxt.id %>' } }),
  template('token', { headers: { A: 'Bearer <%= access_token %>' }, oauth: 'crm' }),
  template('tokenless', { headers: { A: 'Bearer <%= access_token %>' } }),
  template('stranger', { oauth: 'nobody' }),
  template('stubborn', { maxAttempts: 3, retryDelayMs: 500 }),
  template('header', { headers: { 'X-A': '<%= context.text %>' } }),
  template('undeclared', {}),
];

const crm = {
  name: 'crm',
  displayName: null,
  clientId: 'id',
  clientSecret: 'secret',
  authorizeUrl: 'https://crm.example.com/authorize',
  tokenUrl: 'https://crm.example.com/token',
  tokenType: 'account',
  options: {},
  customHeaders: {},
  iparams: [],
} as const;

function open(changes: Partial<RequestDefinition> = {}, perMinuteMax: number | null = null) {
  const outbound = new FakeOutbound();
  const waits: number[] = [];
  let now = 1_000_000;
  const tokens = { given: 'token-1', renewed: 0 };
  const oauth: OauthTokens = {
    token: async () => ({ kind: 'token', accessToken: tokens.given, oauthIparams: { shop: 'demo-shop' } }),
    renew: async () => {
      tokens.renewed += 1;
      return { kind: 'token', accessToken: 'token-2', oauthIparams: {} };
    },
  };
  const definition: RequestDefinition = {
    platformVersion: '2.3',
    requestTemplates: templates,
    requests: templates.map(({ name }) => name).filter((name) => name !== 'undeclared'),
    whitelistedDomains: [],
    oauth: [crm, { ...crm, name: 'default' }],
    installation: { kind: 'custom_page' },
    ...changes,
  };
  const app = {
    definition: () => definition,
    iparams: () => iparams,
    currentHost: () => ({ endpoint_urls: { freshdesk: 'https://demo.freshdesk.com' } }),
    agentOf: () => null,
  };
  const clock = {
    now: () => now,
    after: (delayMs: number, run: () => void) => {
      waits.push(delayMs);
      now += delayMs;
      queueMicrotask(run);
      return () => {};
    },
  };
  const operations = requestOperations(app, { outbound, clock, oauth, perMinuteMax, timeoutMs: 15_000 });
  const ask = async (name: string, ...args: readonly JsonValue[]): Promise<OperationAnswer> => {
    const operation = operations[name];
    assert.ok(operation !== undefined, name);
    return operation(args, context);
  };
  const invoke = (...args: readonly JsonValue[]) => ask('request.invoke_template', ...args);
  return { outbound, ask, invoke, waits, tokens, pass: (ms: number) => (now += ms) };
}

function errorOf(answer: OperationAnswer): JsonObject {
  assert.equal(answer.kind, 'refused', JSON.stringify(answer));
  return answer.error;
}

function resultOf(answer: OperationAnswer): JsonObject {
  assert.equal(answer.kind, 'done', JSON.stringify(answer));
  return answer.result as JsonObject;
}

test('fills a template in and resolves with status, headers, response and attempts', async () => {
  const { outbound, invoke } = open();
  outbound.answer = () => textAnswer('{"id":1}', 201);
  const body = '{"text":"as <%= it %> is"}';
  const given = { kind: 'tickets', id: 12, who: { name: 'Ada' }, query: '"priority:3 & more"' };
  const result = resultOf(await invoke('full', { context: given, body, cache: true, ttl: 1000 }));
  assert.deepEqual(result, {
    status: 201,
    headers: { 'content-type': 'application/json' },
    response: '{"id":1}',
    attempts: 1,
  });
  const { security: _, ...request } = outbound.requests[0] ?? assert.fail();
  assert.deepEqual(request, {
    method: 'POST',
    url: 'https://demo.example.com/v2/tickets/12?query=%22priority%3A3%20%26%20more%22&page=2&with%5B%5D=a&with%5B%5D=12',
    headers: { Authorization: `Basic ${Buffer.from('s3cret:X').toString('base64')}`, 'X-Who': 'Ada' },
    body,
    timeoutMs: 15_000,
    responseBytesMax: 6 * 1024 * 1024,
  });
});

test('takes a host with a scheme, and a whole path with parameters', async () => {
  const { outbound, invoke } = open();
  await invoke('home');
  await invoke('anywhere', { context: { host: 'a.example.com:8443', path: 'x/y?z=%20 1#2' } });
  assert.deepEqual(
    outbound.requests.map(({ url }) => url),
    ['https://demo.freshdesk.com/api', 'https://a.example.com:8443/x/y?z=%20 1%232'],
  );
});

test('hands certificates and keys of a template on, filled in', async () => {
  const secured = {
    ...template('secured', {}),
    options: { ...templates[0]?.options, security: { key: '<%= iparam.key %>' } },
  };
  const { outbound, invoke } = open({ requestTemplates: [secured as RequestTemplate], requests: ['secured'] });
  resultOf(await invoke('secured'));
  const none = { ca: null, cert: null, pfx: null, passphrase: null };
  assert.deepEqual(outbound.requests[0]?.security, { ...none, key: 's3cret' });
});

test('sends a body that is an object as JSON', async () => {
  const { outbound, invoke } = open();
  await invoke('plain', { body: { a: 1 } });
  assert.equal(outbound.requests[0]?.body, '{"a":1}');
  assert.equal(outbound.requests[0]?.headers['Content-Type'], 'application/json');
});

test('refuses what is left empty or is no host, with the errors of the platform', async () => {
  const { outbound, invoke } = open();
  const empty = errorOf(await invoke('anywhere', { context: { path: '/' } }));
  assert.deepEqual(empty, {
    status: 400,
    headers: {},
    response: 'runtime validation failed.',
    errors: [{ message: 'must not be empty', instancePath: '/schema/host' }],
    errorSource: 'APP',
    attempts: 1,
    message: 'runtime validation failed. /schema/host must not be empty',
  });
  const hosts = [
    'a.example.com/x',
    'a.example.com#',
    'a@b.example.com',
    'a.example.com:99999999',
    'a b',
    'a\\b',
    'a?b',
  ];
  for (const host of [...hosts, 'https://https://a.example.com', 'a.example.com:80:80', '\u0000.example.com']) {
    const { errors, response } = errorOf(await invoke('anywhere', { context: { host, path: '/' } }));
    assert.equal(response, 'runtime validation failed.', host);
    assert.match(JSON.stringify(errors), /schema\/host/, host);
  }
  const header = errorOf(await invoke('header', { context: { text: 'a\r\nHost: b' } }));
  assert.match(JSON.stringify(header.errors), /\/schema\/headers\/X-A/);
  assert.equal(outbound.requests.length, 0);
});

test('refuses what cannot be filled in, and says where', async () => {
  const { invoke } = open();
  const typo = errorOf(await invoke('typo', { context: { id: 1 } }));
  assert.equal(typo.status, 400);
  assert.equal(typo.response, 'Error while substituting the templates');
  assert.match(String(typo.message), /\/schema\/headers\/A of 'typo'/);
  const tokenless = errorOf(await invoke('tokenless'));
  assert.match(String(tokenless.message), /OAuth request missing 'options.oauth' configuration/);
});

test('refuses templates that are nowhere, or not in the manifest', async () => {
  const { invoke } = open();
  for (const [name, why] of [
    ['nope', /not defined in config\/requests.json/],
    ['undeclared', /not among the "requests" of manifest.json/],
  ] as const) {
    const error = errorOf(await invoke(name));
    assert.equal(error.status, 404);
    assert.equal(error.response, 'Request template not found');
    assert.match(String(error.message), why);
  }
  for (const odd of [[], [null], [{}], ['__proto__'], [['plain']]]) {
    assert.equal(errorOf(await invoke(...odd)).response, 'Request template not found');
  }
});

test('refuses bodies over 100 KB', async () => {
  const { invoke, outbound } = open();
  assert.equal((await invoke('plain', { body: 'x'.repeat(100 * 1024) })).kind, 'done');
  const error = errorOf(await invoke('plain', { body: 'é'.repeat(50 * 1024 + 1) }));
  assert.deepEqual(error.errors, [{ message: 'must not exceed 100 KB', instancePath: '/body' }]);
  assert.equal(outbound.requests.length, 1);
});

test('rejects with what was answered, when it is no success', async () => {
  const { outbound, invoke } = open();
  for (const status of [300, 302, 400, 404, 500]) {
    outbound.answer = () => textAnswer('{"why":"no"}', status);
    const error = errorOf(await invoke('plain'));
    const { message, ...rest } = error;
    const headers = { 'content-type': 'application/json' };
    assert.deepEqual(rest, { status, headers, response: '{"why":"no"}', errorSource: 'APP', attempts: 1 });
    assert.equal(message, `The request was answered with ${status}`);
  }
});

test('tries again after network errors, 429 and 5xx only, waiting in between', async () => {
  const cases: readonly (readonly [OutboundAnswer, number])[] = [
    [textAnswer('', 503), 3],
    [textAnswer('', 429), 3],
    [{ kind: 'unreachable', message: 'connect ECONNREFUSED' }, 3],
    [{ kind: 'timed_out' }, 3],
    [textAnswer('', 404), 1],
    [{ kind: 'too_large' }, 1],
    [{ kind: 'forbidden', reason: 'address', message: 'x' }, 1],
  ];
  for (const [answer, attempts] of cases) {
    const { outbound, invoke, waits } = open();
    outbound.answer = () => answer;
    const error = errorOf(await invoke('stubborn'));
    assert.equal(error.attempts, attempts);
    assert.equal(outbound.requests.length, attempts);
    assert.deepEqual(waits, Array(attempts - 1).fill(500));
  }
  const { outbound, invoke } = open();
  outbound.answer = (_, number) => (number < 3 ? textAnswer('', 500) : textAnswer('"late"'));
  assert.equal(resultOf(await invoke('stubborn')).attempts, 3);
});

test("says in the platform's words what went wrong on the way", async () => {
  const { outbound, invoke } = open();
  const rows: readonly (readonly [OutboundAnswer, number, string])[] = [
    [{ kind: 'timed_out' }, 504, 'Timeout error while processing the request'],
    [{ kind: 'unreachable', message: 'x' }, 502, 'Error in establishing connection'],
    [{ kind: 'too_large' }, 413, 'The response exceeds the limit of 6 MB'],
    [{ kind: 'forbidden', reason: 'address', message: 'x' }, 400, 'runtime validation failed.'],
    [{ kind: 'forbidden', reason: 'header', message: 'x' }, 400, 'runtime validation failed.'],
    [textAnswer('', 200, 'image/png'), 415, 'Unsupported content type'],
    [textAnswer('', 500, 'application/octet-stream'), 415, 'Unsupported content type'],
  ];
  for (const [answer, status, response] of rows) {
    outbound.answer = () => answer;
    const error = errorOf(await invoke('plain'));
    assert.equal(error.status, status);
    assert.equal(error.response, response);
    assert.equal(error.errorSource, 'APP');
  }
  for (const type of ['text/csv', 'application/problem+json; charset=utf-8', 'application/vnd.api+json', '']) {
    outbound.answer = () => textAnswer('x', 200, type);
    resultOf(await invoke('plain'));
  }
});

test('says which address is refused: for a template as a fault of its host, for a verb of its URL', async () => {
  const { outbound, ask, invoke } = open({ platformVersion: '2.2', whitelistedDomains: ['https://api.example.com'] });
  const message = 'api.example.com has an address that is not public';
  outbound.answer = () => ({ kind: 'forbidden', reason: 'address', message });
  const faults = [{ message: `must be FQDN: ${message} (https://api.example.com)`, instancePath: '/schema/host' }];
  assert.deepEqual(errorOf(await invoke('plain')).errors, faults);
  for (const [reason, response] of [
    ['not_https', 'Invalid URL - Must be HTTPS'],
    ['ip_address', 'Invalid URL - IP is disallowed'],
    ['address', 'Invalid URL - IP is disallowed'],
    ['not_a_name', 'Invalid URL - Must be FQDN'],
    ['malformed', 'Invalid URL - Must be FQDN'],
  ] as const) {
    outbound.answer = () => ({ kind: 'forbidden', reason, message });
    const error = errorOf(await ask('request.get', 'https://api.example.com/secret?key=1'));
    assert.equal(error.response, response);
    assert.equal(error.message, `${response}: ${message} (https://api.example.com)`);
  }
});

test('refuses an answer that would not fit through to the app', async () => {
  const { outbound, invoke } = open();
  outbound.answer = () => textAnswer('"'.repeat(5 * 1024 * 1024));
  assert.equal(errorOf(await invoke('plain')).status, 413);
  outbound.answer = () => textAnswer('x'.repeat(6 * 1024 * 1024));
  resultOf(await invoke('plain'));
});

test('keeps the rate that is set, in the words of the platform', async () => {
  const { invoke, pass } = open({}, 2);
  resultOf(await invoke('plain'));
  errorOf(await invoke('nope'));
  const error = errorOf(await invoke('plain'));
  assert.deepEqual(error, {
    status: 429,
    headers: {},
    message: 'You have exceeded the limit of 2 requests per minute',
    errorSource: 'APP',
  });
  pass(60_000);
  resultOf(await invoke('plain'));
});

test('has so many requests of one app under way at once, and the others wait their turn', async () => {
  const { outbound, invoke } = open();
  const held: (() => void)[] = [];
  outbound.answer = () => new Promise((resolve) => held.push(() => resolve(textAnswer('{}'))));
  const all = Array.from({ length: 30 }, () => invoke('plain'));
  await new Promise((resolve) => setImmediate(resolve));
  assert.equal(outbound.requests.length, 20);
  while (held.length > 0) {
    held.shift()?.();
    await new Promise((resolve) => setImmediate(resolve));
  }
  assert.equal((await Promise.all(all)).filter(({ kind }) => kind === 'done').length, 30);
});

test('sends the token of an integration, and once more with a new one after a 401', async () => {
  const { outbound, invoke, tokens } = open();
  outbound.answer = ({ headers }) => textAnswer('{}', headers.A === 'Bearer token-2' ? 200 : 401);
  const result = resultOf(await invoke('token'));
  assert.equal(result.attempts, 2);
  assert.equal(tokens.renewed, 1);
  outbound.answer = () => textAnswer('{}', 401);
  assert.equal(errorOf(await invoke('token')).status, 401);
  assert.equal(outbound.requests.length, 4);
  assert.match(String(errorOf(await invoke('stranger')).message), /no OAuth integration "nobody"/);
});

test('refuses the verbs with a URL on platform 2.3 and 3.0, and names what replaced them', async () => {
  for (const platformVersion of ['2.3', '3.0'] as const) {
    const { ask } = open({ platformVersion });
    const error = errorOf(await ask('request.get', 'https://api.example.com'));
    assert.match(String(error.message), /get is no longer supported in Request API.*\$request\.invokeTemplate/);
  }
});

const whitelistedDomains = [
  'https://api.example.com',
  'https://*.freshdesk.com',
  'https://<%= iparam.domain %>.crm.example.com',
];

test('refuses a verb with a parameter that the app does not have, and takes one that nobody gave as empty', async () => {
  const { installation } = readIparams(
    new Map([
      [
        'config/iparams.json',
        JSON.stringify({
          domain: { display_name: 'Domain', type: 'text' },
          prefix: { display_name: 'Prefix', type: 'text' },
        }),
      ],
    ]),
  );
  const { ask, outbound } = open({ platformVersion: '2.2', whitelistedDomains, installation });
  const get = (url: string, options: object = {}) => ask('request.get', url, options as JsonObject);
  await get('https://api.example.com/<%= iparam.prefix %>x/<%= iparam.domain %>');
  assert.deepEqual(
    outbound.requests.map(({ url }) => url),
    ['https://api.example.com/x/demo'],
  );
  for (const refused of [
    await get('https://api.example.com/<%= iparam.prefx %>'),
    await get('https://api.example.com/', { headers: { Authorization: 'Bearer <%= iparam.tokn %>' } }),
    await get('https://api.example.com/<%= contxt.x %>'),
  ]) {
    assert.ok(refused?.kind === 'refused');
    assert.deepEqual([refused.error.status, refused.error.response], [400, 'Error while substituting the templates']);
  }
  assert.equal(outbound.requests.length, 1);
});

test('fills the verbs in, and sends body, json, form and qs as they are meant', async () => {
  const { ask, outbound } = open({ platformVersion: '2.2', whitelistedDomains });
  const url = 'https://<%= iparam.domain %>.freshdesk.com/api?key=<%= encode(iparam.key) %>';
  await ask('request.post', url, {
    headers: { A: '<%= iparam.key %>', n: 1 },
    json: { text: ['<%= iparam.domain %>'] },
  });
  await ask('request.put', 'https://api.example.com', { body: 'text', maxAttempts: 9, staticIP: true });
  await ask('request.patch', 'https://api.example.com/x?y=1#z', { form: { 'a b': 'c&d', e: true }, qs: { f: 'ä' } });
  await ask('request.get', 'https://api.example.com/', { body: 'none' });
  await ask('request.delete', 'https://demo.crm.example.com/x');
  const sent = outbound.requests.map(({ method, url: to, headers, body }) => ({ method, to, headers, body }));
  const form = { 'Content-Type': 'application/x-www-form-urlencoded' };
  assert.deepEqual(sent, [
    {
      method: 'POST',
      to: `https://demo.freshdesk.com/api?key=${Buffer.from('s3cret').toString('base64')}`,
      headers: { A: 's3cret', n: '1', 'Content-Type': 'application/json' },
      body: '{"text":["demo"]}',
    },
    { method: 'PUT', to: 'https://api.example.com', headers: {}, body: 'text' },
    { method: 'PATCH', to: 'https://api.example.com/x?y=1&f=%C3%A4#z', headers: form, body: 'a+b=c%26d&e=true' },
    { method: 'GET', to: 'https://api.example.com/', headers: {}, body: null },
    { method: 'DELETE', to: 'https://demo.crm.example.com/x', headers: {}, body: null },
  ]);
});

test('sends the verbs only where the manifest says, and only by https', async () => {
  const { ask, outbound } = open({ platformVersion: '2.2', whitelistedDomains });
  const reason = async (url: JsonValue) => errorOf(await ask('request.get', url)).response;
  for (const url of [
    'https://evil.example.com',
    'https://freshdesk.com',
    'https://xfreshdesk.com',
    'https://api.example.com.evil.example.com',
    'https://api.example.com:444',
  ]) {
    assert.equal(await reason(url), 'This domain has not been whitelisted', url);
  }
  for (const url of [
    'http://api.example.com',
    'api.example.com',
    '',
    7,
    null,
    'https://',
    'https://api.example.com\\@b',
    'https://u:p@api.example.com',
  ]) {
    assert.equal(await reason(url), 'Invalid URL - Must be HTTPS', String(url));
  }
  assert.equal(await reason('https://<%= nobody.x %>'), 'Error while substituting the templates');
  assert.equal(outbound.requests.length, 0);
  const old = open({ platformVersion: '2.0' });
  resultOf(await old.ask('request.get', 'https://anywhere.example.org'));
});

test('carries a token with isOAuth', async () => {
  const { ask, outbound, tokens } = open({ platformVersion: '2.2', whitelistedDomains });
  outbound.answer = ({ headers }) => textAnswer('{}', headers.A === 'token-2' ? 200 : 401);
  const options = { isOAuth: true, headers: { A: '<%= access_token %>' } };
  resultOf(await ask('request.get', 'https://api.example.com', options));
  assert.equal(tokens.renewed, 1);
  const without = errorOf(await ask('request.get', 'https://api.example.com', { ...options, isOAuth: false }));
  assert.equal(without.response, 'Error while substituting the templates');
});

test('keeps a timeout within the bounds of the platform', () => {
  assert.deepEqual(
    [null, 0, 5000, 20_000, 90_000, Number.NaN].map(requestTimeoutMs),
    [15_000, 5000, 5000, 20_000, 30_000, 15_000],
  );
});
