import { EventStreamQuery, PresenceQuery, UuidPath } from '@rollcall/contract';
import { Type } from 'typebox';
import { refuse } from '../../directory/rejection.ts';
import type { LiveDoor } from '../live-door.ts';
import { MAY } from '../roles.ts';
import { registerEventStream } from './event-stream.ts';
import { createPresenceDoor, registerPresenceAddress } from './presence-socket.ts';
import { endWithProblem, problemReply } from './problem-reply.ts';

/** The doors that stay open: the event stream and the presence socket. */
export function liveDoors(): LiveDoor {
  return {
    register(app, deps) {
      registerEventStream(app, deps);
      registerPresenceAddress(app, deps);
      const presence = createPresenceDoor(deps);
      app.server.on('upgrade', (request, socket, head) => {
        if (presence.handleUpgrade(request, socket, head)) return;
        socket.on('error', () => socket.destroy());
        const refusal = refuse('not_found', 'There is no WebSocket at this address.');
        endWithProblem(socket, problemReply(refusal, `req_${deps.engine.world.random.uuid()}`));
      });
      app.addHook('preClose', () => presence.close());
    },
    described: [
      {
        method: 'GET',
        path: '/events/stream',
        chapter: 'Events',
        roles: MAY.readEvents,
        summary: 'The events as they happen, as Server-Sent Events.',
        about:
          'id is the log position, event is onAgentActivityCreate, data is the payload. Last-Event-ID or after resumes without loss or doubling; snapshot=1 first sends where every agent stands.',
        query: EventStreamQuery,
        answer: {
          status: 200,
          mediaType: 'text/event-stream',
          schema: Type.String({ description: 'Server-Sent Events.' }),
        },
        refusals: ['invalid_input', 'unknown_agent', 'too_many_requests'],
      },
      {
        method: 'GET',
        path: '/agents/{id}/presence',
        chapter: 'Presence',
        roles: MAY.keepSessions,
        summary: 'A WebSocket that is a session of the agent.',
        about:
          'Open is sign-in; the first message out is {"type":"session","id"}; {"type":"activity"} in is activity; {"type":"sign_out"} in is sign-out; a close is a loss, from which ?session=ID returns.',
        params: UuidPath,
        query: PresenceQuery,
        answer: { status: 200, schema: Type.String({ description: 'A WebSocket (101).' }) },
        refusals: ['unknown_agent', 'unknown_session', 'agent_inactive', 'too_many_requests'],
      },
    ],
  };
}
