import type { AgentActivityReport, TimelineRead } from '@rollcall/contract';
import type { ByteSink, TableFormat } from '../../reporting/table-file.ts';

/** A question as the API takes it: names of the wire, lists as lists. What is undefined is not asked. */
export type ReportFields = Readonly<Record<string, string | number | readonly string[] | undefined>>;

/** Where the command line gets its reports from: a data folder, or a server far away. Both answer as the API does. */
export type ReportSource = {
  /** Every line of the report, as one page. */
  activity(fields: ReportFields): Promise<AgentActivityReport>;
  file(fields: ReportFields, format: TableFormat, sink: ByteSink): Promise<void>;
  timeline(agentId: string, fields: ReportFields): Promise<TimelineRead>;
  /** Ids of agents by id or e-mail address, and of groups by id or name. @throws CommandFailed when there is none */
  agentId(idOrEmail: string): Promise<string>;
  groupId(idOrName: string): Promise<string>;
  close(): Promise<void>;
};
