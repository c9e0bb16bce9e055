import { getNodeValue, type Node } from 'jsonc-parser';
import type { AppFiles } from './app-files.ts';
import { notAnObject, openConfig, textRecord, unknownKeys } from './config-document.ts';
import type { Finding } from './finding.ts';
import { readIparamFields } from './iparams.ts';
import { type JsonMember, memberOf, membersOf, textOf } from './json-document.ts';
import type { JsonObject } from './json-value.ts';
import { flatIntegrationName, type OauthIntegration } from './oauth-integration.ts';
import type { PlatformVersion } from './platform-catalog.ts';
import { findingAt, type SourceText } from './source-text.ts';
import { withoutExpressions } from './template-expression.ts';

/** Path of the OAuth integrations below the app folder. */
export const oauthConfigFile = 'config/oauth_config.json';

/** The OAuth integrations of an app and what is wrong with them. */
export interface OauthReading {
  /** Null when the app has no such file, or it cannot be read at all. */
  readonly source: SourceText | null;
  readonly integrations: readonly OauthIntegration[];
  readonly findings: readonly Finding[];
}

const neededKeys = ['client_id', 'client_secret', 'authorize_url', 'token_url'];
const integrationKeys = [...neededKeys, 'token_type', 'options', 'oauth_iparams', 'display_name'];

/**
 * Reads config/oauth_config.json in both forms: flat (platform 2.x, known as `default`) and under `integrations`
 * (3.0). Both are read whatever the version; the one that the vendor refuses for the version is a warning.
 */
export function readOauthConfig(files: AppFiles, version: PlatformVersion | null): OauthReading {
  const document = openConfig(files, oauthConfigFile);
  if (document === null) return { source: null, integrations: [], findings: [] };
  const { source, root } = document;
  if (root === null) return { source: null, integrations: [], findings: document.findings };
  const wrapped = memberOf(root, 'integrations');
  const read = wrapped === undefined ? readFlat(source, root) : readWrapped(source, root, wrapped);
  const findings = [
    ...document.findings,
    ...(wrapped === undefined && version === '3.0' ? [flatInModular(source, root)] : []),
    ...read.findings,
  ];
  return { source, integrations: read.integrations, findings };
}

interface IntegrationsReading {
  readonly integrations: readonly OauthIntegration[];
  readonly findings: readonly Finding[];
}

function readFlat(source: SourceText, root: Node): IntegrationsReading {
  const read = readIntegration(source, { name: flatIntegrationName, node: root, offset: root.offset });
  return { integrations: [read.integration], findings: read.findings };
}

function readWrapped(source: SourceText, root: Node, wrapped: JsonMember): IntegrationsReading {
  const entries = membersOf(wrapped.value);
  const read = entries.map(({ key, keyNode, value }) =>
    readIntegration(source, { name: key, node: value, offset: keyNode.offset }),
  );
  return {
    integrations: read.map(({ integration }) => integration),
    findings: [
      ...notAnObject(source, wrapped, {
        severity: 'error',
        code: 'oauth-type',
        message: '"integrations" must be an object',
      }),
      ...(wrapped.value.type === 'object' && entries.length === 0 ? [noIntegration(source, wrapped)] : []),
      ...unknownKeys(source, root, {
        code: 'oauth-key-unknown',
        severity: 'warning',
        known: ['integrations'],
        sentence: (key) => `OAuth config must NOT have additional properties '${key}'`,
      }),
      ...read.flatMap(({ findings }) => findings),
    ],
  };
}

function flatInModular(source: SourceText, root: Node): Finding {
  return findingAt(source, root.offset, {
    severity: 'warning',
    code: 'oauth-flat',
    message: "OAuth config must have required property 'integrations'",
    expected: '{ "integrations": { "name": { … } } }',
    fix: `wrap it in "integrations" under a name; here it is known as "${flatIntegrationName}"`,
  });
}

function noIntegration(source: SourceText, wrapped: JsonMember): Finding {
  const message = '"integrations" names no integration';
  return findingAt(source, wrapped.keyNode.offset, { severity: 'warning', code: 'oauth-empty', message });
}

interface IntegrationPlace {
  readonly name: string;
  readonly node: Node;
  readonly offset: number;
}

function readIntegration(
  source: SourceText,
  { name, node, offset }: IntegrationPlace,
): { readonly integration: OauthIntegration; readonly findings: readonly Finding[] } {
  const text = (key: string) => textOf(memberOf(node, key)?.value);
  const iparams = readIparamFields(source, memberOf(node, 'oauth_iparams')?.value);
  const options = memberOf(node, 'options')?.value;
  const integration: OauthIntegration = {
    name,
    displayName: text('display_name') ?? null,
    clientId: text('client_id') ?? '',
    clientSecret: text('client_secret') ?? '',
    authorizeUrl: text('authorize_url') ?? '',
    tokenUrl: text('token_url') ?? '',
    tokenType: text('token_type') === 'agent' ? 'agent' : 'account',
    options: optionsWithoutHeaders(options),
    customHeaders: textRecord(memberOf(options, 'customHeaders')?.value),
    iparams: iparams.definitions,
  };
  const findings = [
    ...missingKeys(source, { name, node, offset }),
    ...neededKeys.slice(2).flatMap((key) => checkAddress(source, memberOf(node, key))),
    ...checkTokenType(source, memberOf(node, 'token_type')),
    ...iparams.findings,
    ...unknownKeys(source, node, {
      code: 'oauth-key-unknown',
      severity: 'warning',
      known: integrationKeys,
      sentence: (key) => `OAuth config must NOT have additional properties '${key}'`,
    }),
  ];
  return { integration, findings };
}

function optionsWithoutHeaders(node: Node | undefined): JsonObject {
  if (node?.type !== 'object') return {};
  const { customHeaders: _, ...others } = getNodeValue(node) as JsonObject;
  return others;
}

function missingKeys(source: SourceText, { name, node, offset }: IntegrationPlace): readonly Finding[] {
  const missing = neededKeys.filter((key) => (textOf(memberOf(node, key)?.value) ?? '').trim() === '');
  if (missing.length === 0) return [];
  const whose = name === flatIntegrationName ? 'OAuth config' : `OAuth integration '${name}'`;
  const list = missing.map((key) => `'${key}'`).join(', ');
  return [
    findingAt(source, offset, {
      severity: 'warning',
      code: 'oauth-key-missing',
      message: `${whose} must have required ${missing.length === 1 ? 'property' : 'properties'} ${list}: until then nobody can authorize the app`,
      expected: 'a text for each',
    }),
  ];
}

function checkAddress(source: SourceText, member: JsonMember | undefined): readonly Finding[] {
  const text = textOf(member?.value);
  if (member === undefined || text === undefined || text.trim() === '') return [];
  if (/^https:\/\/[^\s/]+/i.test(withoutExpressions(text, 'x')) || text.startsWith('<%')) return [];
  return [
    findingAt(source, member.value.offset, {
      severity: 'error',
      code: 'oauth-address-invalid',
      message: `"${member.key}" must be an address that begins with https://`,
      expected: '"https://…"',
    }),
  ];
}

function checkTokenType(source: SourceText, member: JsonMember | undefined): readonly Finding[] {
  const text = textOf(member?.value);
  if (member === undefined || text === 'account' || text === 'agent') return [];
  return [
    findingAt(source, member.value.offset, {
      severity: 'warning',
      code: 'oauth-token-type',
      message: '"token_type" must be "account" or "agent"; "account" is taken',
      expected: '"account" or "agent"',
    }),
  ];
}
