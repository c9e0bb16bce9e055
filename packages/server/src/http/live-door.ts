import type { IncomingHttpHeaders } from 'node:http';
import type { FastifyInstance } from 'fastify';
import type { Caller } from '../directory/api-key.ts';
import type { Engine } from '../engine/engine.ts';
import type { Agent } from '../engine/memory.ts';
import type { HttpLogger } from './http-logger.ts';
import type { Description } from './route.ts';

/** What connections that stay open (event stream, presence socket) get from the server that they hang on. */
export type LiveDeps = {
  readonly engine: Engine;
  /** Who asks; null without a key that is known. */
  authenticate(headers: IncomingHttpHeaders): Caller | null;
  /** An agent on the wire, as a read of it shows. */
  encodeAgent(agent: Agent): object;
  readonly logger: HttpLogger;
  /** From here on nothing new may begin. */
  isStopping(): boolean;
};

/**
 * The doors that stay open. They add whole paths (`/api/v1/events/stream`) and end what is open in a `preClose` hook of
 * the instance: the server does not wait for them.
 */
export type LiveDoor = {
  register(app: FastifyInstance, deps: LiveDeps): void;
  /** What they look like from outside, for the documentation and the authorization matrix; paths below `/api/v1`. */
  readonly described: readonly Description[];
};
