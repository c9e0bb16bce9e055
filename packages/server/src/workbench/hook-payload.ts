import type { IncomingHttpHeaders } from 'node:http';
import type { JsonObject, JsonValue } from '../marketplace/json-value.ts';

/** What a request to the address for external events becomes for the app. */
export type HookPayload =
  | { readonly kind: 'payload'; readonly payload: JsonObject }
  | { readonly kind: 'refused'; readonly status: number; readonly sentence: string };

/**
 * The part of the payload that the request says: `data` is the body (an object of JSON or of a form, else the text),
 * beside the headers and the options with which the app asked for the address.
 */
export function hookPayload(request: {
  readonly contentType: string | null;
  readonly body: unknown;
  readonly headers: IncomingHttpHeaders;
  readonly options: string;
}): HookPayload {
  const { body, options } = request;
  const type = (request.contentType ?? '').split(';')[0]?.trim().toLowerCase() ?? '';
  if (body !== undefined && body !== null && !TYPES.has(type)) {
    const sentence = `Unsupported content type ${type || '(none)'}: send JSON, XML or a form.`;
    return { kind: 'refused', status: 415, sentence };
  }
  const data = body instanceof URLSearchParams ? Object.fromEntries(body) : ((body ?? {}) as JsonValue);
  const headers = Object.fromEntries(
    Object.entries(request.headers).map(([name, value]) => [
      name,
      Array.isArray(value) ? value.join(', ') : (value ?? ''),
    ]),
  );
  return { kind: 'payload', payload: { data, headers, options } };
}

const TYPES: ReadonlySet<string> = new Set([
  'application/json',
  'application/xml',
  'text/xml',
  'application/x-www-form-urlencoded',
]);
