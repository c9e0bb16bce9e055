/** The JSON Schemas for editors and the readers of the files must judge alike: an editor that is silent and a validator that is not, or the other way round, would each make the other look wrong. */
import assert from 'node:assert/strict';
import { test } from 'node:test';
import { APP_SCHEMA_NAMES, APP_SCHEMAS, type AppSchemaName } from '@rollcall/contract';
import { Check } from 'typebox/schema';
import { readActions } from '../src/marketplace/actions-file.ts';
import { readEntities } from '../src/marketplace/entities-file.ts';
import type { Finding } from '../src/marketplace/finding.ts';
import { iparamTypes } from '../src/marketplace/iparam-definition.ts';
import { readIparams } from '../src/marketplace/iparams.ts';
import { readManifest } from '../src/marketplace/manifest.ts';
import { readOauthConfig } from '../src/marketplace/oauth-config-file.ts';
import { requestMethods } from '../src/marketplace/request-template.ts';
import { readRequests } from '../src/marketplace/requests-file.ts';

const readers: Readonly<Record<AppSchemaName, (files: ReadonlyMap<string, string>) => readonly Finding[]>> = {
  manifest: (files) => readManifest(files).findings,
  iparams: (files) => readIparams(files).findings,
  requests: (files) => readRequests(files).findings,
  oauth_config: (files) => readOauthConfig(files, '2.3').findings,
  actions: (files) => readActions(files).findings,
  entities: (files) => readEntities(files).findings,
};

const handler = { handler: 'a' };
const chat = (section: object, more: object = {}) => ({
  'platform-version': '2.3',
  product: { freshchat: section },
  ...more,
});
const modular = (modules: object, more: object = {}) => ({
  'platform-version': '3.0',
  modules,
  engines: { node: '24.11.1', fdk: '10.1.2' },
  ...more,
});
const request = (schema: object, options: object = {}) => ({
  a: { schema: { method: 'GET', host: 'api.example.com', ...schema }, options },
});
const text = { display_name: 'A', type: 'text' };
const oauth = {
  client_id: 'a',
  client_secret: 'b',
  authorize_url: 'https://example.com/a',
  token_url: 'https://<%= oauth_iparams.host %>/t',
};
const action = { display_name: 'A', parameters: {}, response: {} };
const field = { name: 'a', label: 'A', type: 'text' };
const many = (count: number, value: unknown) =>
  Object.fromEntries(Array.from({ length: count }, (_, index) => [`n${index}`, value]));

type Documents = { readonly good: readonly object[]; readonly bad: readonly object[] };

