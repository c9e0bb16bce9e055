import type { Fault } from '@rollcall/contract';
import { type TSchema, Type } from 'typebox';
import { type Answer, done, refuse } from '../directory/rejection.ts';
import type { Ask } from '../engine/agent-commands.ts';
import { preferredMediaType } from './media-type.ts';
import { refusedInput } from './problem-answer.ts';
import type { Description, Input, Params } from './route.ts';
import type { Services } from './services.ts';
import { shapeCheckOf } from './shape-check.ts';
import { TextBody } from './text-body.ts';
import { ZipBody } from './zip-body.ts';

/** What a request brings: not yet looked at. */
export type RawInput = {
  readonly params: unknown;
  readonly query: unknown;
  readonly body: unknown;
  readonly accept: string | undefined;
};

/** The input of a route, or every fault of it at once. Ids of the path are looked up, not looked at: a bad one is a 404. */
export type InputReader = (raw: RawInput, ask: Ask, services: Services) => Answer<Input>;

/** Reads the input of one route. */
export function inputReader(route: Description): InputReader {
  const querySchema = route.query ?? NOTHING;
  const queryFaults = shapeCheckOf(querySchema);
  const bodyFaults = shapeCheckOf(route.body ?? NOTHING);
  const takesBody = route.method !== 'GET';
  const offered = mediaTypesOf(route);
  return (raw, ask, services) => {
    const query = coerced(querySchema, raw.query);
    // A command without fields is as good with an empty object as with no body at all.
    const body = route.body === undefined ? (raw.body ?? EMPTY) : raw.body;
    const isText = body instanceof TextBody;
    if (route.takesText !== undefined && !isText)
      return refuse('unsupported_media_type', `Send ${route.takesText.join(' or ')}.`);
    const faults: Fault[] = [...queryFaults(query)];
    // What a zip or a text holds is looked at by whoever reads it.
    if (takesBody && !isText && !(body instanceof ZipBody)) {
      faults.push(...bodyFaults(body));
      if (route.check !== undefined && isFields(body)) faults.push(...route.check(body, { ask, services }));
    }
    if (!takesBody && route.check !== undefined) faults.push(...route.check(query, { ask, services }));
    if (faults.length > 0) return refusedInput(faults);
    return done({ params: paramsOf(raw.params), query, body, mediaType: preferredMediaType(raw.accept, offered) });
  };
}

const NOTHING = Type.Object({}, { additionalProperties: false });
const EMPTY = {};

function mediaTypesOf({ answer }: Description): readonly [string, ...string[]] {
  if (answer.status === 204) return ['application/json'];
  return [answer.mediaType ?? 'application/json', ...(answer.files ?? [])];
}

function paramsOf(raw: unknown): Params {
  const { id = '', sid = '' } = raw as Partial<Params>;
  return { id, sid };
}

function isFields(value: unknown): value is Readonly<Record<string, unknown>> {
  return typeof value === 'object' && value !== null && !Array.isArray(value);
}

type QueryField = { readonly type?: unknown; readonly format?: string };

/** A query is all text: what its schema calls a number, a flag or a list is read as one, where it is written like one. */
function coerced(schema: TSchema, raw: unknown): Readonly<Record<string, unknown>> {
  const fields = (schema as { readonly properties?: Readonly<Record<string, QueryField>> }).properties ?? {};
  const values: Record<string, unknown> = {};
  for (const [name, value] of Object.entries(raw as Readonly<Record<string, unknown>>)) {
    const field = Object.hasOwn(fields, name) ? fields[name] : undefined;
    Object.defineProperty(values, name, { value: coercedValue(field, value), enumerable: true });
  }
  return values;
}

function coercedValue(field: QueryField | undefined, value: unknown): unknown {
  // A list is written with commas, by repeating its name, or both.
  if (field?.type === 'array')
    return [value].flat().flatMap((text) => (typeof text === 'string' ? text.split(',') : text));
  if (field === undefined || typeof value !== 'string') return value;
  if (field.type === 'integer') return /^-?[0-9]{1,15}$/.test(value) ? Number(value) : value;
  if (field.type === 'boolean') return FLAGS.get(value) ?? value;
  // A plus sign that was not escaped arrives as a space, and in an instant nothing else can have been meant.
  return field.format === 'instant' ? value.replace(/ (?=[0-9]{2}:?[0-9]{2}$)/, '+') : value;
}

const FLAGS: ReadonlyMap<string, boolean> = new Map([
  ['true', true],
  ['1', true],
  ['false', false],
  ['0', false],
]);
