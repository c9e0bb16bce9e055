import { type TSchema, Type } from 'typebox';

/** The parts that the schemas of app files are put together from. Each takes its description first: editors show it. */

/** A JSON Schema as plain data. */
export type PlainSchema = Readonly<Record<string, unknown>>;

/** A string. */
export const words = (description: string, rest: PlainSchema = {}) => Type.String({ description, ...rest });

/** One of a list of words. */
export const oneOf = (description: string, values: readonly string[], rest: PlainSchema = {}) =>
  Type.Unsafe<string>({ type: 'string', enum: [...values], description, ...rest });

/** An object with these members and no others. */
export const members = (description: string, properties: Readonly<Record<string, TSchema>>, rest: PlainSchema = {}) =>
  Type.Object(properties, { additionalProperties: false, description, ...rest });

/** An object whose keys the author chooses, all with the same kind of value. */
export const named = (description: string, value: TSchema, rest: PlainSchema = {}) =>
  Type.Unsafe<Readonly<Record<string, unknown>>>({ type: 'object', additionalProperties: value, description, ...rest });

/** An object of whatever members. */
export const anything = (description: string) => Type.Unsafe<object>({ type: 'object', description });

/** A member that may be left out. */
export const maybe = Type.Optional;

/** What the platform's functions, actions and jobs may be called. */
export const functionNames = { propertyNames: { pattern: '^[A-Za-z_][A-Za-z0-9_]{1,39}$' } };
