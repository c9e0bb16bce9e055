import { isNestedBeyond, type JsonObject, type JsonValue } from './json-value.ts';

/** A request to an app's address, as the door read it. */
export interface ExternalRequest {
  readonly method: string;
  /** Lower-case names. */
  readonly headers: Readonly<Record<string, string>>;
  /** Of the content-type header, parameters included; null when there is none. */
  readonly contentType: string | null;
  /** As text; at most `externalBodyBytesMax` bytes of it. */
  readonly body: string;
  readonly query: Readonly<Record<string, string>>;
}

/** What a request means. */
export type ExternalReading =
  /** A sender that makes sure that somebody listens: answered at once with 200 and this plain text. */
  | { readonly kind: 'challenge'; readonly text: string }
  | { readonly kind: 'event'; readonly data: JsonValue; readonly headers: JsonObject; readonly options: string | null }
  | { readonly kind: 'refused'; readonly status: number; readonly message: string };

/** The platform's limit for the payload of an external event. */
export const externalBodyBytesMax = 100 * 1024;

const challengeLengthMax = 1024;
const nestingMax = 500;

// The server's own cookies ride along when a person's browser is made to call: an app must never see them.
const headersKept = (name: string) => name !== 'cookie' && !/^(connection|keep-alive|te|trailer|upgrade)$/.test(name);

/**
 * Reads a request to the address that `generateTargetUrl` gave out. A body of JSON or of a form arrives parsed, XML as
 * its text. Existing apps that expect text ask for the type before they parse.
 *
 * GET is a challenge: `hub.challenge` is sent back as it came.
 */
export function readExternalRequest(request: ExternalRequest): ExternalReading {
  const { method, query } = request;
  if (method === 'GET' || method === 'HEAD') {
    return { kind: 'challenge', text: (own(query, 'hub.challenge') ?? '').slice(0, challengeLengthMax) };
  }
  if (method !== 'POST' && method !== 'PUT') return { kind: 'refused', status: 405, message: 'Method not allowed' };
  const data = readBody(request);
  if (data.kind === 'refused') return data;
  const headers = Object.fromEntries(Object.entries(request.headers).filter(([name]) => headersKept(name)));
  return { kind: 'event', data: data.data, headers, options: own(query, 'options') ?? null };
}

function readBody({
  contentType,
  body,
}: ExternalRequest):
  | { readonly kind: 'body'; readonly data: JsonValue }
  | Extract<ExternalReading, { readonly kind: 'refused' }> {
  const type = (contentType ?? 'application/json').split(';', 1)[0]?.trim().toLowerCase() ?? '';
  if (type === 'application/json' || type.endsWith('+json')) return parseJson(body);
  if (type === 'application/xml' || type === 'text/xml') return { kind: 'body', data: body };
  if (type === 'application/x-www-form-urlencoded') return { kind: 'body', data: parseForm(body) };
  return { kind: 'refused', status: 415, message: `Unsupported content type ${type.slice(0, 100)}` };
}

function parseJson(body: string): ReturnType<typeof readBody> {
  if (body.trim() === '') return { kind: 'body', data: {} };
  try {
    const data = JSON.parse(body) as JsonValue;
    if (isNestedBeyond(data, nestingMax)) return { kind: 'refused', status: 400, message: 'The body nests too deep' };
    return { kind: 'body', data };
  } catch {
    return { kind: 'refused', status: 400, message: 'The body is not valid JSON' };
  }
}

/** A name that comes several times has a list of values. */
function parseForm(body: string): JsonObject {
  const fields = new Map<string, string | readonly string[]>();
  for (const pair of body.split('&').filter((text) => text !== '')) {
    const [name = '', ...rest] = pair.split('=');
    const key = decoded(name);
    const value = decoded(rest.join('='));
    const before = fields.get(key);
    fields.set(key, before === undefined ? value : [before, value].flat());
  }
  return Object.fromEntries(fields);
}

function decoded(text: string): string {
  const spaced = text.replaceAll('+', ' ');
  try {
    return decodeURIComponent(spaced);
  } catch {
    // A lone percent sign is what the sender wrote.
    return spaced;
  }
}

function own(fields: Readonly<Record<string, string>>, key: string): string | undefined {
  return Object.hasOwn(fields, key) ? fields[key] : undefined;
}
