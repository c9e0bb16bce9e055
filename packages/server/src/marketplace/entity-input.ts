import { parseInstant } from '../time/instant.ts';
import { isLocalDate } from '../time/local-date.ts';
import type { EntityDefinition, EntityField } from './entity-definition.ts';
import { isJsonObject, type JsonObject, type JsonValue } from './json-value.ts';
import { jsonBytes, type PlatformRefusal, refused } from './platform-refusal.ts';

/** The platform's limits for entities, and ours: so that no app fills the disk of its neighbours. */
export const ENTITY_LIMITS = { recordsMax: 10_000, recordBytesMax: 100 * 1024, bytesMax: 128 * 1024 * 1024 } as const;

type DataReading = { readonly kind: 'data'; readonly data: JsonObject } | PlatformRefusal;

/** Reads the attributes of a record that is created: every field that is required has to be there. */
export function readNewRecord(entity: EntityDefinition, given: JsonValue | undefined): DataReading {
  return readRecord(entity, {}, given);
}

/**
 * Reads the attributes that an update changes: the others stay as they are.
 * Source: https://developers.freshworks.com/docs/app-sdk/v3.0/support_email/data-store/entity-storage
 */
export function readChangedRecord(
  entity: EntityDefinition,
  before: JsonObject,
  given: JsonValue | undefined,
): DataReading {
  return readRecord(entity, before, given);
}

function readRecord(entity: EntityDefinition, before: JsonObject, given: JsonValue | undefined): DataReading {
  if (!isJsonObject(given) || Object.keys(given).length === 0) {
    return refused(400, `The attributes of a record of '${entity.name}' should be of type JSON and cannot be empty`);
  }
  const problem = firstProblem(entity, given);
  if (problem !== null) return refused(400, problem);
  // From entries, so that a name such as __proto__ stays a name.
  const data: JsonObject = Object.fromEntries([...Object.entries(before), ...Object.entries(given)]);
  const missing = entity.fields.find(({ name, required }) => required && isMissing(data, name));
  if (missing !== undefined) return refused(400, `The field '${missing.name}' of '${entity.name}' is required`);
  if (jsonBytes(data) > ENTITY_LIMITS.recordBytesMax) {
    return refused(400, `The size of a record should not exceed ${ENTITY_LIMITS.recordBytesMax / 1024}KB`);
  }
  return { kind: 'data', data };
}

function firstProblem({ name: entity, fields }: EntityDefinition, given: JsonObject): string | null {
  // What stands below a section is not told field by field.
  const isOpen = fields.some(({ type }) => type.toLowerCase() === 'section');
  for (const [name, value] of Object.entries(given)) {
    const field = fields.find((one) => one.name === name);
    if (field === undefined && !isOpen) return `The field '${name}' is not defined for '${entity}'`;
    if (field !== undefined && !isOfType(field, value)) {
      return `The value of '${name}' must be of type ${field.type.toLowerCase()}`;
    }
  }
  return null;
}

function isOfType({ type }: EntityField, value: JsonValue): boolean {
  if (value === null) return true;
  switch (type.toLowerCase()) {
    case 'text':
    case 'paragraph':
      return typeof value === 'string';
    case 'integer':
      return typeof value === 'number' && Number.isInteger(value);
    case 'float':
    case 'decimal':
      return typeof value === 'number';
    case 'boolean':
      return typeof value === 'boolean';
    case 'date':
      return typeof value === 'string' && (isLocalDate(value) || parseInstant(value) !== null);
    case 'datetime':
      return typeof value === 'string' && (parseInstant(value) !== null || isLocalDate(value));
    case 'enum':
      return typeof value === 'string' || typeof value === 'number';
    default:
      // Types that the platform adds later are the app's own business.
      return true;
  }
}

function isMissing(data: JsonObject, name: string): boolean {
  return !Object.hasOwn(data, name) || data[name] === null || data[name] === '';
}
