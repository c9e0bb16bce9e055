import { type Static, type TSchema, Type } from 'typebox';
import { WIRE_LIMITS } from './limits.ts';

/**
 * The few kinds of field that the wire is made of. Every constructor takes its description first, so that no field can
 * be written without saying what it means.
 *
 * A field that may be null is written `"type": ["string", "null"]` rather than as a union of two schemas: validators
 * then name the field instead of "no branch matched", and serializers stay on their fast path.
 */

/** The deeply read-only form of a type: what code may hold of a value that came over the wire. */
export type Frozen<T> = T extends object ? { readonly [Key in keyof T]: Frozen<T[Key]> } : T;

/** The static type of a schema, read-only in every part. */
export type Wire<Schema extends TSchema> = Frozen<Static<Schema>>;

/** A regular expression of the wire, with the words that name it in a fault. */
export type WirePattern = { readonly source: string; readonly words: string };

/**
 * Every pattern that the contract uses. All are anchored and free of nested repetition, so matching is linear in the
 * length of the text, which a hostile sender chooses.
 */
export const WIRE_PATTERNS = Object.freeze({
  orgId: { source: '^[0-9]{1,20}$', words: 'a string of digits' },
  email: { source: '^[^\\s@]+@[^\\s@]+$', words: 'an email address' },
  httpUrl: { source: '^https?://[^\\s]+$', words: 'an http or https address' },
  host: {
    source: '^[A-Za-z0-9-]+(?:[.][A-Za-z0-9-]+)*$',
    words: 'a bare host without scheme, port or path, such as support.example.com',
  },
  opaqueId: { source: '^[A-Za-z0-9_.:-]{1,64}$', words: 'an id of letters, digits, "_", "-", "." and ":"' },
  timeZone: { source: '^[A-Za-z][A-Za-z0-9_+/-]*$', words: 'an IANA time zone such as Europe/Berlin' },
  utcInstant: {
    source: '^[0-9]{4}-[0-9]{2}-[0-9]{2}T[0-9]{2}:[0-9]{2}:[0-9]{2}[.][0-9]{3}Z$',
    words: 'an instant in UTC with milliseconds, such as 2026-03-04T09:00:00.000Z',
  },
  localDate: { source: '^[0-9]{4}-[0-9]{2}-[0-9]{2}$', words: 'a local date such as 2026-03-04' },
  wallTime: {
    source: '^(?:(?:[01][0-9]|2[0-3]):[0-5][0-9]|24:00)$',
    words: 'a wall time such as 09:00 (24:00 as an end)',
  },
  visible: { source: '\\S', words: 'a text that is not blank' },
  emoji: { source: '^[A-Za-z0-9_+-]+$', words: 'an emoji short code without colons, such as joy' },
} as const satisfies Readonly<Record<string, WirePattern>>);

/**
 * The formats that the contract uses. `instant` is ours (ISO 8601 with an offset) and stands in requests only: whoever
 * validates those with a general JSON Schema validator registers it.
 */
export const WIRE_FORMATS = Object.freeze(['uuid', 'instant', 'date-time'] as const);

type TextBounds = {
  readonly min?: number;
  readonly max?: number;
  readonly pattern?: string;
  readonly format?: (typeof WIRE_FORMATS)[number];
  readonly default?: string;
  readonly examples?: readonly string[];
};

/** A string of `min` (1) to `max` (200) characters. */
export const text = (description: string, { min, max, pattern, format, ...rest }: TextBounds = {}) =>
  Type.String({
    description,
    ...(format === undefined
      ? { minLength: min ?? 1, maxLength: max ?? WIRE_LIMITS.nameCharactersMax }
      : { format, maxLength: 64 }),
    ...(pattern === undefined ? {} : { pattern }),
    ...rest,
  });

/** A bare UUID of any version. */
export const uuid = (description: string) => text(description, { format: 'uuid' });

/** An id that only its maker understands. */
export const opaqueId = (description: string) =>
  text(description, { pattern: WIRE_PATTERNS.opaqueId.source, min: 1, max: 64 });

/** An instant as ISO 8601 with an offset; finer fractions than milliseconds are cut off. */
export const instant = (description: string) =>
  text(description, { format: 'instant', examples: ['2026-03-04T09:00:00.000Z', '2026-03-04T10:00:00+01:00'] });

/** An instant as ISO 8601 in UTC with exactly three decimals and `Z`, which is the only form that we send. */
export const utcInstant = (description: string) =>
  text(description, {
    format: 'date-time',
    pattern: WIRE_PATTERNS.utcInstant.source,
    examples: ['2026-03-04T09:00:00.000Z'],
  });

