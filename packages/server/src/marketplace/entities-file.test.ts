import assert from 'node:assert/strict';
import { test } from 'node:test';
import { readEntities } from './entities-file.ts';

function read(entities: unknown) {
  return readEntities(new Map([['config/entities.json', JSON.stringify(entities, null, 2)]]));
}

const field = { name: 'title', label: 'Title', type: 'text' };

test('reads entities with their fields', () => {
  const { entities, findings } = read({
    todos: {
      fields: [
        { ...field, required: true, filterable: true },
        { name: 'state', label: 'State', type: 'enum', choices: [{ id: 1, value: 'New' }] },
        { name: 'old', type: 'PARAGRAPH' },
      ],
    },
  });
  assert.deepEqual(findings, []);
  assert.deepEqual(
    entities[0]?.fields.map(({ name, type, required, filterable }) => `${name} ${type} ${required} ${filterable}`),
    ['title text true true', 'state enum false false', 'old PARAGRAPH false false'],
  );
});

test('names what is wrong with entities', () => {
  const { findings } = read({
    a: { fields: [{ ...field, type: 'txt' }, { name: '9x', type: 'date' }, { type: 'date' }, field, field] },
    b: { felds: [] },
    c: {
      fields: [
        { ...field, type: 'enum' },
        { ...field, name: 'x', colour: 'red' },
      ],
    },
  });
  assert.deepEqual(
    findings.map(({ severity, message }) => `${severity}: ${message}`),
    [
      "warning: field 'title' of entity 'a' has an invalid type",
      "warning: field '9x' of entity 'a' has invalid name",
      "error: field 3 of entity 'a' must have required property 'name'",
      "error: entity 'a' has the field 'title' twice",
      "error: entity 'a' has the field 'title' twice",
      "error: entity 'b' must have required property 'fields', a list of fields",
      "warning: field 'title' of entity 'c' is an enum and must have required property 'choices'",
      "warning: field 'x' of entity 'c' must NOT have additional properties 'colour'",
    ],
  );
});

test('counts entities and fields', () => {
  const fields = Array.from({ length: 21 }, (_, index) => ({ ...field, name: `f${index}` }));
  const entities = Object.fromEntries(Array.from({ length: 6 }, (_, index) => [`e${index}`, { fields: [field] }]));
  assert.deepEqual(
    read({ ...entities, e0: { fields } }).findings.map(({ severity, code }) => `${severity} ${code}`),
    ['warning entity-too-many', 'warning entity-fields-too-many'],
  );
});
