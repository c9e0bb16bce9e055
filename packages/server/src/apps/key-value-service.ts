import type { Change, KeyValueEntry } from '../engine/change.ts';
import type { Store } from '../engine/store.ts';
import type { JsonValue } from '../marketplace/json-value.ts';
import {
  applyKeyValueOperation,
  type KeyValueOperation,
  type KeyValueRecord,
  readKeyValueOperation,
} from '../marketplace/key-value.ts';
import { refused, utf8Bytes } from '../marketplace/platform-refusal.ts';
import type { Instant } from '../time/instant.ts';
import type { OperationAnswer, OperationHandlers } from './app-operation.ts';
import { Turns } from './turns.ts';

export type KeyValuePorts = {
  readonly store: Pick<Store, 'keyValue' | 'keyValueBytes'>;
  commit(changes: readonly Change[]): Promise<void>;
  now(): Instant;
};

/** All keys and values of one app together: no app fills the disk of its neighbours. */
export const KEY_VALUE_BYTES_MAX = 64 * 1024 * 1024;

/**
 * `$db` of one app, durable: an answer means that it is on disk. Operations on one key are carried out one after the
 * other, so that two increments at once both count; different keys share commits.
 *
 * Failures: rejects with the store's when it is not there.
 */
export class KeyValueService {
  readonly #app: string;
  readonly #ports: KeyValuePorts;
  readonly #turns = new Turns();
  /** What is on disk and what is on its way there; null before the first write. Too much where something expired. */
  #bytes: number | null = null;

  constructor(app: string, ports: KeyValuePorts) {
    this.#app = app;
    this.#ports = ports;
  }

  call(operation: KeyValueOperation): Promise<OperationAnswer> {
    return this.#turns.take(operation.key, () => this.#carryOut(operation));
  }

  async #carryOut(operation: KeyValueOperation): Promise<OperationAnswer> {
    const before = await this.#ports.store.keyValue(this.#app, operation.key);
    const outcome = applyKeyValueOperation(operation, recordOf(before), this.#ports.now());
    if (outcome.kind === 'refused') return outcome;
    if (operation.kind !== 'get') {
      const change = this.#changeFor(operation.key, outcome.record);
      const moreBytes = bytesOf(change.kind === 'PutKeyValue' ? change.entry : null) - bytesOf(before);
      if (moreBytes > 0 && !(await this.#hasRoomFor(moreBytes))) return refusedAsFull;
      if (this.#bytes !== null) this.#bytes += moreBytes;
      await this.#ports.commit([change]);
    }
    return { kind: 'done', result: outcome.result };
  }

  async #hasRoomFor(moreBytes: number): Promise<boolean> {
    if (this.#bytes !== null && this.#bytes + moreBytes <= KEY_VALUE_BYTES_MAX) return true;
    this.#bytes = await this.#ports.store.keyValueBytes(this.#app);
    return this.#bytes + moreBytes <= KEY_VALUE_BYTES_MAX;
  }

  #changeFor(
    key: string,
    record: KeyValueRecord | null,
  ): Extract<Change, { readonly kind: 'PutKeyValue' | 'RemoveKeyValue' }> {
    if (record === null) return { kind: 'RemoveKeyValue', app: this.#app, key };
    const { value, expiresAt } = record;
    return { kind: 'PutKeyValue', entry: { app: this.#app, key, value: JSON.stringify(value), expiresAt } };
  }
}

/** `$db` as operations. */
export function keyValueOperations(
  carryOut: (operation: KeyValueOperation) => Promise<OperationAnswer>,
): OperationHandlers {
  const named = (method: string): OperationHandlers[string] => {
    return async (args) => {
      const reading = readKeyValueOperation(method, args);
      return reading.kind === 'refused' ? reading : carryOut(reading.operation);
    };
  };
  return { 'db.get': named('get'), 'db.set': named('set'), 'db.update': named('update'), 'db.delete': named('delete') };
}

const refusedAsFull = refused(400, `The data store of an app should not exceed ${KEY_VALUE_BYTES_MAX / 1024 / 1024}MB`);

function bytesOf(entry: KeyValueEntry | null): number {
  return entry === null ? 0 : utf8Bytes(entry.key) + utf8Bytes(entry.value);
}

function recordOf(entry: KeyValueEntry | null): KeyValueRecord | null {
  if (entry === null) return null;
  return { value: JSON.parse(entry.value) as JsonValue, expiresAt: entry.expiresAt };
}
