import type { FastifyInstance, FastifyRequest } from 'fastify';
import { type Answer, done } from '../directory/rejection.ts';
import { readBody } from './read-body.ts';

/**
 * Takes JSON and nothing else. A body that cannot be read is an answer like any other, not an error of the connection:
 * the framework would close that, and with it the next requests of an honest client.
 */
export function takeJson(app: FastifyInstance): void {
  app.removeAllContentTypeParsers();
  app.addContentTypeParser('application/json', { parseAs: 'buffer' }, (_request, bytes, settle) => {
    settle(null, readBody(bytes as Buffer));
  });
}

/** What `takeJson` made of the body; undefined when there was none. */
export function bodyOf(request: FastifyRequest): Answer<unknown> {
  return (request.body as Answer<unknown> | undefined) ?? done(undefined);
}
