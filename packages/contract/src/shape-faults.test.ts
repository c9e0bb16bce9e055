import assert from 'node:assert/strict';
import { test } from 'node:test';
import fc from 'fast-check';
import Format from 'typebox/format';
import { Check } from 'typebox/value';
import * as contract from './index.ts';
import { parseInstant } from './instant.ts';
import { isRecord, type Keywords, typesOf } from './schema-keywords.ts';
import { shapeFaults } from './shape-faults.ts';

const SLIPS: readonly (readonly [rule: string, schema: object, value: unknown, pointer: string, detail: RegExp])[] = [
  [
    'a number where digits belong',
    contract.AgentCreate,
    { email: 'a@b.c', org_agent_id: 5 },
    '/org_agent_id',
    /a string of digits \(1 to 20 characters\), got the number 5/,
  ],
  ['a missing field', contract.AgentCreate, {}, '/email', /^is missing: expected an email address/],
  [
    'null where it clears nothing',
    contract.AgentPatch,
    { email: null },
    '/email',
    /expected an email address .*, got null/,
  ],
  [
    'a word off the list',
    contract.KeyCreate,
    { role: 'root' },
    '/role',
    /one of agent, supervisor, admin, ingest, app-developer, got the string "root"/,
  ],
  [
    'a word off a list that knows null',
    contract.AccountPatch,
    { couplings: { login: 'available' } },
    '/couplings/login',
    /one of AVAILABLE, UNAVAILABLE or null, got the string "available"/,
  ],
  [
    'a duration beyond its bound',
    contract.AccountPatch,
    { idle_after_ms: 99 },
    '/idle_after_ms',
    /an integer of at least 100 and at most 604800000, got the number 99/,
  ],
  [
    'a fraction',
    contract.AccountPatch,
    { idle_after_ms: 100.5 },
    '/idle_after_ms',
    /an integer .* got the number 100\.5/,
  ],
  [
    'a text for a flag',
    contract.AccountPatch,
    { custom_status: 'true' },
    '/custom_status',
    /true or false, got the string "true"/,
  ],
  [
    'an instant without offset',
    contract.AgentCreate,
    { email: 'a@b.c', created_at: '2026-03-04T09:00:00' },
    '/created_at',
    /an instant with an offset/,
  ],
  [
    'an unknown field',
    contract.GroupCreate,
    { name: 'x', nmae: 1 },
    '/nmae',
    /"nmae" is no field of this object: did you mean name\?/,
  ],
  [
    'a strange field',
    contract.GroupPatch,
    { colour: 1 },
    '/colour',
    /it has name, calendar_id, idle_after_ms, disconnect_grace_ms/,
  ],
  [
    'no alternative',
    contract.IntelliassignPut,
    { until: null },
    '',
    /at least one of the fields status, custom_status_id, custom_status, got none/,
  ],
  [
    'an empty list',
    contract.IntelliassignBatch,
    { changes: [] },
    '/changes',
    /a list of 1 to 1000 items, got a list of 0 items/,
  ],
  ['an item that repeats', contract.AgentPatch, { groups: ['a', 'b', 'a'] }, '/groups/2', /repeats item 0/],
  ['a bad item', contract.AgentPatch, { groups: ['ok', ''] }, '/groups/1', /an id of letters.* got the string ""/],
  ['an object where a list belongs', contract.ActivityTicks, { sessions: {} }, '/sessions', /got an object/],
  ['a list where an object belongs', contract.GroupCreate, [], '', /expected an object, got a list of 0 items/],
  ['a field whose name needs escaping', contract.GroupPatch, { 'a/b~c': 1 }, '/a~1b~0c', /is no field/],
  ['a blank name', contract.GroupCreate, { name: '   ' }, '/name', /a text that is not blank/],
  [
    'a text that is too long',
    contract.GroupCreate,
    { name: 'x'.repeat(201) },
    '/name',
    /1 to 200 characters\), got the string "x{60}…"/,
  ],
  [
    'an address of another scheme',
    contract.AgentPatch,
    { avatar_url: 'ftp://x/y' },
    '/avatar_url',
    /an http or https address/,
  ],
];
for (const [rule, schema, value, pointer, detail] of SLIPS) {
  test(`names ${rule}`, () => {
    const faults = shapeFaults(schema, value);
    assert.deepEqual(
      faults.map((fault) => fault.pointer),
      [pointer],
    );
    assert.match(faults[0]?.detail ?? '', detail);
  });
}

