import assert from 'node:assert/strict';
import { test } from 'node:test';
import type { Finding } from './finding.ts';
import { readManifest } from './manifest.ts';

function read(manifest: unknown) {
  const text = typeof manifest === 'string' ? manifest : JSON.stringify(manifest, null, 2);
  return readManifest(new Map([['manifest.json', text]]));
}

function places(findings: readonly Finding[]): readonly string[] {
  return findings.map(({ severity, code, line, column }) => `${severity} ${code} ${line}:${column}`);
}

const handler = (name: string) => ({ handler: name });

test('reads the products of 2.x and dispatches by product and event', () => {
  const { manifest, findings } = read({
    'platform-version': '2.3',
    product: {
      freshchat: { events: { onAgentActivityCreate: handler('onActivity') } },
      freshdesk: { events: { onConversationCreate: handler('onReply') }, functions: { lookUp: { timeout: 10 } } },
    },
    engines: { node: '18.14.2', fdk: '9.0.0' },
    dependencies: { mongoose: '7.0.1' },
  });
  assert.deepEqual(findings, []);
  assert.deepEqual(manifest, {
    platformVersion: '2.3',
    products: ['freshchat', 'freshdesk'],
    modules: [],
    handlers: [
      { module: 'freshchat', event: 'onAgentActivityCreate', handler: 'onActivity' },
      { module: 'freshdesk', event: 'onConversationCreate', handler: 'onReply' },
    ],
    functions: [{ module: 'freshdesk', name: 'lookUp', timeoutSeconds: 10 }],
    requests: [],
    jobs: [],
    dependencies: [{ name: 'mongoose', version: '7.0.1' }],
    whitelistedDomains: [],
    engines: { node: '18.14.2', fdk: '9.0.0' },
  });
});

test('reads the modules of 3.0, where one event may have a handler in each', () => {
  const { manifest, findings } = read({
    'platform-version': '3.0',
    modules: {
      common: { events: { onAppInstall: handler('onInstall') }, jobs: { bulk: {} }, requests: { createTicket: {} } },
      chat_conversation: { events: { onConversationCreate: handler('onChat') } },
      support_ticket: { events: { onConversationCreate: handler('onTicketReply') } },
      support_company: { events: { onCompanyDelete: handler('onCompany') } },
    },
    engines: { node: '24.11.1', fdk: '10.1.2' },
    scripts: { 'fdk-unit-test': 'vitest run' },
  });
  assert.deepEqual(findings, []);
  assert.deepEqual(manifest?.modules, ['common', 'chat_conversation', 'support_ticket', 'support_company']);
  assert.deepEqual(manifest?.handlers.slice(1, 3), [
    { module: 'chat_conversation', event: 'onConversationCreate', handler: 'onChat' },
    { module: 'support_ticket', event: 'onConversationCreate', handler: 'onTicketReply' },
  ]);
  assert.deepEqual([manifest?.jobs, manifest?.requests], [['bulk'], ['createTicket']]);
});

test('accepts a product without events', () => {
  const { manifest, findings } = read({ 'platform-version': '2.0', product: { freshchat: {} } });
  assert.deepEqual([findings, manifest?.products], [[], ['freshchat']]);
});

test('says where the bare fragment of the reference page belongs', () => {
  const { manifest, findings } = read('"events": {\n"onAgentActivityCreate": {\n"handler": "onActivity"\n}\n}');
  assert.equal(manifest, null);
  assert.deepEqual(places(findings), ['error manifest-fragment 1:1']);
  assert.match(findings[0]?.message ?? '', /braces.*missing.*product\.freshchat.*modules\.chat_conversation/);
  assert.match(findings[0]?.fix ?? '', /"onAgentActivityCreate"/);
});

test('says where an "events" with its own braces belongs', () => {
  const { findings } = read({ events: { onAgentActivityCreate: handler('onActivity') } });
  assert.ok(places(findings).includes('error events-misplaced 2:3'));
});

