import type { FastifyInstance, FastifyReply, FastifyRequest } from 'fastify';
import type { Apps } from '../apps/apps.ts';
import { refuse } from '../directory/rejection.ts';
import { externalBodyBytesMax } from '../marketplace/external-event.ts';
import { singleValues, textOf, tokenOf } from './open-request.ts';
import { refuseRequest } from './refuse-request.ts';

/** The addresses that apps gave to outside services. */
export function registerHooks(scope: FastifyInstance, apps: Apps): void {
  scope.route({
    method: ['GET', 'POST', 'PUT'],
    url: '/event/hook/:token',
    bodyLimit: externalBodyBytesMax,
    handler: async (request, reply) => {
      const outcome = await apps.externalEvent(tokenOf(request), {
        method: request.method,
        headers: singleValues(request.headers),
        contentType: request.headers['content-type'] ?? null,
        body: textOf(request.body),
        query: singleValues(request.query as Readonly<Record<string, unknown>>),
      });
      if (outcome === null) return sendUnknown(request, reply);
      switch (outcome.kind) {
        case 'accepted':
          return reply.send({ success: true });
        case 'challenge':
          return reply.header('content-type', 'text/plain; charset=utf-8').send(outcome.text);
        case 'refused':
          if (outcome.status === 429) reply.header('retry-after', 60);
          return reply.code(outcome.status).send({ success: false, message: outcome.message });
      }
    },
  });
}

function sendUnknown(request: FastifyRequest, reply: FastifyReply): FastifyReply {
  refuseRequest(request, reply, refuse('not_found', 'There is nothing at this address.'));
  return reply;
}
