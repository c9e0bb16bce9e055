import { base64OfText } from './base64.ts';
import { isJsonObject, type JsonObject, type JsonValue } from './json-value.ts';
import type { FilledIntegration } from './oauth-authorize.ts';
import { formOf, percentEncode } from './outgoing-request.ts';

/** For what a token is asked: the code of a callback, or a token that renews. */
export type OauthGrant =
  | { readonly kind: 'code'; readonly code: string; readonly redirectUri: string }
  | { readonly kind: 'refresh'; readonly refreshToken: string };

export interface TokenRequest {
  readonly headers: Readonly<Record<string, string>>;
  readonly body: string;
}

/**
 * The request for a token (RFC 6749, sections 4.1.3 and 6). `secretIn` says how the app shows who it is: most services
 * take its secret in the body, some only in the header `Authorization`.
 */
export function tokenRequest(
  integration: FilledIntegration,
  grant: OauthGrant,
  secretIn: 'body' | 'header',
): TokenRequest {
  const { clientId, clientSecret, customHeaders } = integration;
  const asked: Readonly<Record<string, string>> =
    grant.kind === 'code'
      ? { grant_type: 'authorization_code', code: grant.code, redirect_uri: grant.redirectUri }
      : { grant_type: 'refresh_token', refresh_token: grant.refreshToken };
  const secret: Readonly<Record<string, string>> =
    secretIn === 'body' && clientSecret !== '' ? { client_secret: clientSecret } : {};
  const basic = base64OfText(`${percentEncode(clientId)}:${percentEncode(clientSecret)}`);
  return {
    headers: {
      Accept: 'application/json',
      'Content-Type': 'application/x-www-form-urlencoded',
      ...(secretIn === 'header' ? { Authorization: `Basic ${basic}` } : {}),
      ...customHeaders,
    },
    body: formOf({ ...asked, client_id: clientId, ...secret }),
  };
}

export type TokenReading =
  | {
      readonly kind: 'token';
      readonly accessToken: string;
      /** Null: the one before stays, or there is none. */
      readonly refreshToken: string | null;
      readonly expiresInMs: number | null;
    }
  /** `code` is the protocol's own: `invalid_grant`, `invalid_client` …; `no_token` when there is no token and no error. */
  | { readonly kind: 'error'; readonly code: string; readonly description: string };

/** Reads the answer of a token endpoint: JSON, or a form, which some services send all the same. */
export function readTokenAnswer(body: string): TokenReading {
  const fields = fieldsOf(body);
  const accessToken = textOf(fields, 'access_token');
  if (accessToken !== null && textOf(fields, 'error') === null) {
    const seconds = Number(textOf(fields, 'expires_in') ?? Number.NaN);
    return {
      kind: 'token',
      accessToken,
      refreshToken: textOf(fields, 'refresh_token'),
      expiresInMs: Number.isFinite(seconds) && seconds > 0 ? Math.floor(seconds * 1000) : null,
    };
  }
  const code = (textOf(fields, 'error') ?? 'no_token').replaceAll(/[^\w.-]/g, '').slice(0, 60);
  return { kind: 'error', code, description: (textOf(fields, 'error_description') ?? '').slice(0, 200) };
}

function fieldsOf(body: string): JsonObject {
  try {
    const value = JSON.parse(body) as JsonValue;
    return isJsonObject(value) ? value : {};
  } catch {
    return Object.fromEntries(body.split('&').flatMap((pair) => decodedPair(pair)));
  }
}

function decodedPair(pair: string): readonly (readonly [string, string])[] {
  const [name = '', value = ''] = pair.split('=', 2);
  try {
    return [[decodeURIComponent(name), decodeURIComponent(value.replaceAll('+', ' '))]];
  } catch {
    return [];
  }
}

function textOf(fields: JsonObject, key: string): string | null {
  const value = Object.hasOwn(fields, key) ? fields[key] : undefined;
  if (typeof value === 'number') return String(value);
  return typeof value === 'string' && value !== '' ? value : null;
}
