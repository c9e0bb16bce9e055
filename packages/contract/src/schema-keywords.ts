/**
 * The JSON Schema keywords that the schemas of this package use, and no others: a test holds it. `anyOf` stands only for
 * "at least one of these fields".
 */
export type Keywords = {
  readonly type?: string | readonly string[];
  readonly enum?: readonly unknown[];
  readonly const?: unknown;
  readonly properties?: Readonly<Record<string, Keywords>>;
  readonly required?: readonly string[];
  readonly additionalProperties?: boolean | Keywords;
  readonly items?: Keywords;
  readonly minItems?: number;
  readonly maxItems?: number;
  readonly uniqueItems?: boolean;
  readonly minLength?: number;
  readonly maxLength?: number;
  readonly pattern?: string;
  readonly format?: string;
  readonly minimum?: number;
  readonly maximum?: number;
  readonly exclusiveMinimum?: number;
  readonly anyOf?: readonly { readonly required: readonly string[] }[];
};

/** The types that a schema names, as a list. */
export const typesOf = ({ type }: Keywords): readonly string[] =>
  typeof type === 'string' ? [type] : (type ?? ['any']);

/** True for what JSON calls an object. */
export const isRecord = (value: unknown): value is Readonly<Record<string, unknown>> =>
  typeof value === 'object' && value !== null && !Array.isArray(value);
