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

test('says which globals of the platform are not offered', () => {
  const { findings, app: loaded } = app({
    manifest: activityApp('a'),
    server: 'exports = { a() { $schedule.create({}); $schedule.fetch({}); x.$request; } };',
  });
  assert.notEqual(loaded, null);
  assert.deepEqual(
    findings.map(({ code, column }) => `${code} ${column}`),
    ['global-not-offered 19'],
  );
});
