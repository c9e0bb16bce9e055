import { IntelliassignAnswer, Signal, UuidPath } from '@rollcall/contract';
import { signal } from '../../engine/agent-commands.ts';
import { changeAnswer } from '../codecs/intelliassign-codec.ts';
import { draftedReading } from '../codecs/reading.ts';
import { MAY } from '../roles.ts';
import { command, encoded, type Route } from '../route.ts';

export const signalRoutes: readonly Route[] = [
  command({
    method: 'POST',
    path: '/agents/{id}/signals',
    chapter: 'IntelliAssign',
    roles: MAY.reportOnAgents,
    summary: 'Takes a word from a router or a phone system.',
    about: 'A call makes an AVAILABLE agent UNAVAILABLE and back; too many missed assignments do the former.',
    params: UuidPath,
    body: Signal,
    example: { type: 'call_started' },
    answer: { status: 200, schema: IntelliassignAnswer },
    refusals: ['unknown_agent', 'agent_inactive'],
    decide: ({ draft, world, ask }, { params, body }) =>
      encoded(signal(draft, world, ask, { agentId: params.id, type: body.type }), (answer) =>
        changeAnswer(answer, draftedReading(draft)),
      ),
  }),
];
