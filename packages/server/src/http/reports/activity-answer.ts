import { type AgentActivityReport, WIRE_LIMITS } from '@rollcall/contract';
import type { Memory } from '../../engine/memory.ts';
import type { ReportRow } from '../../reporting/report-answer.ts';
import type { ReportAsk } from '../../reporting/report-ask.ts';
import type { Reports } from '../../reporting/reports.ts';
import type { ByteSink, TableFile, TableFiles, TableFormat } from '../../reporting/table-file.ts';
import { localDateAt } from '../../time/local-day.ts';
import type { Zones } from '../../time/zone-rules.ts';
import { activityRead } from '../codecs/report-codec.ts';
import { reportNotes, reportTable } from '../codecs/report-table.ts';
import type { AskedReport } from './read-activity-ask.ts';
import type { ReportCall } from './report-call.ts';
import { cursorOfPin } from './report-cursor.ts';

/** A page of the report, with the way to the next one. */
export async function activityPage(
  reports: Reports,
  { ask, offset }: AskedReport,
  call: ReportCall,
  limit: number = WIRE_LIMITS.pageItemsDefault,
): Promise<AgentActivityReport> {
  const page = await reports.activity(ask, { offset, limit });
  const pin = { now: ask.now, position: page.basis.logPosition };
  const next = page.nextOffset === null ? null : cursorOfPin({ ...pin, offset: page.nextOffset }, ask, call);
  return activityRead(page, ask, { memory: call.memory, next });
}

/** Writes every line of the report as a file, as they are calculated. */
export async function writeActivityFile(
  {
    reports,
    tableFiles,
    memory,
  }: { readonly reports: Reports; readonly tableFiles: TableFiles; readonly memory: Memory },
  ask: ReportAsk,
  format: TableFormat,
  sink: ByteSink,
): Promise<void> {
  let begun: { readonly file: TableFile; row: ReturnType<typeof reportTable>['row'] } | null = null;
  const ensureFile = () => {
    if (begun !== null) return begun;
    const { columns, row } = reportTable(ask, memory);
    begun = { file: tableFiles.begin(format, columns, sink), row };
    return begun;
  };
  const page = await reports.everyRow(ask, async (lines: readonly ReportRow[]) => {
    const { file, row } = ensureFile();
    await file.rows(lines.map(row));
  });
  await ensureFile().file.end(reportNotes(page, ask));
}

/** What a file of the report is called: its days, the last one included. */
export function activityFileName({ window, timeZone }: ReportAsk, format: TableFormat, zones: Zones): string {
  const zone = zones.zoneOf(timeZone);
  const [first, last] = [localDateAt(zone, window.from), localDateAt(zone, Math.max(window.from, window.to - 1))];
  return `agent-activity_${first === last ? first : `${first}_${last}`}.${format}`;
}
