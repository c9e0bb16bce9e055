import { isJsonObject, type JsonObject, type JsonValue } from './json-value.ts';
import { flatIntegrationName } from './oauth-integration.ts';
import { attemptsMax, formOf, type OutgoingRequest, retryDelayMsMax, withQuery } from './outgoing-request.ts';
import type { RequestMethod } from './request-template.ts';
import { fillTemplates, type MissingValue, type TemplateScope } from './template-text.ts';

/** What a call is filled in with, and where it may go. */
export type LegacySurroundings = {
  readonly scope: TemplateScope;
  readonly missing: MissingValue;
  /** Null: the app says nothing about where it goes. */
  readonly whitelist: readonly string[] | null;
};

/** A call of `$request.get` and its siblings, filled in, or the sentence with which it is refused (status 400). */
export type LegacyRequest =
  | { readonly kind: 'request'; readonly request: OutgoingRequest }
  | { readonly kind: 'refused'; readonly sentence: string };

// The sentences of the platform.
const legacySentences = {
  templates: 'Error while substituting the templates',
  https: 'Invalid URL - Must be HTTPS',
  whitelist: 'This domain has not been whitelisted',
} as const;

/**
 * Reads the arguments of `$request.get|post|put|patch|delete(url, options)`. Texts in the URL and anywhere in the options
 * may hold `<%= … %>`. Of `body`, `json` and `form` the first that is given is sent; a body that is an object goes as JSON.
 * `staticIP` means nothing here: the server has the addresses that it has.
 */
export function readLegacyRequest(
  method: RequestMethod,
  args: readonly JsonValue[],
  { scope, missing, whitelist }: LegacySurroundings,
): LegacyRequest {
  const [urlGiven, optionsGiven] = args;
  if (typeof urlGiven !== 'string') return { kind: 'refused', sentence: legacySentences.https };
  const filled = fillTemplates([urlGiven, isJsonObject(optionsGiven) ? optionsGiven : {}], scope, missing);
  if (filled === null) return { kind: 'refused', sentence: legacySentences.templates };
  const [url, options] = filled as readonly [string, JsonObject];
  const place = placeOf(url);
  if (place === null) return { kind: 'refused', sentence: legacySentences.https };
  if (whitelist !== null && !isWhitelisted(place.host, whitelist, scope)) {
    return { kind: 'refused', sentence: legacySentences.whitelist };
  }
  const content = contentOf(options);
  const request: OutgoingRequest = {
    madeBy: 'verb',
    method,
    url: withParameters(url, own(options, 'qs')),
    headers: withContentType(textsOf(own(options, 'headers')), content),
    body: method === 'GET' ? null : (content?.text ?? null),
    maxAttempts: bounded(own(options, 'maxAttempts'), 1, attemptsMax),
    retryDelayMs: bounded(own(options, 'retryDelay'), 0, retryDelayMsMax),
    oauth: own(options, 'isOAuth') === true ? flatIntegrationName : null,
    security: null,
  };
  return { kind: 'request', request };
}

/**
 * Whether a host is one of an app's `whitelisted-domains`: the origin itself, or with `https://*.example.com` any name
 * below it. An entry may hold `<%= iparam.x %>`.
 */
export function isWhitelisted(host: string, whitelist: readonly string[], scope: TemplateScope): boolean {
  const filled = fillTemplates(whitelist, scope) ?? whitelist;
  const asked = host.toLowerCase().replace(/:443$/, '');
  return (filled as readonly string[]).some((entry) => {
    const allowed = (placeOf(entry)?.host ?? entry).toLowerCase().replace(/\/.*$/, '').replace(/:443$/, '');
    if (allowed.startsWith('*.')) return asked.endsWith(allowed.slice(1)) && asked.length > allowed.length - 1;
    return asked === allowed;
  });
}

/** The host of an https URL, with its port. Null for every other scheme, and for what could be read in two ways. */
function placeOf(url: string): { readonly host: string } | null {
  const [, host] = /^https:\/\/([^/?#\\@\s]+)(?:[/?#]|$)/i.exec(url.trim()) ?? [];
  return host === undefined ? null : { host };
}

type Content = { readonly type: string | null; readonly text: string };

function contentOf(options: JsonObject): Content | null {
  const body = own(options, 'body');
  const json = own(options, 'json');
  const form = own(options, 'form');
  if (typeof body === 'string') return { type: json === true ? JSON_TYPE : null, text: body };
  if (body !== undefined && body !== null) return { type: JSON_TYPE, text: JSON.stringify(body) };
  if (json !== undefined && json !== null && typeof json !== 'boolean') {
    return { type: JSON_TYPE, text: JSON.stringify(json) };
  }
  if (typeof form === 'string') return { type: FORM_TYPE, text: form };
  return isJsonObject(form) ? { type: FORM_TYPE, text: formOf(textsOf(form)) } : null;
}

const JSON_TYPE = 'application/json';
const FORM_TYPE = 'application/x-www-form-urlencoded';

function withContentType(headers: Readonly<Record<string, string>>, content: Content | null): Record<string, string> {
  const hasType = Object.keys(headers).some((name) => name.toLowerCase() === 'content-type');
  if (content === null || content.type === null || hasType) return { ...headers };
  return { ...headers, 'Content-Type': content.type };
}

function withParameters(url: string, qs: JsonValue | undefined): string {
  const [address = '', fragment] = url.trim().split('#', 2);
  const asked = withQuery(address, textsOf(qs));
  return fragment === undefined ? asked : `${asked}#${fragment}`;
}

/** The values of an object as texts; what is no single value goes as JSON, and null not at all. */
function textsOf(value: JsonValue | undefined): Readonly<Record<string, string>> {
  if (!isJsonObject(value)) return {};
  return Object.fromEntries(
    Object.entries(value).flatMap(([name, item]) => {
      if (item === null) return [];
      return [[name, typeof item === 'object' ? JSON.stringify(item) : String(item)] as const];
    }),
  );
}

/** A whole number within the bounds; the lower one when it is none, as on the platform. */
function bounded(value: JsonValue | undefined, min: number, max: number): number {
  return typeof value === 'number' && Number.isInteger(value) ? Math.max(min, Math.min(max, value)) : min;
}

function own(object: JsonObject, key: string): JsonValue | undefined {
  return Object.hasOwn(object, key) ? object[key] : undefined;
}
