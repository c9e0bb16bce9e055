import type { FastifyInstance, FastifyRequest } from 'fastify';
import { type Answer, done } from '../directory/rejection.ts';
import { HTTP_LIMITS } from './limits.ts';
import { readBody } from './read-body.ts';

/**
 * Takes JSON and nothing else. A body that cannot be read is an answer like any other, not an error of the connection:
 * the framework would close that, and with it the next requests of an honest client.
 */
export function takeJson(app: FastifyInstance): void {
  app.removeAllContentTypeParsers();
  app.addContentTypeParser('application/json', { parseAs: 'buffer' }, (request, bytes, settle) => {
    const isLarge = bytes.length > HTTP_LIMITS.smallJsonMembersMax && request.routeOptions.bodyLimit > SMALL;
    const membersMax = isLarge ? HTTP_LIMITS.jsonMembersMax : HTTP_LIMITS.smallJsonMembersMax;
    settle(null, readBody(bytes as Buffer, membersMax));
  });
}

const SMALL = HTTP_LIMITS.smallBodyBytesMax;

/** What `takeJson` made of the body; undefined when there was none. */
export function bodyOf(request: FastifyRequest): Answer<unknown> {
  return (request.body as Answer<unknown> | undefined) ?? done(undefined);
}
