import * as contract from '@rollcall/contract';

/** JSON as the document holds it. */
export type Json = null | boolean | number | string | readonly Json[] | { readonly [name: string]: Json };
export type JsonObject = { readonly [name: string]: Json };

/** A schema as data. */
type Schema = { readonly [keyword: string]: unknown };

const REF = '#/components/schemas/';

/** The contract's schemas by their names there: what clients that are generated from the document call their types. */
const NAMED: ReadonlyMap<unknown, string> = new Map(
  Object.entries(contract).flatMap(([name, value]) => (isSchema(value) ? [[value, name] as const] : [])),
);
/** The same by their fields, by which the form of a schema that may also be null is known. */
const NAMED_FIELDS: ReadonlyMap<unknown, string> = new Map(
  [...NAMED].map(([schema, name]) => [(schema as Schema).properties, name] as const),
);

function isSchema(value: unknown): value is Schema {
  return typeof value === 'object' && value !== null && 'type' in value && 'properties' in value;
}

/** Turns schemas into those of the document, and collects the named ones that it meets on the way. */
export class SchemaCollector {
  readonly #components = new Map<string, JsonObject>();

  /** The schema as it stands where it is used: a reference when it has a name. */
  use(schema: object): JsonObject {
    const name = NAMED.get(schema);
    if (name !== undefined) return this.#reference(name, schema);
    const { type, properties } = schema as Schema;
    const nullableName = Array.isArray(type) ? NAMED_FIELDS.get(properties) : undefined;
    if (nullableName === undefined) return this.inline(schema);
    const plain = [...NAMED].find(([, known]) => known === nullableName)?.[0] as object;
    return { anyOf: [this.#reference(nullableName, plain), { type: 'null' }] };
  }

  /** The schema itself, with references inside it. */
  inline(schema: object): JsonObject {
    return Object.fromEntries(
      Object.entries(schema).map(([keyword, value]) => [keyword, this.#keyword(keyword, value)]),
    );
  }

  get components(): JsonObject {
    return Object.fromEntries([...this.#components].sort(([one], [other]) => (one < other ? -1 : 1)));
  }

  #reference(name: string, schema: object): JsonObject {
    if (!this.#components.has(name)) {
      this.#components.set(name, {});
      this.#components.set(name, this.inline(schema));
    }
    return { $ref: `${REF}${name}` };
  }

  #keyword(keyword: string, value: unknown): Json {
    // An instant of a request may leave out its seconds; for the generators of clients it is a date-time all the same.
    if (keyword === 'format' && value === 'instant') return 'date-time';
    if (keyword === 'properties') {
      return Object.fromEntries(Object.entries(value as object).map(([name, field]) => [name, this.use(field)]));
    }
    if (keyword === 'items') return this.use(value as object);
    if (keyword === 'anyOf') return (value as readonly object[]).map((one) => this.use(one));
    if (keyword === 'additionalProperties' && typeof value === 'object') return this.use(value as object);
    return value as Json;
  }
}
