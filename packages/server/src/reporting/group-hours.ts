import { calendarUseOf } from '../report/calendar-use.ts';
import type { AccountHistory } from '../report/directory-history.ts';
import { unionHours } from '../time/business-hours.ts';
import { type Interval, type Intervals, normaliseIntervals } from '../time/interval.ts';
import type { Zones } from '../time/zone-rules.ts';

/**
 * The business hours of a group, whoever its members are: its calendar, or the account's default, as they were at each
 * instant. null stands for no group: the account's default alone.
 */
export function hoursOfGroup(
  account: AccountHistory,
  groupId: string | null,
  window: Interval,
  zones: Zones,
): Intervals {
  const uses = calendarUseOf(account, [memberOf(groupId)], window);
  return normaliseIntervals(
    uses.flatMap((use) => {
      const calendars = use.calendars.flatMap((id) => account.calendars.get(id)?.record.calendar ?? []);
      const span = { from: use.from, to: use.to };
      return calendars.length === 0 ? [span] : unionHours(calendars, span, zones);
    }),
  );
}

/** Somebody who has always been in the group, and has no calendar of his own. */
function memberOf(groupId: string | null) {
  const groups = groupId === null ? [] : [groupId];
  return { at: Number.NEGATIVE_INFINITY, record: { groups, calendarId: null } };
}
