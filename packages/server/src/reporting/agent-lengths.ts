import type { AgentProfile } from '../activity/record.ts';
import { type EffectiveLengths, effectiveLengths } from '../directory/effective-lengths.ts';
import { type AccountHistory, type Versions, versionAt } from '../report/directory-history.ts';
import type { Instant } from '../time/instant.ts';

/** The idle time and the grace that were in force for an agent at an instant. */
export function lengthsAt(
  account: AccountHistory,
  profiles: Versions<AgentProfile>,
  instant: Instant,
): EffectiveLengths | null {
  const settings = versionAt(account.settings, instant)?.record;
  const profile = versionAt(profiles, instant)?.record;
  if (settings === undefined || profile === undefined) return null;
  const groups = profile.groups.flatMap((id) => versionAt(account.groups.get(id) ?? [], instant)?.record ?? []);
  return effectiveLengths(
    settings,
    groups.filter(({ removed }) => !removed),
    profile,
  );
}
