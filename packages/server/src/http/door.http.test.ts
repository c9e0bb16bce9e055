import assert from 'node:assert/strict';
import { after, before, test } from 'node:test';
import { type AgentRead, ERROR_CODES } from '@rollcall/contract';
import { type HttpWorld, startHttpWorld } from '../../test/http-world.ts';
import { allRoutes } from './routes/all-routes.ts';

let world: HttpWorld;
before(async () => {
  world = await startHttpWorld();
});
after(() => world.stop());

test('answers an address that is not there with a problem, with or without a key', async () => {
  for (const key of [null, 'unknown']) {
    const refused = await world.ask('GET', '/nothing', { key });
    assert.deepEqual([refused.status, refused.body.code], [404, 'not_found']);
  }
  const outside = await world.ask('GET', '/api/v2/agents');
  assert.deepEqual([outside.status, outside.body.code], [404, 'not_found']);
});

test('answers a path that cannot be decoded, or is far too long, with a problem', async () => {
  for (const path of ['/agents/%zz', `/agents/${'x'.repeat(5000)}`, '/agents/%00', '/agents/..%2f..%2fkeys']) {
    const refused = await world.ask('GET', path);
    assert.equal(refused.status, 404, path);
  }
});

test('names the methods that an address takes', async () => {
  const refused = await world.ask('PUT', '/agents', { body: {} });
  assert.deepEqual([refused.status, refused.body.code], [405, 'method_not_allowed']);
  assert.equal(refused.headers.allow, 'HEAD, POST, GET, OPTIONS');
  const options = await world.ask('OPTIONS', '/agents', { key: null });
  assert.deepEqual([options.status, options.headers.allow], [204, 'HEAD, POST, GET, OPTIONS']);
  assert.equal(options.headers['access-control-allow-origin'], undefined);
});

test('answers HEAD like GET, without the body', async () => {
  const head = await world.ask('HEAD', '/account');
  assert.deepEqual([head.status, head.text], [200, '']);
  assert.equal((await world.ask('HEAD', '/account', { key: null })).status, 401);
});

for (const [what, payload, line, column, expected] of [
  ['a missing value', '{"email":}', 1, 10, /a value/],
  ['a missing brace', '{"email": "a@b"', 1, 16, /a comma or "}"/],
  ['a comma too many', '{"email": "a@b",\n "phone": "1",\n}', 3, 1, /the name of a member/],
  ['single quotes', "{'email': 1}", 1, 2, /the name of a member/],
  ['a missing colon', '{"email" "a@b"}', 1, 10, /a colon/],
  ['a string that does not end', '{"email": "a@b', 1, 15, /closing double quote/],
  ['a line break in a string', '{"email": "a\nb"}', 1, 13, /escaped/],
  ['two values', '{} {}', 1, 4, /the end/],
  ['a number with a leading zero', '{"order": 012}', 1, 11, /a value/],
  ['NaN', '{"order": NaN}', 1, 11, /a value/],
  ['no JSON at all', 'email=a@b', 1, 1, /a value/],
] as const) {
  test(`says where a body stops being JSON: ${what}`, async () => {
    const refused = await world.ask('POST', '/agents', { payload });
    assert.deepEqual([refused.status, refused.body.code], [400, 'malformed_json']);
    assert.ok(refused.body.detail.includes(`line ${line}, column ${column}`), refused.body.detail);
    assert.match(refused.body.detail, expected);
  });
}

test('takes a byte order mark, and refuses what is not UTF-8', async () => {
  const marked = await world.ask<AgentRead>('POST', '/agents', { payload: '\ufeff{"email":"bom@example.com"}' });
  assert.equal(marked.status, 201, marked.text);
  const broken = Buffer.concat([Buffer.from('{"email":"'), Buffer.from([0xff, 0xfe]), Buffer.from('"}')]);
  const refused = await world.ask('POST', '/agents', { payload: broken });
  assert.deepEqual([refused.status, refused.body.code], [400, 'malformed_json']);
});

