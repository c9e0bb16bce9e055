import { isJsonObject, isNestedBeyond, type JsonObject, type JsonValue } from './json-value.ts';
import {
  attributesNestingMax,
  blanksAsNull,
  hasBlankName,
  isBlank,
  type KeyValueRefusal,
  refuse,
} from './key-value-input.ts';

/** What an `update` does to a record. Names of `increment` and `append` are top-level; `set` and `remove` take paths. */
export type Update =
  | { readonly action: 'increment'; readonly amounts: { readonly [name: string]: number } }
  | { readonly action: 'append'; readonly items: { readonly [name: string]: readonly JsonValue[] } }
  | { readonly action: 'set'; readonly values: JsonObject }
  | { readonly action: 'remove'; readonly paths: readonly string[] };

type UpdateReading = { readonly kind: 'update'; readonly update: Update } | KeyValueRefusal;

const blankName = 'Keys or paths inside attributes object cannot be blank';
const attributesInvalid = 'Attributes object cannot be empty and should be of type JSON or Array';

/** Reads action and attributes of an `update` as the app gave them. */
export function readUpdate(action: JsonValue | undefined, attributes: JsonValue | undefined): UpdateReading {
  if (action === undefined || attributes === undefined) return refuse(400, 'Mandatory attributes Missing');
  if (action !== 'increment' && action !== 'append' && action !== 'set' && action !== 'remove') {
    return refuse(400, `Invalid action ${typeof action === 'string' ? action : String(action ?? '')} for update`);
  }
  if (isBlank(attributes) || typeof attributes !== 'object' || attributes === null) {
    return refuse(400, attributesInvalid);
  }
  if (isNestedBeyond(attributes, attributesNestingMax)) return refuse(400, attributesInvalid);
  if (action === 'remove') return readPaths(attributes);
  if (!isJsonObject(attributes)) return refuse(400, attributesInvalid);
  switch (action) {
    case 'increment':
      return readAmounts(attributes);
    case 'append':
      return readItems(attributes);
    case 'set':
      return readValues(attributes);
  }
}

function readAmounts(attributes: JsonObject): UpdateReading {
  const entries = Object.entries(attributes);
  if (entries.some(([name]) => name.trim() === '')) return refuse(400, blankName);
  const amounts = entries.flatMap(([name, value]) => (typeof value === 'number' ? [[name, value] as const] : []));
  if (amounts.length < entries.length) return refuse(400, 'The value passed to increment should be of type number');
  return { kind: 'update', update: { action: 'increment', amounts: Object.fromEntries(amounts) } };
}

function readItems(attributes: JsonObject): UpdateReading {
  const entries = Object.entries(attributes);
  if (entries.some(([name]) => name.trim() === '')) return refuse(400, blankName);
  const items = entries.flatMap(([name, value]) =>
    Array.isArray(value) && value.length > 0 ? [[name, value.map(blanksAsNull)] as const] : [],
  );
  if (items.length < entries.length) {
    return refuse(400, 'The value passed to append should be of type array and should not be an empty array');
  }
  return { kind: 'update', update: { action: 'append', items: Object.fromEntries(items) } };
}

function readValues(attributes: JsonObject): UpdateReading {
  if (Object.keys(attributes).some((path) => path.trim() === '') || hasBlankName(attributes)) {
    return refuse(422, blankName);
  }
  const values = Object.entries(attributes).map(([path, value]) => [path, blanksAsNull(value)] as const);
  return { kind: 'update', update: { action: 'set', values: Object.fromEntries(values) } };
}

function readPaths(attributes: JsonValue): UpdateReading {
  if (!Array.isArray(attributes)) {
    return refuse(400, 'The attributes object passed to remove action should be of type array');
  }
  const paths = attributes.flatMap((path) => (typeof path === 'string' && path.trim() !== '' ? [path] : []));
  if (paths.length < attributes.length) return refuse(422, blankName);
  return { kind: 'update', update: { action: 'remove', paths } };
}
