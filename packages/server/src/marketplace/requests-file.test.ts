import assert from 'node:assert/strict';
import { test } from 'node:test';
import { readRequests } from './requests-file.ts';

function read(requests: unknown) {
  const text = typeof requests === 'string' ? requests : JSON.stringify(requests, null, 2);
  return readRequests(new Map([['config/requests.json', text]]));
}

function sentences(requests: unknown): readonly string[] {
  return read(requests).findings.map(({ severity, message }) => `${severity}: ${message}`);
}

const schema = { method: 'GET', host: 'api.example.com', path: '/v1' };

test('reads templates as they are sent, with defaults for what is left out', () => {
  const { templates, findings } = read({
    bare: { schema: { method: 'POST', host: '<%= iparam.domain %>' } },
    full: {
      schema: {
        method: 'PUT',
        host: '<%= context.sub %>.example.com',
        path: '/x/<%= context.id %>',
        headers: { Authorization: "Basic <%= encode(iparam.key + ':X') %>" },
        query: { page: 2 },
      },
      options: { maxAttempts: 3, retryDelay: 500, oauth: 'github' },
    },
    flat: { schema, options: { isOAuth: true } },
  });
  assert.deepEqual(findings, []);
  const none = { headers: {}, query: {} };
  assert.deepEqual(templates, [
    {
      name: 'bare',
      method: 'POST',
      host: '<%= iparam.domain %>',
      path: '/',
      ...none,
      options: { maxAttempts: 1, retryDelayMs: 0, oauth: null },
    },
    {
      name: 'full',
      method: 'PUT',
      host: '<%= context.sub %>.example.com',
      path: '/x/<%= context.id %>',
      headers: { Authorization: "Basic <%= encode(iparam.key + ':X') %>" },
      query: { page: '2' },
      options: { maxAttempts: 3, retryDelayMs: 500, oauth: 'github' },
    },
    { name: 'flat', ...schema, ...none, options: { maxAttempts: 1, retryDelayMs: 0, oauth: 'default' } },
  ]);
});

test('says nothing where there is no file', () => {
  assert.deepEqual(readRequests(new Map()), { source: null, templates: [], places: [], findings: [] });
});

test('names templates that can never be sent', () => {
  assert.deepEqual(
    sentences({
      a: {},
      b: { shcema: schema },
      c: { schema: { method: 'GET' } },
      d: { schema: { ...schema, host: 'https://api.example.com' } },
      e: { schema: { ...schema, host: 'api.example.com/v2' } },
      f: { schema: { ...schema, host: '10.0.0.1' } },
      g: { schema: { ...schema, host: 'localhost' } },
      h: { schema: { ...schema, method: 'FETCH' } },
      i: { schema: { ...schema, query: 'a=b' } },
      j: { schema: { ...schema, path: '/<%= context.id' } },
      k: { schema: { ...schema, headrs: {} } },
    }),
    [
      "error: Request template 'a' must have required property 'schema'",
      "error: Request template 'b' must have required property 'schema'",
      "error: Request template 'c': schema must have required property 'host'",
      'error: schema/host must be FQDN',
      'error: schema/host must not have path',
      'error: schema/host must be FQDN',
      'error: schema/host must be FQDN',
      'error: schema/method must be equal to one of the allowed values, and is FETCH',
      'error: schema/query must be object',
      'error: a "<%" in this text is not closed: it cannot be filled in',
      'error: schema must NOT have additional properties \'headrs\': did you mean "headers"?',
    ],
  );
});

test('warns of what the vendor refuses, and reads it as it was meant', () => {
  const { templates, findings } = read({
    a: {
      schema: { ...schema, method: 'post', path: 'v2', body: '{}', protocol: 'https' },
      options: { maxAttempts: 9, retryDelay: 150, timeout: 5 },
    },
    b: { schema: { ...schema, protocol: 'https' } },
  });
  assert.deepEqual(
    findings.map(({ severity, message }) => `${severity}: ${message}`),
    [
      'information: "protocol" means nothing: requests are always made by https (2 templates). Newer validators of the platform refuse it: schema must NOT have additional properties \'protocol\'',
      'warning: schema/method must be equal to one of the allowed values, and is post',
      "warning: schema/path must start with '/'",
      'warning: options/maxAttempts must be a number from 1 to 5',
      'warning: options/retryDelay must be a number from 0 to 1500 in steps of 100',
      "warning: options must NOT have additional properties 'timeout'",
      "warning: schema must NOT have additional properties 'body': the body is given with each call",
    ],
  );
  const first = templates[0];
  assert.deepEqual([first?.method, first?.path, first?.options.maxAttempts], ['POST', '/v2', 5]);
});

test('counts templates', () => {
  const many = Object.fromEntries(Array.from({ length: 101 }, (_, index) => [`t${index}`, { schema }]));
  const { findings } = read(many);
  assert.deepEqual(
    findings.map(({ code, line }) => [code, line]),
    [['request-too-many', 702]],
  );
});

test('points at the place of a fault', () => {
  const { findings } = read('{\n  "a": {\n    "schema": { "method": "GET", "host": "x" }\n  }\n}');
  assert.deepEqual([findings[0]?.file, findings[0]?.line, findings[0]?.column], ['config/requests.json', 3, 42]);
  assert.equal(read('{ "a": }').findings[0]?.code, 'json-syntax');
  assert.equal(read('[]').findings[0]?.code, 'config-type');
});

test('reads a parameter that comes several times, and certificates for TLS', () => {
  const schema = '{ "method": "GET", "host": "api.example.com", "query": { "with[]": ["a", 1, null], "page": 2 } }';
  const options = '{ "security": { "ca": "PEM", "strange": "x", "key": 7 } }';
  const { templates } = read(`{ "a": { "schema": ${schema}, "options": ${options} } }`);
  assert.deepEqual(templates[0]?.query, { 'with[]': ['a', '1'], page: '2' });
  assert.deepEqual(templates[0]?.options.security, { ca: 'PEM', key: '7' });
});

test('names a doubled key at every depth, and takes the last one', () => {
  const text = [
    '{ "a": { "schema": { "method": "GET", "host": "a.example",',
    '"host": "b.example", "headers": { "A": "1",',
    '"A": "2" } }, "options": { "maxAttempts": 2,',
    '"maxAttempts": 3 } },',
    '"a": { "schema": { "method": "PUT", "host": "c.example" } } }',
  ];
  const once = readRequests(new Map([['config/requests.json', `${text.slice(0, 4).join('\n').slice(0, -1)}}`]]));
  assert.deepEqual(
    once.findings.map(({ code, line, column }) => `${code} ${line}:${column}`),
    ['doubled-key 2:1', 'doubled-key 3:1', 'doubled-key 4:1'],
  );
  const [template] = once.templates;
  assert.deepEqual([template?.host, template?.headers, template?.options.maxAttempts], ['b.example', { A: '2' }, 3]);
  const twice = readRequests(new Map([['config/requests.json', text.join('\n')]]));
  assert.deepEqual(
    twice.templates.map(({ method, host }) => `${method} ${host}`),
    ['PUT c.example'],
  );
  assert.ok(twice.findings.some(({ code, line }) => code === 'doubled-key' && line === 5));
});