test('refuses names that reach for a prototype, however they are written, and touches none', async () => {
  for (const payload of [
    '{"folder":"apps/x","iparams":{"__proto__":{"polluted":1}}}',
    '{"folder":"apps/x","iparams":{"a":[{"\\u005f_proto__":{"polluted":1}}]}}',
    '{"folder":"apps/x","iparams":{"constructor":{"prototype":{"polluted":1}}}}',
    '{"folder":"apps/x","__proto__":{"iparams":{}}}',
  ]) {
    const refused = await world.ask('POST', '/apps', { payload });
    assert.deepEqual([refused.status, refused.body.code], [400, 'invalid_input'], payload);
    assert.match(refused.body.errors?.[0]?.pointer ?? '', /__proto__|constructor/);
  }
  assert.equal(({} as { readonly polluted?: unknown }).polluted, undefined);
  const named = await world.ask('POST', '/apps', {
    body: { folder: 'apps/x', iparams: { note: 'the __proto__ talk' } },
  });
  assert.equal(named.status, 201);
});

test('refuses text that no database can hold', async () => {
  for (const first_name of ['half \ud83d pair', 'nul \u0000 inside']) {
    const refused = await world.ask('POST', '/agents', { body: { email: 'text@example.com', first_name } });
    assert.deepEqual([refused.status, refused.body.errors?.[0]?.pointer], [400, '/first_name']);
  }
});

test('refuses what is nested too deeply or has too many parts, before it is parsed', async () => {
  const deep = `{"folder":"apps/x","iparams":${'['.repeat(200_000)}${']'.repeat(200_000)}}`;
  assert.match((await world.ask('POST', '/apps', { payload: deep })).body.detail, /deeper than 64 levels/);
  const many = `{"changes":[${'{},'.repeat(30_000)}{}]}`;
  assert.match((await world.ask('POST', '/intelliassign', { payload: many })).body.detail, /more than 16384/);
});

test('refuses a body that is too large, and goes on', async () => {
  const note = 'x'.repeat(1_048_576);
  const batch = await world.ask('POST', '/intelliassign', { body: { changes: [{ note }] } });
  assert.deepEqual([batch.status, batch.body.code], [413, 'body_too_large']);
  const single = await world.ask('POST', '/agents', { body: { email: 'x'.repeat(200_000) } });
  assert.equal(single.status, 413);
  const fitting = await world.ask('POST', '/intelliassign', { body: { changes: [{ note: 'x'.repeat(1_000_000) }] } });
  assert.equal(fitting.status, 400);
});

test('takes JSON and nothing else', async () => {
  for (const type of ['text/plain', 'application/x-www-form-urlencoded', 'application/xml', '']) {
    const refused = await world.ask('POST', '/agents', { payload: 'x', headers: { 'content-type': type } });
    assert.deepEqual([refused.status, refused.body.code], [415, 'unsupported_media_type'], type);
  }
  const charset = await world.ask('POST', '/groups', {
    body: { name: 'charset' },
    headers: { 'content-type': 'Application/JSON; charset=UTF-8' },
  });
  assert.equal(charset.status, 201, charset.text);
});

test('asks for the key before it looks at anything else', async () => {
  for (const route of allRoutes) {
    const path = route.path.replaceAll(/\{\w+\}/g, 'x');
    const refused = await world.ask(route.method, path, { key: null, payload: '{broken' });
    assert.deepEqual([refused.status, refused.body.code], [401, 'unauthorized'], `${route.method} ${path}`);
  }
});

test('sends every answer with headers that keep it data', async () => {
  for (const path of ['/account', '/nothing', '/healthz', '/api']) {
    const { headers } = await world.ask('GET', path);
    assert.equal(headers['x-content-type-options'], 'nosniff', path);
    assert.equal(headers['cache-control'], 'no-store', path);
    assert.match(String(headers['content-security-policy']), /^default-src 'none'/, path);
    assert.equal(headers['access-control-allow-origin'], undefined, path);
    assert.equal(headers['x-powered-by'], undefined, path);
  }
});

