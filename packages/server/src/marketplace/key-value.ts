import { isJsonObject, type JsonObject, type JsonValue } from './json-value.ts';
import {
  type KeyValueOptions,
  type KeyValueRefusal,
  readKey,
  readOptions,
  readValue,
  refuse,
  sizeWithin,
} from './key-value-input.ts';
import { removePaths, setPaths } from './key-value-path.ts';
import { readUpdate, type Update } from './key-value-update.ts';

/**
 * One call of the platform's `$db`, checked as far as it can be without the record: what is an operation here may be
 * carried out. An app's records are keyed per account and app; the store does that.
 */
export type KeyValueOperation =
  | { readonly kind: 'get'; readonly key: string }
  | { readonly kind: 'set'; readonly key: string; readonly value: JsonValue; readonly options: KeyValueOptions }
  | { readonly kind: 'update'; readonly key: string; readonly update: Update; readonly options: KeyValueOptions }
  | { readonly kind: 'delete'; readonly key: string };

/** What is stored under a key. */
export interface KeyValueRecord {
  readonly value: JsonValue;
  /** Epoch milliseconds from which on the record counts as absent; null for a record that stays. */
  readonly expiresAt: number | null;
}

/** What an operation leads to: the record to store (null: none) and the app's answer, or a refusal. */
export type KeyValueOutcome =
  | { readonly kind: 'applied'; readonly record: KeyValueRecord | null; readonly result: JsonValue }
  | KeyValueRefusal;

/**
 * Reads a `$db` call as the app made it. Messages and statuses are the platform's own, since apps show and compare
 * them; the limits are 60 characters for a key and 40 KiB for key and value together.
 * Source: https://developers.freshworks.com/docs/app-sdk/v3.0/chat_conversation/advanced-interfaces/data-store/key-value-storage/
 */
export function readKeyValueOperation(
  method: string,
  args: readonly JsonValue[],
): { readonly kind: 'operation'; readonly operation: KeyValueOperation } | KeyValueRefusal {
  const key = readKey(args[0]);
  if (key.kind === 'refused') return key;
  switch (method) {
    case 'get':
    case 'delete':
      return { kind: 'operation', operation: { kind: method, key: key.key } };
    case 'set': {
      const value = readValue(key.key, args[1]);
      if (value.kind === 'refused') return value;
      const options = readOptions(args[2]);
      if (options.kind === 'refused') return options;
      return { kind: 'operation', operation: { kind: 'set', key: key.key, value: value.value, options } };
    }
    case 'update': {
      const update = readUpdate(args[1], args[2]);
      if (update.kind === 'refused') return update;
      const options = readOptions(args[3]);
      if (options.kind === 'refused') return options;
      return { kind: 'operation', operation: { kind: 'update', key: key.key, update: update.update, options } };
    }
    default:
      return refuse(400, `Invalid action ${method}`);
  }
}

/**
 * Carries an operation out on the record under its key. Reading the record and storing the outcome's belong in one
 * transaction: two calls of `increment` must both count.
 */
export function applyKeyValueOperation(
  operation: KeyValueOperation,
  record: KeyValueRecord | null,
  now: number,
): KeyValueOutcome {
  const live = record !== null && (record.expiresAt === null || record.expiresAt > now) ? record : null;
  switch (operation.kind) {
    case 'get':
      return live === null ? refuse(404, 'Record not found') : { kind: 'applied', record: live, result: live.value };
    case 'delete':
      return { kind: 'applied', record: null, result: { Deleted: true } };
    case 'set': {
      if (!conditionHolds(operation.options, live)) return conditionFailed;
      const expiresAt = expiryOf(operation.options, { now, otherwise: null });
      return { kind: 'applied', record: { value: operation.value, expiresAt }, result: { Created: true } };
    }
    case 'update':
      return applyUpdate(operation, { live, now });
  }
}

const conditionFailed = refuse(400, 'The setIf conditional request failed');

function conditionHolds({ setIf }: KeyValueOptions, live: KeyValueRecord | null): boolean {
  return setIf === null || (setIf === 'exist') === (live !== null);
}

function expiryOf({ ttlSeconds }: KeyValueOptions, at: { now: number; otherwise: number | null }): number | null {
  if (ttlSeconds === null) return at.otherwise;
  if (ttlSeconds < 0) return null;
  return Math.min(Number.MAX_SAFE_INTEGER, at.now + Math.ceil(ttlSeconds * 1000));
}

function applyUpdate(
  { key, update, options }: Extract<KeyValueOperation, { kind: 'update' }>,
  { live, now }: { live: KeyValueRecord | null; now: number },
): KeyValueOutcome {
  if (!conditionHolds(options, live)) return conditionFailed;
  const changed = changeValue(update, live === null ? null : live.value);
  if (changed.kind === 'refused') return changed;
  const tooLarge = sizeWithin(key, changed.value);
  if (tooLarge !== null) return tooLarge;
  const expiresAt = expiryOf(options, { now, otherwise: live?.expiresAt ?? null });
  return { kind: 'applied', record: { value: changed.value, expiresAt }, result: { Updated: true } };
}

type ChangedValue = { readonly kind: 'changed'; readonly value: JsonValue } | KeyValueRefusal;

// `increment`, `append` and `set` make the record when there is none; there is nothing to `remove` from one.
function changeValue(update: Update, value: JsonValue | null): ChangedValue {
  switch (update.action) {
    case 'increment':
      return mergeTopLevel(value, update.amounts, (old, amount) => (typeof old === 'number' ? old + amount : null));
    case 'append':
      return mergeTopLevel(value, update.items, (old, items) => (Array.isArray(old) ? [...old, ...items] : null));
    case 'set':
      return setPaths(value ?? {}, update.values);
    case 'remove':
      return value === null
        ? refuse(400, 'The specified key for remove operation does not exist in the data store')
        : removePaths(value, update.paths);
  }
}

function mergeTopLevel<Addend extends JsonValue>(
  value: JsonValue | null,
  addends: { readonly [name: string]: Addend },
  add: (old: JsonValue, addend: Addend) => JsonValue | null,
): ChangedValue {
  if (value !== null && !isJsonObject(value)) return refuse(400, 'Mandatory attributes Missing');
  const fields = new Map(Object.entries(value ?? {}));
  for (const [name, addend] of Object.entries(addends)) {
    const old = fields.get(name) ?? null;
    const sum = old === null ? addend : add(old, addend);
    if (sum === null) return refuse(400, 'Mandatory attributes Missing');
    fields.set(name, sum);
  }
  const merged: JsonObject = Object.fromEntries(fields);
  return { kind: 'changed', value: merged };
}
