import { AgentActivityQuery, type Fault, shapeFaults, TimelineQuery } from '@rollcall/contract';
import { nameKey } from '../../directory/name-key.ts';
import type { Answer } from '../../directory/rejection.ts';
import { ENGINE_LIMITS } from '../../engine/limits.ts';
import { Memory, scoped } from '../../engine/memory.ts';
import { Presence } from '../../engine/presence.ts';
import { restore } from '../../engine/recover.ts';
import { tableFiles } from '../../export/table-files.ts';
import { activityRead } from '../../http/codecs/report-codec.ts';
import { timelineRead } from '../../http/codecs/timeline-codec.ts';
import { writeActivityFile } from '../../http/reports/activity-answer.ts';
import { activityFaults, readActivityAsk } from '../../http/reports/read-activity-ask.ts';
import { agentNumberOf } from '../../http/reports/read-agents.ts';
import { readNow, readWindow, windowFaults } from '../../http/reports/read-window.ts';
import type { ReportCall } from '../../http/reports/report-call.ts';
import type { ReportRow } from '../../reporting/report-answer.ts';
import type { Reports } from '../../reporting/reports.ts';
import type { SqliteStore } from '../../store/sqlite/sqlite-store.ts';
import { sha256Hex } from '../../system/system-randomness.ts';
import { assert } from '../../time/assert.ts';
import { formatInstant, type Instant } from '../../time/instant.ts';
import { createZones } from '../../time/zone.ts';
import { refusedQuestion, refusedReport } from './refused-report.ts';
import type { ReportFields, ReportSource } from './report-source.ts';

/** What reports over a data folder are made of; `close` lets go of the store too. */
export type OfflineReports = { readonly reports: Reports; readonly store: SqliteStore; close(): Promise<void> };

export type FolderOptions = {
  readonly now: Instant;
  /** Id of the account; null is the first one. */
  readonly account: string | null;
  readonly tell: (sentence: string) => void;
};

/**
 * Reports straight from a data folder, whether or not a server works on it. While none does, nobody watches: then time
 * is counted up to the last sign of life, and not up to now.
 */
export async function folderSource(
  { reports, store, close }: OfflineReports,
  { now, account, tell }: FolderOptions,
): Promise<ReportSource> {
  const loaded = await store.load();
  const memory = new Memory();
  const recovery = restore(loaded, memory, new Presence(), now);
  const number = account === null ? 1 : memory.accountNumbers.get(account);
  if (number === undefined || recovery.kind === 'new') throw refusedReport(`There is no account ${account ?? ''}.`);
  const zones = createZones(process.versions.tz ?? 'unknown');
  const caller = { keyId: 'command line', account: number, role: 'admin', agent: 0 } as const;
  const call: ReportCall = { caller, now, memory, zones, head: loaded.head.position, hash: sha256Hex };
  const isServed = now - recovery.lastSeenAt <= ENGINE_LIMITS.livenessMarkEveryMs * MARKS_MISSED_MAX;

  const seenFrom = (fields: ReportFields): ReportFields => {
    if (isServed || fields.now !== undefined) return fields;
    const until = formatInstant(Math.min(now, recovery.lastSeenAt));
    tell(`No server works on this folder: counted up to ${until}, when one last did.`);
    return { ...fields, now: until };
  };
  const readAsk = (fields: ReportFields) => {
    const query = checked<AgentActivityQuery>(seenFrom(fields), (given) => [
      ...shapeFaults(AgentActivityQuery, given),
      ...activityFaults(given, call),
    ]);
    return granted(readActivityAsk(query, call)).ask;
  };
  return {
    async activity(fields) {
      const ask = readAsk(fields);
      const items: ReportRow[] = [];
      const page = await reports.everyRow(ask, (rows) => void items.push(...rows));
      return activityRead({ ...page, items }, ask, { memory, next: null });
    },
    file: (fields, format, sink) =>
      writeActivityFile({ reports, tableFiles: tableFiles(), memory }, readAsk(fields), format, sink),
    async timeline(agentId, fields) {
      const query = checked<TimelineQuery>(seenFrom(fields), (given) => [
        ...shapeFaults(TimelineQuery, given),
        ...windowFaults(given, call),
      ]);
      const agent = agentNumberOf(agentId, call);
      assert(agent !== null, 'the agent was found by its name before');
      const asked = readWindow(query, call);
      const atPosition = query.at_position ?? null;
      const { window } = asked;
      const timeline = await reports.timeline({
        account: number,
        agent,
        window,
        now: readNow(query.now, call),
        atPosition,
      });
      return timelineRead(timeline, asked, memory);
    },
    async agentId(idOrEmail) {
      const byEmail = memory.emails.get(scoped(number, nameKey(idOrEmail)));
      const found = byEmail ?? agentNumberOf(idOrEmail, call);
      if (found === null) throw refusedReport(`There is no agent ${idOrEmail} in the account.`);
      return memory.agents.get(found)?.profile.id ?? idOrEmail;
    },
    async groupId(idOrName) {
      const byName = memory.groupNames.get(scoped(number, nameKey(idOrName)));
      const id = byName ?? idOrName.toLowerCase();
      if (memory.groups.get(id)?.account !== number)
        throw refusedReport(`There is no group ${idOrName} in the account.`);
      return id;
    },
    close,
  };
}

/** A server that is only slow has missed a few. */
const MARKS_MISSED_MAX = 5;

/** The fields as the question that they were found to be. */
function checked<Query>(
  fields: ReportFields,
  faultsOf: (given: Readonly<Record<string, unknown>>) => readonly Fault[],
): Query {
  const given = Object.fromEntries(Object.entries(fields).filter(([, value]) => value !== undefined));
  const faults = faultsOf(given);
  if (faults.length > 0) throw refusedQuestion(faults);
  return given as Query;
}

function granted<T>(answer: Answer<T>): T {
  if (answer.kind === 'rejected') throw refusedReport(answer.detail);
  return answer.value;
}
