import assert from 'node:assert/strict';
import { test } from 'node:test';
import fc from 'fast-check';
import type { JsonValue } from './json-value.ts';
import { applyKeyValueOperation, type KeyValueRecord, readKeyValueOperation } from './key-value.ts';

type Call = readonly [method: string, ...args: JsonValue[]];

function run(record: KeyValueRecord | null, [method, ...args]: Call, now = 1000) {
  const reading = readKeyValueOperation(method, args);
  return reading.kind === 'refused' ? reading : applyKeyValueOperation(reading.operation, record, now);
}

function stored(value: JsonValue): KeyValueRecord {
  return { value, expiresAt: null };
}

function valueAfter(value: JsonValue | null, call: Call): JsonValue | undefined {
  const outcome = run(value === null ? null : stored(value), call);
  return outcome.kind === 'applied' ? outcome.record?.value : outcome.error.message;
}

function refusal(value: JsonValue | null, call: Call): string {
  const outcome = run(value === null ? null : stored(value), call);
  return outcome.kind === 'refused' ? `${outcome.error.status} ${outcome.error.message}` : 'not refused';
}

test('answers as the platform does', () => {
  const results = [
    run(null, ['set', 'k', { a: 1 }]),
    run(stored({ a: 1 }), ['get', 'k']),
    run(stored({ a: 1 }), ['update', 'k', 'increment', { a: 1 }]),
    run(stored({ a: 1 }), ['delete', 'k']),
    run(null, ['delete', 'k']),
  ].map((outcome) => outcome.kind === 'applied' && outcome.result);
  assert.deepEqual(results, [{ Created: true }, { a: 1 }, { Updated: true }, { Deleted: true }, { Deleted: true }]);
});

test('replaces the whole value on set and stores empty texts as null', () => {
  assert.deepEqual(valueAfter({ a: 1 }, ['set', 'k', { b: '', c: ['', { d: '' }], e: 0, f: false }]), {
    b: null,
    c: [null, { d: null }],
    e: 0,
    f: false,
  });
});

test('lets a record end with its time to live', () => {
  const outcome = run(null, ['set', 'k', { a: 1 }, { ttl: 1.5 }], 1000);
  assert.ok(outcome.kind === 'applied');
  assert.equal(outcome.record?.expiresAt, 2500);
  assert.equal(run(outcome.record, ['get', 'k'], 2499).kind, 'applied');
  assert.equal(run(outcome.record, ['get', 'k'], 2500).kind, 'refused');
  const kept = run(outcome.record, ['update', 'k', 'increment', { a: 1 }], 2000);
  assert.equal(kept.kind === 'applied' && kept.record?.expiresAt, 2500);
  const renewed = run(outcome.record, ['update', 'k', 'increment', { a: 1 }, { ttl: -1 }], 2000);
  assert.equal(renewed.kind === 'applied' && renewed.record?.expiresAt, null);
  const again = run(outcome.record, ['update', 'k', 'increment', { a: 1 }], 3000);
  assert.deepEqual(again.kind === 'applied' && again.record, { value: { a: 1 }, expiresAt: null });
});

test('sets only if the condition holds', () => {
  const failed = '400 The setIf conditional request failed';
  assert.equal(refusal(null, ['set', 'k', { a: 1 }, { setIf: 'exist' }]), failed);
  assert.equal(refusal({ a: 1 }, ['set', 'k', { a: 1 }, { setIf: 'not_exist' }]), failed);
  assert.deepEqual(valueAfter(null, ['set', 'k', { a: 2 }, { setIf: 'not_exist' }]), { a: 2 });
  assert.deepEqual(valueAfter({ a: 1 }, ['update', 'k', 'set', { a: 2 }, { setIf: 'exist' }]), { a: 2 });
});

test('increments and appends, making the record where there is none', () => {
  assert.deepEqual(valueAfter({ a: 1, c: 'x' }, ['update', 'k', 'increment', { a: 2, b: -1 }]), {
    a: 3,
    c: 'x',
    b: -1,
  });
  assert.deepEqual(valueAfter(null, ['update', 'k', 'increment', { a: 2 }]), { a: 2 });
  assert.deepEqual(valueAfter({ a: [1] }, ['update', 'k', 'append', { a: [2, 3], b: ['x'] }]), {
    a: [1, 2, 3],
    b: ['x'],
  });
  assert.deepEqual(valueAfter(null, ['update', 'k', 'append', { a: [1] }]), { a: [1] });
});

test('sets and removes along paths', () => {
  const value = { a: { b: [{ c: 1 }, { c: 2 }] }, d: 1 };
  assert.deepEqual(valueAfter(value, ['update', 'k', 'set', { 'a.b[1].c': 9, e: { f: 1 }, 'a.b[7]': 'end' }]), {
    a: { b: [{ c: 1 }, { c: 9 }, 'end'] },
    d: 1,
    e: { f: 1 },
  });
  assert.deepEqual(valueAfter(value, ['update', 'k', 'remove', ['a.b[0]', 'd', 'a.b[1].c']]), { a: { b: [{}] } });
  assert.deepEqual(valueAfter({ l: [0, 1, 2, 3] }, ['update', 'k', 'remove', ['l[0]', 'l[2]']]), { l: [1, 3] });
  assert.deepEqual(valueAfter(null, ['update', 'k', 'set', { a: 1 }]), { a: 1 });
});