test('names every fault at once', () => {
  const faults = shapeFaults(contract.AgentCreate, {
    email: 'nobody',
    phone: 7,
    social_profiles: [{ id: '', type: 'usenet' }],
    actve: true,
  });
  assert.deepEqual(faults.map(({ pointer }) => pointer).sort(), [
    '/actve',
    '/email',
    '/phone',
    '/social_profiles/0/id',
    '/social_profiles/0/type',
  ]);
});

test('counts characters as people do: one outside the basic plane is one', () => {
  assert.deepEqual(shapeFaults(contract.CustomStatusCreate, { name: '🥪'.repeat(64) }), []);
  assert.equal(shapeFaults(contract.CustomStatusCreate, { name: '🥪'.repeat(65) }).length, 1);
});

test('stops naming faults at the limit, and says so', () => {
  const sessions = Array.from({ length: 10_000 }, () => 5);
  const faults = shapeFaults(contract.ActivityTicks, { sessions });
  assert.equal(faults.length, contract.WIRE_LIMITS.faultsMax + 1);
  assert.match(faults.at(-1)?.detail ?? '', /more faults/);
});

test('asks own fields only, whatever every object inherits', () => {
  const faults = shapeFaults(contract.GroupPatch, JSON.parse('{"__proto__": {"name": 5}, "constructor": 1}'));
  assert.deepEqual(faults.map(({ pointer }) => pointer).sort(), ['/__proto__', '/constructor']);
});

const RUNS = 150;

/** Values in the neighbourhood of a schema: mostly sound, often at a bound, and now and then of another kind. */
const near = (schema: Keywords): fc.Arbitrary<unknown> => {
  const types = fc.oneof(...typesOf(schema).map((type) => nearType(type, schema)));
  return fc.oneof({ weight: 99, arbitrary: types }, { weight: 1, arbitrary: fc.jsonValue() });
};

const nearType = (type: string, schema: Keywords): fc.Arbitrary<unknown> => {
  if (schema.const !== undefined) return fc.constant(schema.const);
  if (schema.enum !== undefined) return fc.constantFrom(...schema.enum);
  switch (type) {
    case 'string':
      return fc.oneof({ weight: 49, arbitrary: soundText(schema) }, { weight: 1, arbitrary: otherText(schema) });
    case 'integer':
    case 'number':
      return nearNumber(schema);
    case 'array':
      return nearList(schema);
    case 'object':
      return nearObject(schema);
    case 'boolean':
      return fc.boolean();
    default:
      return fc.constant(null);
  }
};

const FITTING: Readonly<Record<string, readonly string[]>> = {
  [contract.WIRE_PATTERNS.localDate.source]: ['2026-03-04', '2024-02-29'],
  [contract.WIRE_PATTERNS.wallTime.source]: ['09:00', '24:00'],
  [contract.WIRE_PATTERNS.orgId.source]: ['0', '9007199254740993017', '9'.repeat(20)],
  [contract.WIRE_PATTERNS.email.source]: ['a@b', 'somebody@example.com'],
  [contract.WIRE_PATTERNS.httpUrl.source]: ['http://x', 'https://example.com/image.png?size=1'],
  [contract.WIRE_PATTERNS.host.source]: ['x', 'support.example.com', 'localhost'],
  [contract.WIRE_PATTERNS.opaqueId.source]: ['1', 'key_A-b.c:9', 'x'.repeat(64)],
  [contract.WIRE_PATTERNS.timeZone.source]: ['UTC', 'Europe/Berlin', 'Etc/GMT+5'],
  [contract.WIRE_PATTERNS.visible.source]: ['Lunch', ' x ', '🥪'.repeat(64)],
  [contract.WIRE_PATTERNS.emoji.source]: ['joy', '+1', 'flag-is'],
  [contract.WIRE_PATTERNS.utcInstant.source]: ['2026-03-04T09:00:00.000Z'],
};

