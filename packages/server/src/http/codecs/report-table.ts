import type { AccountNumber } from '../../activity/position.ts';
import type { Memory } from '../../engine/memory.ts';
import type { Grouping } from '../../report/activity-report.ts';
import type { PartKind, ReportPage, ReportRow } from '../../reporting/report-answer.ts';
import type { ReportAsk } from '../../reporting/report-ask.ts';
import type { Cell, TableColumn, TableNote, TableRow } from '../../reporting/table-file.ts';
import { assert } from '../../time/assert.ts';
import { agentIdOf, basisRead, whatIfRead } from './report-codec.ts';

// A report as a table: the rows of the JSON answer, flat. Names of columns are the wire's; what is nested there is
// joined here, and the breakdown has a column for each part, so that every file of an account has the same columns.

/** A column, and what a line has in it. */
type Field = TableColumn & { readonly cell: (row: ReportRow) => Cell };

/** The table of a question. */
export type ReportTable = {
  readonly columns: readonly TableColumn[];
  row(line: ReportRow): TableRow;
};

/**
 * The table with a column for every custom status of the account, archived ones too. To be made when the report has
 * been calculated: a status that it speaks of is in the memory by then.
 */
export function reportTable(ask: ReportAsk, memory: Memory): ReportTable {
  const statuses = statusesOf(ask.account, memory);
  const ids = new Set<string | null>([null, ...statuses.map(({ id }) => id)]);
  const fields = [
    ...ask.groupBy.flatMap((grouping) => keyFields(grouping, memory)),
    ...measureFields(statuses),
    ...ask.groupBy.flatMap((grouping) => nameFields(grouping, memory)),
  ];
  return {
    columns: fields.map(({ name, kind }) => ({ name, kind })),
    row: (line) => {
      const isWhole = line.breakdown.every(({ customStatusId }) => ids.has(customStatusId));
      assert(isWhole, 'every part of a line has its column, or the file would lose time');
      return fields.map(({ cell }) => cell(line));
    },
  };
}

function keyFields(grouping: Grouping, memory: Memory): readonly Field[] {
  switch (grouping) {
    case 'agent':
      return [{ name: 'agent_id', kind: 'text', cell: ({ agent }) => agentIdOf(agent, memory) }];
    case 'group':
      return [{ name: 'group_id', kind: 'text', cell: ({ groupId }) => groupId ?? null }];
    case 'day':
      return [{ name: 'day', kind: 'date', cell: ({ day }) => day ?? null }];
    case 'week':
      return [{ name: 'week', kind: 'text', cell: ({ week }) => week ?? null }];
    case 'month':
      return [{ name: 'month', kind: 'text', cell: ({ month }) => month ?? null }];
    case 'hour_of_day':
      return [{ name: 'hour_of_day', kind: 'integer', cell: (line) => line.hour_of_day ?? null }];
    case 'status':
      return [
        { name: 'status', kind: 'text', cell: ({ status }) => status?.name ?? null },
        { name: 'custom_status_id', kind: 'text', cell: ({ status }) => status?.customStatusId ?? null },
      ];
  }
}

function nameFields(grouping: Grouping, { agents, groups }: Memory): readonly Field[] {
  if (grouping === 'agent') {
    const cell = ({ agent }: ReportRow) => (agent === null ? null : (agents.get(agent)?.profile.email ?? null));
    return [{ name: 'agent_email', kind: 'text', cell }];
  }
  if (grouping !== 'group') return [];
  const cell = ({ groupId }: ReportRow) => (groupId == null ? null : (groups.get(groupId)?.record.name ?? null));
  return [{ name: 'group_name', kind: 'text', cell }];
}

type Status = { readonly id: string; readonly name: string };

function measureFields(statuses: readonly Status[]): readonly Field[] {
  const integer = (name: string, cell: (row: ReportRow) => Cell): Field => ({ name, kind: 'integer', cell });
  const part = (name: string, kind: PartKind) => integer(name, (row) => partMs(row, kind, null));
  return [
    integer('scheduled_ms', (row) => row.scheduledMs),
    integer('unknown_ms', (row) => row.unknownMs),
    integer('unavailable_ms', (row) => row.unavailableMs),
    integer('available_in_hours_ms', (row) => row.availableInHoursMs),
    { name: 'availability_percent', kind: 'number', cell: (row) => row.availabilityPercent },
    part('offline_ms', 'offline'),
    part('idle_ms', 'idle'),
    part('disconnected_ms', 'disconnected'),
    part('unavailable_status_ms', 'unavailable'),
    ...statuses.map(({ id, name }) => integer(`status:${name}_ms`, (row) => partMs(row, 'custom_status', id))),
    integer('online_ms', (row) => row.onlineMs),
    integer('available_ms', (row) => row.availableMs),
    { name: 'first_sign_in', kind: 'instant', cell: (row) => row.firstSignIn },
    { name: 'last_sign_out', kind: 'instant', cell: (row) => row.lastSignOut },
    integer('changes_general_availability', (row) => row.changes.generalAvailability),
    integer('changes_intelliassign', (row) => row.changes.intelliassign),
    integer('lived_ms', (row) => row.livedMs),
    integer('unknown_in_window_ms', (row) => row.unknownInWindowMs),
  ];
}

function partMs({ breakdown }: ReportRow, kind: PartKind, id: string | null): number {
  return breakdown.find((part) => part.kind === kind && part.customStatusId === id)?.ms ?? 0;
}

/** In the order of their creation. Where an archived status had the name of another one, its id tells them apart. */
function statusesOf(account: AccountNumber, memory: Memory): readonly Status[] {
  const own = [...memory.customStatuses.values()]
    .filter((status) => status.account === account)
    .map(({ record }) => record)
    .toSorted((one, other) => one.createdAt - other.createdAt || (one.id < other.id ? -1 : 1));
  const counts = Map.groupBy(own, ({ name }) => name);
  return own.map(({ id, name, archived }) => {
    const isShared = archived && (counts.get(name)?.length ?? 0) > 1;
    return { id, name: isShared ? `${name}#${id}` : name };
  });
}

/** What the report was calculated from, beside its rows. */
export function reportNotes({ basis }: ReportPage, ask: ReportAsk): readonly TableNote[] {
  const { calendars, ...plain } = basisRead(basis, ask);
  return [
    ...Object.entries(plain),
    ['hours', ask.hours],
    ...calendars.map(({ id, name, position }, index): TableNote => {
      return [`calendar_${index + 1}`, `${name} (${id}), as recorded at position ${position}`];
    }),
    ...(ask.whatIf === null ? [] : [['what_if', JSON.stringify(whatIfRead(ask.whatIf))] as const]),
  ];
}
