import type { FastifyInstance } from 'fastify';
import type { Description } from '../route.ts';

export function registerDocumentation(_app: FastifyInstance, _routes: readonly Description[], _version: string): void {}
