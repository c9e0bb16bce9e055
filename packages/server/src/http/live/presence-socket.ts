import type { IncomingHttpHeaders, IncomingMessage } from 'node:http';
import type { Duplex } from 'node:stream';
import type { FastifyInstance } from 'fastify';
import type { Caller } from '../../directory/api-key.ts';
import type { Engine } from '../../engine/engine.ts';
import { PRESENCE_LIMITS, type PresenceLimits } from './limits.ts';
import type { LiveLogger } from './live-logger.ts';
import { handshakeProblem, presenceAddress, presenceCaller, readPresenceAsk } from './presence-request.ts';
import { PresenceSockets, type Upgrade } from './presence-sockets.ts';
import {
  endWithProblem,
  problemReply,
  sendProblem,
  shuttingDown,
  unauthorized,
  upgradeRequired,
} from './problem-reply.ts';

export const PRESENCE_PATH = '/api/v1/agents/:id/presence';

export type PresenceDeps = {
  readonly engine: Engine;
  /** Who asks; null without a key that is known. */
  authenticate(headers: IncomingHttpHeaders): Caller | null;
  readonly logger: LiveLogger;
  /** Default: `PRESENCE_LIMITS`. */
  readonly limits?: Partial<PresenceLimits>;
};

export type PresenceDoor = {
  /** For the server's `upgrade` event; false when the address is somebody else's, and nothing was done. */
  handleUpgrade(request: IncomingMessage, socket: Duplex, head: Buffer): boolean;
  /** Ends every socket with 1012. Their sessions stay open: the next server counts them as lost when it is ready. */
  close(): Promise<void>;
};

/**
 * `/api/v1/agents/{id}/presence`: a WebSocket that is a session of the agent. Open is sign-in, the first message out is
 * `{"type":"session","id"}`, `{"type":"activity"}` in is a tick, `{"type":"sign_out"}` in is a sign-out, and a close is a
 * loss, from which `?session=ID` returns. What cannot be taken is answered `{"type":"error","code","detail"}`.
 *
 * Answers before the upgrade: `invalid_input` (also as 426), `unauthorized`, `forbidden`, `unknown_agent`,
 * `unknown_session`, `agent_inactive`, `too_many_requests`, `store_unavailable`, `shutting_down`. Closes with the codes of
 * `PRESENCE_CLOSE`.
 *
 * Source: https://www.rfc-editor.org/rfc/rfc6455 (read 2026-11-22)
 */
export function createPresenceDoor(deps: PresenceDeps): PresenceDoor {
  const { engine, logger, authenticate } = deps;
  const sockets = new PresenceSockets(engine, logger, { ...PRESENCE_LIMITS, ...deps.limits });
  return {
    handleUpgrade(request, socket, head) {
      const address = presenceAddress(request.url ?? '');
      if (address === null) return false;
      // A connection that left the hands of HTTP has nobody to hear its errors; its close is what counts.
      socket.on('error', () => {});
      const instance = `req_${engine.world.random.uuid()}`;
      const problem = handshakeProblem(request, instance);
      if (problem !== null) {
        endWithProblem(socket, problem);
        return true;
      }
      const caller = presenceCaller(request.headers, authenticate);
      const ask = sockets.isClosing ? shuttingDown() : readPresenceAsk(address, caller, engine);
      if (ask.kind === 'rejected') endWithProblem(socket, problemReply(ask, instance));
      else void sockets.admit(ask.value, { request, socket, head, instance } satisfies Upgrade);
      return true;
    },
    close: () => sockets.close(),
  };
}

/** Says to who asks over plain HTTP what the address is for. */
export function registerPresenceAddress(
  app: FastifyInstance,
  { authenticate }: Pick<PresenceDeps, 'authenticate'>,
): void {
  app.route({
    method: 'GET',
    url: PRESENCE_PATH,
    exposeHeadRoute: false,
    handler: (request, reply) => {
      const caller = presenceCaller(request.headers, authenticate);
      const problem = caller === null ? problemReply(unauthorized(), request.id) : upgradeRequired(request.id);
      sendProblem(reply, problem);
    },
  });
}
