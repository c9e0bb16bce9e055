import type { IntelliassignAnswer, IntelliassignBatchAnswer, IntelliassignPut } from '@rollcall/contract';
import { activityPayload } from '../../activity/payload.ts';
import type { StatusChangeAnswer, StatusChoice } from '../../engine/agent-commands.ts';
import { assert } from '../../time/assert.ts';
import { parseInstant } from '../../time/instant.ts';
import type { Reading } from './reading.ts';

/** A chosen status; ids in the one spelling that the server keeps. */
export function statusChoice(body: IntelliassignPut): StatusChoice {
  const { until } = body;
  return {
    customStatusId: body.custom_status_id?.toLowerCase(),
    customStatus: body.custom_status,
    status: body.status,
    until: typeof until === 'string' ? parseInstant(until) : until,
    note: body.note,
    actorId: body.actor_id,
  };
}

export function changeAnswer({ changed, event }: StatusChangeAnswer, reading: Reading): IntelliassignAnswer {
  if (event === null) return { changed, event: null };
  assert(event.kind === 'StatusChanged', 'the event of a change of status is one');
  return { changed, event: activityPayload(event, reading.snapshots) };
}

export function batchAnswer(answers: readonly StatusChangeAnswer[], reading: Reading): IntelliassignBatchAnswer {
  return {
    items: answers.map((answer) => ({ agent_id: answer.agent.profile.id, ...changeAnswer(answer, reading) })),
  };
}
