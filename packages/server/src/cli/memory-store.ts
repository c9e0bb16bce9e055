import type { Change, EntityRecord, KeyValueEntry } from '../engine/change.ts';
import type { Store } from '../engine/store.ts';

/** What one app keeps, for as long as a command runs. */
export class MemoryStore implements Pick<Store, 'keyValue' | 'keyValueBytes' | 'entityRecord' | 'entityRecords'> {
  readonly #keyValues = new Map<string, KeyValueEntry>();
  readonly #entityRecords: EntityRecord[] = [];

  async commit(changes: readonly Change[]): Promise<void> {
    for (const change of changes) {
      if (change.kind === 'PutKeyValue') this.#keyValues.set(change.entry.key, change.entry);
      if (change.kind === 'RemoveKeyValue') this.#keyValues.delete(change.key);
      if (change.kind === 'PutEntityRecord') this.#putEntityRecord(change.record);
      if (change.kind === 'RemoveEntityRecord') this.#removeEntityRecord(change);
    }
  }

  async keyValue(_app: string, key: string): Promise<KeyValueEntry | null> {
    return this.#keyValues.get(key) ?? null;
  }

  async keyValueBytes(): Promise<number> {
    return [...this.#keyValues.values()].reduce((sum, { key, value }) => sum + key.length + value.length, 0);
  }

  async entityRecord(_app: string, entity: string, number: number): Promise<EntityRecord | null> {
    return this.#entityRecords.find((one) => one.entity === entity && one.number === number) ?? null;
  }

  async entityRecords(query: Parameters<Store['entityRecords']>[0]): Promise<readonly EntityRecord[]> {
    const { entity, after, limit } = query;
    const found = this.#entityRecords.filter((one) => one.entity === entity && one.number > after);
    return found.toSorted((a, b) => a.number - b.number).slice(0, limit);
  }

  #putEntityRecord(record: EntityRecord): void {
    this.#removeEntityRecord(record);
    this.#entityRecords.push(record);
  }

  #removeEntityRecord({ entity, number }: Pick<EntityRecord, 'entity' | 'number'>): void {
    const index = this.#entityRecords.findIndex((one) => one.entity === entity && one.number === number);
    if (index >= 0) this.#entityRecords.splice(index, 1);
  }
}
