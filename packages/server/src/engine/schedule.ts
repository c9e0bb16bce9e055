import type { AccountRecord, CalendarRecord } from '../activity/record.ts';
import type { Boundary } from '../availability/deadline.ts';
import { nextUnionBoundary } from '../time/business-hours.ts';
import type { Calendar } from '../time/calendar.ts';
import type { Instant } from '../time/instant.ts';
import type { Zones } from '../time/zone-rules.ts';
import type { Agent, Memory } from './memory.ts';

/** Whether openings and closings of business hours move anybody's status in this account. */
export function asksForBoundaries(account: AccountRecord): boolean {
  return account.couplings.schedule_open !== null || account.couplings.schedule_close !== null;
}

/**
 * The openings and closings of the agent's business hours that were not decided yet, as far as the first after `now`.
 * Empty without a coupling that asks, and without a calendar: where all hours are business hours nothing opens.
 */
export function boundariesOf(
  agent: Agent,
  account: AccountRecord,
  memory: Memory,
  zones: Zones,
  now: Instant,
): readonly Boundary[] {
  if (!asksForBoundaries(account) || !agent.profile.active) return NONE;
  const calendars = calendarsOf(agent, account, memory);
  if (calendars.length === 0) return NONE;
  const boundaries: Boundary[] = [];
  let after = agent.boundariesDecidedAt;
  while (after <= now) {
    const next = nextUnionBoundary(calendars, after, zones);
    if (next === null) break;
    boundaries.push(next);
    after = next.at;
  }
  return boundaries;
}

const NONE: readonly Boundary[] = [];

/**
 * The agent's own calendar, which replaces the others; or those of its groups, where a group without one, and an agent of
 * none, has the account's default.
 */
export function calendarsOf(agent: Agent, account: AccountRecord, memory: Memory): readonly Calendar[] {
  const { calendarId, groups } = agent.profile;
  if (calendarId !== null) return found([calendarId], memory);
  const ids = groups.map((group) => memory.groups.drafted(group)?.record.calendarId ?? account.calendarId);
  return found(ids.length === 0 ? [account.calendarId] : [...new Set(ids)], memory);
}

function found(ids: readonly (string | null)[], memory: Memory): readonly Calendar[] {
  const calendars: Calendar[] = [];
  for (const id of ids) {
    const record: CalendarRecord | undefined = id === null ? undefined : memory.calendars.drafted(id)?.record;
    if (record !== undefined && !record.removed) calendars.push(record.calendar);
  }
  return calendars;
}
