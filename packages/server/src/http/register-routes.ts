import type { FastifyInstance, FastifyReply, FastifyRequest } from 'fastify';
import type { Caller } from '../directory/api-key.ts';
import { refuse } from '../directory/rejection.ts';
import { assert } from '../time/assert.ts';
import { sendFile } from './file-answer.ts';
import type { Gate } from './gate.ts';
import { HTTP_LIMITS } from './limits.ts';
import type { RouteObserver } from './observe-route.ts';
import { problemAnswer } from './problem-answer.ts';
import { inputReader } from './read-input.ts';
import { type Description, METHODS, type Route } from './route.ts';
import { type Serving, send, serveRoute } from './serve-route.ts';

declare module 'fastify' {
  interface FastifyRequest {
    /** Who asks; null before the gate, and on addresses that ask nobody. */
    caller: Caller | null;
  }
}

export const API_PREFIX = '/api/v1';

/** What all routes are served with. */
export type RouteParts = {
  readonly gate: Gate;
  readonly serving: Serving;
  observerOf(method: string, path: string): RouteObserver;
};

/** Makes the framework serve the routes: each behind the gate for its roles. */
export function registerRoutes(app: FastifyInstance, routes: readonly Route[], parts: RouteParts): void {
  const { gate, serving, observerOf } = parts;
  for (const route of routes) {
    const prepared = { route, readInput: inputReader(route) };
    app.route({
      method: route.method,
      url: `${API_PREFIX}${frameworkPath(route.path)}`,
      bodyLimit: bodyBytesMaxOf(route),
      config: { takesZip: route.takesZip === true, takesText: route.takesText ?? [] },
      onRequest: gate.hookFor(route.roles, observerOf(route.method, route.path)),
      handler: async (request, reply) => {
        assert(request.caller !== null, 'the gate lets nobody through unknown');
        const served = await serveRoute(prepared, serving, request.caller, request);
        if (hasFiles(route)) reply.header('vary', 'accept');
        if ('file' in served) return sendFile(reply, served.file);
        const { answer, isReplayed } = served;
        if (isReplayed === true) reply.header('idempotency-replayed', 'true');
        return send(reply, answer, mediaTypeOf(route));
      },
    });
  }
}

function hasFiles({ answer }: Route): boolean {
  return answer.status !== 204 && answer.files !== undefined;
}

/** Of a text; undefined for JSON. */
function mediaTypeOf({ answer }: Route): string | undefined {
  const type = answer.status === 204 ? undefined : answer.mediaType;
  return type === undefined || type.includes('json') ? undefined : `${type}; charset=utf-8`;
}

function bodyBytesMaxOf({ bodyBytesMax, takesZip }: Route): number {
  return takesZip === true ? HTTP_LIMITS.zipBytesMax : (bodyBytesMax ?? HTTP_LIMITS.smallBodyBytesMax);
}

/** Answers the methods that a known address does not take, before anything of the request is read. */
export function refuseOtherMethods(app: FastifyInstance, routes: readonly Description[]): void {
  for (const [path, taken] of methodsByPath(routes)) {
    const allow = [...(taken.has('GET') ? ['HEAD'] : []), ...taken, 'OPTIONS'].join(', ');
    const others = [...METHODS.filter((method) => !taken.has(method)), 'OPTIONS'];
    const refuseMethod = async (request: FastifyRequest, reply: FastifyReply) => {
      reply.header('allow', allow);
      if (request.method === 'OPTIONS') return send(reply, { status: 204, body: null });
      const detail = `${request.method} is not taken here, but ${allow}.`;
      return send(reply, problemAnswer(refuse('method_not_allowed', detail), request.id));
    };
    app.route({
      method: others,
      url: `${API_PREFIX}${frameworkPath(path)}`,
      onRequest: refuseMethod,
      handler: refuseMethod,
    });
  }
}

function methodsByPath(routes: readonly Description[]): ReadonlyMap<string, ReadonlySet<string>> {
  const byPath = new Map<string, Set<string>>();
  for (const { method, path } of routes) byPath.set(path, (byPath.get(path) ?? new Set()).add(method));
  return byPath;
}

function frameworkPath(path: string): string {
  return path.replaceAll(/\{(\w+)\}/g, ':$1');
}
