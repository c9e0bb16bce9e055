import assert from 'node:assert/strict';
import { readdirSync, readFileSync } from 'node:fs';
import { test } from 'node:test';
import * as contract from './index.ts';
import { isRecord } from './schema-keywords.ts';

const SCHEMAS = Object.entries<unknown>(contract).flatMap(([name, value]) =>
  isRecord(value) && value.type === 'object' ? [[name, value] as const] : [],
);

/** Every schema within a schema, with the path that leads to it. */
const innerSchemas = (schema: unknown, path: string): readonly (readonly [string, Record<string, unknown>])[] => {
  if (!isRecord(schema)) return [];
  const properties = isRecord(schema.properties) ? Object.entries(schema.properties) : [];
  return [
    [path, schema],
    ...properties.flatMap(([name, property]) => innerSchemas(property, `${path}.${name}`)),
    ...innerSchemas(schema.items, `${path}[]`),
    ...innerSchemas(schema.additionalProperties, `${path}{}`),
  ];
};

const ALL = SCHEMAS.flatMap(([name, schema]) => innerSchemas(schema, name));
const isField = (path: string): boolean => !path.endsWith('{}');

test('has the schemas of both payloads and of every noun of the API', () => {
  const names = SCHEMAS.map(([name]) => name);
  for (const noun of ['Account', 'Key', 'Agent', 'CustomStatus', 'Group', 'App', 'Delivery']) {
    assert.ok(names.includes(`${noun}Read`), noun);
  }
  assert.ok(names.includes('ActivityPayload') && names.includes('CustomStatusPayload') && names.includes('Problem'));
});

for (const [name, schema] of SCHEMAS) {
  test(`describes every field of ${name}`, () => {
    for (const [path, { description }] of innerSchemas(schema, name)) {
      if (isField(path)) assert.match(String(description), /^.{5,}[.?]$/s, path);
    }
  });
}

test('says of every payload field when it is null, or that it never is', () => {
  for (const schema of [contract.ActivityPayload, contract.CustomStatusPayload]) {
    for (const [path, { description, type }] of innerSchemas(schema, 'payload').slice(1)) {
      if (!isField(path) || path.endsWith('[]')) continue;
      const nullable = Array.isArray(type) && type.includes('null');
      assert.match(String(description), nullable ? /Null (exactly |only )?(on|when|where)/ : /(N|n)ever null/, path);
    }
  }
});

test('uses only the keywords that the walk for faults understands', () => {
  const known = new Set([
    ...['type', 'enum', 'const', 'properties', 'required', 'additionalProperties', 'items', 'minItems', 'maxItems'],
    ...[
      'uniqueItems',
      'minLength',
      'maxLength',
      'pattern',
      'format',
      'minimum',
      'maximum',
      'exclusiveMinimum',
      'anyOf',
    ],
    ...['description', 'default', 'examples'],
  ]);
  for (const [path, schema] of ALL) {
    for (const keyword of Object.keys(schema)) assert.ok(known.has(keyword), `${path}: ${keyword}`);
  }
});

test('uses only patterns that have words, and formats that are listed', () => {
  const patterns = new Set<unknown>(Object.values(contract.WIRE_PATTERNS).map(({ source }) => source));
  const formats = new Set<unknown>(contract.WIRE_FORMATS);
  for (const [path, { pattern, format }] of ALL) {
    assert.ok(pattern === undefined || patterns.has(pattern), path);
    assert.ok(format === undefined || formats.has(format), path);
  }
});

test('bounds every string, integer and list that a caller can send', () => {
  const taken = SCHEMAS.filter(([, schema]) => schema.additionalProperties === false);
  assert.ok(taken.length >= 15, 'the requests are closed objects');
  for (const [path, schema] of taken.flatMap(([name, one]) => innerSchemas(one, name))) {
    const types = [schema.type].flat();
    if (types.includes('string') && schema.enum === undefined && schema.const === undefined) {
      assert.ok('maxLength' in schema, path);
    }
    if (types.includes('integer')) assert.ok('minimum' in schema && 'maximum' in schema, path);
    if (types.includes('array')) assert.ok('maxItems' in schema, path);
  }
});

test('offers every default as a value that fits', () => {
  for (const [path, schema] of ALL) {
    if ('default' in schema) assert.deepEqual(contract.shapeFaults(schema, schema.default), [], path);
  }
});

test('offers every example as a value that fits', () => {
  for (const [path, schema] of ALL) {
    if (!Array.isArray(schema.examples)) continue;
    for (const example of schema.examples) assert.deepEqual(contract.shapeFaults(schema, example), [], path);
  }
});

test('needs nothing of Node, so that it runs in a browser', () => {
  const files = readdirSync(import.meta.dirname, { recursive: true, encoding: 'utf8' });
  const sources = files.filter((file) => file.endsWith('.ts') && !file.endsWith('.test.ts'));
  assert.ok(sources.length > 20);
  for (const file of sources) {
    const code = readFileSync(`${import.meta.dirname}/${file}`, 'utf8');
    const imported = [...code.matchAll(/from '([^']+)'/g)].map(([, from]) => from ?? '');
    assert.deepEqual(
      imported.filter((from) => !from.startsWith('.') && from !== 'typebox'),
      [],
      file,
    );
    assert.doesNotMatch(code, /\b(?:process|Buffer|require)\b[.(]/, file);
  }
});
