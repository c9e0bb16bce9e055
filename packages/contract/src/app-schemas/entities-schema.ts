import { Type } from 'typebox';
import { maybe, members, named, words } from './schema-parts.ts';

const types = [
  'text',
  'paragraph',
  'integer',
  'float',
  'decimal',
  'boolean',
  'date',
  'datetime',
  'enum',
  'section',
  'relationship',
];

const field = Type.Unsafe<object>({
  ...members('A field.', {
    name: words('Letters, digits and underscores, a letter first.', { pattern: '^[A-Za-z][A-Za-z0-9_]*$' }),
    label: maybe(words('What people see.')),
    type: Type.Unsafe<string>({
      type: 'string',
      anyOf: [
        { enum: [...types, ...types.map((type) => type.toUpperCase())] },
        // Official samples have more, such as DATE_TIME and NUMBER.
        { pattern: '^[A-Z][A-Z_]*$' },
      ],
      description: 'What it holds: text up to 64 characters, paragraph up to 2048, numbers up to 15 digits, …',
    }),
    required: maybe(Type.Boolean({ description: 'Whether a record needs it.', default: false })),
    filterable: maybe(Type.Boolean({ description: 'Whether records can be asked for by it.', default: false })),
    choices: maybe(
      Type.Array(Type.Unsafe<object>({ type: 'object', description: 'A choice: { "id": 1, "value": "…" }.' }), {
        description: 'What an enum may be.',
      }),
    ),
    fields: maybe(
      Type.Array(Type.Unsafe<object>({ type: 'object', description: 'A field.' }), {
        description: 'Fields of a section.',
      }),
    ),
    related_entity: maybe(words('The entity of a relationship.')),
    meta: maybe(Type.Unsafe<object>({ type: 'object', description: 'For the author.' })),
    parent_id: maybe(words('The field that it hangs on.')),
    visible: maybe(Type.Boolean({ description: 'Whether it is shown.' })),
    hint: maybe(words('Help below the field.')),
    placeholder: maybe(words('What stands in the empty field.')),
  }),
  if: { properties: { type: { enum: ['enum', 'ENUM'] } }, required: ['type'] },
  // biome-ignore lint/suspicious/noThenProperty: a keyword of JSON Schema
  then: { required: ['choices'] },
});

/** config/entities.json. */
export const EntitiesFile = named(
  'Kinds of record that the app keeps with $db.entity, by name; at most 5.',
  members('An entity.', {
    fields: Type.Array(field, { maxItems: 20, description: 'Its fields, at most 20.' }),
  }),
  { maxProperties: 5 },
);