test('says that a product or a module is missing around "events"', () => {
  const events = { onAgentActivityCreate: handler('a') };
  const fixes = [
    { 'platform-version': '2.3', product: { events } },
    { 'platform-version': '3.0', modules: { events }, engines: {} },
  ].map((manifest) => read(manifest).findings.find(({ severity }) => severity === 'error')?.fix);
  assert.deepEqual(fixes, [
    'name the product first: "freshchat": { "events": { … } }',
    'name the module first: "chat_conversation": { "events": { … } }',
  ]);
});

test('names every slip at once, each with its place and the word that was meant', () => {
  const { findings } = read({
    'platform-version': '2.2',
    product: {
      freshchta: { events: { onAgentActivityCreate: { hanlder: 'onActivity' } } },
      freshdesk: { evnets: { onTicketCreate: handler('onTicket') }, events: { onTicketCraete: handler('onTicket') } },
    },
  });
  assert.deepEqual(
    findings.map(({ code, line, fix }) => `${line} ${code}: ${fix}`),
    [
      '4 product-invalid: rename it to "freshchat"',
      '7 handler-slip: rename "hanlder" to "handler"',
      '18 event-invalid: rename it to "onTicketCreate"',
      '12 section-key-unknown: "events" is already there: keep one of the two',
    ],
  );
});

test('names modules and events of 3.0 that are slips or in the wrong place', () => {
  const { findings } = read({
    'platform-version': '3.0',
    modules: {
      common: { events: { onAgentActivityCreate: handler('a') } },
      chat_converstion: { events: {} },
      chat_conversation: {
        events: { onAppInstall: handler('b'), onAgentActivtyCreate: handler('c'), onTea: handler('d') },
      },
      brand_new_module: { events: { onBrandNewThingCreate: handler('e') } },
    },
    engines: {},
  });
  assert.deepEqual(
    findings.map(({ severity, message }) => `${severity}: ${message}`),
    [
      'error: module "chat_converstion" does not exist: did you mean "chat_conversation"?',
      'warning: module "brand_new_module" is not known here: its events never come',
      "error: Invalid event: 'onAgentActivityCreate' for module: common (it belongs in modules.chat_conversation)",
      "error: Invalid event: 'onAppInstall' for module: chat_conversation (it belongs in modules.common)",
      "error: Invalid event: 'onAgentActivtyCreate' for module: chat_conversation (did you mean 'onAgentActivityCreate'?)",
      "error: Invalid event: 'onTea' for module: chat_conversation",
    ],
  );
});

test('speaks as the vendor does where the vendor has a sentence', () => {
  const messages = (manifest: unknown) => read(manifest).findings.map(({ message }) => message);
  const events = { onAgentActivityCreate: handler('a') };
  assert.deepEqual(messages({ 'platform-version': '4.0', product: { freshchat: {} } }), [
    'Invalid platform version mentioned in manifest.json - 4.0',
  ]);
  assert.deepEqual(messages({ 'platform-version': 2.3, product: { freshchat: {} } }), [
    'Invalid platform version mentioned in manifest.json - 2.3',
  ]);
  assert.deepEqual(messages({ 'platform-version': '2.3' }), ['Atleast one product must be mentioned in manifest.json']);
  assert.deepEqual(messages({ 'platform-version': '3.0', product: { freshchat: { events } }, engines: {} }), [
    'Platform version >= 3.0 does not support "product" in manifest.json',
    'At least one module must be present in the manifest.json for platform version >= 3.0',
  ]);
  assert.deepEqual(messages({ 'platform-version': '3.0', modules: { common: { location: {} } } }), [
    'At least one module apart from common must be mentioned',
    '/modules/common/location must NOT have fewer than 1 properties',
    "must have required property 'engines' in manifest.json",
  ]);
  assert.deepEqual(
    messages({ 'platform-version': '2.3', name: 'x', product: { freshchat: {} }, dependencies: { a: '^1.0.0' } }),
    [
      "Package 'a' version contains special characters(^ or ~).",
      "must NOT have additional properties 'name' in manifest.json",
    ],
  );
});

