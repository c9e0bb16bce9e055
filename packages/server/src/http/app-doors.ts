import type { FastifyInstance } from 'fastify';
import type { Apps } from '../apps/apps.ts';
import { refuse } from '../directory/rejection.ts';
import { registerHooks } from './hook-door.ts';
import { registerInstallation } from './installation-door.ts';
import { HTTP_LIMITS } from './limits.ts';
import { registerCallback } from './oauth-door.ts';
import { refuseRequest } from './refuse-request.ts';
import { RequestRate } from './request-rate.ts';

export type AppDoorsDeps = { readonly apps: Apps; readonly now: () => number };

/**
 * The addresses outside the API that need no key, because they hold a secret of their own: the installation page of a
 * link, the address that an app gave to an outside service, and the way back from an authorization. Whoever guesses at
 * them is told nothing and slowed down.
 */
export function registerAppDoors(app: FastifyInstance, { apps, now }: AppDoorsDeps): void {
  const rate = new RequestRate(HTTP_LIMITS.openDoorRequestsPerMinuteMax, now);
  app.register(async (scope) => {
    scope.removeAllContentTypeParsers();
    // Of any kind, as it came: what is understood is said by whoever reads it.
    scope.addContentTypeParser('*', { parseAs: 'buffer' }, (_request, bytes, settle) => settle(null, bytes));
    scope.addHook('onRequest', (request, reply, next) => {
      if (rate.take(request.ip)) return next();
      reply.header('retry-after', 60);
      refuseRequest(request, reply, refuse('too_many_requests', 'This address takes fewer requests from one sender.'));
    });
    registerInstallation(scope, apps);
    registerHooks(scope, apps);
    registerCallback(scope, apps);
  });
}
