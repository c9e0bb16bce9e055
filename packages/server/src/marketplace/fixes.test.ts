import assert from 'node:assert/strict';
import { test } from 'node:test';
import type { Finding } from './finding.ts';
import { editText, fixApp } from './fixes.ts';
import { validateApp } from './validate-app.ts';

function fix(files: Readonly<Record<string, string>>) {
  const before = new Map([['config/iparams.json', '{}'], ...Object.entries(files)]);
  return fixApp(before, (candidate) => validateApp(candidate).findings);
}

test('repairs what is certain, and leaves the rest of the text as it was', () => {
  const manifest = [
    '{',
    '\t"platform-version": 2.3,',
    '\t"whitelisted-domains": ["https://example.com"],',
    '\t"product": {',
    '\t\t"freshcaht": { "evnets": { "onMessageCraete": { "hanlder": "a" }, } }',
    '\t}',
    '\t"dependencies": { "lodash": "^4.17.21", "left-pad": "~1" },',
    '}',
    '',
  ].join('\r\n');
  const { files, changed, applied } = fix({
    'manifest.json': manifest,
    'server/server.js': '// mine\nmodule.exports = {\n  a() {},\n};\n',
  });
  assert.deepEqual(changed, ['manifest.json', 'server/server.js']);
  assert.equal(
    files.get('manifest.json'),
    [
      '{',
      '\t"platform-version": "2.3",',
      '\t"product": {',
      '\t\t"freshchat": { "events": { "onMessageCreate": { "handler": "a" } } }',
      '\t},',
      '\t"dependencies": { "lodash": "4.17.21", "left-pad": "~1" }',
      '}',
      '',
    ].join('\r\n'),
  );
  assert.equal(files.get('server/server.js'), '// mine\nexports = {\n  a() {},\n};\n');
  assert.ok(applied.length >= 8);
  const left = validateApp(files).findings;
  assert.deepEqual(
    left.map(({ severity, code }) => `${severity} ${code}`),
    ['information dependency-not-installed', 'warning dependency-range'],
  );
});

test('makes a list of the one choice that a multiselect begins with', () => {
  const field = { display_name: 'A', type: 'multiselect', options: ['x', 'y'], default_value: 'x' };
  const { files, applied } = fix({
    'manifest.json': '{"platform-version":"2.3","product":{"freshchat":{}}}',
    'config/iparams.json': JSON.stringify({ a: field }),
  });
  assert.deepEqual(JSON.parse(files.get('config/iparams.json') ?? '').a.default_value, ['x']);
  assert.deepEqual(
    applied.map(({ code }) => code),
    ['iparam-default-lone'],
  );
});

test('repairs request templates where there is one way', () => {
  const requests = {
    a: { schema: { protocol: 'https', method: 'get', host: 'https://api.example.com', path: 'v1' } },
    b: { schema: { method: 'GET', host: 'api.example.com/v1' } },
  };
  const { files } = fix({
    'manifest.json': '{"platform-version":"2.3","product":{"freshchat":{"requests":{"a":{},"b":{}}}}}',
    'config/requests.json': JSON.stringify(requests),
  });
  assert.deepEqual(JSON.parse(files.get('config/requests.json') ?? ''), {
    a: { schema: { method: 'GET', host: 'api.example.com', path: '/v1' } },
    b: { schema: { method: 'GET', host: 'api.example.com/v1' } },
  });
});

test('touches nothing that a person must decide', () => {
  const { changed, applied } = fix({
    'manifest.json':
      '{"platform-version":"2.3","product":{"freshchat":{"events":{"onMessageCreate":{"handler":"onMesage"}}}}}',
    'server/server.js': 'var x = 1;\nexports = { async onMessage() { return x; } };',
    'config/iparams.json': '{ "api_token": { "display_name": "Token", "type": "text" } }',
  });
  assert.deepEqual([changed, applied], [[], []]);
});

test('takes a round back that would make an app worse', () => {
  const at = (code: string, edits?: Finding['edits']): Finding => ({
    ...{ severity: 'error', code, message: '', file: 'a', line: 1, column: 1 },
    ...(edits === undefined ? {} : { edits }),
  });
  const check = (files: ReadonlyMap<string, string>) =>
    files.get('a') === 'x' ? [at('one', [{ start: 0, end: 1, text: 'y' }])] : [at('two'), at('three')];
  const { files, changed } = fixApp(new Map([['a', 'x']]), check);
  assert.deepEqual([files.get('a'), changed], ['x', []]);
});

test('edits a text from its end, so that no offset shifts', () => {
  const edits = [
    { start: 0, end: 1, text: 'AB' },
    { start: 2, end: 2, text: '+' },
    { start: 3, end: 4, text: '' },
  ];
  assert.equal(editText('abcd', edits), 'ABb+c');
});

test('never writes a key that stands there already', () => {
  const handler = '{ "handler": "a" }';
  const broken: readonly (readonly [string, string])[] = [
    [
      `{"platform-version":"2.3","product":{"freshchat":{"events":{"onMessageCreate":${handler},"onMessageCraete":${handler}}}}}`,
      'onMessageCreate',
    ],
    ['{"platform-version":"2.3","product":{"freshchat":{},"freshcaht":{}}}', 'freshchat'],
    ['{"platform-version":"3.0","modules":{"chat_user":{},"chat_usre":{}},"engines":{}}', 'chat_user'],
    ['{"platform-version":"2.3","product":{"freshchat":{}},"prodcut":{"freshdesk":{}}}', 'product'],
    [
      `{"platform-version":"2.3","product":{"freshchat":{"events":{},"evnets":{"onMessageCreate":${handler}}}}}`,
      'events',
    ],
  ];
  for (const [manifest, key] of broken) {
    const { files } = fix({ 'manifest.json': manifest, 'server/server.js': 'exports = { a() {} };' });
    assert.equal(files.get('manifest.json'), manifest);
    const fixes = validateApp(files).findings.flatMap(({ fix: text }) => text ?? []);
    assert.ok(fixes.includes(`"${key}" is already there: keep one of the two`), JSON.stringify(fixes));
  }
});

test('puts only one of two slips of the same key right', () => {
  const { files } = fix({
    'manifest.json': '{"platform-version":"2.3","product":{"freshcaht":{},"frehschat":{"events":{}}}}',
  });
  assert.equal(
    files.get('manifest.json'),
    '{"platform-version":"2.3","product":{"freshchat":{},"frehschat":{"events":{}}}}',
  );
});

test('writes the numbers that are taken for what is out of range', () => {
  const template = (options: string) => `{"a":{"schema":{"method":"GET","host":"a.example"},"options":${options}}}`;
  const { files } = fix({
    'manifest.json': '{"platform-version":"2.3","product":{"freshchat":{"requests":{"a":{}}}}}',
    'config/requests.json': template('{"maxAttempts":9,"retryDelay":250}'),
  });
  assert.equal(files.get('config/requests.json'), template('{"maxAttempts":5,"retryDelay":300}'));
});

test('puts a handler that is named without its object into one', () => {
  const manifest = (handler: string) =>
    `{"platform-version":"2.3","product":{"freshchat":{"events":{"onMessageCreate":${handler}}}}}`;
  const { files } = fix({ 'manifest.json': manifest('"a"'), 'server/server.js': 'exports = { a() {} };' });
  assert.equal(files.get('manifest.json'), manifest('{ "handler": "a" }'));
});
