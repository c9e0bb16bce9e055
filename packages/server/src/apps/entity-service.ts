import type { Change, EntityRecord, StoredRecord } from '../engine/change.ts';
import type { Store } from '../engine/store.ts';
import type { EntityDefinition } from '../marketplace/entity-definition.ts';
import { ENTITY_LIMITS, readChangedRecord, readNewRecord } from '../marketplace/entity-input.ts';
import { type EntityPage, markerAfter, matchesQuery, readEntityPage } from '../marketplace/entity-query.ts';
import { isJsonObject, type JsonObject, type JsonValue } from '../marketplace/json-value.ts';
import { type PlatformRefusal, refused, utf8Bytes } from '../marketplace/platform-refusal.ts';
import { formatInstant, type Instant } from '../time/instant.ts';
import { type DocumentOwner, documentsOf, putDocument, removeDocument } from './app-document.ts';
import type { OperationAnswer, OperationHandlers } from './app-operation.ts';
import { Turns } from './turns.ts';

export type EntityPorts = {
  readonly store: Pick<Store, 'entityRecord' | 'entityRecords'>;
  commit(changes: readonly Change[]): Promise<void>;
  now(): Instant;
  readonly random: { uuid(): string };
  /** Runs after what is pending now: a search through many records lets others in between. */
  nextTurn(run: () => void): void;
};

export const ENTITY_PAGE = {
  /** Records of one page of `getAll`. */
  recordsMax: 100,
  /** A page ends before it is larger than this, so that it fits an answer. */
  bytesMax: 4 * 1024 * 1024,
  /** Records that are read at a time. */
  readMax: 100,
} as const;

/** What is kept of an entity besides its records: numbers are never used twice, not even of a record that is gone. */
type EntityState = {
  readonly prefix: string;
  readonly lastNumber: number;
  readonly count: number;
  readonly bytes: number;
};

/**
 * `$db.entity` of one app: records of the kinds that config/entities.json defines. A record's id is the prefix of its
 * entity and a number. What an entity was taken from the app's files keeps its records: an update that is rolled back
 * finds them again; they go with the app.
 */
export class EntityService {
  readonly #owner: DocumentOwner;
  readonly #ports: EntityPorts;
  readonly #definitions: () => readonly EntityDefinition[];
  readonly #states = new Map<string, EntityState>();
  readonly #turns = new Turns();

  /** @param definitions the app's entities as its files are now */
  constructor(owner: DocumentOwner, ports: EntityPorts, definitions: () => readonly EntityDefinition[]) {
    this.#owner = { id: owner.id, account: owner.account };
    this.#ports = ports;
    this.#definitions = definitions;
  }

