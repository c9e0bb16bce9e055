import { isJsonObject, type JsonObject } from '../marketplace/json-value.ts';
import { parseInstant } from '../time/instant.ts';
import type { AgentDeed } from './team.ts';
import type { HandCall, Step } from './workbench.ts';

/** A body of the page's own API that says what is meant, or a sentence that says what is wrong with it. */
export type Read<T> =
  | { readonly kind: 'read'; readonly value: T }
  | { readonly kind: 'wrong'; readonly sentence: string };

const wrong = (sentence: string): Read<never> => ({ kind: 'wrong', sentence });
const read = <T>(value: T): Read<T> => ({ kind: 'read', value });

/** What somebody does to an agent. */
export function readDeed(body: unknown): Read<AgentDeed> {
  if (!isJsonObject(body)) return wrong('The body is a JSON object with a kind.');
  switch (body.kind) {
    case 'sign_in':
    case 'sign_out':
    case 'be_active':
    case 'lose_connection':
    case 'come_back':
      return read({ kind: body.kind });
    case 'signal': {
      const { signal } = body;
      if (signal !== 'missed_assignment' && signal !== 'call_started' && signal !== 'call_ended') {
        return wrong('signal is missed_assignment, call_started or call_ended.');
      }
      return read({ kind: 'signal', signal });
    }
    case 'choose':
      return readChoice(body);
    default:
      return wrong('kind is sign_in, sign_out, be_active, lose_connection, come_back, choose or signal.');
  }
}

function readChoice(body: JsonObject): Read<AgentDeed> {
  const bySupervisor = body.by_supervisor === true;
  if (typeof body.custom_status_id === 'string') {
    return read({ kind: 'choose', choice: { customStatusId: body.custom_status_id }, bySupervisor });
  }
  const { status } = body;
  if (status !== 'AVAILABLE' && status !== 'UNAVAILABLE') {
    return wrong('status is AVAILABLE or UNAVAILABLE, or custom_status_id names one.');
  }
  return read({ kind: 'choose', choice: { status }, bySupervisor });
}

/** What is called by hand. */
export function readCall(body: unknown): Read<HandCall> {
  if (!isJsonObject(body)) return wrong('The body is a JSON object with kind and name.');
  const { kind, name, module, payload } = body;
  if (kind !== 'event' && kind !== 'function' && kind !== 'action' && kind !== 'job') {
    return wrong('kind is event, function, action or job.');
  }
  if (typeof name !== 'string' || name === '') return wrong('name says what is called.');
  if (payload !== undefined && payload !== null && !isJsonObject(payload)) return wrong('payload is a JSON object.');
  return read({
    kind,
    name,
    module: typeof module === 'string' && module !== '' ? module : null,
    payload: isJsonObject(payload) ? payload : null,
  });
}

/** Where the clock is to go. */
export function readStep(body: unknown): Read<Step> {
  if (!isJsonObject(body)) return wrong('The body is a JSON object with a kind.');
  switch (body.kind) {
    case 'by': {
      const { ms } = body;
      if (typeof ms !== 'number' || !Number.isInteger(ms) || ms <= 0) return wrong('ms is a positive whole number.');
      return read({ kind: 'by', ms });
    }
    case 'next_deadline':
      return read({ kind: 'next_deadline' });
    case 'deadline_of':
      if (typeof body.agent_id !== 'string') return wrong('agent_id says whose deadline.');
      return read({ kind: 'deadline_of', agentId: body.agent_id });
    case 'to': {
      const at = typeof body.at === 'string' ? parseInstant(body.at) : null;
      return at === null ? wrong('at is an instant, such as 2026-03-04T08:50:00Z.') : read({ kind: 'to', at });
    }
    default:
      return wrong('kind is by, next_deadline, deadline_of or to.');
  }
}
