import { isJsonObject, isNestedBeyond, type JsonObject, type JsonValue } from './json-value.ts';
import { jsonBytes, utf8Bytes } from './platform-refusal.ts';

/** Why a `$db` call is not carried out: what the app's promise rejects with. */
export interface KeyValueRefusal {
  readonly kind: 'refused';
  readonly error: { readonly status: number; readonly message: string };
}

/** The options of `set` and `update`. */
export interface KeyValueOptions {
  /** Null when not given; a negative one means for ever. */
  readonly ttlSeconds: number | null;
  readonly setIf: 'exist' | 'not_exist' | null;
}

/** Limits of the platform's key-value store. */
export const keyLengthMax = 60;
export const recordBytesMax = 40 * 1024;

// JSON itself nests without limit; code that walks it does not. No real record comes near this.
const nestingMax = 100;

/** A refusal in the platform's form. */
export function refuse(status: number, message: string): KeyValueRefusal {
  return { kind: 'refused', error: { status, message } };
}

/** The key of a call. Numbers are taken as their digits. */
export function readKey(key: JsonValue | undefined): { readonly kind: 'key'; readonly key: string } | KeyValueRefusal {
  const text = typeof key === 'number' || typeof key === 'boolean' ? String(key) : key;
  if (typeof text !== 'string' || text.trim() === '') return refuse(400, 'The key cannot be blank');
  if (text.length > keyLengthMax) return refuse(400, `Key length should not exceed ${keyLengthMax} characters`);
  return { kind: 'key', key: text };
}

/** The value of a `set`: not blank, not too large; empty texts in it are stored as null. */
export function readValue(
  key: string,
  value: JsonValue | undefined,
): { readonly kind: 'value'; readonly value: JsonValue } | KeyValueRefusal {
  const message = 'The value cannot be blank and should be of type JSON';
  if (value === undefined || isBlank(value)) return refuse(400, message);
  if (typeof value !== 'object' || isNestedBeyond(value, nestingMax)) return refuse(422, message);
  if (hasBlankName(value)) return refuse(400, 'Mandatory attributes Missing');
  return sizeWithin(key, value) ?? { kind: 'value', value: blanksAsNull(value) };
}

/** The options of a call. */
export function readOptions(
  options: JsonValue | undefined,
): (KeyValueOptions & { readonly kind: 'options' }) | KeyValueRefusal {
  const given: JsonObject = isJsonObject(options) ? options : {};
  const unknown = Object.keys(given).find((name) => name !== 'ttl' && name !== 'setIf');
  if (unknown !== undefined) return refuse(400, `Invalid option ${unknown} inside options`);
  const ttl = Object.hasOwn(given, 'ttl') ? Number.parseFloat(String(given.ttl)) : null;
  if (ttl === 0 || Number.isNaN(ttl)) {
    return refuse(400, 'Time to live(ttl) should be of type float and a non-zero value');
  }
  const setIf = Object.hasOwn(given, 'setIf') ? given.setIf : null;
  if (setIf !== null && setIf !== 'exist' && setIf !== 'not_exist') {
    return refuse(422, 'setIf can only take two values: "exist" or "not_exist"');
  }
  return { kind: 'options', ttlSeconds: ttl, setIf: setIf ?? null };
}

/** A refusal when key and value together are over the limit, else null. */
export function sizeWithin(key: string, value: JsonValue): KeyValueRefusal | null {
  const bytes = utf8Bytes(key) + jsonBytes(value);
  return bytes <= recordBytesMax
    ? null
    : refuse(400, `The combined size of the key and value should not exceed ${recordBytesMax / 1024}KB`);
}

/** Null, an empty text, an empty list or an empty object. Numbers and booleans are never blank. */
export function isBlank(value: JsonValue): boolean {
  if (typeof value === 'number' || typeof value === 'boolean') return false;
  if (value === null || typeof value === 'string') return value === null || value === '';
  return Object.keys(value).length === 0;
}

/** The value with null where it has an empty text: the platform stores none. */
export function blanksAsNull(value: JsonValue): JsonValue {
  if (value === '') return null;
  if (typeof value !== 'object' || value === null) return value;
  if (Array.isArray(value)) return value.map(blanksAsNull);
  return Object.fromEntries(Object.entries(value).map(([name, item]) => [name, blanksAsNull(item)]));
}

/** True when an object anywhere in the value has an empty name. */
export function hasBlankName(value: JsonValue): boolean {
  if (typeof value !== 'object' || value === null) return false;
  return Object.entries(value).some(([name, item]) => name === '' || hasBlankName(item as JsonValue));
}

/** The deepest that attributes of an update may nest. */
export const attributesNestingMax = nestingMax;
