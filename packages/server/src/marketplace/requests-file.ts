import type { Node } from 'jsonc-parser';
import type { AppFiles } from './app-files.ts';
import {
  type ConfigDocument,
  notAnObject,
  openConfig,
  textRecord,
  unknownKeys,
  writtenText,
} from './config-document.ts';
import { didYouMean } from './did-you-mean.ts';
import type { Finding } from './finding.ts';
import {
  type JsonMember,
  memberOf,
  membersOf,
  removeMember,
  replaceText,
  replaceValue,
  textOf,
} from './json-document.ts';
import { flatIntegrationName } from './oauth-integration.ts';
import {
  type RequestMethod,
  type RequestSecurity,
  type RequestTemplate,
  requestMethods,
  securityKeys,
} from './request-template.ts';
import { findingAt, type SourceText } from './source-text.ts';
import { hasUnclosedExpression, withoutExpressions } from './template-expression.ts';

/** Path of the request templates below the app folder. */
export const requestsFile = 'config/requests.json';

/** A key of the file with its place, whether or not a template could be read from it. */
export interface TemplatePlace {
  readonly name: string;
  readonly offset: number;
  /** The template's object, for what ties it to other files. */
  readonly node: Node;
}

/** The templates of an app and what is wrong with them. */
export interface RequestsReading {
  /** Null when the app has no config/requests.json, or it cannot be read at all. */
  readonly source: SourceText | null;
  readonly templates: readonly RequestTemplate[];
  readonly places: readonly TemplatePlace[];
  readonly findings: readonly Finding[];
}

const templatesMax = 100;

interface Bounds {
  readonly min: number;
  readonly max: number;
  readonly step: number;
}

/** How often a template may be sent. */
export const attemptBounds: Bounds = { min: 1, max: 5, step: 1 };

/** How many milliseconds may lie between two times. */
export const retryDelayBounds: Bounds = { min: 0, max: 1500, step: 100 };

const schemaKeys = ['protocol', 'method', 'host', 'path', 'headers', 'query'];
const optionKeys = ['maxAttempts', 'retryDelay', 'oauth', 'isOAuth', 'security'];

/**
 * Reads config/requests.json. A template that can never be sent is an error; what the vendor's validator refuses and
 * runs here (a path without its slash, values out of range) is a warning, and is read as it was meant.
 * Source: https://developers.freshworks.com/docs/app-sdk/v3.0/support_ticket/advanced-interfaces/request-method/
 */
export function readRequests(files: AppFiles): RequestsReading {
  const document = openConfig(files, requestsFile);
  if (document === null) return { source: null, templates: [], places: [], findings: [] };
  if (document.root === null) return { source: null, templates: [], places: [], findings: document.findings };
  return readTemplates(document, document.root);
}

function readTemplates({ source, findings }: ConfigDocument, root: Node): RequestsReading {
  const entries = membersOf(root);
  const read = entries.map((entry) => readTemplate(source, entry));
  return {
    source,
    templates: read.flatMap(({ template }) => (template === null ? [] : [template])),
    places: entries.map(({ key, keyNode, value }) => ({ name: key, offset: keyNode.offset, node: value })),
    findings: [
      ...findings,
      ...(entries.length > templatesMax ? [tooMany(source, entries)] : []),
      ...ignoredProtocol(source, entries),
      ...read.flatMap((template) => template.findings),
    ],
  };
}

function tooMany(source: SourceText, entries: readonly JsonMember[]): Finding {
  return findingAt(source, entries[templatesMax]?.keyNode.offset ?? 0, {
    severity: 'warning',
    code: 'request-too-many',
    message: `${requestsFile} has ${entries.length} templates; the platform allows ${templatesMax}`,
  });
}

