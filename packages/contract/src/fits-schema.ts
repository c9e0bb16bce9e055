import { parseInstant } from './instant.ts';
import { isRecord, type Keywords, typesOf } from './schema-keywords.ts';
import { WIRE_PATTERNS } from './wire-field.ts';

/** Whether a value, apart from its members and items, is what the keywords ask for. */
export const fits = (schema: Keywords, value: unknown): boolean => {
  if (!typesOf(schema).some((type) => hasType(type, value))) return false;
  if (schema.const !== undefined && value !== schema.const) return false;
  if (schema.enum !== undefined && !schema.enum.includes(value)) return false;
  if (typeof value === 'string') return textFits(schema, value);
  if (typeof value === 'number') return numberFits(schema, value);
  if (Array.isArray(value))
    return value.length >= (schema.minItems ?? 0) && value.length <= (schema.maxItems ?? Infinity);
  return true;
};

const hasType = (type: string, value: unknown): boolean => {
  switch (type) {
    case 'any':
      return true;
    case 'null':
      return value === null;
    case 'integer':
      return Number.isInteger(value);
    case 'number':
      return Number.isFinite(value);
    case 'array':
      return Array.isArray(value);
    case 'object':
      return isRecord(value);
    default:
      return typeof value === type;
  }
};

const textFits = (schema: Keywords, text: string): boolean => {
  const { minLength = 0, maxLength = Infinity } = schema;
  // A character is one or two code units: a text far beyond the bound need not be counted through.
  if (text.length < minLength || text.length > 2 * maxLength) return false;
  const characters = charactersOf(text);
  if (characters < minLength || characters > maxLength) return false;
  if (schema.pattern !== undefined && !expressionOf(schema.pattern).test(text)) return false;
  return schema.format === undefined || hasFormat(schema.format, text);
};

const charactersOf = (text: string): number => {
  let count = 0;
  for (const _ of text) count += 1;
  return count;
};

const EXPRESSIONS: ReadonlyMap<string, RegExp> = new Map(
  Object.values(WIRE_PATTERNS).map(({ source }) => [source, new RegExp(source, 'u')]),
);

const expressionOf = (source: string): RegExp => EXPRESSIONS.get(source) ?? new RegExp(source, 'u');

const UUID = /^[0-9a-f]{8}-(?:[0-9a-f]{4}-){3}[0-9a-f]{12}$/i;

const hasFormat = (format: string, text: string): boolean =>
  format === 'uuid' ? UUID.test(text) : parseInstant(text) !== undefined;

const numberFits = ({ minimum = -Infinity, maximum = Infinity, exclusiveMinimum }: Keywords, value: number): boolean =>
  value >= minimum && value <= maximum && (exclusiveMinimum === undefined || value > exclusiveMinimum);
