import type { AgentNumber } from '../activity/position.ts';
import { assert } from '../time/assert.ts';
import { type Ask, passTime } from './agent-commands.ts';
import type { Draft } from './draft.ts';
import type { World } from './world.ts';

/**
 * Before a setting changes: decides what is due under the old one, and has the agents looked at again under the new one,
 * which acts from now on: openings and closings that it would have meant before now are not made up for.
 */
export function settle(draft: Draft, world: World, ask: Ask, numbers: readonly AgentNumber[]): void {
  passTime(draft, world, numbers, ask.now);
  for (const number of numbers) {
    const agent = draft.memory.agents.drafted(number);
    assert(agent !== undefined, 'agents are never removed');
    draft.memory.agents.put(number, { ...agent, boundariesDecidedAt: Math.max(agent.boundariesDecidedAt, ask.now) });
  }
  draft.reschedule(numbers);
}

/** The same for everybody in the account. */
export function settleEverybody(draft: Draft, world: World, ask: Ask): void {
  const numbers = [...draft.memory.draftedAgentsOf(ask.caller.account)].map((agent) => agent.number);
  settle(draft, world, ask, numbers);
}
