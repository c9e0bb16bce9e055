import { createWriteStream } from 'node:fs';
import { finished } from 'node:stream/promises';
import type { ReportFormat, ReportHours } from '@rollcall/contract';
import type { ByteSink, TableFormat } from '../../reporting/table-file.ts';
import { addDays, isLocalDate } from '../../time/local-date.ts';
import { createZones } from '../../time/zone.ts';
import { CommandFailed, wrongUsage } from '../command-failed.ts';
import { dataFolderOf } from '../data-folder.ts';
import type { Invocation } from '../invocation.ts';
import { openOfflineReports } from '../offline-reports.ts';
import { explainText } from '../report/explain-text.ts';
import { folderSource } from '../report/folder-source.ts';
import type { ReportFields, ReportSource } from '../report/report-source.ts';
import { basisSentence, reportText } from '../report/report-text.ts';
import { serverSource } from '../report/server-source.ts';

export type ReportOptions = {
  readonly from?: string;
  readonly to?: string;
  readonly timeZone?: string;
  readonly groupBy?: readonly string[];
  readonly agent?: readonly string[];
  readonly group?: readonly string[];
  readonly calendar?: ReportHours;
  readonly now?: string;
  readonly atPosition?: number;
  readonly format?: 'table' | ReportFormat;
  readonly output?: string;
  readonly explain?: readonly string[];
  readonly account?: string;
  readonly data?: string;
  readonly url?: string;
  readonly key?: string;
  readonly json?: boolean;
};

/** `report`: the metric as a table, CSV, JSON or a file, from a data folder or from a server; or one day, explained. */
export async function report(invocation: Invocation, options: ReportOptions): Promise<void> {
  refuseContradictions(options);
  const { terminal } = invocation;
  const source = await openSource(options, (sentence) => terminal.say(sentence));
  try {
    if (options.explain === undefined) await writeReport(invocation, source, options);
    else await explain(invocation, source, options);
  } finally {
    await source.close();
  }
}

function refuseContradictions({ from, to, explain: explained, format, json, output, url, key }: ReportOptions): void {
  const faults: string[] = [];
  if (explained === undefined && from === undefined) faults.push('--from is missing: a day or an instant.');
  if (explained === undefined && to === undefined)
    faults.push('--to is missing: a day or an instant, itself left out.');
  if (explained !== undefined && explained.length !== 2) faults.push('--explain takes an agent and a day.');
  const day = explained?.[1];
  if (day !== undefined && !isLocalDate(day)) faults.push('--explain: give a day that exists, such as 2026-03-04.');
  if (url !== undefined && key === undefined) faults.push('--url needs --key.');
  if (json === true && format !== undefined && format !== 'json') faults.push('--json and --format say two things.');
  if ((format === 'xlsx' || format === 'parquet') && output === undefined) {
    faults.push(`--format ${format} needs --output: it is nothing for a terminal.`);
  }
  if (faults.length > 0) throw wrongUsage(faults.join('\n'));
}

async function openSource(options: ReportOptions, tell: (sentence: string) => void): Promise<ReportSource> {
  const { url, key, account = null } = options;
  if (url !== undefined && key !== undefined) return serverSource(url, key);
  const offline = await openOfflineReports(dataFolderOf(options), tell);
  try {
    return await folderSource(offline, { now: Date.now(), account, tell });
  } catch (error) {
    await offline.close();
    throw error;
  }
}

async function writeReport({ terminal }: Invocation, source: ReportSource, options: ReportOptions): Promise<void> {
  const groupBy = options.groupBy ?? ['agent'];
  const fields: ReportFields = {
    from: options.from,
    to: options.to,
    ...(await sharedFields(source, options)),
    group_by: groupBy,
    calendar: options.calendar,
  };
  const format = options.json === true ? 'json' : (options.format ?? 'table');
  await writing(options.output, terminal, async (sink) => {
    if (isFile(format)) return source.file(fields, format, sink);
    const answer = await source.activity(fields);
    if (format === 'table') terminal.say(basisSentence(answer));
    await sink(Buffer.from(format === 'json' ? `${JSON.stringify(answer)}\n` : reportText(answer, groupBy)));
  });
}

async function explain({ terminal }: Invocation, source: ReportSource, options: ReportOptions): Promise<void> {
  const [agent = '', day = ''] = options.explain ?? [];
  const agentId = await source.agentId(agent);
  const shared = await sharedFields(source, options);
  const window = { from: day, to: addDays(day, 1), time_zone: shared.time_zone };
  const timeline = await source.timeline(agentId, { ...window, now: shared.now, at_position: shared.at_position });
  // The sums are of the same log and the same instant as the list above them.
  const { now, log_position: position } = timeline.basis;
  const { totals } = await source.activity({ ...window, agent_id: [agentId], now, at_position: position });
  const zone = createZones(process.versions.tz ?? 'unknown').zoneOf(timeline.basis.time_zone);
  const isJson = options.json === true || options.format === 'json';
  await writing(options.output, terminal, async (sink) => {
    const text = isJson
      ? `${JSON.stringify({ timeline, totals })}\n`
      : explainText({ agent, day, timeline, totals, zone });
    await sink(Buffer.from(text));
  });
}

/** The names that people use become the ids that the API knows. */
async function sharedFields(source: ReportSource, options: ReportOptions) {
  const { agent, group, timeZone, now, atPosition } = options;
  return {
    time_zone: timeZone,
    now,
    at_position: atPosition,
    agent_id: agent === undefined ? undefined : await Promise.all(agent.map((one) => source.agentId(one))),
    group_id: group === undefined ? undefined : await Promise.all(group.map((one) => source.groupId(one))),
  };
}

function isFile(format: 'table' | ReportFormat): format is TableFormat {
  return format !== 'table' && format !== 'json';
}

/** Gives bytes a place to go: a file, or stdout, for what is text. */
async function writing(
  path: string | undefined,
  terminal: Invocation['terminal'],
  write: (sink: ByteSink) => Promise<void>,
): Promise<void> {
  if (path === undefined) {
    const decoder = new TextDecoder();
    await write((bytes) => terminal.text(decoder.decode(bytes, { stream: true })));
    return;
  }
  const file = createWriteStream(path);
  const ended = finished(file).catch((cause: Error) => {
    throw new CommandFailed(`${path} cannot be written: ${cause.message}`, 1, cause);
  });
  ended.catch(() => {});
  const put = (bytes: Uint8Array) =>
    new Promise<void>((resolve) => {
      file.write(bytes, () => resolve());
    });
  await write((bytes) => Promise.race([put(bytes), ended]));
  file.end();
  await ended;
  terminal.say(`${path} written`);
}
