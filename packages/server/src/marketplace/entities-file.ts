import type { Node } from 'jsonc-parser';
import type { AppFiles } from './app-files.ts';
import { openConfig, unknownKeys } from './config-document.ts';
import { didYouMean } from './did-you-mean.ts';
import type { EntityDefinition, EntityField } from './entity-definition.ts';
import type { Finding } from './finding.ts';
import { type JsonMember, memberOf, membersOf, textOf } from './json-document.ts';
import { findingAt, type SourceText } from './source-text.ts';

/** Path of the entities below the app folder. */
export const entitiesFile = 'config/entities.json';

/** The entities of an app and what is wrong with them. */
export interface EntitiesReading {
  readonly entities: readonly EntityDefinition[];
  readonly findings: readonly Finding[];
}

/** The types that fields may have; official samples write them in capitals. */
export const entityFieldTypes = [
  ...['text', 'paragraph', 'integer', 'float', 'decimal', 'boolean', 'date', 'datetime', 'enum', 'section'],
  ...['relationship'],
] as const;

const entitiesMax = 5;
const fieldsMax = 20;
const fieldKeys = [
  ...['name', 'label', 'type', 'required', 'filterable', 'choices', 'fields', 'related_entity', 'meta'],
  ...['parent_id', 'visible', 'hint', 'placeholder'],
];

/**
 * Reads config/entities.json: the kinds of record that an app keeps with `$db.entity`.
 * Source: https://developers.freshworks.com/docs/app-sdk/v3.0/support_ticket/data-store/entity-storage
 */
export function readEntities(files: AppFiles): EntitiesReading {
  const document = openConfig(files, entitiesFile);
  if (document === null) return { entities: [], findings: [] };
  const { source, root } = document;
  if (root === null) return { entities: [], findings: document.findings };
  const entries = membersOf(root);
  return {
    entities: entries.map(({ key: name, value }) => ({ name, fields: fieldNodes(value).map(defineField) })),
    findings: [
      ...document.findings,
      ...overLimit(source, entries),
      ...entries.flatMap((entry) => checkEntity(source, entry)),
    ],
  };
}

function fieldNodes(entity: Node): readonly Node[] {
  const list = memberOf(entity, 'fields')?.value;
  return list?.type === 'array' ? (list.children ?? []).filter(({ type }) => type === 'object') : [];
}

function defineField(node: Node): EntityField {
  return {
    name: textOf(memberOf(node, 'name')?.value) ?? '',
    label: textOf(memberOf(node, 'label')?.value) ?? null,
    type: textOf(memberOf(node, 'type')?.value) ?? 'text',
    required: memberOf(node, 'required')?.value.value === true,
    filterable: memberOf(node, 'filterable')?.value.value === true,
  };
}

function overLimit(source: SourceText, entries: readonly JsonMember[]): readonly Finding[] {
  const first = entries[entitiesMax];
  if (first === undefined) return [];
  const message = `${entitiesFile} has ${entries.length} entities; an account may have ${entitiesMax}`;
  return [findingAt(source, first.keyNode.offset, { severity: 'warning', code: 'entity-too-many', message })];
}

function checkEntity(source: SourceText, entry: JsonMember): readonly Finding[] {
  const { key: name, keyNode, value } = entry;
  const list = memberOf(value, 'fields')?.value;
  if (value.type !== 'object' || list?.type !== 'array') {
    const message = `entity '${name}' must have required property 'fields', a list of fields`;
    const expected = '{ "fields": [{ "name": "title", "label": "Title", "type": "text" }] }';
    return [findingAt(source, keyNode.offset, { severity: 'error', code: 'entity-fields-missing', message, expected })];
  }
  const fields = list.children ?? [];
  const beyond = fields[fieldsMax];
  return [
    ...(beyond === undefined ? [] : [tooManyFields(source, { name, offset: beyond.offset, count: fields.length })]),
    ...fields.flatMap((field, index) => checkField(source, { entity: name, field, index })),
    ...doubledNames(source, name, fields),
    ...unknownKeys(source, value, {
      code: 'entity-key-unknown',
      severity: 'warning',
      known: ['fields'],
      sentence: (key) => `entity '${name}' must NOT have additional properties '${key}'`,
    }),
  ];
}

