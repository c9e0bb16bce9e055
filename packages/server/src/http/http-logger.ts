import type { FastifyBaseLogger } from 'fastify';

/** The process's log. Lines hold ids and milliseconds, never a payload, never a secret. */
export type HttpLogger = FastifyBaseLogger;
