import { ERROR_RULES, type ErrorCode, EXAMPLE_ACTIVITY_PAYLOADS, Problem } from '@rollcall/contract';
import { API_PREFIX } from '../register-routes.ts';
import type { Description } from '../route.ts';
import { type Json, type JsonObject, SchemaCollector } from './schema-document.ts';

/**
 * The OpenAPI document of the API, made of the routes themselves, so that it cannot tell another story than the server.
 * `x-roles` says who may, and `x-codes` which codes a status can carry.
 * Source: https://spec.openapis.org/oas/v3.1.1.html (read 2026-11-22)
 */
export function openApiDocument(routes: readonly Description[], version: string): JsonObject {
  const schemas = new SchemaCollector();
  const paths: Record<string, Record<string, Json>> = {};
  for (const route of routes) {
    const operations = paths[route.path] ?? {};
    operations[route.method.toLowerCase()] = operation(route, schemas);
    paths[route.path] = operations;
  }
  return {
    openapi: '3.1.1',
    info: {
      title: 'Rollcall',
      version,
      summary: 'Who of a support team is available, as it changes.',
      description: INTRODUCTION,
    },
    servers: [{ url: API_PREFIX }],
    security: [{ key: [] }],
    tags: [...new Set(routes.map(({ chapter }) => chapter))].map((name) => ({ name })),
    paths,
    components: {
      schemas: withExamples(schemas.components),
      securitySchemes: { key: { type: 'http', scheme: 'bearer' } },
    },
  };
}

/** What holds for all routes, said once. */
export const INTRODUCTION = [
  'JSON in snake_case. Send `Authorization: Bearer KEY`. Instants are ISO 8601 with an offset on the way in, UTC with milliseconds on the way out.',
  'Lists are paged: `limit` (default 100, at most 1000) and `after`, the `next` of the page before.',
  'A write that names an `Idempotency-Key` is done once: its answer is kept for at least 24 hours and given again, marked with `Idempotency-Replayed: true`.',
  'An answer to a write is sent when the change is on disk. Errors are problems (RFC 9457) with a stable `code`, and `errors` names every bad field at once.',
].join('\n\n');

function operation(route: Description, schemas: SchemaCollector): JsonObject {
  return {
    tags: [route.chapter],
    operationId: operationId(route),
    summary: route.summary,
    ...(route.about === undefined ? {} : { description: route.about }),
    'x-roles': route.roles,
    parameters: parametersOf(route, schemas),
    ...(route.body === undefined ? {} : { requestBody: requestBody(route, route.body, schemas) }),
    ...(route.takesText === undefined ? {} : { requestBody: textBody(route.takesText) }),
    responses: { ...success(route, schemas), ...refusals(route, schemas) },
  };
}

/** `PUT /agents/{id}/intelliassign` is `putAgentsByIdIntelliassign`: unique because method and path are. */
function operationId({ method, path }: Description): string {
  const words = path.split(/[/-]/).filter((part) => part !== '');
  const parts = words.map((word) => (word.startsWith('{') ? `By${capital(word.slice(1, -1))}` : capital(word)));
  return `${method.toLowerCase()}${parts.join('')}`;
}

function capital(word: string): string {
  return `${word.slice(0, 1).toUpperCase()}${word.slice(1)}`;
}

type Fields = { readonly properties?: Readonly<Record<string, object>>; readonly required?: readonly string[] };

function parametersOf(route: Description, schemas: SchemaCollector): readonly Json[] {
  return [
    ...parametersIn('path', route.params ?? {}, schemas),
    ...parametersIn('query', route.query ?? {}, schemas),
    ...(isWrite(route) ? [IDEMPOTENCY_KEY] : []),
  ];
}

function parametersIn(place: 'path' | 'query', schema: object, schemas: SchemaCollector): readonly JsonObject[] {
  const { properties = {}, required = [] } = schema as Fields;
  return Object.entries(properties).map(([name, field]) => {
    const { description = '', ...rest } = schemas.use(field);
    return { name, in: place, required: place === 'path' || required.includes(name), description, schema: rest };
  });
}

const IDEMPOTENCY_KEY: JsonObject = {
  name: 'Idempotency-Key',
  in: 'header',
  required: false,
  description: 'Makes the write safe to repeat: the same key with the same request gets the same answer.',
  schema: { type: 'string', minLength: 1, maxLength: 255, pattern: '^[!-~]+$' },
};

export function isWrite({ method }: Description): boolean {
  return method !== 'GET';
}

function requestBody(route: Description, schema: object, schemas: SchemaCollector): JsonObject {
  const example = route.example as Json | undefined;
  const content = { schema: schemas.use(schema), ...(example === undefined ? {} : { example }) };
  const zip = route.takesZip === true ? { 'application/zip': { schema: {} } } : {};
  return { required: true, content: { 'application/json': content, ...zip } };
}

function textBody(types: readonly string[]): JsonObject {
  return { required: true, content: Object.fromEntries(types.map((type) => [type, { schema: { type: 'string' } }])) };
}

function success({ answer }: Description, schemas: SchemaCollector): JsonObject {
  if (answer.status === 204) return { 204: { description: 'Done.' } };
  const { description } = answer.schema as { readonly description?: string };
  const files = (answer.files ?? []).map((mediaType) => [mediaType, { schema: {} }] as const);
  const content = {
    [answer.mediaType ?? 'application/json']: { schema: schemas.use(answer.schema) },
    ...Object.fromEntries(files),
  };
  return { [answer.status]: { description: description ?? 'The answer.', content } };
}

/** What every route can answer, what follows from its parts, and what it says itself, by status. */
export function codesOf(route: Description): ReadonlyMap<number, readonly ErrorCode[]> {
  const codes: ErrorCode[] = ['unauthorized', 'forbidden', 'internal', 'shutting_down', 'invalid_input'];
  if (isWrite(route)) codes.push('idempotency_conflict', 'store_unavailable');
  if (route.takesText !== undefined) codes.push('body_too_large', 'unsupported_media_type');
  if (route.body !== undefined) codes.push('malformed_json', 'body_too_large', 'unsupported_media_type');
  const all = [...new Set([...codes, ...route.refusals])];
  const byStatus = Map.groupBy(all, (code) => ERROR_RULES[code].status);
  return new Map([...byStatus].sort(([one], [other]) => one - other));
}

function refusals(route: Description, schemas: SchemaCollector): JsonObject {
  const content = { 'application/problem+json': { schema: schemas.use(Problem) } };
  return Object.fromEntries(
    [...codesOf(route)].map(([status, codes]) => {
      const description = codes.map((code) => `\`${code}\`: ${ERROR_RULES[code].title}.`).join(' ');
      return [status, { description, content, 'x-codes': codes }];
    }),
  );
}

function withExamples(components: JsonObject): JsonObject {
  const { ActivityPayload: payload, ...rest } = components;
  if (payload === undefined) return components;
  const examples = Object.values(EXAMPLE_ACTIVITY_PAYLOADS) as unknown as readonly Json[];
  return { ActivityPayload: { ...(payload as JsonObject), examples }, ...rest };
}