function tooManyFields(source: SourceText, at: { name: string; offset: number; count: number }): Finding {
  const message = `entity '${at.name}' has ${at.count} fields; the platform allows ${fieldsMax}`;
  return findingAt(source, at.offset, { severity: 'warning', code: 'entity-fields-too-many', message });
}

interface FieldPlace {
  readonly entity: string;
  readonly field: Node;
  readonly index: number;
}

function checkField(source: SourceText, { entity, field, index }: FieldPlace): readonly Finding[] {
  const name = textOf(memberOf(field, 'name')?.value);
  const what = `field ${name === undefined ? String(index + 1) : `'${name}'`} of entity '${entity}'`;
  if (field.type !== 'object') {
    const message = `${what} must be an object`;
    return [findingAt(source, field.offset, { severity: 'error', code: 'entity-field-type', message })];
  }
  return [
    ...checkFieldName(source, field, what),
    ...checkFieldType(source, field, what),
    ...unknownKeys(source, field, {
      code: 'entity-key-unknown',
      severity: 'warning',
      known: fieldKeys,
      sentence: (key) => `${what} must NOT have additional properties '${key}'`,
    }),
  ];
}

function checkFieldName(source: SourceText, field: Node, what: string): readonly Finding[] {
  const member = memberOf(field, 'name');
  const name = textOf(member?.value);
  if (name !== undefined && /^[A-Za-z]\w*$/.test(name)) return [];
  const isMissing = name === undefined || name === '';
  return [
    findingAt(source, member?.value.offset ?? field.offset, {
      severity: isMissing ? 'error' : 'warning',
      code: 'entity-field-name',
      message: isMissing ? `${what} must have required property 'name'` : `${what} has invalid name`,
      expected: 'letters, digits and underscores, a letter first',
    }),
  ];
}

function checkFieldType(source: SourceText, field: Node, what: string): readonly Finding[] {
  const member = memberOf(field, 'type');
  const type = textOf(member?.value);
  if (type?.toLowerCase() === 'enum' && memberOf(field, 'choices')?.value.type !== 'array')
    return [noChoices(source, field, what)];
  if (type !== undefined && isKnownType(type)) return [];
  const guess = type === undefined ? null : didYouMean(type, entityFieldTypes);
  return [
    findingAt(source, member?.value.offset ?? field.offset, {
      severity: 'warning',
      code: 'entity-field-type',
      message: member === undefined ? `${what} must have required property 'type'` : `${what} has an invalid type`,
      expected: `one of ${entityFieldTypes.join(', ')}`,
      ...(guess === null ? {} : { fix: `did you mean "${guess}"?` }),
    }),
  ];
}

// Official samples write types in capitals, some of which no page documents: DATE_TIME, NUMBER.
function isKnownType(written: string): boolean {
  const type = written.toLowerCase();
  if (entityFieldTypes.some((known) => known === type)) return true;
  return /^[A-Z][A-Z_]*$/.test(written);
}

function noChoices(source: SourceText, field: Node, what: string): Finding {
  return findingAt(source, field.offset, {
    severity: 'warning',
    code: 'entity-choices-missing',
    message: `${what} is an enum and must have required property 'choices'`,
    expected: '"choices": [{ "id": 1, "value": "…" }]',
  });
}

function doubledNames(source: SourceText, entity: string, fields: readonly Node[]): readonly Finding[] {
  const seen = new Set<string>();
  return fields.flatMap((field) => {
    const node = memberOf(field, 'name')?.value;
    const name = textOf(node);
    if (node === undefined || name === undefined) return [];
    const isDoubled = seen.has(name);
    seen.add(name);
    if (!isDoubled) return [];
    const message = `entity '${entity}' has the field '${name}' twice`;
    return [findingAt(source, node.offset, { severity: 'error', code: 'entity-field-doubled', message })];
  });
}
