import type { RequestMethod, RequestSecurity } from './request-template.ts';

/** A request of an app with everything filled in. */
export interface OutgoingRequest {
  /** By a request template, or by `$request.get` and its siblings. */
  readonly madeBy: 'template' | 'verb';
  readonly method: RequestMethod;
  readonly url: string;
  readonly headers: Readonly<Record<string, string>>;
  readonly body: string | null;
  /** 1 to 5. */
  readonly maxAttempts: number;
  /** 0 to 1500. */
  readonly retryDelayMs: number;
  /** Name of the OAuth integration whose token it carries; null for none. */
  readonly oauth: string | null;
  readonly security: RequestSecurity | null;
}

/** What is wrong with a template once it is filled in, in the platform's form. */
export interface RequestFault {
  readonly message: string;
  /** Such as `/schema/host`. */
  readonly instancePath: string;
}

/** Limits of the platform for requests. Source: https://developers.freshworks.com/docs/app-sdk/v3.0/task/rate-limits-and-constraints */
export const requestBodyBytesMax = 100 * 1024;
export const responseBytesMax = 6 * 1024 * 1024;
export const attemptsMax = 5;
export const retryDelayMsMax = 1500;

/** Adds parameters to a path that may have some already. Names and values are percent-encoded; a list is repeated. */
export function withQuery(path: string, query: Readonly<Record<string, string | readonly string[]>>): string {
  const pairs = Object.entries(query).flatMap(([name, value]) => {
    const values = typeof value === 'string' ? [value] : value;
    return values.map((one) => `${percentEncode(name)}=${percentEncode(one)}`);
  });
  if (pairs.length === 0) return path;
  const glue = path.includes('?') ? (/[?&]$/.test(path) ? '' : '&') : '?';
  return `${path}${glue}${pairs.join('&')}`;
}

/** A form as `application/x-www-form-urlencoded`. */
export function formOf(fields: Readonly<Record<string, string>>): string {
  return withQuery('?', fields).slice(1).replaceAll('%20', '+');
}

/** As `encodeURIComponent`, but a surrogate without its other half becomes U+FFFD and not an exception. */
export function percentEncode(text: string): string {
  return encodeURIComponent(text.replaceAll(/\p{Surrogate}/gu, '\ufffd'));
}

/** The number of bytes of a text in UTF-8. */
export function utf8Length(text: string): number {
  let bytes = 0;
  for (const character of text) {
    const code = character.codePointAt(0) ?? 0;
    bytes += code < 0x80 ? 1 : code < 0x800 ? 2 : code < 0x10000 ? 3 : 4;
  }
  return bytes;
}
