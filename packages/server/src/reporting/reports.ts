import type { AccountNumber, AgentNumber, Position } from '../activity/position.ts';
import type { PlanEntry } from '../report/adherence.ts';
import type { Instant } from '../time/instant.ts';
import type { Interval } from '../time/interval.ts';
import type {
  AgentAdherence,
  GroupCoverage,
  GroupNow,
  ReportPage,
  ReportRow,
  StatusStints,
  Timeline,
} from './report-answer.ts';
import type { ReportAsk } from './report-ask.ts';

/** What doors ask of reporting. All answers are of durable facts at one log position. */
export type Reports = {
  /** Rows from an offset on, at most `limit`, with the totals of all. */
  activity(ask: ReportAsk, page: { readonly offset: number; readonly limit: number }): Promise<ReportPage>;
  /** Every row, in order, without holding them all: for files. Then the page without items, with totals and basis. */
  everyRow(ask: ReportAsk, take: (rows: readonly ReportRow[]) => void | Promise<void>): Promise<ReportPage>;
  timeline(ask: TimelineAsk): Promise<Timeline>;
  coverage(ask: CoverageAsk): Promise<readonly GroupCoverage[]>;
  live(account: AccountNumber, now: Instant): Promise<readonly GroupNow[]>;
  /** Of the agents, groups and window that are asked for; groupings are not looked at. */
  stints(ask: ReportAsk): Promise<readonly StatusStints[]>;
  /** Of the agents, groups and window that are asked for. `planOf`: what an agent was to do, in order. */
  adherence(
    ask: ReportAsk,
    planOf: (agent: AgentNumber, window: Interval) => readonly PlanEntry[],
  ): Promise<readonly AgentAdherence[]>;
};

export type TimelineAsk = {
  readonly account: AccountNumber;
  readonly agent: AgentNumber;
  readonly window: Interval;
  readonly now: Instant;
  readonly atPosition: Position | null;
};

export type CoverageAsk = {
  readonly account: AccountNumber;
  readonly window: Interval;
  readonly now: Instant;
  /** Ids; null: all groups. */
  readonly groups: readonly string[] | null;
  /** How many must be assignable, at least 1. */
  readonly needed: number;
};
