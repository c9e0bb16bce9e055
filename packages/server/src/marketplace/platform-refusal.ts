import type { JsonObject, JsonValue } from './json-value.ts';

/** Why a call of one of the platform's globals is not carried out: what the app's promise is rejected with. */
export interface PlatformRefusal {
  readonly kind: 'refused';
  readonly error: JsonObject & { readonly status: number; readonly message: string };
}

/** A refusal in the platform's form. */
export function refused(status: number, message: string): PlatformRefusal {
  return { kind: 'refused', error: { status, message } };
}

/** The refusal of somebody who asks too often, word for word as the platform says it. */
export function refusedAsTooOften(perMinute: number): PlatformRefusal {
  const message = `You have exceeded the limit of ${perMinute} requests per minute`;
  return { kind: 'refused', error: { status: 429, headers: {}, message, errorSource: 'APP' } };
}

/** The length of a value's JSON in bytes of UTF-8. */
export function jsonBytes(value: JsonValue): number {
  return utf8Bytes(JSON.stringify(value));
}

/** The length of a text in bytes of UTF-8. */
export function utf8Bytes(text: string): number {
  let bytes = 0;
  for (const character of text) {
    const code = character.codePointAt(0) ?? 0;
    bytes += code < 0x80 ? 1 : code < 0x800 ? 2 : code < 0x10000 ? 3 : 4;
  }
  return bytes;
}
