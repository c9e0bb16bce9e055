import type { AgentProfile } from '../activity/record.ts';
import type { Instant } from '../time/instant.ts';
import type { Interval } from '../time/interval.ts';
import { type AccountHistory, versionAt } from './directory-history.ts';

/** What of an agent's record decides which hours are the agent's, from an instant on. */
export type Membership = {
  readonly at: Instant;
  readonly record: Pick<AgentProfile, 'groups' | 'calendarId'>;
};

/** A stretch of an agent's time in which the same groups and the same calendars hold. */
export type CalendarUse = Interval & {
  /** Ids of the groups that the agent was in. */
  readonly groups: readonly string[];
  /** Ids, ascending, each once. Empty: no calendar applies, and all hours are business hours. */
  readonly calendars: readonly string[];
};

/**
 * Which calendars held for the agent, instant by instant: its own, which replaces its groups'; or its groups', where a
 * group without one, and an agent of none, has the account's default. Membership counts as it was at each instant.
 */
export function calendarUseOf(
  account: AccountHistory,
  profiles: readonly Membership[],
  window: Interval,
): readonly CalendarUse[] {
  const uses: CalendarUse[] = [];
  const cuts = [...changesWithin(account, profiles, window), window.to];
  let from = window.from;
  for (const to of cuts) {
    if (from >= to) continue;
    const use = { from, to, ...useAt(account, profiles, from) };
    const last = uses.at(-1);
    if (last !== undefined && isSameUse(last, use)) uses[uses.length - 1] = { ...last, to };
    else uses.push(use);
    from = to;
  }
  return uses;
}

/** Instants inside the window at which anything that decides it was recorded anew, ascending. */
function changesWithin(account: AccountHistory, profiles: readonly Membership[], window: Interval): readonly Instant[] {
  const groupIds = new Set(profiles.flatMap(({ record }) => record.groups));
  const groups = [...groupIds].flatMap((id) => account.groups.get(id) ?? []);
  const instants = [...account.settings, ...profiles, ...groups].map(({ at }) => at);
  return instants.filter((at) => window.from < at && at < window.to).sort((one, other) => one - other);
}

function useAt(
  account: AccountHistory,
  profiles: readonly Membership[],
  instant: Instant,
): Pick<CalendarUse, 'groups' | 'calendars'> {
  const profile = versionAt(profiles, instant)?.record;
  const groups = profile?.groups ?? [];
  const fallback = defaultCalendarAt(account, instant);
  if (profile !== undefined && profile.calendarId !== null) {
    return { groups, calendars: usable(account, [profile.calendarId]) };
  }
  const ids = groups.map((id) => versionAt(account.groups.get(id) ?? [], instant)?.record.calendarId ?? fallback);
  return { groups, calendars: usable(account, ids.length === 0 ? [fallback] : ids) };
}

/**
 * The account's default. Its first calendar holds for the time before it was named, too: an account is asked about last
 * month on the day it says for the first time what its business hours are.
 */
function defaultCalendarAt({ settings }: AccountHistory, instant: Instant): string | null {
  const at = versionAt(settings, instant)?.record.calendarId ?? null;
  if (at !== null) return at;
  const first = settings.find(({ record }) => record.calendarId !== null);
  return first !== undefined && instant < first.at ? first.record.calendarId : null;
}

function usable(account: AccountHistory, ids: readonly (string | null)[]): readonly string[] {
  const known = ids.filter((id): id is string => id !== null && account.calendars.has(id));
  return [...new Set(known)].sort();
}

function isSameUse(one: CalendarUse, other: CalendarUse): boolean {
  return one.calendars.join() === other.calendars.join() && one.groups.join() === other.groups.join();
}
