import { type Keywords, typesOf } from './schema-keywords.ts';
import { WIRE_PATTERNS } from './wire-field.ts';

/** What a schema asks for, in words. */
export const expectation = (schema: Keywords): string => {
  const types = typesOf(schema);
  const orNull = types.includes('null') ? ' or null' : '';
  const type = types.find((candidate) => candidate !== 'null') ?? 'null';
  if (schema.const !== undefined) return JSON.stringify(schema.const);
  if (schema.enum !== undefined) {
    const words = schema.enum.filter((word) => word !== null);
    return `${words.length > 1 ? 'one of ' : ''}${words.join(', ')}${orNull}`;
  }
  return `${typeInWords(type, schema)}${orNull}`;
};

const typeInWords = (type: string, schema: Keywords): string => {
  switch (type) {
    case 'string':
      return textInWords(schema);
    case 'integer':
      return `an integer ${rangeInWords(schema)}`;
    case 'number':
      return `a number ${rangeInWords(schema)}`;
    case 'boolean':
      return 'true or false';
    case 'array':
      return listInWords(schema);
    case 'object':
      return 'an object';
    default:
      return type;
  }
};

const FORMAT_WORDS: ReadonlyMap<string, string> = new Map([
  ['uuid', 'a UUID'],
  ['instant', 'an instant with an offset, such as 2026-03-04T09:00:00Z'],
]);

const textInWords = ({ pattern, format, minLength = 0, maxLength = Infinity }: Keywords): string => {
  const words = Object.values(WIRE_PATTERNS).find(({ source }) => source === pattern)?.words ?? 'a string';
  if (format !== undefined) return FORMAT_WORDS.get(format) ?? words;
  return maxLength === Infinity ? words : `${words} (${minLength} to ${maxLength} characters)`;
};

const rangeInWords = ({ minimum, maximum, exclusiveMinimum }: Keywords): string => {
  const least = exclusiveMinimum === undefined ? `of at least ${minimum ?? 0}` : `above ${exclusiveMinimum}`;
  return maximum === undefined || maximum === Number.MAX_SAFE_INTEGER ? least : `${least} and at most ${maximum}`;
};

const listInWords = ({ minItems, maxItems }: Keywords): string => {
  if (minItems !== undefined && minItems === maxItems) return `a list of ${minItems} items`;
  if (minItems !== undefined) return `a list of ${minItems} to ${maxItems} items`;
  return maxItems === undefined ? 'a list' : `a list of at most ${maxItems} items`;
};

const QUOTED_CHARACTERS_MAX = 60;

/** A value in words, short whatever it holds: it goes into answers and logs. */
export const inWords = (value: unknown): string => {
  if (value === undefined) return 'nothing';
  if (value === null) return 'null';
  if (Array.isArray(value)) return `a list of ${value.length} items`;
  switch (typeof value) {
    case 'string':
      return `the string ${quoted(value)}`;
    case 'number':
      return `the number ${value}`;
    case 'boolean':
      return String(value);
    default:
      return typeof value === 'object' ? 'an object' : `a ${typeof value}`;
  }
};

/** A text in quotes, cut where it is long. */
export const quoted = (text: string): string =>
  JSON.stringify(text.length > QUOTED_CHARACTERS_MAX ? `${text.slice(0, QUOTED_CHARACTERS_MAX)}…` : text);
