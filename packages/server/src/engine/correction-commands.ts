import type { CorrectionDecision, FactBody, RecordedFact } from '../activity/fact.ts';
import type { AgentNumber } from '../activity/position.ts';
import { AVAILABLE, type StatusLabel, UNAVAILABLE } from '../activity/status-label.ts';
import { type Correction, correctionFaults, refusedDecision, type Said } from '../directory/correction.ts';
import { nameKey } from '../directory/name-key.ts';
import { type Answer, done, type Rejection, refuse } from '../directory/rejection.ts';
import { assert } from '../time/assert.ts';
import type { Instant } from '../time/instant.ts';
import { type Ask, findAgent, mayActFor, passTime } from './agent-commands.ts';
import { envelope, putRecord } from './directory-record.ts';
import type { Draft } from './draft.ts';
import { type Agent, type Recorded, scoped } from './memory.ts';
import type { World } from './world.ts';

export type CorrectionInput = {
  readonly agentId: string;
  readonly from: Instant;
  readonly to: Instant;
  /** Wins over `customStatus`, which wins over `status`. */
  readonly customStatusId?: string | undefined;
  readonly customStatus?: string | undefined;
  readonly status?: 'AVAILABLE' | 'UNAVAILABLE' | undefined;
  readonly note?: string | null | undefined;
  /** Approved in the same breath: by a supervisor or admin, for somebody else. */
  readonly isApproved?: boolean | undefined;
};

/** Says what really happened. Nothing that was recorded changes; a report reads it once it is approved. */
export function proposeCorrection(
  draft: Draft,
  world: World,
  ask: Ask,
  input: CorrectionInput,
): Answer<Recorded<Correction>> {
  const agent = findAgent(draft, ask, input.agentId);
  if (agent === undefined) return refuse('unknown_agent', `There is no agent ${input.agentId}.`);
  const { caller } = ask;
  if (!mayActFor(caller, agent)) {
    return refuse('forbidden', 'A key of role agent may propose corrections for its own agent only.');
  }
  if (input.isApproved === true && (caller.role === 'agent' || caller.agent === agent.number)) {
    const detail = 'A correction is approved as it is proposed only by a supervisor or admin, and for somebody else.';
    return refuse('own_correction', detail, [{ pointer: '/decision', detail }]);
  }
  const { from, to, note = null } = input;
  const faults = correctionFaults({ from, to }, { createdAt: agent.profile.createdAt, now: ask.now });
  if (faults.length > 0) return refuse('invalid_input', faults[0]?.detail ?? '', faults);
  const target = targetOf(draft, agent, input);
  if (target.kind === 'rejected') return target;
  passTime(draft, world, [agent.number], ask.now);
  const { status, customStatusId } = target;
  const id = world.random.uuid();
  const said = { note, actorProfile: personPosition(draft, ask), by: caller.keyId };
  const fact = say(draft, ask, agent.number, {
    kind: 'CorrectionProposed',
    correctionId: id,
    from,
    to,
    status,
    ...said,
  });
  const proposed: Correction = {
    id,
    agent: agent.number,
    from,
    to,
    status,
    customStatusId,
    note,
    proposed: saidOf(ask, fact),
    decision: null,
    decisionNote: null,
    decided: null,
  };
  if (input.isApproved === true) return done(decide(draft, ask, proposed, { decision: 'approved', note: null }));
  return done(putCorrection(draft, ask, proposed, fact));
}

export type DecisionInput = {
  readonly id: string;
  readonly decision: CorrectionDecision;
  readonly note?: string | null | undefined;
};

