import type { AccountNumber, AgentNumber } from '../src/activity/position.ts';
import { nameKey } from '../src/directory/name-key.ts';
import type { Answer } from '../src/directory/rejection.ts';
import { changeAccount } from '../src/engine/account-commands.ts';
import type { Ask } from '../src/engine/agent-commands.ts';
import { changeAgent, createAgent } from '../src/engine/agent-record-commands.ts';
import { createCustomStatus } from '../src/engine/custom-status-commands.ts';
import type { Draft } from '../src/engine/draft.ts';
import { createGroup } from '../src/engine/group-commands.ts';
import type { Account } from '../src/engine/memory.ts';
import { scoped } from '../src/engine/memory.ts';
import type { World } from '../src/engine/world.ts';
import { assert } from '../src/time/assert.ts';
import { INVENTED_ACCOUNT_NAME, INVENTED_GROUPS, INVENTED_STATUSES, type InventedAgent } from './invented-team.ts';

/** Lengths that hold for every invented agent, over those of its groups and its account; null leaves those. */
export type TeamLengths = { readonly idleAfterMs: number | null; readonly disconnectGraceMs: number | null };

/**
 * Sees to it that the invented team is in the account: groups, custom statuses, agents. What is there already is found
 * by its name or e-mail address and kept, so doing it again changes nothing. An account without anybody else in it is
 * also named after the team, and gets settings under which more happens.
 *
 * @returns the agents' numbers, in the order of the team
 */
export function setUpTeam(
  draft: Draft,
  world: World,
  ask: Ask,
  input: { readonly team: readonly InventedAgent[]; readonly lengths: TeamLengths },
): readonly AgentNumber[] {
  if (!hasStrangers(draft, ask.caller.account, input.team)) nameAccount(draft, world, ask);
  for (const status of INVENTED_STATUSES) {
    const isThere = draft.memory.customStatusNames.drafted(scoped(ask.caller.account, nameKey(status.name)));
    if (isThere === undefined) granted(createCustomStatus(draft, world, ask, status));
  }
  const groupIds = new Map(INVENTED_GROUPS.map((group) => [group.name, groupId(draft, world, ask, group)]));
  return input.team.map((agent) => {
    const groups = agent.groups.map((name) => groupIds.get(name) as string);
    return agentNumber(draft, world, ask, { agent, groups, lengths: input.lengths });
  });
}

function hasStrangers(draft: Draft, account: AccountNumber, team: readonly InventedAgent[]): boolean {
  const invented = new Set(team.map((agent) => nameKey(agent.email)));
  for (const agent of draft.memory.draftedAgentsOf(account)) {
    if (!invented.has(nameKey(agent.profile.email))) return true;
  }
  return false;
}

function nameAccount(draft: Draft, world: World, ask: Ask): void {
  granted<Account>(
    changeAccount(draft, world, ask, {
      name: INVENTED_ACCOUNT_NAME,
      missedAssignmentsLimit: 3,
      couplings: { login: 'AVAILABLE', logout: 'UNAVAILABLE', disconnect: 'UNAVAILABLE' },
    }),
  );
}

function groupId(draft: Draft, world: World, ask: Ask, group: (typeof INVENTED_GROUPS)[number]): string {
  const found = draft.memory.groupNames.drafted(scoped(ask.caller.account, nameKey(group.name)));
  return found ?? granted(createGroup(draft, world, ask, group)).record.id;
}

function agentNumber(
  draft: Draft,
  world: World,
  ask: Ask,
  input: { readonly agent: InventedAgent; readonly groups: readonly string[]; readonly lengths: TeamLengths },
): AgentNumber {
  const { agent, groups, lengths } = input;
  const found = draft.memory.emails.drafted(scoped(ask.caller.account, nameKey(agent.email)));
  const known = found === undefined ? undefined : draft.memory.agents.drafted(found);
  if (known !== undefined) {
    return granted(changeAgent(draft, world, ask, { id: known.profile.id, active: true, ...lengths })).number;
  }
  const { email, firstName, lastName, role } = agent;
  const profile = { email, firstName, lastName, role, groups, timeZone: agent.shift.timeZone, ...lengths };
  return granted(createAgent(draft, world, ask, profile)).number;
}

/** The team is sound and the names are free: a refusal would be a bug here. */
function granted<T>(answer: Answer<T>): T {
  assert(answer.kind === 'done', `the invented team was refused: ${answer.kind === 'rejected' ? answer.detail : ''}`);
  return answer.value;
}
