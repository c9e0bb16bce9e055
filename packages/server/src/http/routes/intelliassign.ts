import {
  type ErrorCode,
  IntelliassignAnswer,
  IntelliassignBatch,
  IntelliassignBatchAnswer,
  IntelliassignPut,
  UuidPath,
} from '@rollcall/contract';
import { changeIntelliassign, changeIntelliassignOfMany } from '../../engine/agent-commands.ts';
import { batchAnswer, changeAnswer, statusChoice } from '../codecs/intelliassign-codec.ts';
import { draftedReading } from '../codecs/reading.ts';
import { HTTP_LIMITS } from '../limits.ts';
import { MAY } from '../roles.ts';
import { command, encoded, type Route } from '../route.ts';

const chapter = 'IntelliAssign';
const refusals: readonly ErrorCode[] = [
  'unknown_agent',
  'unknown_custom_status',
  'agent_inactive',
  'custom_status_disabled',
  'custom_status_archived',
];

export const intelliassignRoutes: readonly Route[] = [
  command({
    method: 'PUT',
    path: '/agents/{id}/intelliassign',
    chapter,
    roles: MAY.setStatus,
    summary: "Sets an agent's IntelliAssign status.",
    about: 'Setting what is set already changes nothing, makes no event and is no fault.',
    params: UuidPath,
    body: IntelliassignPut,
    example: { custom_status: 'Lunch', until: '2036-03-04T13:00:00+01:00' },
    answer: { status: 200, schema: IntelliassignAnswer },
    refusals,
    decide: ({ draft, world, ask }, { params, body }) =>
      encoded(changeIntelliassign(draft, world, ask, { ...statusChoice(body), agentId: params.id }), (answer) =>
        changeAnswer(answer, draftedReading(draft)),
      ),
  }),
  command({
    method: 'POST',
    path: '/intelliassign',
    chapter,
    roles: MAY.setStatus,
    summary: "Sets up to 1000 agents' IntelliAssign statuses: all of them, or none.",
    about: 'Answers in the order of the request. The same agent twice is refused.',
    body: IntelliassignBatch,
    example: {
      changes: [{ agent_id: '7f5b1f3e-8f0a-4d27-9c39-5a0e6d1f2b3c', status: 'UNAVAILABLE', note: 'fire drill' }],
    },
    bodyBytesMax: HTTP_LIMITS.bodyBytesMax,
    answer: { status: 200, schema: IntelliassignBatchAnswer },
    refusals,
    decide: ({ draft, world, ask }, { body }) => {
      const changes = body.changes.map((change) => ({ ...statusChoice(change), agentId: change.agent_id }));
      return encoded(changeIntelliassignOfMany(draft, world, ask, changes), (answers) =>
        batchAnswer(answers, draftedReading(draft)),
      );
    },
  }),
];
