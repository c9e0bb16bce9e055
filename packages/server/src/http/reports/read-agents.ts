import type { Fault } from '@rollcall/contract';
import type { AgentNumber } from '../../activity/position.ts';
import { type Answer, done, refuse } from '../../directory/rejection.ts';
import type { ReportCall } from './report-call.ts';

/** Whom a question may be about, and is: null is everybody. A key of role agent asks about its own agent, named or not. */
export function readAgents(
  ids: readonly string[] | undefined,
  call: ReportCall,
): Answer<readonly AgentNumber[] | null> {
  const { caller } = call;
  if (ids === undefined) return done(caller.role === 'agent' ? [caller.agent] : null);
  const numbers = ids.map((id) => agentNumberOf(id, call));
  const unknown = numbers.flatMap((number, index) => (number === null ? [index] : []));
  if (unknown.length > 0) return refuseUnknown('agent', ids, unknown);
  return done([...new Set(numbers.filter((number) => number !== null))]);
}

/** The agent with this id, where the caller may see it: another's is not there for a key of role agent. */
export function agentNumberOf(id: string, { caller, memory }: ReportCall): AgentNumber | null {
  const number = memory.agentNumbers.get(id.toLowerCase());
  const agent = number === undefined ? undefined : memory.agents.get(number);
  if (agent === undefined || agent.account !== caller.account) return null;
  return caller.role === 'agent' && agent.number !== caller.agent ? null : agent.number;
}

/** The groups of the question: null is all. Removed ones had members once, and can be asked for. */
export function readGroups(ids: readonly string[] | undefined, call: ReportCall): Answer<readonly string[] | null> {
  if (ids === undefined) return done(null);
  const known = ids.map((id) => id.toLowerCase());
  const isOurs = (id: string) => call.memory.groups.get(id)?.account === call.caller.account;
  const unknown = known.flatMap((id, index) => (isOurs(id) ? [] : [index]));
  return unknown.length > 0 ? refuseUnknown('group', ids, unknown) : done([...new Set(known)]);
}

function refuseUnknown(what: 'agent' | 'group', ids: readonly string[], unknown: readonly number[]) {
  const faults = unknown.map((index): Fault => {
    return { pointer: `/${what}_id/${index}`, detail: `There is no ${what} ${ids[index]}.` };
  });
  const named = unknown.map((index) => ids[index]).join(', ');
  return refuse(`unknown_${what}`, `There is no ${what} ${named.slice(0, 200)}.`, faults);
}
