import assert from 'node:assert/strict';
import { test } from 'node:test';
import { handlerOf } from './app-definition.ts';
import { validateApp } from './validate-app.ts';

function app(files: { manifest: unknown; server?: string; others?: Readonly<Record<string, string>> }) {
  return validateApp(
    new Map([
      ['manifest.json', JSON.stringify(files.manifest, null, 2)],
      ['config/iparams.json', '{}'],
      ...(files.server === undefined ? [] : ([['server/server.js', files.server]] as const)),
      ...Object.entries(files.others ?? {}),
    ]),
  );
}

function activityApp(handler: string, more: object = {}) {
  return {
    'platform-version': '2.3',
    product: { freshchat: { events: { onAgentActivityCreate: { handler } } } },
    ...more,
  };
}

test('gives the app when nothing is wrong with it', () => {
  const { findings, app: loaded } = app({
    manifest: activityApp('onActivity'),
    server: 'exports = { onActivity(p) {} };',
  });
  assert.deepEqual(findings, []);
  assert.ok(loaded !== null);
  assert.deepEqual(handlerOf(loaded, 'onAgentActivityCreate'), {
    module: 'freshchat',
    event: 'onAgentActivityCreate',
    handler: 'onActivity',
  });
  assert.equal(handlerOf(loaded, 'onAgentCustomStatusUpdate'), null);
});

test('names a handler that is not exported and the one that was meant', () => {
  const { findings, app: loaded } = app({
    manifest: activityApp('onActivty'),
    server: 'exports = { onActivity(p) {} };',
  });
  assert.equal(loaded, null);
  assert.deepEqual(
    findings.map(({ file, line, message }) => `${file}:${line} ${message}`),
    ["manifest.json:7 Event callback 'onActivty' is not defined for product: freshchat. Did you mean 'onActivity'?"],
  );
});

test('names a handler that is no function', () => {
  const { findings } = app({ manifest: activityApp('onActivity'), server: 'exports = { onActivity: 5 };' });
  assert.deepEqual(
    findings.map(({ code }) => code),
    ['handler-not-a-function'],
  );
});

test('leaves to running what the text cannot tell', () => {
  const server = "exports = require('./handlers');";
  const reading = app({
    manifest: activityApp('onActivity'),
    server,
    others: { 'server/handlers.js': 'exports = {};' },
  });
  assert.deepEqual([reading.findings, reading.app !== null], [[], true]);
});

test('names a server file that is missing or exports nothing', () => {
  assert.deepEqual(
    app({ manifest: activityApp('a') }).findings.map(({ code }) => code),
    ['server-missing'],
  );
  assert.match(
    app({ manifest: activityApp('a'), server: 'function a() {}' }).findings[0]?.message ?? '',
    /^Error while parsing file containing serverless functions\./,
  );
});

test('names everything wrong with every file at once', () => {
  const { findings } = app({
    manifest: {
      'platform-version': '2.3',
      product: { freshchat: { events: { onAgentActivityCreate: { hanlder: 'a' } } } },
    },
    server: 'exports = {\n  a: function () {\n    f(1;\n  }\n};',
    others: { 'config/iparams.json': '{ "a": { "type": "nope" } }' },
  });
  assert.deepEqual(
    findings.map(({ file, line, code }) => `${file}:${line} ${code}`),
    [
      'config/iparams.json:1 iparam-key-missing',
      'config/iparams.json:1 iparam-type-invalid',
      'manifest.json:7 handler-slip',
      'server/server.js:3 bracket-missing',
    ],
  );
});

test('takes the events of server.js where the manifest has none', () => {
  const server = "exports = { events: [{ event: 'onMessageCreate', callback: 'a' }], a() {} };";
  for (const version of ['2.0', '2.2']) {
    const { app: loaded } = app({ manifest: { 'platform-version': version, product: { freshchat: {} } }, server });
    assert.deepEqual(loaded?.handlers, [{ module: 'freshchat', event: 'onMessageCreate', handler: 'a' }]);
  }
  const missing = app({
    manifest: { 'platform-version': '2.0', product: { freshchat: {} } },
    server: "exports = { events: [{ event: 'onMessageCreate', callback: 'b' }], a() {} };",
  });
  assert.match(missing.findings[0]?.message ?? '', /^Event callback 'b' is not defined for product: freshchat\./);
});

