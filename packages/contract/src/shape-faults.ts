import type { TSchema } from 'typebox';
import { closestWord } from './closest-word.ts';
import { fits } from './fits-schema.ts';
import { expectation, inWords, quoted } from './in-words.ts';
import { WIRE_LIMITS } from './limits.ts';
import type { Fault } from './problem.ts';
import { isRecord, type Keywords } from './schema-keywords.ts';

/**
 * Names every place where a value does not have the shape of a schema, in sentences for people: what was expected, and
 * what came.
 *
 * General JSON Schema validators answer the yes-or-no question well and fast, but their messages ("must match pattern
 * ^[0-9]{1,20}$", "must match a schema in anyOf") leave the reader to work out the rest. So the schemas of this package
 * keep to the few keywords below, and this walk says the rest in words. A test holds that both agree on every value.
 */
export const shapeFaults = (schema: TSchema, value: unknown): Fault[] => {
  const faults: Fault[] = [];
  walk(schema, value, '', faults);
  if (faults.length < WIRE_LIMITS.faultsMax) return faults;
  const more = { pointer: '', detail: `has more faults than these ${WIRE_LIMITS.faultsMax}: mend them first` };
  return [...faults.slice(0, WIRE_LIMITS.faultsMax), more];
};

const walk = (schema: TSchema, value: unknown, pointer: string, faults: Fault[]): void => {
  if (faults.length >= WIRE_LIMITS.faultsMax) return;
  const keywords = schema as Keywords;
  if (!fits(keywords, value)) {
    faults.push({ pointer, detail: `expected ${expectation(keywords)}, got ${inWords(value)}` });
  } else if (Array.isArray(value)) {
    walkItems(keywords, value, pointer, faults);
  } else if (isRecord(value)) {
    walkMembers(keywords, value, pointer, faults);
  }
};

const walkItems = (schema: Keywords, items: readonly unknown[], pointer: string, faults: Fault[]): void => {
  const seen = new Map<unknown, number>();
  for (const [index, item] of items.entries()) {
    if (schema.items !== undefined) walk(schema.items, item, `${pointer}/${index}`, faults);
    const first = seen.get(item);
    if (schema.uniqueItems === true && first !== undefined) {
      faults.push({ pointer: `${pointer}/${index}`, detail: `repeats item ${first}: each may be named once` });
    }
    seen.set(item, first ?? index);
    if (faults.length >= WIRE_LIMITS.faultsMax) return;
  }
};

const walkMembers = (
  schema: Keywords,
  members: Readonly<Record<string, unknown>>,
  pointer: string,
  faults: Fault[],
): void => {
  const properties = schema.properties ?? {};
  for (const [name, property] of Object.entries(properties)) {
    const at = `${pointer}/${escapePointer(name)}`;
    if (Object.hasOwn(members, name)) walk(property, members[name], at, faults);
    else if (schema.required?.includes(name)) {
      faults.push({ pointer: at, detail: `is missing: expected ${expectation(property)}` });
    }
  }
  nameMissingAlternative(schema, members, pointer, faults);
  for (const name of Object.keys(members)) {
    if (faults.length >= WIRE_LIMITS.faultsMax) return;
    if (Object.hasOwn(properties, name)) continue;
    walkUnknown(schema, { name, value: members[name] }, pointer, faults);
  }
};

const nameMissingAlternative = (schema: Keywords, members: object, pointer: string, faults: Fault[]): void => {
  const alternatives = schema.anyOf?.flatMap((alternative) => alternative.required) ?? [];
  if (alternatives.length === 0 || alternatives.some((name) => Object.hasOwn(members, name))) return;
  faults.push({ pointer, detail: `expected at least one of the fields ${alternatives.join(', ')}, got none` });
};

const walkUnknown = (
  schema: Keywords,
  member: { readonly name: string; readonly value: unknown },
  pointer: string,
  faults: Fault[],
): void => {
  const at = `${pointer}/${escapePointer(member.name)}`;
  const rest = schema.additionalProperties;
  if (typeof rest === 'object') walk(rest, member.value, at, faults);
  if (rest !== false) return;
  const fields = Object.keys(schema.properties ?? {});
  const meant = closestWord(member.name, fields);
  const hint =
    meant === undefined ? known(fields) : meant.certain ? `it is called ${meant.word}` : `did you mean ${meant.word}?`;
  faults.push({ pointer: at, detail: `${quoted(member.name)} is no field of this object: ${hint}` });
};

const known = (fields: readonly string[]): string =>
  fields.length === 0 ? 'it has none' : `it has ${fields.join(', ')}`;

/** Almost no name needs it, and every member of every payload asks. */
const escapePointer = (name: string): string =>
  name.includes('~') || name.includes('/') ? name.replaceAll('~', '~0').replaceAll('/', '~1') : name;