test('lets an app load whose manifest has only harmless oddities', () => {
  const reading = read({
    'platform-version': '2.3',
    name: 'x',
    'whitelisted-domains': [],
    product: { freshchat: { events: { onMessageCreate: { handler: 'a', note: 1 } }, colour: 'red' } },
  });
  assert.notEqual(reading.manifest, null);
  assert.deepEqual([...new Set(reading.findings.map(({ severity }) => severity))], ['warning']);
});

test('refuses an event that is mapped twice', () => {
  const text =
    '{"platform-version":"2.3","product":{"freshchat":{"events":{"onMessageCreate":{"handler":"a"},"onMessageCreate":{"handler":"b"}}}}}';
  const messages = read(text).findings.map(({ message }) => message);
  assert.deepEqual(messages, ["Event 'onMessageCreate' is already mapped to a callback for product: freshchat"]);
});

test('names broken JSON by line and column, and what it can still understand beside it', () => {
  const text = '{\n  "platform-version": "2.3"\n  "product": { "freshcaht": {} }\n}';
  assert.deepEqual(places(read(text).findings), ['error json-syntax 2:28', 'error product-invalid 3:16']);
  assert.match(read('{ "a": 1, }').findings[0]?.message ?? '', /a comma has nothing after it/);
  assert.match(read("{ 'a': 1 }").findings[0]?.message ?? '', /single quotes/);
  assert.match(read('').findings[0]?.message ?? '', /the file is empty/);
  assert.match(read('// x\n{}').findings[0]?.message ?? '', /no comments/);
  assert.match(read('[]').findings[0]?.message ?? '', /must hold a JSON object/);
});

test('takes dependencies from the registry alone, in exact versions', () => {
  const dependencies = {
    a: '1.2.3',
    b: '^1.2.3',
    c: 'latest',
    d: 'file:../d',
    e: 'git+https://git.example/e.git',
    f: 'npm:g@1.0.0',
    'g h': '1.0.0',
    '@x/y': '1.0.0-beta.1',
  };
  const { findings } = read({ 'platform-version': '2.3', product: { freshchat: {} }, dependencies });
  assert.deepEqual(
    findings.map(({ severity, code, line }) => `${severity} ${code} ${line}`),
    [
      'warning dependency-range 8',
      'warning dependency-range 9',
      'error dependency-unknown 10',
      'error dependency-unknown 11',
      'error dependency-unknown 12',
      'error dependency-unknown 13',
    ],
  );
});

test('reads a later version of 3 as 3.0 and says so', () => {
  const { manifest, findings } = read({ 'platform-version': '3.1', modules: { chat_conversation: {} }, engines: {} });
  assert.equal(manifest?.platformVersion, '3.0');
  assert.deepEqual(places(findings), ['warning platform-version-later 2:23']);
});

test('holds engines as information', () => {
  const { findings } = read({
    'platform-version': '3.0',
    modules: { chat_conversation: {} },
    engines: { node: '24.x', fdk: '10.1.2' },
  });
  assert.deepEqual(places(findings), ['information engines-invalid 7:13']);
});

test('refuses a file that is nested beyond all reason, and does not fall over it', () => {
  for (const text of ['['.repeat(100_000), '{"a":'.repeat(100_000)]) {
    assert.match(read(text).findings[0]?.message ?? '', /nested more than 200 deep/);
  }
  assert.equal(read(`{ "a": "${'['.repeat(1000)}" }`).findings[0]?.code, 'platform-version-missing');
});

test('accepts a byte order mark', () => {
  assert.deepEqual(read('\uFEFF{"platform-version":"2.3","product":{"freshchat":{}}}').findings, []);
});