test('judges the names of events in server.js as it does those of the manifest', () => {
  const { findings } = app({
    manifest: { 'platform-version': '2.0', product: { freshchat: {} } },
    server: "exports = {\n  events: [{ event: 'onMesageCreate', callback: 'a' }],\n  a() {},\n};",
  });
  assert.deepEqual(
    findings.map(({ file, line, message }) => `${file}:${line} ${message}`),
    ["server/server.js:2 Invalid event: 'onMesageCreate' for product: freshchat (did you mean 'onMessageCreate'?)"],
  );
});

test('ignores a left-over list of events beside those of the manifest', () => {
  const server = "exports = { events: [{ event: 'gone', callback: 'gone', x: 1 }], onActivity() {} };";
  const { findings, app: loaded } = app({ manifest: activityApp('onActivity'), server });
  assert.deepEqual([findings, loaded?.handlers.length], [[], 1]);
});

test('says which dependencies are not installed, and how to, without refusing the app', () => {
  const manifest = activityApp('a', { dependencies: { lodash: '4.17.21', mongoose: '7.0.1' } });
  const others = { 'server/node_modules/lodash/package.json': '{}' };
  const { findings, app: loaded } = app({ manifest, server: "require('lodash');\nexports = { a() {} };", others });
  assert.notEqual(loaded, null);
  assert.deepEqual(
    findings.map(({ severity, message }) => `${severity} ${message}`),
    ['information not in server/node_modules: mongoose'],
  );
  assert.match(findings[0]?.fix ?? '', /mongoose@7\.0\.1$/);
});

test('misses the templates that the manifest names', () => {
  const product = { freshchat: { requests: { createUser: {}, getUser: {} } } };
  const { findings } = app({
    manifest: { 'platform-version': '2.3', product },
    others: {
      'config/requests.json': '{ "createUser": { "schema": { "method": "POST", "host": "api.example.com" } } }',
    },
  });
  assert.deepEqual(
    findings.map(({ message }) => message),
    ["Request template 'getUser' is not defined in config/requests.json"],
  );
});

function codesOf(files: Parameters<typeof app>[0]): readonly string[] {
  return app(files).findings.map(({ severity, code, file, line }) => `${severity} ${code} ${file}:${line}`);
}

test('ties calls of the platform to what is declared', () => {
  const server = [
    'exports = {',
    '  onActivity: async function () {',
    "    await $request.invokeTemplate('getUsr', {});",
    "    await $request.get('https://api.example.com');",
    "    await $schedule.create({ name: 'a' });",
    '    await generateTargetUrl();',
    "    await $job.invoke('bulk', 'tag', {});",
    "    await $db.entity({ version: 'v1' }).get('todos');",
    '  },',
    '};',
  ].join('\n');
  const manifest = activityApp('onActivity');
  const requests = JSON.stringify({ getUser: { schema: { method: 'GET', host: 'api.example.com' } } });
  const files = { manifest, server, others: { 'config/requests.json': requests } };
  assert.deepEqual(codesOf(files), [
    'warning request-undeclared config/requests.json:1',
    'warning request-not-found server/server.js:3',
    'warning request-verb-gone server/server.js:4',
    'warning event-not-registered server/server.js:5',
    'warning event-not-registered server/server.js:6',
    'warning job-undeclared server/server.js:7',
    'warning entities-missing server/server.js:8',
  ]);
  assert.match(app(files).findings[2]?.message ?? '', /^get is no longer supported in Request API/);
});

test('knows which domains a request of 2.2 may reach', () => {
  const call = (url: string) => `exports = { async onActivity() { await $request.get('${url}'); } };`;
  const manifest = {
    ...activityApp('onActivity'),
    'platform-version': '2.2',
    'whitelisted-domains': ['https://api.example.com', 'https://*.example.org'],
  };
  assert.deepEqual(codesOf({ manifest, server: call('https://api.example.com/v1') }), []);
  assert.deepEqual(codesOf({ manifest, server: call('https://a.example.org') }), []);
  assert.deepEqual(codesOf({ manifest, server: call('https://<%=iparam.host%>/x') }), []);
  assert.deepEqual(codesOf({ manifest, server: call('https://example.net') }), [
    'warning domain-not-whitelisted server/server.js:1',
  ]);
});

