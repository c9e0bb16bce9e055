import assert from 'node:assert/strict';
import { test } from 'node:test';
import { readOauthConfig } from './oauth-config-file.ts';
import type { PlatformVersion } from './platform-catalog.ts';

function read(config: unknown, version: PlatformVersion = '2.3') {
  return readOauthConfig(new Map([['config/oauth_config.json', JSON.stringify(config, null, 2)]]), version);
}

const flat = {
  client_id: 'id',
  client_secret: 'secret',
  authorize_url: 'https://example.com/authorize',
  token_url: 'https://<%= oauth_iparams.host %>/token',
  token_type: 'agent',
  options: { scope: 'read', customHeaders: { Accept: 'application/json' } },
  oauth_iparams: { host: { display_name: 'Host', type: 'text', required: true } },
};

test('reads the flat form of 2.x as the integration "default"', () => {
  const { integrations, findings } = read(flat);
  assert.deepEqual(findings, []);
  const [integration] = integrations;
  assert.deepEqual(
    [integration?.name, integration?.tokenType, integration?.options, integration?.customHeaders],
    ['default', 'agent', { scope: 'read' }, { Accept: 'application/json' }],
  );
  assert.deepEqual(
    integration?.iparams.map(({ name, required }) => [name, required]),
    [['host', true]],
  );
});

test('reads the integrations of 3.0 by name', () => {
  const { integrations, findings } = read({ integrations: { github: { ...flat, display_name: 'GitHub' } } }, '3.0');
  assert.deepEqual(findings, []);
  assert.deepEqual(
    integrations.map(({ name, displayName, clientId }) => [name, displayName, clientId]),
    [['github', 'GitHub', 'id']],
  );
});

test('warns of the form that the version does not have, and reads it all the same', () => {
  const { integrations, findings } = read(flat, '3.0');
  assert.deepEqual(
    findings.map(({ severity, message }) => `${severity}: ${message}`),
    ["warning: OAuth config must have required property 'integrations'"],
  );
  assert.equal(integrations.length, 1);
});

test('names what keeps an integration from working, and what does no harm', () => {
  const { authorize_url: _, ...rest } = flat;
  const { findings } = read({ ...rest, token_url: 'http://example.com', token_type: 'team', scope: 'x', colour: 1 });
  assert.deepEqual(
    findings.map(({ severity, message }) => `${severity}: ${message}`),
    [
      "warning: OAuth config must have required property 'authorize_url': until then nobody can authorize the app",
      'error: "token_url" must be an address that begins with https://',
      'warning: "token_type" must be "account" or "agent"; "account" is taken',
      "warning: OAuth config must NOT have additional properties 'scope'",
      "warning: OAuth config must NOT have additional properties 'colour'",
    ],
  );
  assert.deepEqual(readOauthConfig(new Map(), '2.3'), { source: null, integrations: [], findings: [] });
});
