import type { Role } from '@rollcall/contract';
import type { FastifyReply, FastifyRequest } from 'fastify';
import type { Caller } from '../directory/api-key.ts';
import type { Answer } from '../directory/rejection.ts';
import type { Engine } from '../engine/engine.ts';
import { authenticate, authorize } from './authenticate.ts';
import type { RouteObserver } from './observe-route.ts';
import { refuseRequest } from './refuse-request.ts';

/** Lets those in who may. */
export type Gate = {
  /** Who asks, with one of these roles. Refuses `unauthorized` and `forbidden`. */
  callerOf(request: FastifyRequest, roles: readonly Role[]): Answer<Caller>;
  /** The same as a hook of a route, which runs before anything of the body is read. */
  hookFor(
    roles: readonly Role[],
    observer: RouteObserver,
  ): (request: FastifyRequest, reply: FastifyReply, next: () => void) => void;
};

export function createGate(engine: Engine): Gate {
  const callerOf: Gate['callerOf'] = (request, roles) => {
    const caller = authenticate(engine, request.headers.authorization);
    return caller.kind === 'rejected' ? caller : authorize(caller.value, roles);
  };
  return {
    callerOf,
    hookFor: (roles, observer) => (request, reply, next) => {
      observer.started(request);
      const caller = callerOf(request, roles);
      if (caller.kind === 'rejected') {
        refuseRequest(request, reply, caller);
        return;
      }
      request.caller = caller.value;
      next();
    },
  };
}