/** An organization-level id: a string of digits, since many are beyond 2^53 and a number would lose the last ones. */
export const orgId = (description: string) => text(description, { pattern: WIRE_PATTERNS.orgId.source, max: 20 });

export const email = (description: string) =>
  text(description, { pattern: WIRE_PATTERNS.email.source, min: 3, max: WIRE_LIMITS.emailCharactersMax });

export const httpUrl = (description: string) =>
  text(description, { pattern: WIRE_PATTERNS.httpUrl.source, min: 8, max: WIRE_LIMITS.urlCharactersMax });

export const host = (description: string) =>
  text(description, { pattern: WIRE_PATTERNS.host.source, max: WIRE_LIMITS.hostCharactersMax });

export const timeZone = (description: string) =>
  text(description, { pattern: WIRE_PATTERNS.timeZone.source, max: 64, examples: ['Europe/Berlin'] });

export const emoji = (description: string) =>
  text(description, { pattern: WIRE_PATTERNS.emoji.source, max: WIRE_LIMITS.emojiCharactersMax, examples: ['joy'] });

export const statusName = (description: string) =>
  text(description, { pattern: WIRE_PATTERNS.visible.source, max: WIRE_LIMITS.statusNameCharactersMax });

export const name = (description: string) => text(description, { pattern: WIRE_PATTERNS.visible.source });

/** A cursor or stream id: opaque, taken from an earlier answer. */
export const cursor = (description: string) => text(description, { max: WIRE_LIMITS.cursorCharactersMax });

/** A day on somebody's calendar. */
export const localDate = (description: string) =>
  text(description, { pattern: WIRE_PATTERNS.localDate.source, max: 10, examples: ['2026-03-04'] });

/** A time of day on the wall. */
export const wallTime = (description: string) =>
  text(description, { pattern: WIRE_PATTERNS.wallTime.source, max: 5, examples: ['09:00'] });

/** One of a closed list of words. */
export const choice = <const Word extends string>(
  description: string,
  words: readonly Word[],
  rest: { readonly default?: Word } = {},
) => Type.Unsafe<Word>({ type: 'string', enum: [...words], description, ...rest });

export const flag = (description: string, rest: { readonly default?: boolean } = {}) =>
  Type.Boolean({ description, ...rest });

type IntegerBounds = { readonly min?: number; readonly max?: number; readonly default?: number };

/** An integer from `min` (0) to `max` (2^53 − 1, so that JSON readers keep every digit). */
export const integer = (description: string, { min, max, ...rest }: IntegerBounds = {}) =>
  Type.Integer({ description, minimum: min ?? 0, maximum: max ?? Number.MAX_SAFE_INTEGER, ...rest });

/** A number above zero up to `max`, fractions allowed. */
export const positive = (description: string, max: number) =>
  Type.Number({ description, exclusiveMinimum: 0, maximum: max });

/** A length of time in milliseconds, 100 ms to 7 days. */
export const durationMs = (description: string, rest: { readonly default?: number } = {}) =>
  integer(description, { min: WIRE_LIMITS.durationMsMin, max: WIRE_LIMITS.durationMsMax, ...rest });

type ListBounds = { readonly min?: number; readonly max?: number; readonly unique?: boolean };

export const list = <Item extends TSchema>(description: string, item: Item, { min, max, unique }: ListBounds = {}) =>
  Type.Unsafe<readonly Static<Item>[]>({
    type: 'array',
    items: item,
    description,
    ...(min === undefined ? {} : { minItems: min }),
    ...(max === undefined ? {} : { maxItems: max }),
    ...(unique === true ? { uniqueItems: true } : {}),
  });

/** An object whose keys are not ours to know. */
export const anyObject = (description: string) =>
  Type.Unsafe<{ readonly [key: string]: unknown }>({ type: 'object', additionalProperties: true, description });

/** Whatever JSON can say: for what somebody else's code answers. */
export const anyValue = (description: string) => Type.Unsafe<unknown>({ description });

/** The same field, or null. */
export const orNull = <Schema extends TSchema>(schema: Schema) => {
  const plain = schema as { readonly type?: unknown; readonly enum?: readonly unknown[] };
  return Type.Unsafe<Static<Schema> | null>({
    ...schema,
    type: [plain.type, 'null'],
    ...(plain.enum === undefined ? {} : { enum: [...plain.enum, null] }),
  });
};

/** The same field, which may be left out. */
export const optional = Type.Optional;
