import { AXES, type Axis } from '@rollcall/contract';
import type { AgentNumber, Position } from '../../activity/position.ts';
import type { Caller } from '../../directory/api-key.ts';
import { type Answer, done, type Rejection, refuse } from '../../directory/rejection.ts';
import type { Engine } from '../../engine/engine.ts';
import { positionOfCursor } from '../cursor.ts';
import { refusedInput } from '../problem-answer.ts';
import { findDurableAgent } from '../queries/find-agent.ts';
import type { View } from './event-batch.ts';

/** What a stream was asked to show. */
export type StreamRequest = {
  readonly view: View;
  /** Begin with the agents as they are; or after this position; or, null, with what comes from now on. */
  readonly begin: 'snapshot' | Position | null;
};

export type RawStreamRequest = {
  /** Of the header; wins over the query, because a browser repeats its address and adds where it was. */
  readonly lastEventId: string | undefined;
  /** As the query was sent: a name that came twice has a list. */
  readonly query: Readonly<Record<string, unknown>>;
};

type Fault = Rejection['faults'][number];

/** Reads a request of the event stream; every fault is named at once. */
export function readStreamRequest(raw: RawStreamRequest, caller: Caller, engine: Engine): Answer<StreamRequest> {
  const faults: Fault[] = [];
  const view = { agent: agentOf(raw.query.agent_id, faults), axis: axisOf(raw.query.type, faults) };
  const begin = beginOf(raw, engine.head, faults);
  for (const name of Object.keys(raw.query)) {
    if (!KNOWN.includes(name)) faults.push({ pointer: `/${name}`, detail: `is not known; ${KNOWN.join(', ')} are` });
  }
  if (faults.length > 0) return refusedInput(faults);
  const agent = visibleAgent(view.agent, caller, engine);
  return agent.kind === 'rejected' ? agent : done({ view: { ...view, agent: agent.value }, begin });
}

const KNOWN = ['after', 'snapshot', 'agent_id', 'type'];

function beginOf(raw: RawStreamRequest, head: Position, faults: Fault[]): StreamRequest['begin'] {
  const { after, snapshot } = raw.query;
  const isSnapshot = flagOf(snapshot, faults);
  if (raw.lastEventId !== undefined && raw.lastEventId !== '') {
    const fault = cursorFault(raw.lastEventId, head);
    if (fault !== null) faults.push({ pointer: '', detail: `came with a Last-Event-ID that ${fault}` });
    return Number(raw.lastEventId);
  }
  if (after === undefined) return isSnapshot ? 'snapshot' : null;
  const fault = isSnapshot ? 'must be left out with snapshot=1, which begins at a position of its own' : null;
  const detail = fault ?? cursorFault(after, head);
  if (detail !== null) faults.push({ pointer: '/after', detail });
  return Number(after);
}

function cursorFault(value: unknown, head: Position): string | null {
  const position = typeof value === 'string' ? positionOfCursor(value) : null;
  if (position === null) return 'is no id of this stream, nor 0 for the beginning';
  if (position <= head) return null;
  return `is ${position}, while the newest id is ${head}: it is of another log; begin anew, with a snapshot`;
}

function flagOf(value: unknown, faults: Fault[]): boolean {
  if (value === undefined || value === '0' || value === 'false') return false;
  if (value === '1' || value === 'true') return true;
  faults.push({ pointer: '/snapshot', detail: 'must be 1, true, 0 or false' });
  return false;
}

function axisOf(value: unknown, faults: Fault[]): Axis | null {
  if (value === undefined) return null;
  const axis = AXES.find((known) => known === value);
  if (axis === undefined) faults.push({ pointer: '/type', detail: `must be ${AXES.join(' or ')}` });
  return axis ?? null;
}

function agentOf(value: unknown, faults: Fault[]): string | null {
  if (value === undefined) return null;
  if (typeof value === 'string' && UUID.test(value)) return value.toLowerCase();
  faults.push({ pointer: '/agent_id', detail: 'must be the id of an agent, a bare UUID' });
  return null;
}

const UUID = /^[0-9a-f]{8}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{12}$/i;

/** The agent that was asked for, if the caller may see it; for a key of role agent, its own when none was. */
function visibleAgent(id: string | null, caller: Caller, engine: Engine): Answer<AgentNumber | null> {
  const isBound = caller.role === 'agent';
  if (id === null) return done(isBound ? caller.agent : null);
  const agent = findDurableAgent(engine, caller, id);
  if (agent === undefined) {
    const detail = `There is no agent ${id}.`;
    return refuse('unknown_agent', detail, [{ pointer: '/agent_id', detail }]);
  }
  if (isBound && agent.number !== caller.agent) {
    return refuse('forbidden', 'A key of role agent sees the events of its own agent only.');
  }
  return done(agent.number);
}