test('compares a domain of many stars with a long host at once', () => {
  const answer = (domain: string, host: string) =>
    codesOf({
      manifest: { ...activityApp('onActivity'), 'platform-version': '2.2', 'whitelisted-domains': [domain] },
      server: `exports = { async onActivity() { await $request.get('https://${host}'); } };`,
    }).includes('warning domain-not-whitelisted server/server.js:1');
  const startedAt = performance.now();
  assert.equal(answer(`https://${'*a'.repeat(30)}b`, 'a'.repeat(5000)), true);
  assert.ok(performance.now() - startedAt < 1000);
  assert.equal(answer('https://*api*.example.com', 'my-api-2.example.com'), false);
  assert.equal(answer('https://a*a.example.com', 'a.example.com'), true);
});

test('ties templates to parameters and integrations', () => {
  const template = (more: object, options: object = {}) => ({
    schema: { method: 'GET', host: 'api.example.com', path: '/', ...more },
    options,
  });
  const requests = {
    a: template({ path: '/<%= iparam.naem %>' }),
    b: template({ path: '/<%= iparams.name %>' }),
    c: template({ headers: { Authorization: 'Bearer <%= access_token %>' } }),
    d: template({}, { oauth: 'githib' }),
    e: template({ headers: { Authorization: "<%= encode(iparam.name + ':X y') %>" } }),
  };
  const names = Object.fromEntries(Object.keys(requests).map((name) => [name, {}]));
  const oauth = {
    client_id: 'a',
    client_secret: 'b',
    authorize_url: 'https://a.example',
    token_url: 'https://b.example',
  };
  const { findings } = app({
    manifest: { 'platform-version': '2.3', product: { freshchat: { requests: names } } },
    others: {
      'config/requests.json': JSON.stringify(requests, null, 2),
      'config/iparams.json': JSON.stringify({ name: { display_name: 'Name', type: 'text' } }),
      'config/oauth_config.json': JSON.stringify({ integrations: { github: { ...oauth, display_name: 'GitHub' } } }),
    },
  });
  assert.deepEqual(
    findings.map(({ severity, code, fix }) => `${severity} ${code}: ${fix}`),
    [
      'warning template-iparam-unknown: did you mean "iparam.name"?',
      'warning template-name-unknown: did you mean "iparam"?',
      'warning oauth-option-missing: undefined',
      'warning oauth-missing: did you mean "github"?',
    ],
  );
});

test('warns of a secure parameter in an address, and of none in a header', () => {
  const schema = { method: 'GET', host: 'api.example.com', path: '/' };
  const requests = {
    host: { schema: { ...schema, host: '<%= iparam.api_key %>.example.com' } },
    path: { schema: { ...schema, path: '/<%= iparam.name %>/<%= encode(iparam.api_key) %>' } },
    query: { schema: { ...schema, query: { key: '<%= iparam.api_key %>' } } },
    header: { schema: { ...schema, headers: { 'X-Key': '<%= iparam.api_key %>' } } },
  };
  const names = Object.fromEntries(Object.keys(requests).map((name) => [name, {}]));
  const iparams = {
    name: { display_name: 'Name', type: 'text' },
    api_key: { display_name: 'Key', type: 'text', secure: true },
  };
  const { app: definition, findings } = app({
    manifest: { 'platform-version': '2.3', product: { freshchat: { requests: names } } },
    others: {
      'config/requests.json': JSON.stringify(requests, null, 2),
      'config/iparams.json': JSON.stringify(iparams),
    },
  });
  assert.ok(definition !== null, 'the app runs all the same');
  assert.deepEqual(
    findings.map(({ severity, code, message }) => `${severity} ${code} ${/the (\w+):/.exec(message)?.[1]}`),
    ['host', 'path', 'query'].map((part) => `warning template-iparam-secret ${part}`),
  );
});

test('wants set-up events answered, actions exported, and folders in place', () => {
  const manifest = {
    'platform-version': '2.3',
    product: {
      freshchat: {
        events: { onAppInstall: { handler: 'a' } },
        location: { full_page_app: { url: 'index.html', icon: 'icon.svg' } },
      },
    },
  };
  const action = { display_name: 'X', parameters: {}, response: {} };
  const others = {
    'actions.json': JSON.stringify({ lookUp: action }),
    'app/index.html': '',
    'config/notes.txt': '',
    'config/.DS_Store': '',
  };
  assert.deepEqual(codesOf({ manifest, server: 'exports = { a() {}, lokUp() {} };', others }), [
    'error handler-not-exported actions.json:1',
    'warning config-stranger config/notes.txt:1',
    'warning location-missing manifest.json:13',
    'warning set-up-unanswered server/server.js:1',
  ]);
});

