import assert from 'node:assert/strict';
import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, test } from 'node:test';
import type { EntityDefinition } from '../marketplace/entity-definition.ts';
import type { JsonObject, JsonValue } from '../marketplace/json-value.ts';
import { openSqliteStore } from '../store/sqlite/open-sqlite-store.ts';
import type { SqliteStore } from '../store/sqlite/sqlite-store.ts';
import { sha256Hex, systemRandomness } from '../system/system-randomness.ts';
import { EntityService } from './entity-service.ts';

let folder: string;
let store: SqliteStore;

beforeEach(() => {
  folder = mkdtempSync(join(tmpdir(), 'rollcall-entities-'));
  store = openSqliteStore({ folder, hash: sha256Hex });
});
afterEach(async () => {
  await store.close();
  rmSync(folder, { recursive: true, force: true });
});

const field = (name: string, type: string, more: object = {}) => ({
  ...{ name, type, label: null, required: false, filterable: false },
  ...more,
});
const shops: EntityDefinition = {
  name: 'shops',
  fields: [
    field('name', 'text', { required: true, filterable: true }),
    field('zip', 'integer', { filterable: true }),
    field('rating', 'float'),
    field('open', 'BOOLEAN', { filterable: true }),
    field('since', 'date'),
    field('state', 'enum', { filterable: true }),
    field('notes', 'paragraph'),
  ],
};

async function world(definitions: readonly EntityDefinition[] = [shops], app = 'app_1') {
  const time = { now: Date.UTC(2026, 2, 1) };
  const service = new EntityService(
    { id: app, account: 1 },
    {
      store,
      commit: async (changes) => store.commit(changes),
      now: () => time.now,
      random: systemRandomness(),
      nextTurn: (run) => setImmediate(run),
    },
    () => definitions,
  );
  service.resume((await store.load()).records);
  const operations = service.operations();
  const ask = async (method: string, ...args: readonly JsonValue[]): Promise<JsonValue> => {
    const reference = { entity: 'shops', version: 'v1' };
    const answer = await operations[`entity.${method}`]?.([reference, ...args], { callId: null, purpose: null });
    if (answer?.kind === 'refused') return `${answer.error.status} ${answer.error.message}`;
    return answer?.result ?? null;
  };
  const create = async (data: JsonObject) => {
    const { record } = (await ask('create', data)) as { readonly record: JsonObject };
    return record;
  };
  const names = async (query: JsonValue): Promise<JsonValue> => {
    const answer = await ask('get_all', { query });
    if (typeof answer === 'string') return answer;
    const { records } = answer as unknown as { readonly records: readonly { readonly data: JsonObject }[] };
    return records.map(({ data }) => data.name ?? null);
  };
  return { service, operations, ask, create, names, time };
}

test('creates, finds, changes and deletes records in the shape of the platform', async () => {
  const { ask, create, time } = await world();
  const made = await create({ name: 'North', zip: 10 });
  const id = made.display_id ?? '';
  assert.match(String(id), /^[a-z]{5}-1$/);
  assert.deepEqual(made, {
    display_id: id,
    created_time: '2026-03-01T00:00:00.000Z',
    updated_time: '2026-03-01T00:00:00.000Z',
    data: { name: 'North', zip: 10 },
  });
  assert.deepEqual(await ask('get', id), { record: made });
  time.now += 60_000;
  const changed = { ...made, updated_time: '2026-03-01T00:01:00.000Z', data: { name: 'North', zip: 11 } };
  assert.deepEqual(await ask('update', id, { zip: 11 }), { record: changed });
  const again = await world();
  assert.deepEqual(await again.ask('get', id), { record: changed });
  assert.deepEqual(await ask('delete', id), {});
  for (const method of ['get', 'delete']) assert.equal(await ask(method, id), '404 Record not found');
  assert.equal(await ask('update', id, { zip: 1 }), '404 Record not found');
  assert.match(String((await create({ name: 'Next' })).display_id), /-2$/, 'no id is used twice');
});

test('refuses what does not fit the definition', async () => {
  const { ask, operations } = await world();
  const table: readonly (readonly [JsonValue, string])[] = [
    [null, "The attributes of a record of 'shops' should be of type JSON and cannot be empty"],
    [{}, "The attributes of a record of 'shops' should be of type JSON and cannot be empty"],
    [{ zip: 1 }, "The field 'name' of 'shops' is required"],
    [{ name: '' }, "The field 'name' of 'shops' is required"],
    [{ name: 'x', colour: 'red' }, "The field 'colour' is not defined for 'shops'"],
    [JSON.parse('{"name":"x","__proto__":1}') as JsonValue, "The field '__proto__' is not defined for 'shops'"],
    [{ name: 7 }, "The value of 'name' must be of type text"],
    [{ name: 'x', zip: 1.5 }, "The value of 'zip' must be of type integer"],
    [{ name: 'x', rating: '5' }, "The value of 'rating' must be of type float"],
    [{ name: 'x', open: 'yes' }, "The value of 'open' must be of type boolean"],
    [{ name: 'x', since: 'yesterday' }, "The value of 'since' must be of type date"],
    [{ name: 'x', notes: 'n'.repeat(102_400) }, 'The size of a record should not exceed 100KB'],
  ];
  for (const [data, message] of table) assert.equal(await ask('create', data), `400 ${message}`);
  const context = { callId: null, purpose: null };
  for (const [reference, message] of [
    [{ entity: 'gone', version: 'v1' }, "404 The entity 'gone' is not defined in config/entities.json"],
    [{ entity: 'shops', version: 'v2' }, '400 Invalid version of the entity store: it is "v1"'],
    [{}, '400 The name of the entity cannot be blank'],
    [null, '400 The name of the entity cannot be blank'],
  ] as const) {
    const answer = await operations['entity.create']?.([reference, { name: 'x' }], context);
    assert.equal(answer?.kind === 'refused' && `${answer.error.status} ${answer.error.message}`, message);
  }
});

