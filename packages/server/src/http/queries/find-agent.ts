import type { Caller } from '../../directory/api-key.ts';
import type { Engine } from '../../engine/engine.ts';
import type { Agent } from '../../engine/memory.ts';

/** The agent with this id as it is on disk, in the caller's own account; undefined for everybody else's. */
export function findDurableAgent({ memory }: Engine, { account }: Caller, id: string): Agent | undefined {
  const number = memory.agentNumbers.get(id.toLowerCase());
  const agent = number === undefined ? undefined : memory.agents.get(number);
  return agent?.account === account ? agent : undefined;
}