const table: Readonly<Record<AppSchemaName, Documents>> = {
  manifest: {
    good: [
      chat({}),
      chat({ events: { onAgentActivityCreate: handler, onUserCreate: handler, onAppInstall: handler } }),
      chat({ functions: { lookUp: { timeout: 10 }, other: {} }, requests: { a: {} }, location: { full_page_app: {} } }),
      chat({}, { dependencies: { lodash: '4.17.21', '@x/y': '1.0.0-beta.1' }, devDependencies: {}, settings: {} }),
      { 'platform-version': '2.2', product: { freshdesk: {} }, 'whitelisted-domains': ['https://*.example.com'] },
      { 'platform-version': '2.1', product: { freshdesk: { events: { onTicketCreate: handler } }, freshchat: {} } },
      { 'platform-version': '2.3', product: { freshservice: { events: { onBrandNewThingDelete: handler } } } },
      modular({ chat_conversation: {} }),
      modular({
        common: { events: { onAppInstall: handler }, requests: { a: {} }, functions: { ab: {} }, jobs: { cd: {} } },
        chat_conversation: { events: { onAgentActivityCreate: handler } },
        support_ticket: { events: { onConversationCreate: handler }, location: { ticket_sidebar: {} } },
      }),
      {
        'platform-version': '2.2',
        product: { freshdesk: {} },
        'whitelisted-domains': ['https://<%= iparam.domain %>', '<%= iparam.url %>', 'https://a.example.com:8443/'],
      },
      modular({
        common: { location: { full_page_app: {}, left_nav_cti: {} } },
        chat_conversation: { location: { conversation_background: {}, conversation_user_info: {} } },
      }),
      modular({ support_agent: {} }, { scripts: { 'fdk-unit-test': 'vitest run' }, app: {}, metaConfig: {} }),
    ],
    bad: [
      {},
      chat({}, { 'platform-version': 2.3 }),
      chat({}, { 'platform-version': '4.0' }),
      { 'platform-version': '2.3' },
      { 'platform-version': '2.3', product: {} },
      { 'platform-version': '2.3', product: { freshcaht: {} } },
      chat({}, { name: 'x' }),
      chat({}, { 'whitelisted-domains': [] }),
      chat({ events: { onAgentActivityCreate: {} } }),
      chat({ events: { onAgentActivityCreate: { hanlder: 'a' } } }),
      chat({ events: { onAgentActivityCreate: { handler: '' } } }),
      chat({ events: { onAgentActivityCreate: { handler: 'a', note: 1 } } }),
      chat({ events: { onTicketCreate: handler } }),
      chat({ events: { onAgentActivityCraete: handler } }),
      chat({ evnets: {} }),
      chat({ functions: { '1st': {} } }),
      chat({ functions: { lookUp: { timeout: 7 } } }),
      chat({}, { dependencies: { lodash: '^4.17.21' } }),
      chat({}, { dependencies: { lodash: 'file:../lodash' } }),
      chat({}, { dependencies: { lodash: 4 } }),
      chat({}, { dependencies: ['lodash'] }),
      chat({}, { devDependencies: 3 }),
      chat({}, { engines: '18' }),
      chat({}, { settings: 'x', scripts: 1 }),
      chat({ functions: [] }),
      chat({ functions: { lookUp: 10 } }),
      chat({ location: 'x' }),
      chat({ location: { full_page_app: 'index.html' } }),
      chat({ requests: 'a' }),
      chat({ jobs: [] }),
      { 'platform-version': '2.2', product: { freshdesk: {} }, 'whitelisted-domains': ['http://example.com'] },
      { 'platform-version': '2.2', product: { freshdesk: {} }, 'whitelisted-domains': ['https://example.com/path'] },
      { 'platform-version': '2.2', product: { freshdesk: {} }, 'whitelisted-domains': 'https://example.com' },
      { 'platform-version': '2.2', product: { freshdesk: {} }, 'whitelisted-domains': [1] },
      { 'platform-version': '2.2', product: { freshthing: { events: { onTicketCreate: handler } } } },
      modular({ chat_conversation: { location: { full_page_app: {} } } }),
      modular({ chat_conversation: { location: {} } }),
      modular({ support_ticket: { location: {} } }),
      modular({ chat_conversation: {}, common: { location: { ticket_sidebar: {} } } }),
      modular({ chat_conversation: {}, common: { functions: [] } }),
      modular({}),
      modular({ common: { events: { onAppInstall: handler } } }),
      modular({ chat_converstion: {} }),
      modular({ brand_new: {} }),
      modular({ chat_conversation: { events: { onAppInstall: handler } } }),
      modular({ common: { events: { onAgentActivityCreate: handler } }, chat_conversation: {} }),
      modular({ common: { requests: {} }, chat_conversation: {} }),
      modular({ chat_conversation: { requests: { a: {} } } }),
      modular({ chat_conversation: {} }, { product: { freshchat: {} } }),
      modular({ chat_conversation: {} }, { 'whitelisted-domains': [] }),
      { 'platform-version': '3.0', product: { freshchat: {} }, engines: {} },
    ],
  },
  iparams: {
    good: [
      {},
      { a: text, b: { ...text, description: 'b', required: true, visible: false, default_value: 'b', secure: true } },
      { a: { display_name: 'A', type: 'dropdown', options: ['x', 'y'], default_value: 'x' } },
      {
        a: { display_name: 'A', type: 'multiselect', options: ['x'] },
        b: { ...text, regex: { r: '^a', 'r-error': 'no' } },
      },
      { a: { display_name: 'A', type: 'domain', type_attributes: { product: 'freshdesk' } } },
      { a: { ...text, modules: ['chat_conversation'], events: [{ change: 'f' }], 'data-bind': 'x' } },
      { a: { ...text, 'data-bind': true } },
    ],
    bad: [
      { a: 'text' },
      { a: { type: 'text' } },
      { a: { display_name: 'A' } },
      { a: { ...text, type: 'txet' } },
      { a: { ...text, requried: true } },
      { a: { display_name: 'A', type: 'radio' } },
      { a: { display_name: 'A', type: 'dropdown', options: ['x'] } },
      { a: { display_name: 'A', type: 'domain' } },
      { a: { ...text, required: 'yes' } },
      { a: { ...text, visible: 'no' } },
      { a: { ...text, secure: 1 } },
      { a: { ...text, regex: 5 } },
      { a: { ...text, regex: { r: 5 } } },
      { a: { ...text, display_name: 5 } },
      { a: { ...text, description: {} } },
      { a: { ...text, 'data-bind': 5 } },
      { a: { ...text, events: {} } },
      { a: { ...text, modules: 'chat_conversation' } },
      { a: { ...text, type_attributes: 'freshdesk' } },
      { a: { display_name: 'A', type: 'multiselect', options: 'x' } },
    ],
  },
  requests: {
    good: [
      {},
      request({}),
      request({ path: '/v1/<%= context.id %>', headers: { A: 'b' }, query: { page: 1, all: true } }),
      request({ host: '<%= iparam.sub %>.example.com', path: '<%= context.path %>', method: 'DELETE' }),
      request({ host: '<%= context.host %>' }, { maxAttempts: 5, retryDelay: 1500, oauth: 'x' }),
      request({ protocol: 'https' }, { isOAuth: true }),
      many(100, { schema: { method: 'GET', host: 'a.example' } }),
    ],
    bad: [
      { a: {} },
      { a: { shcema: {} } },
      { a: { schema: { method: 'GET' } } },
      { a: { schema: { host: 'api.example.com' } } },
      request({ method: 'FETCH' }),
      request({ method: 'get' }),
      request({ host: 'https://api.example.com' }),
      request({ host: 'api.example.com/v1' }),
      request({ host: '<%= iparam.host %>/v1' }),
      request({ host: 'localhost' }),
      request({ host: '' }),
      request({ path: 'v1' }),
      request({ path: 1 }),
      request({ query: 'a=b' }),
      request({ headers: [] }),
      request({ body: '{}' }),
      request({ protocol: 'http' }),
      request({}, { maxAttempts: 6 }),
      request({}, { maxAttempts: 1.5 }),
      request({}, { retryDelay: 150 }),
      request({}, { retryDelay: 'soon' }),
      request({}, { timeout: 1 }),
      { a: { schema: { method: 'GET', host: 'a.example' }, note: 1 } },
      many(101, { schema: { method: 'GET', host: 'a.example' } }),
    ],
  },
  oauth_config: {
    good: [
      oauth,
      { ...oauth, token_type: 'agent', options: { scope: 'x' }, oauth_iparams: { host: text } },
      { integrations: { github: { ...oauth, display_name: 'GitHub' }, asana: oauth } },
      { ...oauth, authorize_url: '<%= oauth_iparams.url %>' },
    ],
    bad: [
      {},
      { ...oauth, client_id: '' },
      { ...oauth, token_url: 'http://example.com' },
      { ...oauth, token_type: 'team' },
      { ...oauth, scope: 'x' },
      { ...oauth, oauth_iparams: { host: { type: 'text' } } },
      { integrations: {} },
      { integrations: { github: { client_id: 'a' } } },
      { integrations: { github: oauth }, client_id: 'x' },
    ],
  },
  actions: {
    good: [{}, { lookUp: action }, { lookUp: { ...action, description: 'x' } }],
    bad: [
      { '1st': action },
      { lookUp: 5 },
      { lookUp: { display_name: 'A', parameters: {} } },
      { lookUp: { ...action, paramters: {} } },
      { lookUp: { ...action, parameters: [] } },
    ],
  },
  entities: {
    good: [
      {},
      { todos: { fields: [field] } },
      { todos: { fields: [{ ...field, type: 'PARAGRAPH', required: true, filterable: false }] } },
      {
        todos: {
          fields: [
            { ...field, type: 'DATE_TIME' },
            { ...field, name: 'b', type: 'NUMBER' },
          ],
        },
      },
      { todos: { fields: [{ ...field, type: 'enum', choices: [{ id: 1, value: 'x' }] }] } },
      { todos: { fields: [{ ...field, type: 'section', fields: [field] }] } },
      many(5, { fields: [] }),
    ],
    bad: [
      { todos: {} },
      { todos: { felds: [] } },
      { todos: { fields: {} } },
      { todos: { fields: ['a'] } },
      { todos: { fields: [{ label: 'A', type: 'text' }] } },
      { todos: { fields: [{ ...field, name: '9a' }] } },
      { todos: { fields: [{ name: 'a' }] } },
      { todos: { fields: [{ ...field, type: 'txt' }] } },
      { todos: { fields: [{ ...field, type: 'number' }] } },
      { todos: { fields: [{ ...field, type: 'enum' }] } },
      { todos: { fields: [{ ...field, colour: 'red' }] } },
      { todos: { fields: Array.from({ length: 21 }, (_, index) => ({ ...field, name: `f${index}` })) } },
      many(6, { fields: [] }),
    ],
  },
};