// Written in many apps, and meaningless: one remark for all of them.
function ignoredProtocol(source: SourceText, entries: readonly JsonMember[]): readonly Finding[] {
  const protocols = entries.flatMap(({ value }) => memberOf(memberOf(value, 'schema')?.value, 'protocol') ?? []);
  const first = protocols[0];
  if (first === undefined) return [];
  const others = protocols.filter(({ value }) => value.value !== 'https');
  const count = protocols.length === 1 ? '' : ` (${protocols.length} templates)`;
  return [
    findingAt(source, (others[0] ?? first).keyNode.offset, {
      severity: others.length > 0 ? 'warning' : 'information',
      code: 'request-protocol',
      message: `"protocol" means nothing: requests are always made by https${count}. Newer validators of the platform refuse it: schema must NOT have additional properties 'protocol'`,
      fix: others.length > 0 ? 'remove it, or write "https"' : 'remove it',
      ...(others.length > 0 ? {} : { edits: protocols.flatMap(({ keyNode }) => removeMember(source, keyNode)) }),
    }),
  ];
}

interface TemplateReading {
  readonly template: RequestTemplate | null;
  readonly findings: readonly Finding[];
}

function readTemplate(source: SourceText, { key: name, keyNode, value }: JsonMember): TemplateReading {
  const schema = memberOf(value, 'schema');
  if (schema === undefined || schema.value.type !== 'object') {
    return { template: null, findings: [noSchema(source, { name, keyNode, value, schema })] };
  }
  const method = readMethod(source, name, schema);
  const host = readHost(source, name, schema);
  const path = readPath(source, schema.value);
  const options = readOptions(source, memberOf(value, 'options'));
  const findings = [
    ...method.findings,
    ...host.findings,
    ...path.findings,
    ...checkRecords(source, schema.value),
    ...options.findings,
    ...unknownKeys(source, schema.value, { ...strangerRule, known: schemaKeys }),
    ...unknownKeys(source, value, {
      ...strangerRule,
      known: ['schema', 'options'],
      sentence: (key) => `request template must NOT have additional properties '${key}'`,
    }),
    ...unclosedTexts(source, schema.value),
  ];
  if (method.value === null || host.value === null) return { template: null, findings };
  const template: RequestTemplate = {
    name,
    method: method.value,
    host: host.value,
    path: path.value,
    headers: textRecord(memberOf(schema.value, 'headers')?.value),
    query: queryOf(memberOf(schema.value, 'query')?.value),
    options: options.value,
  };
  return { template, findings };
}

const strangerRule = {
  code: 'request-key-unknown',
  severity: 'warning',
  sentence: (key: string) =>
    `schema must NOT have additional properties '${key}'${key === 'body' ? ': the body is given with each call' : ''}`,
} as const;

// Real apps have lists here: `"with[]": ["addresses", "payments"]`.
function queryOf(node: Node | undefined): RequestTemplate['query'] {
  const lists = membersOf(node).flatMap(({ key, value }) => {
    if (value.type !== 'array') return [];
    const items = (value.children ?? []).filter(({ type }) => ['string', 'number', 'boolean'].includes(type));
    return [[key, items.map((item) => String(item.value))] as const];
  });
  return { ...textRecord(node), ...Object.fromEntries(lists) };
}

function noSchema(
  source: SourceText,
  { name, keyNode, value, schema }: { name: string; keyNode: Node; value: Node; schema: JsonMember | undefined },
): Finding {
  const guess = membersOf(value).find(({ key }) => didYouMean(key, ['schema']) !== null && key !== 'options');
  const isFlat = memberOf(value, 'host') !== undefined;
  return findingAt(source, guess?.keyNode.offset ?? schema?.value.offset ?? keyNode.offset, {
    severity: 'error',
    code: 'request-schema-missing',
    message: `Request template '${name}' must have required property 'schema'`,
    expected: '"schema": { "method": "GET", "host": "api.example.com", "path": "/" }',
    ...(guess === undefined ? {} : { fix: `rename "${guess.key}" to "schema"` }),
    ...(isFlat ? { fix: 'put method, host, path, headers and query into "schema": { … }' } : {}),
  });
}

interface Read<T> {
  readonly value: T;
  readonly findings: readonly Finding[];
}

