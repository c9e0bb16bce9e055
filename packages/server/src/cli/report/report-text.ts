import type { AgentActivityReport, AgentActivityRow } from '@rollcall/contract';

type Measured = Omit<AgentActivityRow, 'agent_id' | 'group_id'>;
type Column = {
  readonly title: string;
  readonly isNumber: boolean;
  readonly cell: (row: AgentActivityRow) => string;
  readonly total: (totals: Measured) => string;
};

/** A report as a table for people: durations as h:mm:ss, percents with one decimal, and a last line for all agents. */
export function reportText(report: AgentActivityReport, groupBy: readonly string[]): string {
  const columns = [...groupBy.map(keyColumn), ...measureColumns(report)];
  const rows = report.items.map((row) => columns.map(({ cell }) => cell(row)));
  const { agents } = report.totals;
  const totals = columns.map(({ total }) => total(report.totals));
  totals[0] = `${agents} agent${agents === 1 ? '' : 's'}`;
  return alignedText(
    [columns.map(({ title }) => title), ...rows, totals],
    columns.map(({ isNumber }) => isNumber),
  );
}

/** What the report was calculated from, in a sentence. */
export function basisSentence({ basis, what_if: whatIf }: AgentActivityReport): string {
  const calendars = basis.calendars.map(({ name }) => name).join(', ') || 'none: all hours';
  const tried = whatIf === null ? '' : ` What if: ${JSON.stringify(whatIf)}.`;
  return `${basis.from} to ${basis.to}, days of ${basis.time_zone}, counted up to ${basis.now}; log position ${basis.log_position}; calendars: ${calendars}; tzdata ${basis.tzdata}.${tried}`;
}

/** h:mm:ss, to the nearest second. */
export function durationText(ms: number): string {
  const seconds = Math.round(ms / 1000);
  const two = (value: number) => String(value).padStart(2, '0');
  return `${Math.floor(seconds / 3600)}:${two(Math.floor(seconds / 60) % 60)}:${two(seconds % 60)}`;
}

export function percentText(percent: number | null): string {
  return percent === null ? '–' : `${percent.toFixed(1)} %`;
}

/** Columns of equal width; numbers end where the others of their column do. */
export function alignedText(rows: readonly (readonly string[])[], isNumber: readonly boolean[]): string {
  const widths = isNumber.map((_, column) => Math.max(...rows.map((row) => lengthOf(row[column] ?? ''))));
  const lines = rows.map((row) =>
    row.map((cell, column) => padded(cell, widths[column] ?? 0, isNumber[column] === true)).join('  '),
  );
  return lines.map((line) => `${line.trimEnd()}\n`).join('');
}

function padded(cell: string, width: number, isNumber: boolean): string {
  const space = ' '.repeat(width - lengthOf(cell));
  return isNumber ? `${space}${cell}` : `${cell}${space}`;
}

function lengthOf(text: string): number {
  return [...text].length;
}

function keyColumn(grouping: string): Column {
  const cell = (row: AgentActivityRow): string => {
    switch (grouping) {
      case 'agent':
        return row.agent_email ?? '';
      case 'group':
        return row.group_name ?? '(no group)';
      case 'status':
        return row.status ?? '(unknown)';
      default:
        return String((row as Readonly<Record<string, unknown>>)[grouping] ?? '');
    }
  };
  return { title: grouping.replaceAll('_', ' '), isNumber: false, cell: (row) => plain(cell(row)), total: () => '' };
}

/** A name that somebody chose may hold what a terminal obeys. */
function plain(text: string): string {
  return text.replaceAll(/\p{C}/gu, '\ufffd');
}

function measureColumns({ totals }: AgentActivityReport): readonly Column[] {
  const duration = (title: string, ms: (row: Measured) => number): Column => {
    const cell = (row: Measured) => durationText(ms(row));
    return { title, isNumber: true, cell, total: cell };
  };
  const percent = (row: Measured) => percentText(row.availability_percent);
  return [
    duration('scheduled', (row) => row.scheduled_ms),
    duration('unavailable', (row) => row.unavailable_ms),
    { title: 'availability', isNumber: true, cell: percent, total: percent },
    ...totals.breakdown.map((part) =>
      duration(partTitle(part), ({ breakdown }) => breakdown.find((one) => isSamePart(one, part))?.ms ?? 0),
    ),
    duration('available', (row) => row.available_in_hours_ms),
    duration('unknown', (row) => row.unknown_ms),
  ];
}

type BreakdownPart = AgentActivityRow['breakdown'][number];

/** A custom status under its name; the default one is told from the whole metric. */
export function partTitle({ kind, name }: Pick<BreakdownPart, 'kind' | 'name'>): string {
  if (kind === 'custom_status') return plain(name ?? kind);
  return kind === 'unavailable' ? 'UNAVAILABLE' : kind;
}

function isSamePart(one: BreakdownPart, other: BreakdownPart): boolean {
  return one.kind === other.kind && one.custom_status_id === other.custom_status_id;
}
