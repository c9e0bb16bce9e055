import type { FastifyInstance, FastifyRequest } from 'fastify';
import { type Answer, done, refuse } from '../directory/rejection.ts';
import { HTTP_LIMITS } from './limits.ts';
import { readBody } from './read-body.ts';
import { takeTexts } from './text-body.ts';
import { isForZips, takeZips } from './zip-body.ts';

/**
 * Takes JSON and nothing else, but for the addresses that take a zip or a text. A body that cannot be read is an answer like any other, not an error of the connection:
 * the framework would close that, and with it the next requests of an honest client.
 */
export function takeJson(app: FastifyInstance): void {
  app.removeAllContentTypeParsers();
  takeZips(app);
  takeTexts(app);
  app.addContentTypeParser('application/json', { parseAs: 'buffer' }, (request, bytes, settle) => {
    if (isForZips(request) && bytes.length > HTTP_LIMITS.zipInJsonBytesMax) return settle(null, tooLarge());
    const isLarge = bytes.length > HTTP_LIMITS.smallJsonMembersMax && request.routeOptions.bodyLimit > SMALL;
    settle(null, readBody(bytes as Buffer, isLarge ? membersMaxOf(request) : HTTP_LIMITS.smallJsonMembersMax));
  });
}

function membersMaxOf({ routeOptions }: FastifyRequest): number {
  return routeOptions.bodyLimit === HTTP_LIMITS.ingestBytesMax
    ? HTTP_LIMITS.ingestMembersMax
    : HTTP_LIMITS.jsonMembersMax;
}

function tooLarge(): Answer<unknown> {
  return refuse(
    'body_too_large',
    `A body of JSON has at most ${HTTP_LIMITS.zipInJsonBytesMax} bytes here: send a larger zip as it is, as application/zip.`,
  );
}

const SMALL = HTTP_LIMITS.smallBodyBytesMax;

/** What `takeJson` made of the body; undefined when there was none. */
export function bodyOf(request: FastifyRequest): Answer<unknown> {
  return (request.body as Answer<unknown> | undefined) ?? done(undefined);
}