function readMethod(source: SourceText, name: string, schema: JsonMember): Read<RequestMethod | null> {
  const member = memberOf(schema.value, 'method');
  if (member === undefined) {
    const message = `Request template '${name}': schema must have required property 'method'; GET is taken`;
    const fix = 'add "method": "GET"';
    const code = 'request-method-missing';
    return {
      value: 'GET',
      findings: [findingAt(source, schema.keyNode.offset, { severity: 'warning', code, message, fix })],
    };
  }
  const written = textOf(member.value) ?? writtenText(source, member.value);
  const known = requestMethods.find((method) => method === written.toUpperCase());
  if (known === written) return { value: known, findings: [] };
  const finding = findingAt(source, member.value.offset, {
    severity: known === undefined ? 'error' : 'warning',
    code: 'request-method-invalid',
    message: `schema/method must be equal to one of the allowed values, and is ${written}`,
    expected: requestMethods.join(', '),
    ...(known === undefined ? guessFix(written) : { fix: `write "${known}"`, edits: replaceText(member.value, known) }),
  });
  return { value: known ?? null, findings: [finding] };
}

function guessFix(written: string): { fix?: string } {
  const guess = didYouMean(written, requestMethods);
  return guess === null ? {} : { fix: `did you mean "${guess}"?` };
}

function readHost(source: SourceText, name: string, schema: JsonMember): Read<string | null> {
  const member = memberOf(schema.value, 'host');
  const host = textOf(member?.value)?.trim();
  if (member === undefined || host === undefined || host === '') {
    const message =
      member === undefined
        ? `Request template '${name}': schema must have required property 'host'`
        : `Request template '${name}': schema/host must be a text that is not empty`;
    const offset = member?.value.offset ?? schema.keyNode.offset;
    const code = 'request-host-missing';
    const expected = '"host": "api.example.com"';
    return { value: null, findings: [findingAt(source, offset, { severity: 'error', code, message, expected })] };
  }
  const fault = hostFault(host);
  if (fault === null) return { value: host, findings: [] };
  const { better, ...what } = fault;
  const finding = findingAt(source, member.value.offset, {
    severity: 'error',
    code: 'request-host-invalid',
    ...what,
    ...(better === undefined || hostFault(better) !== null ? {} : { edits: replaceText(member.value, better) }),
  });
  return { value: host, findings: [finding] };
}

/** Why something is no host, and what it should be. */
export interface HostFault {
  readonly message: string;
  readonly expected: string;
  readonly fix?: string;
  /** The host as it was certainly meant. */
  readonly better?: string;
}

/**
 * What is wrong with the host of a template, or null.
 * What a template leaves open may be anything: only what is written out is judged.
 */
