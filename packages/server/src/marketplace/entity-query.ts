import type { EntityDefinition } from './entity-definition.ts';
import { isJsonObject, type JsonObject, type JsonValue } from './json-value.ts';
import { type PlatformRefusal, refused } from './platform-refusal.ts';

/** What `getAll` looks for. */
export type EntityQuery =
  | { readonly kind: 'is'; readonly field: string; readonly value: JsonValue }
  | { readonly kind: 'all'; readonly of: readonly EntityQuery[] }
  | { readonly kind: 'any'; readonly of: readonly EntityQuery[] };

/** A page of an entity: which records, and after which number. */
export interface EntityPage {
  readonly kind: 'page';
  readonly query: EntityQuery;
  /** 0 from the first. */
  readonly after: number;
}

const nestingMax = 10;
const conditionsMax = 100;

/**
 * Reads the argument of `getAll`: `{ query, next: { marker } }`, each optional. A query is a field with its value, or
 * `$and` or `$or` with a list of queries; several in one object must all hold.
 */
export function readEntityPage(
  entity: EntityDefinition,
  argument: JsonValue | undefined,
): EntityPage | PlatformRefusal {
  const options: JsonObject = isJsonObject(argument) ? argument : {};
  const next = own(options, 'next');
  const marker = isJsonObject(next) ? own(next, 'marker') : undefined;
  const after = marker === undefined || marker === null ? 0 : numberOfMarker(marker);
  if (after === null) return refused(400, 'The marker is not one that was given');
  const given = own(options, 'query');
  if (given === undefined || given === null) return { kind: 'page', query: { kind: 'all', of: [] }, after };
  const count = { conditions: 0 };
  const query = readQuery(entity, given, { level: 0, count });
  return 'error' in query ? query : { kind: 'page', query, after };
}

/** The marker with which a page goes on after a record. */
export function markerAfter(number: number): string {
  return `r${number.toString(36)}`;
}

/** Whether a record is one of those that a query looks for. Numbers and their digits count as the same. */
export function matchesQuery(query: EntityQuery, data: JsonObject): boolean {
  switch (query.kind) {
    case 'is':
      return isSame(own(data, query.field) ?? null, query.value);
    case 'all':
      return query.of.every((one) => matchesQuery(one, data));
    case 'any':
      return query.of.some((one) => matchesQuery(one, data));
  }
}

type Place = { readonly level: number; readonly count: { conditions: number } };

function readQuery(entity: EntityDefinition, given: JsonValue, place: Place): EntityQuery | PlatformRefusal {
  if (!isJsonObject(given)) return refused(400, 'The query should be of type JSON');
  if (place.level > nestingMax) return refused(400, `A query may not nest deeper than ${nestingMax} levels`);
  const parts: EntityQuery[] = [];
  for (const [name, value] of Object.entries(given)) {
    place.count.conditions += 1;
    if (place.count.conditions > conditionsMax) return refused(400, `A query has at most ${conditionsMax} conditions`);
    const part = readPart(entity, { name, value }, place);
    if ('error' in part) return part;
    parts.push(part);
  }
  return parts.length === 1 && parts[0] !== undefined ? parts[0] : { kind: 'all', of: parts };
}

function readPart(
  entity: EntityDefinition,
  { name, value }: { readonly name: string; readonly value: JsonValue },
  place: Place,
): EntityQuery | PlatformRefusal {
  if (name === '$and' || name === '$or') return readList(entity, { name, value }, place);
  const field = entity.fields.find((one) => one.name === name);
  if (field === undefined) return refused(400, `The field '${name}' is not defined for '${entity.name}'`);
  if (!field.filterable) return refused(400, `The field '${name}' of '${entity.name}' is not filterable`);
  if (typeof value === 'object' && value !== null)
    return refused(400, `The value of '${name}' in a query cannot be JSON`);
  return { kind: 'is', field: name, value };
}

function readList(
  entity: EntityDefinition,
  { name, value }: { readonly name: '$and' | '$or'; readonly value: JsonValue },
  place: Place,
): EntityQuery | PlatformRefusal {
  if (!Array.isArray(value) || value.length === 0) return refused(400, `${name} should be a list of conditions`);
  const parts: EntityQuery[] = [];
  for (const one of value as readonly JsonValue[]) {
    const part = readQuery(entity, one, { ...place, level: place.level + 1 });
    if ('error' in part) return part;
    parts.push(part);
  }
  return { kind: name === '$and' ? 'all' : 'any', of: parts };
}

function isSame(stored: JsonValue, asked: JsonValue): boolean {
  if (stored === asked) return true;
  if (stored === null || asked === null || typeof stored === 'object') return false;
  return String(stored) === String(asked);
}

function numberOfMarker(marker: JsonValue): number | null {
  if (typeof marker !== 'string' || !/^r[0-9a-z]{1,10}$/.test(marker)) return null;
  return Number.parseInt(marker.slice(1), 36);
}

function own(fields: JsonObject, key: string): JsonValue | undefined {
  return Object.hasOwn(fields, key) ? fields[key] : undefined;
}
