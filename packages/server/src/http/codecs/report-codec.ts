import type {
  AdherenceReport,
  AgentActivityReport,
  AgentActivityRow,
  CoverageReport,
  LiveReport,
  StintsReport,
} from '@rollcall/contract';
import type { AgentNumber } from '../../activity/position.ts';
import type { Memory } from '../../engine/memory.ts';
import type { Grouping } from '../../report/activity-report.ts';
import type {
  AgentAdherence,
  GroupCoverage,
  GroupNow,
  Measures,
  ReportBasis,
  ReportPage,
  ReportRow,
  StatusStints,
} from '../../reporting/report-answer.ts';
import type { ReportAsk, WhatIf } from '../../reporting/report-ask.ts';
import { assert } from '../../time/assert.ts';
import { formatInstant, type Instant } from '../../time/instant.ts';
import type { Interval } from '../../time/interval.ts';
import type { AskedWindow } from '../reports/read-window.ts';

/** A page of a report on the wire. */
export function activityRead(
  page: ReportPage,
  ask: ReportAsk,
  { memory, next }: { readonly memory: Memory; readonly next: string | null },
): AgentActivityReport {
  return {
    items: page.items.map((row) => rowRead(row, ask.groupBy, memory)),
    totals: { agents: page.totals.agents, ...measuresRead(page.totals) },
    basis: basisRead(page.basis, ask),
    what_if: ask.whatIf === null ? null : whatIfRead(ask.whatIf),
    next,
  };
}

/** A line: its keys first, in the order in which they were asked for. */
export function rowRead(row: ReportRow, groupBy: readonly Grouping[], memory: Memory): AgentActivityRow {
  const keys = groupBy.map((grouping) => keyRead(row, grouping, memory));
  const names = groupBy.map((grouping) => namesRead(row, grouping, memory));
  return Object.assign({}, ...keys, measuresRead(row), ...names);
}

function keyRead(row: ReportRow, grouping: Grouping, memory: Memory): object {
  switch (grouping) {
    case 'agent':
      return { agent_id: agentIdOf(row.agent, memory) };
    case 'group':
      return { group_id: row.groupId ?? null };
    case 'day':
      return { day: row.day };
    case 'week':
      return { week: row.week };
    case 'month':
      return { month: row.month };
    case 'hour_of_day':
      return { hour_of_day: row.hour_of_day };
    case 'status':
      return { status: row.status?.name ?? null, custom_status_id: row.status?.customStatusId ?? null };
  }
}

function namesRead({ agent, groupId }: ReportRow, grouping: Grouping, memory: Memory): object {
  if (grouping === 'agent') return { agent_email: agent === null ? null : memory.agents.get(agent)?.profile.email };
  if (grouping !== 'group') return {};
  return { group_name: groupId == null ? null : (memory.groups.get(groupId)?.record.name ?? null) };
}

export function agentIdOf(agent: AgentNumber | null, { agents }: Memory): string {
  const found = agent === null ? undefined : agents.get(agent);
  assert(found !== undefined, 'a report by agent names agents of the account');
  return found.profile.id;
}

function measuresRead(measures: Measures) {
  const { changes, firstSignIn, lastSignOut } = measures;
  return {
    scheduled_ms: measures.scheduledMs,
    unknown_ms: measures.unknownMs,
    unavailable_ms: measures.unavailableMs,
    available_in_hours_ms: measures.availableInHoursMs,
    availability_percent: measures.availabilityPercent,
    breakdown: measures.breakdown.map(({ kind, customStatusId, name, ms }) => {
      return { kind, custom_status_id: customStatusId, name, ms };
    }),
    online_ms: measures.onlineMs,
    available_ms: measures.availableMs,
    first_sign_in: instantRead(firstSignIn),
    last_sign_out: instantRead(lastSignOut),
    changes: { general_availability: changes.generalAvailability, intelliassign: changes.intelliassign },
    lived_ms: measures.livedMs,
    unknown_in_window_ms: measures.unknownInWindowMs,
  };
}

function instantRead(instant: Instant | null): string | null {
  return instant === null ? null : formatInstant(instant);
}

export function basisRead(basis: ReportBasis, { window, timeZone }: AskedWindow): AgentActivityReport['basis'] {
  return {
    log_position: basis.logPosition,
    calendars: basis.calendars.map(({ id, name, position, effectiveFrom }) => {
      return { id, name, position, effective_from: effectiveFrom };
    }),
    tzdata: basis.tzdata,
    now: formatInstant(basis.now),
    from: formatInstant(window.from),
    to: formatInstant(window.to),
    time_zone: timeZone,
  };
}