  /** Takes up the app's entities among all the records that were loaded. */
  resume(records: readonly StoredRecord[]): void {
    for (const { owner, name, body } of documentsOf<EntityState>(records, 'app_entity')) {
      if (owner.id === this.#owner.id) this.#states.set(name, body);
    }
  }

  /** What removes everything of the app's entities from disk. */
  removal(): readonly Change[] {
    const { id } = this.#owner;
    const documents = [...this.#states.keys()].map((name) => removeDocument(id, 'app_entity', name));
    return [{ kind: 'RemoveEntityRecords', app: id }, ...documents];
  }

  operations(): OperationHandlers {
    const of =
      (
        carryOut: (entity: EntityDefinition, args: readonly JsonValue[]) => Promise<OperationAnswer>,
      ): OperationHandlers[string] =>
      async ([reference, ...args]) => {
        const found = this.#find(reference);
        return found.kind === 'refused' ? found : carryOut(found.entity, args);
      };
    // Changes of one entity one after the other: two updates of one record at once must both count.
    const inTurn = (carryOut: (entity: EntityDefinition, args: readonly JsonValue[]) => Promise<OperationAnswer>) =>
      of((entity, args) => this.#turns.take(entity.name, () => carryOut(entity, args)));
    return {
      'entity.schema': inTurn((entity) => this.#schema(entity)),
      'entity.create': inTurn((entity, [data]) => this.#create(entity, data)),
      'entity.get': of((entity, [id]) => this.#get(entity, id)),
      'entity.get_all': of((entity, [options]) => this.#getAll(entity, options)),
      'entity.update': inTurn((entity, [id, data]) => this.#update(entity, id, data)),
      'entity.patch': inTurn((entity, [id, data]) => this.#update(entity, id, data)),
      'entity.delete': inTurn((entity, [id]) => this.#delete(entity, id)),
    };
  }

  #find(
    reference: JsonValue | undefined,
  ): { readonly kind: 'found'; readonly entity: EntityDefinition } | PlatformRefusal {
    const { version, entity: name } = isJsonObject(reference) ? reference : {};
    if (version !== undefined && String(version).toLowerCase() !== 'v1')
      return refused(400, 'Invalid version of the entity store: it is "v1"');
    if (typeof name !== 'string' || name === '') return refused(400, 'The name of the entity cannot be blank');
    const entity = this.#definitions().find((one) => one.name === name);
    if (entity === undefined) return refused(404, `The entity '${name}' is not defined in config/entities.json`);
    return { kind: 'found', entity };
  }

  async #schema(entity: EntityDefinition): Promise<OperationAnswer> {
    const known = this.#states.get(entity.name);
    const state = known ?? this.#newState();
    if (known === undefined) {
      await this.#ports.commit([this.#stateChange(entity, state)]);
      this.#states.set(entity.name, state);
    }
    const id = this.#definitions().indexOf(entity) + 1;
    const fields = entity.fields.map(({ name, label, type, required, filterable }) => ({
      ...{ name, label: label ?? name, type, required, filterable },
    }));
    return { kind: 'done', result: { id, name: entity.name, prefix: state.prefix, fields } };
  }

  async #create(entity: EntityDefinition, given: JsonValue | undefined): Promise<OperationAnswer> {
    const reading = readNewRecord(entity, given);
    if (reading.kind === 'refused') return reading;
    const before = this.#states.get(entity.name) ?? this.#newState();
    if (before.count >= ENTITY_LIMITS.recordsMax) {
      return refused(400, `The maximum number of records of an entity is ${ENTITY_LIMITS.recordsMax}`);
    }
    const number = before.lastNumber + 1;
    const now = this.#ports.now();
    const record = this.#record(entity, number, { data: reading.data, createdAt: now, updatedAt: now });
    const bytes = before.bytes + utf8Bytes(record.data);
    if (bytes > ENTITY_LIMITS.bytesMax) return refusedAsFull;
    const state: EntityState = { ...before, lastNumber: number, count: before.count + 1, bytes };
    await this.#ports.commit([{ kind: 'PutEntityRecord', record }, this.#stateChange(entity, state)]);
    this.#states.set(entity.name, state);
    return { kind: 'done', result: { record: shownRecord(state.prefix, record) } };
  }

  async #get(entity: EntityDefinition, id: JsonValue | undefined): Promise<OperationAnswer> {
    const found = await this.#stored(entity, id);
    if (found.kind === 'refused') return found;
    return { kind: 'done', result: { record: shownRecord(found.prefix, found.record) } };
  }

  async #update(
    entity: EntityDefinition,
    id: JsonValue | undefined,
    given: JsonValue | undefined,
  ): Promise<OperationAnswer> {
    const found = await this.#stored(entity, id);
    if (found.kind === 'refused') return found;
    const { number, createdAt } = found.record;
    const reading = readChangedRecord(entity, JSON.parse(found.record.data) as JsonObject, given);
    if (reading.kind === 'refused') return reading;
    const record = this.#record(entity, number, { data: reading.data, createdAt, updatedAt: this.#ports.now() });
    const before = this.#states.get(entity.name) ?? this.#newState();
    const moreBytes = utf8Bytes(record.data) - utf8Bytes(found.record.data);
    if (moreBytes > 0 && before.bytes + moreBytes > ENTITY_LIMITS.bytesMax) return refusedAsFull;
    const state: EntityState = { ...before, bytes: before.bytes + moreBytes };
    await this.#ports.commit([{ kind: 'PutEntityRecord', record }, this.#stateChange(entity, state)]);
    this.#states.set(entity.name, state);
    return { kind: 'done', result: { record: shownRecord(found.prefix, record) } };
  }

  async #delete(entity: EntityDefinition, id: JsonValue | undefined): Promise<OperationAnswer> {
    const found = await this.#stored(entity, id);
    if (found.kind === 'refused') return found;
    const { app, number } = found.record;
    const before = this.#states.get(entity.name) ?? this.#newState();
    const bytes = before.bytes - utf8Bytes(found.record.data);
    const state: EntityState = { ...before, count: before.count - 1, bytes };
    const removal: Change = { kind: 'RemoveEntityRecord', app, entity: entity.name, number };
    await this.#ports.commit([removal, this.#stateChange(entity, state)]);
    this.#states.set(entity.name, state);
    return { kind: 'done', result: {} };
  }

  async #getAll(entity: EntityDefinition, options: JsonValue | undefined): Promise<OperationAnswer> {
    const page = readEntityPage(entity, options);
    if (page.kind === 'refused') return page;
    const prefix = this.#states.get(entity.name)?.prefix ?? '';
    const shown: EntityRecord[] = [];
    const isPageFull = (record: EntityRecord) => {
      const bytes = shown.reduce((sum, { data }) => sum + data.length, record.data.length);
      return shown.length >= ENTITY_PAGE.recordsMax || (shown.length > 0 && bytes > ENTITY_PAGE.bytesMax);
    };
    let isMore = false;
    for await (const record of this.#matching(entity, page)) {
      isMore = isPageFull(record);
      if (isMore) break;
      shown.push(record);
    }
    const last = shown.at(-1);
    const links = isMore && last !== undefined ? { next: { marker: markerAfter(last.number) } } : {};
    return { kind: 'done', result: { records: shown.map((record) => shownRecord(prefix, record)), links } };
  }

  async *#matching(entity: EntityDefinition, { query, after }: EntityPage): AsyncGenerator<EntityRecord> {
    for (let from = after; ; ) {
      const place = { app: this.#owner.id, entity: entity.name, after: from, limit: ENTITY_PAGE.readMax };
      const records = await this.#ports.store.entityRecords(place);
      for (const record of records) {
        if (matchesQuery(query, JSON.parse(record.data) as JsonObject)) yield record;
        from = record.number;
      }
      if (records.length < ENTITY_PAGE.readMax) return;
      await new Promise<void>((resume) => this.#ports.nextTurn(resume));
    }
  }

  async #stored(
    entity: EntityDefinition,
    id: JsonValue | undefined,
  ): Promise<{ readonly kind: 'stored'; readonly prefix: string; readonly record: EntityRecord } | PlatformRefusal> {
    const state = this.#states.get(entity.name);
    const match = typeof id === 'string' ? /^([a-z]+)-([1-9]\d{0,8})$/.exec(id) : null;
    if (state === undefined || match === null || match[1] !== state.prefix) return refused(404, 'Record not found');
    const record = await this.#ports.store.entityRecord(this.#owner.id, entity.name, Number(match[2]));
    return record === null ? refused(404, 'Record not found') : { kind: 'stored', prefix: state.prefix, record };
  }

  #newState(): EntityState {
    return { prefix: prefixFrom(this.#ports.random.uuid()), lastNumber: 0, count: 0, bytes: 0 };
  }

  #stateChange(entity: EntityDefinition, state: EntityState): Change {
    return putDocument(this.#owner, 'app_entity', entity.name, state);
  }

  #record(
    entity: EntityDefinition,
    number: number,
    {
      data,
      createdAt,
      updatedAt,
    }: { readonly data: JsonObject; readonly createdAt: Instant; readonly updatedAt: Instant },
  ): EntityRecord {
    return { app: this.#owner.id, entity: entity.name, number, data: JSON.stringify(data), createdAt, updatedAt };
  }
}

const refusedAsFull = refused(
  400,
  `The records of an entity should not exceed ${ENTITY_LIMITS.bytesMax / 1024 / 1024}MB together`,
);

function shownRecord(prefix: string, { number, data, createdAt, updatedAt }: EntityRecord): JsonObject {
  return {
    display_id: `${prefix}-${number}`,
    created_time: formatInstant(createdAt),
    updated_time: formatInstant(updatedAt),
    data: JSON.parse(data) as JsonObject,
  };
}

/** Five letters, as the platform's prefixes look. */
function prefixFrom(uuid: string): string {
  const digits = uuid.replaceAll('-', '');
  const letters = Array.from(
    { length: 5 },
    (_, index) => Number.parseInt(digits.slice(index * 4, index * 4 + 4), 16) % 26,
  );
  return letters.map((letter) => 'abcdefghijklmnopqrstuvwxyz'[letter] ?? 'a').join('');
}
