import { type AgentQuery, type Page, WIRE_LIMITS } from '@rollcall/contract';
import type { AgentNumber } from '../../activity/position.ts';
import type { Caller } from '../../directory/api-key.ts';
import { type Answer, done, refuse } from '../../directory/rejection.ts';
import type { Engine } from '../../engine/engine.ts';
import type { Agent } from '../../engine/memory.ts';
import { agentRead } from '../codecs/agent-codec.ts';
import { durableReading } from '../codecs/reading.ts';
import { cursorOf, placeOfCursor, refusedCursor } from '../cursor.ts';

/** A page of the account's agents, oldest first. */
export function listAgents(engine: Engine, { account }: Caller, ask: AgentQuery): Answer<Page<unknown>> {
  const group = ask.group_id?.toLowerCase();
  if (group !== undefined && !isGroupOf(engine, account, group)) {
    const detail = `There is no group ${ask.group_id}.`;
    return refuse('unknown_group', detail, [{ pointer: '/group_id', detail }]);
  }
  const after = ask.after === undefined ? [0] : placeOfCursor('agents', ask.after, [0]);
  if (after === null) return refusedCursor();
  const isAsked = (agent: Agent) =>
    (ask.active === undefined || agent.profile.active === ask.active) &&
    (group === undefined || agent.profile.groups.includes(group));
  const { shown, hasMore } = take(
    engine,
    account,
    Number(after[0]),
    isAsked,
    ask.limit ?? WIRE_LIMITS.pageItemsDefault,
  );
  const reading = durableReading(engine);
  const last = shown.at(-1);
  return done({
    items: shown.map((agent) => agentRead(agent, reading)),
    next: hasMore && last !== undefined ? cursorOf('agents', [last.number]) : null,
  });
}

function isGroupOf(engine: Engine, account: number, id: string): boolean {
  const group = engine.memory.groups.get(id);
  return group?.account === account && !group.record.removed;
}

/** The agents after a number that are asked for, at most `limit`, and whether there is one more. */
function take(
  { memory }: Engine,
  account: number,
  after: AgentNumber,
  isAsked: (agent: Agent) => boolean,
  limit: number,
): { readonly shown: readonly Agent[]; readonly hasMore: boolean } {
  const shown: Agent[] = [];
  const numbers = memory.agentsOf(account);
  for (let index = firstAfter(numbers, after); index < numbers.length; index++) {
    const agent = memory.agents.get(numbers[index] as AgentNumber);
    if (agent === undefined || !isAsked(agent)) continue;
    if (shown.length === limit) return { shown, hasMore: true };
    shown.push(agent);
  }
  return { shown, hasMore: false };
}

/** The place of the first number above `after` in an ascending list. */
function firstAfter(numbers: readonly AgentNumber[], after: AgentNumber): number {
  let low = 0;
  let high = numbers.length;
  while (low < high) {
    const middle = (low + high) >>> 1;
    if ((numbers[middle] as AgentNumber) <= after) low = middle + 1;
    else high = middle;
  }
  return low;
}