test('answers 503 with Retry-After when nothing can be written, writes nothing, and still reads', async () => {
  const { head } = world.engine;
  world.disk.isFull = true;
  const body = { email: 'full@example.com' };
  const refused = await world.ask('POST', '/agents', { body, headers: { 'idempotency-key': 'full' } });
  const read = await world.ask('GET', '/agents');
  world.disk.isFull = false;
  assert.deepEqual([refused.status, refused.body.code], [503, 'store_unavailable']);
  assert.match(String(refused.headers['retry-after']), /^[0-9]+$/);
  assert.equal(read.status, 200);
  assert.equal(world.engine.head, head);
  const again = await world.ask('POST', '/agents', { body, headers: { 'idempotency-key': 'full' } });
  assert.equal(again.status, 201);
});

test('tells nobody what went wrong inside, and the log everything but what is secret', async () => {
  const broken = await startHttpWorld();
  broken.engine.memory.accounts.get = () => {
    throw new TypeError('a detail of the inside');
  };
  const refused = await broken.ask('GET', '/account');
  assert.deepEqual([refused.status, refused.body.code], [500, 'internal']);
  assert.ok(!refused.text.includes('inside'));
  const line = broken.log.find(({ instance, level }) => instance === refused.body.instance && level === 50);
  assert.match(JSON.stringify(line), /a detail of the inside/);
  assert.ok(!JSON.stringify(broken.log).includes('admin-key'));
  await broken.stop();
});

test('writes one line for each request, with ids and milliseconds', async () => {
  const { length } = world.log;
  await world.ask('POST', '/groups', { body: { name: 'a logged name' } });
  const lines = world.log.slice(length);
  assert.equal(lines.length, 1);
  const { method, route, status } = lines[0] ?? {};
  assert.deepEqual([method, route, status], ['POST', '/api/v1/groups', 201]);
  assert.match(String(lines[0]?.key), /^key_/);
  assert.ok(!JSON.stringify(lines).includes('a logged name'));
});

test('is alive, and ready while everything behind it is', async () => {
  assert.equal((await world.ask('GET', '/healthz', { key: null })).status, 200);
  assert.equal((await world.ask('GET', '/readyz', { key: null })).status, 200);
  world.readiness.isReady = false;
  const waiting = await world.ask('GET', '/readyz', { key: null });
  world.readiness.isReady = true;
  assert.deepEqual([waiting.status, waiting.headers['retry-after']], [503, '1']);
});

test('counts what operators watch', async () => {
  await world.ask('GET', '/account');
  await world.ask('GET', '/nothing');
  const { text, headers } = await world.ask('GET', '/metrics', { key: null });
  assert.match(String(headers['content-type']), /^text\/plain; version=0\.0\.4/);
  const value = (name: string) =>
    Number(
      text
        .split('\n')
        .find((line) => line.startsWith(`${name} `))
        ?.split(' ')[1],
    );
  assert.equal(value('rollcall_log_position'), world.engine.head);
  assert.equal(value('rollcall_agents'), world.engine.memory.agents.lastNumber);
  assert.ok(value('rollcall_facts_committed_total') > 0);
  assert.ok(value('rollcall_http_requests_total{method="GET",route="/api/v1/account",status="200"}') >= 1);
  for (const line of text.trimEnd().split('\n')) {
    assert.match(line, /^(# (HELP|TYPE) [a-z_]+ .+|[a-z_]+(\{([a-z]+="[^"]*",?)+\})? [0-9.e+-]+)$/);
  }
});

test('serves a description of itself: for programs, for people, and of every error', async () => {
  const { headers, text } = await world.ask('GET', '/api/v1/openapi.json', { key: null });
  assert.match(String(headers['content-type']), /^application\/json/);
  const document = JSON.parse(text) as { readonly openapi: string; readonly paths: Record<string, object> };
  assert.equal(document.openapi, '3.1.1');
  for (const { method, path } of allRoutes) {
    assert.ok(method.toLowerCase() in (document.paths[path] ?? {}), `${method} ${path}`);
  }
  const page = await world.ask('GET', '/api', { key: null });
  assert.match(String(page.headers['content-type']), /^text\/html/);
  assert.ok(!/<script|src=|@import|url\(/.test(page.text));
  const errors = await world.ask('GET', '/docs/errors', { key: null });
  for (const code of ERROR_CODES) assert.ok(errors.text.includes(`id="${code}"`), code);
});