test('finds records by the fields that may be filtered', async () => {
  const { create, names } = await world();
  await create({ name: 'A', zip: 1, open: true });
  await create({ name: 'B', zip: 2, open: true, state: 'New' });
  await create({ name: 'C', zip: 2, open: false });
  const table: readonly (readonly [JsonValue, JsonValue])[] = [
    [{}, ['A', 'B', 'C']],
    [{ zip: 2 }, ['B', 'C']],
    [{ zip: '2' }, ['B', 'C']],
    [{ zip: 2, open: true }, ['B']],
    [{ $and: [{ zip: 2 }, { open: false }] }, ['C']],
    [{ $or: [{ zip: 1 }, { state: 'New' }] }, ['A', 'B']],
    [{ $or: [{ $and: [{ zip: 2 }, { open: false }] }, { name: 'A' }] }, ['A', 'C']],
    [{ zip: null }, []],
    [{ rating: 1 }, "400 The field 'rating' of 'shops' is not filterable"],
    [{ gone: 1 }, "400 The field 'gone' is not defined for 'shops'"],
    [{ $or: [] }, '400 $or should be a list of conditions'],
    [{ zip: { $gt: 1 } }, "400 The value of 'zip' in a query cannot be JSON"],
    ['zip', '400 The query should be of type JSON'],
  ];
  for (const [query, expected] of table) assert.deepEqual(await names(query), expected, JSON.stringify(query));
  let deep: JsonValue = { zip: 1 };
  for (let level = 0; level < 20; level++) deep = { $and: [deep] };
  assert.equal(await names(deep), '400 A query may not nest deeper than 10 levels');
});

test('pages through many records, each once', async () => {
  const { ask, create } = await world();
  for (let n = 0; n < 250; n++) await create({ name: `n${n}`, open: n % 5 !== 0 });
  const seen: string[] = [];
  let next: JsonValue = null;
  const sizes: number[] = [];
  do {
    const query = { open: true };
    const page = (await ask('get_all', next === null ? { query } : { query, next })) as unknown as {
      readonly records: readonly { readonly display_id: string }[];
      readonly links: { readonly next?: { readonly marker: string } };
    };
    sizes.push(page.records.length);
    seen.push(...page.records.map(({ display_id }) => display_id));
    next = page.links.next ?? null;
  } while (next !== null);
  assert.deepEqual([sizes, new Set(seen).size], [[100, 100], 200]);
  assert.equal(await ask('get_all', { next: { marker: 'x' } }), '400 The marker is not one that was given');
});

test('ends a page before it is too large for an answer', async () => {
  const { ask, create } = await world();
  for (let n = 0; n < 50; n++) await create({ name: `n${n}`, notes: 'x'.repeat(100_000) });
  const page = (await ask('get_all')) as unknown as { readonly records: readonly unknown[]; readonly links: object };
  assert.equal(page.records.length, 41);
  assert.ok('next' in page.links);
});

test('counts changes of one record that come at once', async () => {
  const { ask, create } = await world();
  const { display_id: id } = await create({ name: 'A' });
  await Promise.all([ask('update', id ?? '', { zip: 1 }), ask('patch', id ?? '', { rating: 2.5 })]);
  const { record } = (await ask('get', id ?? '')) as { readonly record: JsonObject };
  assert.deepEqual(record.data, { name: 'A', zip: 1, rating: 2.5 });
});

test('tells the schema, keeps records while their entity is not defined, and removes all with the app', async () => {
  const { ask, create, service } = await world();
  const schema = (await ask('schema')) as JsonObject;
  assert.deepEqual([schema.id, schema.name], [1, 'shops']);
  const { display_id: id } = await create({ name: 'A' });
  assert.equal(String(id).split('-')[0], schema.prefix);
  const without = await world([]);
  assert.match(String(await without.ask('get', id ?? '')), /^404/);
  assert.equal(((await (await world()).ask('get', id ?? '')) as { readonly record: JsonObject }).record.display_id, id);
  assert.equal(await (await world([shops], 'app_2')).ask('get', id ?? ''), '404 Record not found');
  store.commit(service.removal());
  assert.deepEqual((await store.load()).records, []);
  assert.equal(await (await world()).ask('get', id ?? ''), '404 Record not found');
});