test('loads an app whose handler is misspelt in the manifest as it was meant, and says so', () => {
  const manifest = {
    'platform-version': '2.2',
    product: { freshchat: { events: { onAppInstall: { hanlder: 'a' } } } },
  };
  const { findings, app: loaded } = app({ manifest, server: 'exports = { a() { renderData(); } };' });
  assert.deepEqual(loaded?.handlers, [{ module: 'freshchat', event: 'onAppInstall', handler: 'a' }]);
  assert.deepEqual(
    findings.map(({ severity, message }) => `${severity}: ${message.slice(0, 71)}`),
    ['warning: "hanlder" is not a key of event \'onAppInstall\': did you mean "handler"?'],
  );
});

test('loads of an event that server.js declares twice the first, and says so', () => {
  const { findings, app: loaded } = app({
    manifest: { 'platform-version': '2.0', product: { freshchat: {} } },
    server: [
      'exports = {',
      "  events: [{ event: 'onMessageCreate', callback: 'first' }, { event: 'onMessageCreate', callback: 'second' }],",
      '  first() {}, second() {},',
      '};',
    ].join('\n'),
  });
  assert.deepEqual(
    findings.map(({ severity, line, message }) => `${severity} ${line}: ${message}`),
    [
      "warning 2: Event 'onMessageCreate' is already mapped to a callback for product: freshchat. Only the first one counts: 'second' is not called for it",
    ],
  );
  assert.deepEqual(loaded?.handlers, [{ module: 'freshchat', event: 'onMessageCreate', handler: 'first' }]);
});

test('points at the package that is not installed', () => {
  const { findings } = app({
    manifest: activityApp('a', { dependencies: { here: '1.0.0', there: '1.0.0' } }),
    server: 'exports = { a() {} };',
    others: { 'server/node_modules/here/package.json': '{}' },
  });
  const lines = JSON.stringify(activityApp('a', { dependencies: { here: '1.0.0', there: '1.0.0' } }), null, 2).split(
    '\n',
  );
  assert.deepEqual(
    findings.map(({ code, line }) => [code, lines[(line ?? 0) - 1]?.trim()]),
    [['dependency-not-installed', '"there": "1.0.0"']],
  );
});

test('says only the dates of an app that uses nothing that was dropped', () => {
  const remark = (manifest: object) =>
    validateApp(new Map([['manifest.json', JSON.stringify(manifest)]]), { today: '2026-11-22' })
      .findings.filter(({ code }) => code === 'platform-deprecated')
      .map(({ message }) => message.replace(/^.* here/, ''));
  assert.deepEqual(remark({ 'platform-version': '2.3' }), ['']);
  assert.deepEqual(remark({ 'platform-version': '2.3', product: { freshchat: {} } }), [
    '. Platform 3.0 has dropped what this app uses: "product" (manifest.json:1)',
  ]);
});

test('warns of verbs of $request that go by another name, since platform 2.3', () => {
  const server = [
    'exports = { async a(payload) {',
    '  const req = $request;',
    '  await req.get("https://example.com");',
    '  const { put } = $request;',
    '  await put("https://example.com");',
    '  await $request[payload.verb]("https://example.com");',
    '  this.wrap($request);',
    '}, wrap(request) { return request.invokeTemplate("a", {}); } };',
  ].join('\n');
  const gone = (version: string) =>
    app({ manifest: { ...activityApp('a'), 'platform-version': version }, server })
      .findings.filter(({ code }) => code === 'request-verb-gone')
      .map(({ severity, line, message }) => `${severity} ${line}: ${message}`);
  assert.deepEqual(gone('2.2'), []);
  assert.deepEqual(gone('2.3'), [
    'warning 3: req.get: get and its siblings are no longer supported in Request API',
    'warning 4: { put } = $request: get and its siblings are no longer supported in Request API',
    'warning 6: $request[payload.verb]: if this calls one of them, get and its siblings are no longer supported in Request API',
  ]);
});

test('lets an app of a later version ask whether a verb of $request is there', () => {
  const server = "exports = { a() { if (typeof $request.post === 'function') console.log(typeof $request.get); } };";
  const { findings } = app({ manifest: activityApp('a'), server });
  assert.deepEqual(
    findings.map(({ code }) => code).filter((code) => code === 'request-verb-gone'),
    [],
  );
});

test('takes no user of an address for its host', () => {
  const { findings } = app({
    manifest: { ...activityApp('a', { 'whitelisted-domains': ['https://example.com'] }), 'platform-version': '2.2' },
    server: "exports = { async a() { await $request.get('https://user:word@example.com/x'); } };",
  });
  assert.deepEqual(findings, []);
});