test('names a folder that is not an app, and the app beside it', () => {
  const { findings } = readManifest(new Map([['app-a/manifest.json', '{}']]));
  assert.deepEqual(places(findings), ['error manifest-missing 1:1']);
  assert.match(findings[0]?.fix ?? '', /app-a\/manifest\.json/);
});

test('takes of a doubled key the last, as the finding says', () => {
  const { manifest, findings } = read(
    '{"platform-version":"2.3","product":{"freshchat":{"events":{"onMessageCreate":{"handler":"a"}}},\n"freshchat":{"functions":{"lookUp":{"timeout":5},\n"lookUp":{"timeout":10}}}},"dependencies":{"lodash":"1.0.0",\n"lodash":"2.0.0"}}',
  );
  assert.deepEqual(places(findings).toSorted(), [
    'warning doubled-key 2:1',
    'warning doubled-key 3:1',
    'warning doubled-key 4:1',
  ]);
  assert.deepEqual(manifest?.handlers, []);
  assert.deepEqual(manifest?.functions, [{ module: 'freshchat', name: 'lookUp', timeoutSeconds: 10 }]);
  assert.deepEqual(manifest?.dependencies, [{ name: 'lodash', version: '2.0.0' }]);
});

test('names places for pages that a module does not have, and says where they belong', () => {
  const { manifest, findings } = read({
    'platform-version': '3.0',
    modules: {
      common: { location: { left_nav_cti: {} } },
      chat_conversation: { location: { full_page_app: {}, conversation_user_inof: {} } },
      chat_user: { location: {} },
      support_ticket: { location: { ticket_sidebar: {} } },
    },
    engines: {},
  });
  assert.deepEqual(
    findings.map(({ severity, message, fix }) => `${severity}: ${message}: ${fix}`),
    [
      "warning: Invalid location(s) mentioned in modules: 'full_page_app' for module: chat_conversation: move it to modules.common.location",
      'warning: Invalid location(s) mentioned in modules: \'conversation_user_inof\' for module: chat_conversation: rename it to "conversation_user_info"',
      'warning: Missing locations for module chat_user: name a location, or remove "location"',
    ],
  );
  assert.ok(manifest !== null);
});

test('says of events of no product, and of events of another product, where they belong', () => {
  const { findings } = read({
    'platform-version': '2.3',
    product: {
      hubspace: { events: { onTicketCreate: handler('a') } },
      freshchat: { events: { onTicketUpdate: handler('a'), onNothing: handler('a') } },
    },
  });
  assert.deepEqual(
    findings.map(({ code, message }) => `${code}: ${message}`),
    [
      'product-invalid: Invalid product(s) mentioned in manifest.json: hubspace',
      "event-product-invalid: Invalid product 'hubspace' configured for events",
      "event-invalid: Invalid event: 'onTicketUpdate' for product: freshchat (it belongs in product.freshdesk)",
      "event-invalid: Invalid event: 'onNothing' for product: freshchat",
    ],
  );
  for (const finding of findings.slice(2)) {
    assert.match(finding.expected ?? '', /^one of onConversationCreate, .*onAgentActivityCreate.*onScheduledEvent$/);
  }
});

test('warns of parts that mean nothing and of missing engines, and loads the app', () => {
  const { manifest, findings } = read({
    'platform-version': '3.0',
    modules: { common: { functions: [] }, chat_conversation: { location: 'x' } },
    dependencies: ['lodash'],
  });
  assert.deepEqual(findings.map(({ severity, message }) => `${severity}: ${message}`).toSorted(), [
    'warning: /dependencies must be object: [ "lodash" ] means nothing',
    'warning: /modules/chat_conversation/location must be object: "x" means nothing',
    'warning: /modules/common/functions must be object: [] means nothing',
    "warning: must have required property 'engines' in manifest.json",
  ]);
  assert.ok(manifest !== null);
});
