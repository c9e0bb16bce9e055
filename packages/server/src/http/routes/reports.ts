import {
  AdherenceReport,
  AgentActivityQuery,
  AgentActivityReport,
  CoverageQuery,
  CoverageReport,
  LiveReport,
  type ReportFormat,
  StintsReport,
  TimelineQuery,
  TimelineRead,
  UuidPath,
  WindowOfAgentsQuery,
} from '@rollcall/contract';
import { done, refuse } from '../../directory/rejection.ts';
import { planOf } from '../../engine/plan-commands.ts';
import type { TableFormat } from '../../reporting/table-file.ts';
import { adherenceRead, coverageRead, liveRead, stintsRead } from '../codecs/report-codec.ts';
import { timelineRead } from '../codecs/timeline-codec.ts';
import { FileAnswer, streamOf } from '../file-answer.ts';
import { activityFileName, activityPage, writeActivityFile } from '../reports/activity-answer.ts';
import type { AskedReport } from '../reports/read-activity-ask.ts';
import { activityFaults, readActivityAsk, readWindowAsk } from '../reports/read-activity-ask.ts';
import { agentNumberOf, readGroups } from '../reports/read-agents.ts';
import { readNow, readWindow, windowFaults } from '../reports/read-window.ts';
import { type ReportCall, reportCallOf } from '../reports/report-call.ts';
import { MAY } from '../roles.ts';
import { type FieldCheck, query, type Route } from '../route.ts';
import type { Services } from '../services.ts';

const chapter = 'Reports';

/** The media types of the files that a report can be had as. */
export const REPORT_FILE_TYPES: Readonly<Record<TableFormat, string>> = {
  csv: 'text/csv',
  xlsx: 'application/vnd.openxmlformats-officedocument.spreadsheetml.sheet',
  parquet: 'application/vnd.apache.parquet',
};

const goodWindow: FieldCheck = (fields, { ask, services }) => windowFaults(fields, reportCallOf(services, ask));

export const reportRoutes: readonly Route[] = [
  query({
    method: 'GET',
    path: '/reports/agent-activity',
    chapter,
    roles: MAY.readOwnReport,
    summary: 'How agents spent their time, and above all their business hours: the metric.',
    about:
      'A key of role agent reads about its own agent. As a file (`Accept` or `format`) it has every line at once, whatever `limit` and `after` say; the breakdown has a column for each part there.',
    query: AgentActivityQuery,
    check: (fields, { ask, services }) => activityFaults(fields, reportCallOf(services, ask)),
    answer: { status: 200, schema: AgentActivityReport, files: Object.values(REPORT_FILE_TYPES) },
    refusals: ['unknown_agent', 'unknown_group', 'unknown_calendar', 'unknown_custom_status'],
    read: async (services, ask, input) => {
      const call = reportCallOf(services, ask);
      const asked = readActivityAsk(input.query, call);
      if (asked.kind === 'rejected') return asked;
      const format = input.query.format ?? formatOf(input.mediaType);
      if (format !== 'json') return done(activityFile(services, asked.value, call, format));
      return done(await activityPage(services.reports, asked.value, call, input.query.limit));
    },
  }),
  query({
    method: 'GET',
    path: '/agents/{id}/timeline',
    chapter,
    roles: MAY.readOwnReport,
    summary: "An agent's history, interval by interval, each with the two facts that bound it.",
    about: 'A key of role agent reads about its own agent.',
    params: UuidPath,
    query: TimelineQuery,
    check: goodWindow,
    answer: { status: 200, schema: TimelineRead },
    refusals: ['unknown_agent'],
    read: async (services, ask, { params, query: asked }) => {
      const call = reportCallOf(services, ask);
      const agent = agentNumberOf(params.id, call);
      if (agent === null) return refuse('unknown_agent', `There is no agent ${params.id}.`);
      const window = readWindow(asked, call);
      const timeline = await services.reports.timeline({
        account: call.caller.account,
        agent,
        window: window.window,
        now: readNow(asked.now, call),
        atPosition: asked.at_position ?? null,
      });
      return done(timelineRead(timeline, window, call.memory));
    },
  }),
  query({
    method: 'GET',
    path: '/reports/coverage',
    chapter,
    roles: MAY.readReports,
    summary: "When, in a group's business hours, fewer of its members were assignable than it needs.",
    query: CoverageQuery,
    check: goodWindow,
    answer: { status: 200, schema: CoverageReport },
    refusals: ['unknown_group'],
    read: async (services, ask, { query: asked }) => {
      const call = reportCallOf(services, ask);
      const groups = readGroups(asked.group_id, call);
      if (groups.kind === 'rejected') return groups;
      const window = readWindow(asked, call);
      const now = readNow(asked.now, call);
      const coverage = await services.reports.coverage({
        account: call.caller.account,
        window: window.window,
        now,
        groups: groups.value,
        needed: asked.at_least ?? 1,
      });
      return done(coverageRead(coverage, window, now));
    },
  }),
  query({
    method: 'GET',
    path: '/reports/live',
    chapter,
    roles: MAY.readReports,
    summary: 'Who is assignable now, per group, and where everybody else stands.',
    answer: { status: 200, schema: LiveReport },
    refusals: [],
    read: async ({ engine, reports }, { caller, now }) =>
      done(liveRead(await reports.live(caller.account, now), now, engine.memory)),
  }),
  query({
    method: 'GET',
    path: '/reports/stints',
    chapter,
    roles: MAY.readOwnReport,
    summary: 'How long stints in each status lasted, and which were longer than the allowance.',
    about: 'A key of role agent reads about its own agent.',
    query: WindowOfAgentsQuery,
    check: goodWindow,
    answer: { status: 200, schema: StintsReport },
    refusals: ['unknown_agent', 'unknown_group'],
    read: async (services, ask, { query: asked }) => {
      const question = readWindowAsk(asked, reportCallOf(services, ask));
      if (question.kind === 'rejected') return question;
      return done(stintsRead(await services.reports.stints(question.value), question.value, question.value.now));
    },
  }),
  query({
    method: 'GET',
    path: '/reports/adherence',
    chapter,
    roles: MAY.readOwnReport,
    summary: 'How well agents kept to their plans.',
    about: 'A key of role agent reads about its own agent. Agents without a plan in the window are not told of.',
    query: WindowOfAgentsQuery,
    check: goodWindow,
    answer: { status: 200, schema: AdherenceReport },
    refusals: ['unknown_agent', 'unknown_group'],
    read: async (services, ask, { query: asked }) => {
      const question = readWindowAsk(asked, reportCallOf(services, ask));
      if (question.kind === 'rejected') return question;
      const { memory } = services.engine;
      const agents = await services.reports.adherence(question.value, (agent, window) => planOf(memory, agent, window));
      return done(adherenceRead(agents, question.value, { now: question.value.now, memory }));
    },
  }),
];

function formatOf(mediaType: string): ReportFormat {
  const formats = Object.keys(REPORT_FILE_TYPES) as TableFormat[];
  return formats.find((format) => REPORT_FILE_TYPES[format] === mediaType) ?? 'json';
}

function activityFile(
  { reports, tableFiles }: Services,
  { ask }: AskedReport,
  { memory, zones }: ReportCall,
  format: TableFormat,
): FileAnswer {
  const mediaType = format === 'csv' ? `${REPORT_FILE_TYPES.csv}; charset=utf-8` : REPORT_FILE_TYPES[format];
  const bytes = streamOf((sink) => writeActivityFile({ reports, tableFiles, memory }, ask, format, sink));
  return new FileAnswer({ mediaType, name: activityFileName(ask, format, zones), bytes });
}
