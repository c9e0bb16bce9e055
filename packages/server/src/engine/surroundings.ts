import type { AgentProfile, Group } from '../activity/record.ts';
import type { Surroundings } from '../availability/deadline.ts';
import { effectiveLengths } from '../directory/effective-lengths.ts';
import { assert } from '../time/assert.ts';
import { type Instant, minuteMs } from '../time/instant.ts';
import type { Account, Agent, Memory } from './memory.ts';
import type { Presence } from './presence.ts';
import { boundariesOf } from './schedule.ts';
import type { World } from './world.ts';

/** What the decider must know about an agent that is not in the agent's own facts, as the group so far leaves it. */
export function surroundingsOf(
  agent: Agent,
  memory: Memory,
  presence: Presence,
  world: World,
  now: Instant,
): Surroundings {
  const account = accountOf(agent, memory).record;
  const lengths = effectiveLengths(account, groupsOf(agent.profile, memory), agent.profile);
  return {
    activityAt: presence.activityAt(agent.number),
    idleAfterMs: lengths.idleAfterMs,
    // Nobody is declared idle for the time in which this server could not hear them.
    idleFloorAt: Math.max(lengths.changedAt, world.readyAt),
    disconnectGraceMs: lengths.disconnectGraceMs,
    graceFloorAt: lengths.changedAt,
    allowance: allowanceOf(agent, memory),
    boundaries: boundariesOf(agent, account, memory, world.zones, now),
  };
}

export function accountOf(agent: Agent, memory: Memory): Account {
  const account = memory.accounts.drafted(agent.account);
  assert(account !== undefined, `agent ${agent.number} belongs to account ${agent.account}, which is not there`);
  return account;
}

const NO_GROUPS: readonly Group[] = [];

export function groupsOf(profile: AgentProfile, memory: Memory): readonly Group[] {
  if (profile.groups.length === 0) return NO_GROUPS;
  const groups: Group[] = [];
  for (const id of profile.groups) {
    const group = memory.groups.drafted(id);
    if (group !== undefined && !group.record.removed) groups.push(group.record);
  }
  return groups;
}

function allowanceOf(agent: Agent, memory: Memory): Surroundings['allowance'] {
  const id = agent.availability.intelliassign.customStatusId;
  if (id === null) return null;
  const status = memory.customStatuses.drafted(id)?.record;
  if (status === undefined || !status.endsAtAllowance || status.allowanceMinutes === null) return null;
  return { lengthMs: Math.round(status.allowanceMinutes * minuteMs), floorAt: status.allowanceChangedAt };
}