function readerAccepts(name: AppSchemaName, document: object): boolean {
  const findings = readers[name](new Map([[APP_SCHEMAS[name].file, JSON.stringify(document, null, 2)]]));
  return findings.every(({ severity }) => severity === 'information');
}

for (const name of APP_SCHEMA_NAMES) {
  test(`the schema and the reader of ${APP_SCHEMAS[name].file} judge alike`, () => {
    const { schema } = APP_SCHEMAS[name];
    const verdicts = [...table[name].good, ...table[name].bad].map((document) => {
      const isGood = table[name].good.includes(document);
      const [bySchema, byReader] = [Check(schema, document), readerAccepts(name, document)];
      return bySchema === isGood && byReader === isGood
        ? null
        : `${JSON.stringify(document).slice(0, 160)} is ${isGood ? 'good' : 'bad'}; schema ${bySchema}, reader ${byReader}`;
    });
    assert.deepEqual(
      verdicts.filter((verdict) => verdict !== null),
      [],
    );
  });
}

test('the schemas name the types and methods that the readers know', () => {
  const text = JSON.stringify(APP_SCHEMAS);
  assert.ok(text.includes(JSON.stringify(iparamTypes)));
  assert.ok(text.includes(JSON.stringify(requestMethods)));
});

test('every schema has an id of its own, and every member a description', () => {
  const ids = APP_SCHEMA_NAMES.map((name) => APP_SCHEMAS[name].schema.$id);
  assert.equal(new Set(ids).size, APP_SCHEMA_NAMES.length);
  const undescribed: string[] = [];
  const walk = (schema: unknown, path: string): void => {
    if (typeof schema !== 'object' || schema === null) return;
    const { properties, description } = schema as { properties?: Record<string, unknown>; description?: unknown };
    if (typeof description !== 'string') undescribed.push(path);
    for (const [key, inner] of Object.entries(properties ?? {})) walk(inner, `${path}.${key}`);
  };
  for (const name of APP_SCHEMA_NAMES) walk(APP_SCHEMAS[name].schema, name);
  assert.deepEqual(undescribed, []);
});