export function whatIfRead({
  idleAfterMs,
  calendarId,
  productive,
}: WhatIf): NonNullable<AgentActivityReport['what_if']> {
  return {
    ...(idleAfterMs === undefined ? {} : { idle_after_ms: idleAfterMs }),
    ...(calendarId === undefined ? {} : { calendar_id: calendarId }),
    ...(productive === undefined ? {} : { productive }),
  };
}

export function coverageRead(
  groups: readonly GroupCoverage[],
  { window, timeZone }: AskedWindow,
  now: Instant,
): CoverageReport {
  return {
    items: groups.map((group) => ({
      group_id: group.groupId,
      name: group.name,
      needed: group.needed,
      scheduled_ms: group.scheduledMs,
      gap_ms: group.gapMs,
      unknown_ms: group.unknownMs,
      gaps: group.gaps.map(({ from, to, assignable, needed }) => {
        return { from: formatInstant(from), to: formatInstant(to), assignable, needed };
      }),
    })),
    ...windowRead(window, timeZone, now),
  };
}

export function liveRead(groups: readonly GroupNow[], now: Instant, memory: Memory): LiveReport {
  return {
    items: groups.map((group) => ({
      group_id: group.groupId,
      name: group.name,
      in_hours: group.isInHours,
      agents: group.agents,
      assignable: group.assignable.map((agent) => agentIdOf(agent, memory)),
      counts: group.counts.map(({ state, customStatusId, name, agents }) => {
        return { state, custom_status_id: customStatusId, name, agents };
      }),
      overstays: group.overstays.map(({ agent, customStatusId, since, allowanceMs }) => ({
        agent_id: agentIdOf(agent, memory),
        custom_status_id: customStatusId,
        since: formatInstant(since),
        allowance_ms: allowanceMs,
      })),
    })),
    now: formatInstant(now),
    next: null,
  };
}

export function stintsRead(
  stints: readonly StatusStints[],
  { window, timeZone }: AskedWindow,
  now: Instant,
): StintsReport {
  return {
    items: stints.map(({ status, overstays, ...lengths }) => ({
      status: status.name,
      custom_status_id: status.customStatusId,
      count: lengths.count,
      total_ms: lengths.totalMs,
      p50_ms: lengths.p50Ms,
      p90_ms: lengths.p90Ms,
      p99_ms: lengths.p99Ms,
      max_ms: lengths.maxMs,
      overstays:
        overstays === null
          ? null
          : { count: overstays.count, over_ms: overstays.overMs, allowance_ms: overstays.allowanceMs },
    })),
    ...windowRead(window, timeZone, now),
  };
}

type AdherenceSums = Omit<AgentAdherence, 'agent' | 'percent'>;

export function adherenceRead(
  agents: readonly AgentAdherence[],
  { window, timeZone }: AskedWindow,
  { now, memory }: { readonly now: Instant; readonly memory: Memory },
): AdherenceReport {
  const nothing: AdherenceSums = { plannedMs: 0, scheduledMs: 0, adherentMs: 0, unknownMs: 0 };
  const totals = agents.reduce(
    (sum, one): AdherenceSums => ({
      plannedMs: sum.plannedMs + one.plannedMs,
      scheduledMs: sum.scheduledMs + one.scheduledMs,
      adherentMs: sum.adherentMs + one.adherentMs,
      unknownMs: sum.unknownMs + one.unknownMs,
    }),
    nothing,
  );
  return {
    items: agents.map((one) => ({
      agent_id: agentIdOf(one.agent, memory),
      agent_email: memory.agents.get(one.agent)?.profile.email ?? '',
      ...sumsRead(one),
    })),
    totals: { agents: agents.length, ...sumsRead(totals) },
    ...windowRead(window, timeZone, now),
  };
}

function sumsRead({ plannedMs, scheduledMs, adherentMs, unknownMs }: AdherenceSums) {
  return {
    planned_ms: plannedMs,
    scheduled_ms: scheduledMs,
    adherent_ms: adherentMs,
    unknown_ms: unknownMs,
    adherence_percent: scheduledMs === 0 ? null : (100 * adherentMs) / scheduledMs,
  };
}

function windowRead({ from, to }: Interval, timeZone: string, now: Instant) {
  return { from: formatInstant(from), to: formatInstant(to), time_zone: timeZone, now: formatInstant(now), next: null };
}
