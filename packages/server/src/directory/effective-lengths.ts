import type { AccountRecord, AgentProfile, Group } from '../activity/record.ts';
import type { Instant } from '../time/instant.ts';

/** The two lengths that hold for an agent, and since when at the earliest. Milliseconds. */
export type EffectiveLengths = {
  readonly idleAfterMs: number;
  readonly disconnectGraceMs: number;
  /** No deadline is earlier than this: it is the last change that could have moved one. */
  readonly changedAt: Instant;
};

/** The account's lengths, unless the agent's groups override them (the longest holds), unless the agent does. */
export function effectiveLengths(
  account: AccountRecord,
  groups: readonly Group[],
  profile: AgentProfile,
): EffectiveLengths {
  let changedAt = Math.max(account.lengthsChangedAt, profile.lengthsChangedAt);
  for (const group of groups) changedAt = Math.max(changedAt, group.lengthsChangedAt);
  return {
    idleAfterMs: profile.idleAfterMs ?? longest(groups, 'idleAfterMs') ?? account.idleAfterMs,
    disconnectGraceMs: profile.disconnectGraceMs ?? longest(groups, 'disconnectGraceMs') ?? account.disconnectGraceMs,
    changedAt,
  };
}

function longest(groups: readonly Group[], length: 'idleAfterMs' | 'disconnectGraceMs'): number | null {
  let max: number | null = null;
  for (const group of groups) {
    const value = group[length];
    if (value !== null && (max === null || value > max)) max = value;
  }
  return max;
}