export function hostFault(host: string): HostFault | null {
  const expected = 'a host name such as api.example.com';
  const bare = host.replace(/^[a-z]+:\/\//i, '');
  if (bare !== host) {
    const certain = host.toLowerCase().startsWith('https://') ? { better: bare } : {};
    return {
      message: 'schema/host must be FQDN',
      expected,
      fix: `write "${bare}", without the scheme`,
      ...certain,
    };
  }
  const filled = withoutExpressions(host, '\u0000');
  if (filled.includes('/')) {
    const slash = filled.indexOf('/');
    const isTail = filled.slice(slash) === '/';
    return {
      message: 'schema/host must not have path',
      expected,
      fix: isTail ? 'remove the "/" at its end' : 'move what follows the first "/" to "path"',
      ...(isTail ? { better: host.slice(0, -1) } : {}),
    };
  }
  if (filled.includes('\u0000')) return null;
  if (/^\d{1,3}(\.\d{1,3}){3}(:\d+)?$/.test(filled) || !/^[A-Za-z0-9-]+(\.[A-Za-z0-9-]+)+(:\d+)?$/.test(filled)) {
    return { message: 'schema/host must be FQDN', expected };
  }
  return null;
}

function readPath(source: SourceText, schema: Node): Read<string> {
  const member = memberOf(schema, 'path');
  if (member === undefined) return { value: '/', findings: [] };
  const path = textOf(member.value);
  if (path === undefined) {
    const message = 'schema/path must be string';
    return {
      value: '/',
      findings: [findingAt(source, member.value.offset, { severity: 'error', code: 'request-path-invalid', message })],
    };
  }
  // A path that begins with a template brings its own slash, or gets one when it is filled in.
  if (path.startsWith('/') || path.startsWith('<%')) return { value: path, findings: [] };
  const finding = findingAt(source, member.value.offset, {
    severity: 'warning',
    code: 'request-path-slash',
    message: "schema/path must start with '/'",
    fix: `write "/${path}"`,
    edits: replaceText(member.value, `/${path}`),
  });
  return { value: `/${path}`, findings: [finding] };
}

function checkRecords(source: SourceText, schema: Node): readonly Finding[] {
  return ['headers', 'query'].flatMap((part) => {
    const member = memberOf(schema, part);
    return notAnObject(source, member, {
      severity: 'error',
      code: 'request-part-type',
      message: `schema/${part} must be object`,
    });
  });
}

function unclosedTexts(source: SourceText, schema: Node): readonly Finding[] {
  const texts = membersOf(schema).flatMap(({ value }) =>
    value.type === 'object' ? membersOf(value).map((member) => member.value) : [value],
  );
  return texts.flatMap((node) => {
    if (!hasUnclosedExpression(textOf(node) ?? '')) return [];
    const message = 'a "<%" in this text is not closed: it cannot be filled in';
    return [
      findingAt(source, node.offset, { severity: 'error', code: 'template-unclosed', message, expected: '<%= … %>' }),
    ];
  });
}

const defaultOptions: RequestTemplate['options'] = { maxAttempts: 1, retryDelayMs: 0, oauth: null };

function readOptions(source: SourceText, member: JsonMember | undefined): Read<RequestTemplate['options']> {
  if (member === undefined) return { value: defaultOptions, findings: [] };
  const wrong = notAnObject(source, member, {
    severity: 'warning',
    code: 'request-part-type',
    message: 'options must be object',
  });
  const attempts = readBounded(source, memberOf(member.value, 'maxAttempts'), attemptBounds);
  const delay = readBounded(source, memberOf(member.value, 'retryDelay'), retryDelayBounds);
  return {
    value: {
      maxAttempts: attempts.value ?? defaultOptions.maxAttempts,
      retryDelayMs: delay.value ?? defaultOptions.retryDelayMs,
      oauth: oauthOf(member.value),
      ...securityOf(member.value),
    },
    findings: [
      ...wrong,
      ...attempts.findings,
      ...delay.findings,
      ...unknownKeys(source, member.value, {
        code: 'request-option-unknown',
        severity: 'warning',
        known: optionKeys,
        sentence: (key) => `options must NOT have additional properties '${key}'`,
      }),
    ],
  };
}

// `"isOAuth": true` is how templates named the one integration of platform 2.3.
function oauthOf(options: Node): string | null {
  const named = textOf(memberOf(options, 'oauth')?.value);
  if (named !== undefined) return named;
  return memberOf(options, 'isOAuth')?.value.value === true ? flatIntegrationName : null;
}

function securityOf(options: Node): { security?: RequestSecurity } {
  const member = memberOf(options, 'security');
  if (member === undefined) return {};
  const texts = Object.entries(textRecord(member.value)).filter(([key]) => securityKeys.some((known) => known === key));
  return texts.length === 0 ? {} : { security: Object.fromEntries(texts) };
}

function readBounded(source: SourceText, member: JsonMember | undefined, bounds: Bounds): Read<number | null> {
  if (member === undefined) return { value: null, findings: [] };
  const { min, max, step } = bounds;
  const written: unknown = member.value.value;
  const value = typeof written === 'number' ? Math.min(max, Math.max(min, written)) : null;
  const taken = value === null ? null : Math.round(value / step) * step;
  if (taken !== null && taken === written) return { value: taken, findings: [] };
  const finding = findingAt(source, member.value.offset, {
    severity: 'warning',
    code: 'request-option-range',
    message: `options/${member.key} must be a number from ${min} to ${max}${step === 1 ? '' : ` in steps of ${step}`}`,
    ...(taken === null
      ? {}
      : { fix: `write ${taken}, which is what is taken`, edits: replaceValue(member.value, taken) }),
  });
  return { value: taken, findings: [finding] };
}
