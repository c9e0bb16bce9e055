import type { CorrectionCreate, CorrectionRead } from '@rollcall/contract';
import { AVAILABLE } from '../../activity/status-label.ts';
import type { Correction, Said } from '../../directory/correction.ts';
import type { CorrectionInput } from '../../engine/correction-commands.ts';
import { assert } from '../../time/assert.ts';
import { formatInstant, parseInstant } from '../../time/instant.ts';
import type { Reading } from './reading.ts';

export function correctionInput(body: CorrectionCreate, agentId: string): CorrectionInput {
  const [from, to] = [parseInstant(body.from), parseInstant(body.to)];
  assert(from !== null && to !== null, 'the shape of the body was checked');
  const { status, note, decision } = body;
  const names = { customStatusId: body.custom_status_id, customStatus: body.custom_status };
  return { agentId, from, to, status, ...names, note, isApproved: decision === 'approved' };
}

export function correctionRead(correction: Correction, reading: Reading): CorrectionRead {
  const { id, customStatusId, decision, decisionNote, decided } = correction;
  const agent = reading.agent(correction.agent);
  assert(agent !== undefined, 'agents are never removed');
  return {
    id,
    agent_id: agent.id,
    from: formatInstant(correction.from),
    to: formatInstant(correction.to),
    status: statusName(correction, reading),
    custom_status_id: customStatusId,
    note: correction.note,
    state: decision ?? 'proposed',
    proposed: saidRead(correction.proposed, reading),
    decided: decided === null ? null : { ...saidRead(decided, reading), note: decisionNote },
  };
}

function statusName({ status, customStatusId }: Correction, reading: Reading): string {
  if (customStatusId === null) return status === AVAILABLE ? 'AVAILABLE' : 'UNAVAILABLE';
  const custom = reading.customStatus(customStatusId);
  assert(custom !== undefined, 'custom statuses are archived, never removed');
  return custom.name;
}

function saidRead({ keyId, person, at, position }: Said, reading: Reading): CorrectionRead['proposed'] {
  const agentId = person === 0 ? null : (reading.agent(person)?.id ?? null);
  return { key_id: keyId, agent_id: agentId, at: formatInstant(at), log_position: position };
}