test('refuses in the words of the platform', () => {
  const big = 'x'.repeat(40 * 1024);
  const table: readonly (readonly [string, JsonValue | null, Call])[] = [
    ['404 Record not found', null, ['get', 'k']],
    ['400 The key cannot be blank', null, ['get', '']],
    ['400 The key cannot be blank', null, ['get', null]],
    ['400 Key length should not exceed 60 characters', null, ['get', 'k'.repeat(61)]],
    ['400 The value cannot be blank and should be of type JSON', null, ['set', 'k']],
    ['400 The value cannot be blank and should be of type JSON', null, ['set', 'k', {}]],
    ['422 The value cannot be blank and should be of type JSON', null, ['set', 'k', 'text']],
    ['400 The combined size of the key and value should not exceed 40KB', null, ['set', 'k', { a: big }]],
    [
      '400 The combined size of the key and value should not exceed 40KB',
      { a: [big.slice(40)] },
      ['update', 'k', 'append', { a: [big.slice(99)] }],
    ],
    ['400 Mandatory attributes Missing', null, ['set', 'k', { a: { '': 1 } }]],
    ['400 Mandatory attributes Missing', { a: 'x' }, ['update', 'k', 'increment', { a: 1 }]],
    ['400 Time to live(ttl) should be of type float and a non-zero value', null, ['set', 'k', { a: 1 }, { ttl: 0 }]],
    [
      '400 Time to live(ttl) should be of type float and a non-zero value',
      null,
      ['set', 'k', { a: 1 }, { ttl: 'soon' }],
    ],
    ['422 setIf can only take two values: "exist" or "not_exist"', null, ['set', 'k', { a: 1 }, { setIf: 'maybe' }]],
    ['400 Invalid option tll inside options', null, ['set', 'k', { a: 1 }, { tll: 5 }]],
    ['400 Mandatory attributes Missing', null, ['update', 'k']],
    ['400 Mandatory attributes Missing', null, ['update', 'k', 'set']],
    ['400 Invalid action multiply for update', null, ['update', 'k', 'multiply', { a: 1 }]],
    ['400 Attributes object cannot be empty and should be of type JSON or Array', null, ['update', 'k', 'set', {}]],
    ['400 The value passed to increment should be of type number', null, ['update', 'k', 'increment', { a: '1' }]],
    [
      '400 The value passed to append should be of type array and should not be an empty array',
      null,
      ['update', 'k', 'append', { a: [] }],
    ],
    [
      '400 The attributes object passed to remove action should be of type array',
      null,
      ['update', 'k', 'remove', { a: 1 }],
    ],
    ['422 Keys or paths inside attributes object cannot be blank', { a: 1 }, ['update', 'k', 'remove', ['']]],
    ['400 Keys or paths inside attributes object cannot be blank', { a: 1 }, ['update', 'k', 'increment', { '': 1 }]],
    [
      '400 One or more paths in the attributes are invalid or overlapping with each other',
      { a: 1 },
      ['update', 'k', 'set', { 'b.c': 1 }],
    ],
    [
      '400 One or more paths in the attributes are invalid or overlapping with each other',
      { a: { b: 1 } },
      ['update', 'k', 'set', { a: 1, 'a.b': 2 }],
    ],
    [
      '400 The specified key for remove operation does not exist in the data store',
      null,
      ['update', 'k', 'remove', ['a']],
    ],
    ['400 Invalid action drop', null, ['drop', 'k']],
  ];
  for (const [expected, value, call] of table) assert.equal(refusal(value, call), expected);
});

test('measures in bytes, not in characters', () => {
  const euros = '€'.repeat(13_640);
  assert.match(refusal(null, ['set', 'k'.repeat(60), { a: euros }]), /combined size/);
  assert.equal(refusal(null, ['set', 'k', { a: euros }]), 'not refused');
});

test('takes names of every object as names like any other', () => {
  const hostile = JSON.parse('{"__proto__":{"polluted":1},"constructor":{"prototype":{"polluted":1}}}') as JsonValue;
  for (const call of [
    ['set', '__proto__', hostile],
    ['update', 'k', 'set', { '__proto__.polluted': 1 }],
    ['update', 'k', 'set', hostile],
    ['update', 'k', 'append', JSON.parse('{"__proto__":[1]}') as JsonValue],
    ['update', 'k', 'remove', ['__proto__.toString', 'constructor.prototype']],
  ] satisfies Call[]) {
    run(stored({ a: 1 }), call);
    assert.equal(Object.hasOwn(Object.prototype, 'polluted'), false);
    assert.equal(typeof Object.prototype.toString, 'function');
  }
});

test('answers every call with a result or a refusal, and never stores more than the limit', () => {
  const method = fc.constantFrom('get', 'set', 'update', 'delete', 'set', 'update');
  const action = fc.constantFrom<JsonValue>('increment', 'append', 'set', 'remove', null);
  const json = fc.jsonValue({ maxDepth: 4 }) as fc.Arbitrary<JsonValue>;
  fc.assert(
    fc.property(method, json, fc.oneof(action, json), json, json, (name, key, second, third, fourth) => {
      const before = structuredClone(third);
      const outcome = run(stored({ a: { b: [1, 2] } }), [name, key, second, third, fourth]);
      assert.ok(outcome.kind === 'applied' || outcome.error.message.length > 0);
      if (outcome.kind === 'applied') assert.ok(JSON.stringify(outcome.record).length < 41 * 1024 * 4);
      assert.deepEqual(third, before);
    }),
    { numRuns: 500 },
  );
});

test('refuses values nested beyond reason instead of running out of stack', () => {
  const deep = JSON.parse(`${'['.repeat(100_000)}1${']'.repeat(100_000)}`) as JsonValue;
  assert.match(refusal(null, ['set', 'k', deep]), /^422/);
  assert.match(refusal(null, ['update', 'k', 'set', { a: deep }]), /^400/);
});
