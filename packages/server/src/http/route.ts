import type { ErrorCode, Fault, Role, Wire } from '@rollcall/contract';
import type { TSchema } from 'typebox';
import type { Answer } from '../directory/rejection.ts';
import type { Ask } from '../engine/agent-commands.ts';
import type { Draft } from '../engine/draft.ts';
import type { World } from '../engine/world.ts';
import type { Services } from './services.ts';
import type { TextType } from './text-body.ts';

export const METHODS = ['GET', 'POST', 'PUT', 'PATCH', 'DELETE'] as const;
export type Method = (typeof METHODS)[number];

/**
 * One route of the API, said once. Registration, keys and roles, bad input, idempotency, the OpenAPI document and the
 * authorization matrix of the tests all read the same list of these, so that none of them can forget one.
 */
export type Route = Description & { readonly action: Action };

/** What a route looks like from outside. */
export type Description = {
  readonly method: Method;
  /** Below `/api/v1`, with `{id}` where an id stands. */
  readonly path: string;
  /** The heading it stands under in the documentation. */
  readonly chapter: string;
  /** Who may; a route that nobody may use does not compile. */
  readonly roles: readonly [Role, ...Role[]];
  /** One sentence: what it does. */
  readonly summary: string;
  /** What a caller should know besides. */
  readonly about?: string;
  readonly params?: TSchema;
  readonly query?: TSchema;
  readonly body?: TSchema;
  /** A body that is good, for the documentation. */
  readonly example?: unknown;
  readonly answer: RouteAnswer;
  /** The codes it answers besides those that every route can. */
  readonly refusals: readonly ErrorCode[];
  /** Default: `HTTP_LIMITS.smallBodyBytesMax`. */
  readonly bodyBytesMax?: number;
  /** A zip may come in place of the body's JSON: the action gets a `ZipBody`. */
  readonly takesZip?: true;
  /** The kinds of text that the body is: the action gets a `TextBody`, and JSON is not taken. */
  readonly takesText?: readonly TextType[];
  /** The answer holds a secret, or what an app says, which may be one: it is stored sealed. */
  readonly holdsSecret?: true;
  /** What the fields of the body, or of a GET's query, must be beyond their shape. */
  readonly check?: FieldCheck;
};

export type RouteAnswer =
  | {
      readonly status: 200 | 201;
      readonly schema: TSchema;
      /** Default: `application/json`. Anything else is a text that the action answers as it is. */
      readonly mediaType?: string;
      /** Media types in which the same can be had as a file, by the header `Accept`. */
      readonly files?: readonly string[];
    }
  | { readonly status: 204 };

/** Looks at fields of any shape, beside the schema, so that the caller learns of all faults at once. */
export type FieldCheck = (
  fields: Readonly<Record<string, unknown>>,
  around: { readonly ask: Ask; readonly services: Services },
) => readonly Fault[];

/** How a route is served. What the actions return has the wire's own form. */
export type Action =
  /** Shows durable state. */
  | {
      readonly kind: 'query';
      read(services: Services, ask: Ask, input: Input): Answer<unknown> | Promise<Answer<unknown>>;
    }
  /** Decides in a group commit; its answer is stored with the commit when the caller named an idempotency key. */
  | {
      readonly kind: 'command';
      /** What must be asked of the disk before it can be decided. */
      readonly prepare?: (services: Services, ask: Ask, input: Input) => Promise<Prepared>;
      decide(writing: Writing, input: Input, prepared: unknown): Answer<unknown>;
    }
  /** Asks somebody who commits for himself: installed apps, deliveries, presence. */
  | {
      readonly kind: 'call';
      call(services: Services, ask: Ask, input: Input): Promise<Answer<unknown>>;
      /** It may be said again at will, so no idempotency key is looked at. */
      readonly isRepeatable: boolean;
    };

/** Something that was looked up for one command, and is let go of when that was decided, whatever became of it. */
export type Prepared = { close(): void };

/** One command in the making: the draft it is decided on, and who asks when. */
export type Writing = { readonly draft: Draft; readonly world: World; readonly ask: Ask };

/** What came with a request, after it was found to fit the route's schemas. */
export type Input<Query = unknown, Body = unknown> = {
  readonly params: Params;
  readonly query: Query;
  readonly body: Body;
  /** Which of the media types that the route offers the caller likes best. */
  readonly mediaType: string;
};

/** The ids of the path; empty, which is nobody's id, where the path has none. */
export type Params = { readonly id: string; readonly sid: string };

type Described<Query extends TSchema, Body extends TSchema> = Omit<Description, 'query' | 'body' | 'example'> & {
  readonly query?: Query;
  readonly body?: Body;
  readonly example?: Wire<Body>;
};

type Reading<Query extends TSchema> = Described<Query, TSchema> & {
  read(services: Services, ask: Ask, input: Input<Wire<Query>>): Answer<unknown> | Promise<Answer<unknown>>;
};

/** A route that only reads. */
export function query<Query extends TSchema>({ read, ...description }: Reading<Query>): Route {
  return { ...description, action: { kind: 'query', read } };
}

type Deciding<Body extends TSchema> = Described<TSchema, Body> & {
  decide(writing: Writing, input: Input<unknown, Wire<Body>>): Answer<unknown>;
};

/** A route that changes something in the engine. */
export function command<Body extends TSchema>({ decide, ...description }: Deciding<Body>): Route {
  return { ...description, action: { kind: 'command', decide } };
}

type Calling<Body extends TSchema> = Described<TSchema, Body> & {
  readonly isRepeatable?: true;
  call(services: Services, ask: Ask, input: Input<unknown, Wire<Body>>): Promise<Answer<unknown>>;
};

type PreparedDeciding<Body extends TSchema, P extends Prepared> = Described<TSchema, Body> & {
  prepare(services: Services, ask: Ask, input: Input<unknown, Wire<Body>>): Promise<P>;
  decide(writing: Writing, input: Input<unknown, Wire<Body>>, prepared: P): Answer<unknown>;
};

/** A route that changes something in the engine, after it looked something up on the disk. */
export function preparedCommand<Body extends TSchema, P extends Prepared>({
  prepare,
  decide,
  ...description
}: PreparedDeciding<Body, P>): Route {
  const decided = (writing: Writing, input: Input, prepared: unknown) =>
    decide(writing, input as Input<unknown, Wire<Body>>, prepared as P);
  return { ...description, action: { kind: 'command', prepare: prepare as PrepareAny, decide: decided } };
}

type PrepareAny = (services: Services, ask: Ask, input: Input) => Promise<Prepared>;

/** A route whose change somebody else commits. */
export function call<Body extends TSchema>({ call, isRepeatable, ...description }: Calling<Body>): Route {
  return { ...description, action: { kind: 'call', call, isRepeatable: isRepeatable ?? false } };
}

/** The answer in the wire's form, when there is one. */
export function encoded<T>(answer: Answer<T>, encode: (value: T) => unknown): Answer<unknown> {
  return answer.kind === 'rejected' ? answer : { kind: 'done', value: encode(answer.value) };
}