const soundText = ({ pattern, format, minLength = 0, maxLength = 20 }: Keywords): fc.Arbitrary<string> => {
  if (format === 'uuid') return fc.uuid();
  if (format === 'instant') return fc.constantFrom('2026-03-04T09:00Z', '2026-03-04T10:00:00.5+01:00');
  if (pattern !== undefined) return fc.constantFrom(...(FITTING[pattern] ?? []));
  return fc.constantFrom('x'.repeat(Math.max(1, minLength)), 'é'.repeat(maxLength), 'word');
};

const OTHER = ['', ' ', 'a b', 'http//', '-x', 'Ä', ':joy:', '2026-02-30T09:00:00.000Z', '2026-03-04T09:00:00.000'];
const otherText = ({ maxLength = 20 }: Keywords): fc.Arbitrary<string> =>
  fc.oneof(
    fc.constantFrom(...OTHER, 'x'.repeat(maxLength + 1), '9'.repeat(21)),
    fc.string({ unit: 'binary', maxLength: 5 }),
  );

const nearNumber = ({ minimum, maximum = 1000, exclusiveMinimum = 0 }: Keywords): fc.Arbitrary<number> => {
  const least = minimum ?? exclusiveMinimum + 1;
  return fc.oneof(
    { weight: 29, arbitrary: fc.constantFrom(least, maximum, least + 1) },
    { weight: 1, arbitrary: fc.constantFrom(least - 1, maximum + 1, exclusiveMinimum, least + 0.5) },
  );
};

const nearList = ({ items = {}, minItems = 0, maxItems = 3, uniqueItems = false }: Keywords): fc.Arbitrary<unknown> => {
  const bounds = { minLength: Math.min(minItems, 1), maxLength: Math.min(3, maxItems + 1) };
  const sound = { minLength: minItems, maxLength: Math.max(minItems, Math.min(2, maxItems)) };
  const item = near(items);
  return fc.oneof(
    { weight: 19, arbitrary: uniqueItems ? fc.uniqueArray(item, sound) : fc.array(item, sound) },
    { weight: 1, arbitrary: fc.array(item, bounds) },
  );
};

const nearObject = (schema: Keywords): fc.Arbitrary<unknown> => {
  const properties = Object.entries(schema.properties ?? {}).map(([name, property]) => [name, near(property)] as const);
  const required = schema.required ?? [];
  const record = fc.record(Object.fromEntries(properties), { requiredKeys: [...required] });
  const slipped = fc
    .tuple(record, fc.constantFrom('an extra one', ...required))
    .map(([value, name]) =>
      required.includes(name)
        ? Object.fromEntries(Object.entries(value).filter(([key]) => key !== name))
        : { ...value, [name]: 1 },
    );
  return fc.oneof({ weight: 19, arbitrary: record }, { weight: 1, arbitrary: slipped });
};

Format.Set('instant', (text) => parseInstant(text) !== undefined);
Format.Set('date-time', (text) => parseInstant(text) !== undefined);

for (const [name, schema] of Object.entries<unknown>(contract)) {
  if (!isRecord(schema) || schema.type !== 'object') continue;
  test(`agrees with a general validator on what has the shape of ${name}`, () => {
    let sound = 0;
    const law = fc.property(near(schema), (value) => {
      const faults = shapeFaults(schema, value);
      if (faults.length === 0) sound += 1;
      assert.equal(faults.length === 0, Check(schema, value), JSON.stringify({ value, faults }));
    });
    fc.assert(law, { numRuns: RUNS });
    // Agreement on nothing but refusals would prove little.
    assert.ok(sound > 0, 'some of the values are sound');
  });
}