/** Approves, declines or takes back a correction: once, and for good. */
export function decideCorrection(
  draft: Draft,
  world: World,
  ask: Ask,
  { id, decision, note = null }: DecisionInput,
): Answer<Recorded<Correction>> {
  const found = draft.memory.corrections.drafted(id.toLowerCase());
  const mayKnow = found?.account === ask.caller.account && maySee(ask, found.record);
  if (found === undefined || !mayKnow) return unknownCorrection(id);
  const refused = refusedDecision(ask.caller, found.record, decision);
  if (refused !== null) return refused;
  if (found.record.decision !== null) {
    return refuse('correction_decided', `The correction was ${found.record.decision} already.`);
  }
  passTime(draft, world, [found.record.agent], ask.now);
  return done(decide(draft, ask, found.record, { decision, note }));
}

/** A key of role agent knows of the corrections of its own agent, and of no others. */
export function maySee({ caller }: Pick<Ask, 'caller'>, correction: Correction): boolean {
  return caller.role !== 'agent' || caller.agent === correction.agent;
}

export function unknownCorrection(id: string): Rejection {
  return refuse('unknown_correction', `There is no correction ${id}.`);
}

function decide(
  draft: Draft,
  ask: Ask,
  correction: Correction,
  { decision, note }: { readonly decision: CorrectionDecision; readonly note: string | null },
): Recorded<Correction> {
  const fact = say(draft, ask, correction.agent, {
    kind: 'CorrectionDecided',
    correctionId: correction.id,
    decision,
    note,
    actorProfile: personPosition(draft, ask),
    by: ask.caller.keyId,
  });
  return putCorrection(draft, ask, { ...correction, decision, decisionNote: note, decided: saidOf(ask, fact) }, fact);
}

/** On the agent's chain; the state of the agent stays as it is. */
function say(
  draft: Draft,
  ask: Ask,
  number: AgentNumber,
  body: Extract<FactBody, { kind: 'CorrectionProposed' | 'CorrectionDecided' }>,
): RecordedFact {
  const agent = draft.memory.agents.drafted(number);
  assert(agent !== undefined, 'agents are never removed');
  const fact = draft.append({ ...body, ...envelope(ask, number) }, agent.head);
  draft.memory.agents.put(number, { ...agent, head: fact.position });
  return fact;
}

function putCorrection(draft: Draft, ask: Ask, record: Correction, fact: RecordedFact): Recorded<Correction> {
  const after = { account: ask.caller.account, record, position: fact.position };
  draft.memory.corrections.put(record.id, after);
  putRecord(draft, 'correction', record.id, after, record);
  return after;
}

function saidOf({ caller, now }: Ask, { position }: RecordedFact): Said {
  return { keyId: caller.keyId, person: caller.agent, at: now, position };
}

function personPosition(draft: Draft, { caller }: Ask): number {
  return caller.agent === 0 ? 0 : (draft.memory.agents.drafted(caller.agent)?.profilePosition ?? 0);
}

type Target = { readonly kind: 'target'; readonly status: StatusLabel; readonly customStatusId: string | null };

/** An archived status, or one that is switched off since, may be what really was: only its id is asked for then. */
function targetOf(draft: Draft, agent: Agent, input: CorrectionInput): Target | Rejection {
  const { customStatusId, customStatus } = input;
  if (customStatusId === undefined && customStatus === undefined) {
    const status = input.status === 'AVAILABLE' ? AVAILABLE : UNAVAILABLE;
    return { kind: 'target', status, customStatusId: null };
  }
  const id =
    customStatusId?.toLowerCase() ??
    draft.memory.customStatusNames.drafted(scoped(agent.account, nameKey(customStatus ?? '')));
  const found = id === undefined ? undefined : draft.memory.customStatuses.drafted(id);
  if (found?.account === agent.account)
    return { kind: 'target', status: found.position, customStatusId: found.record.id };
  const asked = customStatusId === undefined ? `named ${customStatus}` : `with id ${customStatusId}`;
  const detail = `There is no custom status ${asked}.`;
  const pointer = customStatusId === undefined ? '/custom_status' : '/custom_status_id';
  return refuse('unknown_custom_status', detail, [{ pointer, detail }]);
}
