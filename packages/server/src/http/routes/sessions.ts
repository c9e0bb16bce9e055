import { SessionOpened, SessionPath, UuidPath } from '@rollcall/contract';
import { type Answer, done, refuse } from '../../directory/rejection.ts';
import { type Ask, closeSession, mayActFor, openSession } from '../../engine/agent-commands.ts';
import type { Engine } from '../../engine/engine.ts';
import { parseSessionId } from '../../engine/session-id.ts';
import { sessionOpened } from '../codecs/session-codec.ts';
import { findDurableAgent } from '../queries/find-agent.ts';
import { MAY } from '../roles.ts';
import { call, command, encoded, type Params, type Route } from '../route.ts';

const chapter = 'Sessions';

export const sessionRoutes: readonly Route[] = [
  command({
    method: 'POST',
    path: '/agents/{id}/sessions',
    chapter,
    roles: MAY.keepSessions,
    summary: 'Signs the agent in: a session opens, which is never lost but can become idle.',
    params: UuidPath,
    answer: { status: 201, schema: SessionOpened },
    refusals: ['unknown_agent', 'agent_inactive'],
    decide: ({ draft, world, ask }, { params }) =>
      encoded(openSession(draft, world, ask, { agentId: params.id, transport: 'http' }), sessionOpened),
  }),
  call({
    method: 'POST',
    path: '/agents/{id}/sessions/{sid}/activity',
    chapter,
    roles: MAY.keepSessions,
    summary: 'Says that the agent is active.',
    params: SessionPath,
    answer: { status: 204 },
    refusals: ['unknown_agent', 'unknown_session'],
    call: ({ engine }, ask, { params }) => recordActivity(engine, ask, params),
  }),
  command({
    method: 'DELETE',
    path: '/agents/{id}/sessions/{sid}',
    chapter,
    roles: MAY.keepSessions,
    summary: 'Signs the agent out of this session.',
    params: SessionPath,
    answer: { status: 204 },
    refusals: ['unknown_agent', 'unknown_session'],
    decide: ({ draft, world, ask }, { params }) => {
      const session = parseSessionId(params.sid);
      // Number 0 is nobody's session: the engine still says first whether the agent is known and may be acted for.
      return closeSession(draft, world, ask, { agentId: params.id, session: session ?? 0 });
    },
  }),
];

/** A tick that names its agent: the cheap way, unless it changes a status. */
async function recordActivity(engine: Engine, ask: Ask, { id, sid }: Params): Promise<Answer<null>> {
  const agent = findDurableAgent(engine, ask.caller, id);
  if (agent === undefined) return refuse('unknown_agent', 'There is no such agent.');
  if (!mayActFor(ask.caller, agent)) {
    return refuse('forbidden', 'A key of role agent may act for its own agent only.');
  }
  const session = parseSessionId(sid);
  const isOwn = session !== null && engine.presence.agentOf(session) === agent.number;
  if (isOwn && (await engine.tick(ask.caller, session, ask.now))) return done(null);
  return refuse('unknown_session', 'The agent has no such live session.');
}
