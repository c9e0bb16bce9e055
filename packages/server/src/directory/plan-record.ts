import type { AgentNumber } from '../activity/position.ts';
import { dayMs, type Instant } from '../time/instant.ts';
import { civilOfDayNumber } from '../time/local-date.ts';

/** What an agent is planned to do, as it is kept: a row for each agent and month (UTC) in which entries begin. */
export type PlanMonth = {
  readonly agent: AgentNumber;
  /** `2026-03` */
  readonly month: string;
  readonly entries: readonly StoredPlanEntry[];
};

/** Whether a custom status counts as productive is its own mark, looked up when the plan is read. */
export type StoredPlanEntry = {
  readonly from: Instant;
  readonly to: Instant;
  readonly activity:
    | { readonly kind: 'work' }
    | { readonly kind: 'status'; readonly statusId: string }
    | { readonly kind: 'other'; readonly name: string; readonly productive: boolean };
};

/** Bounds of a plan. */
export const planLimits = {
  /** Of one entry: a reader of a window looks so far before it. */
  entryMsMax: 31 * dayMs,
  entriesPerMonthMax: 1_000,
  entriesPerImportMax: 5_000,
  windowMsMax: 366 * dayMs,
} as const;

/** The month of an instant in UTC. */
export function planMonthOf(instant: Instant): string {
  const { year, month } = civilOfDayNumber(Math.floor(instant / dayMs));
  return `${String(year).padStart(4, '0')}-${String(month).padStart(2, '0')}`;
}

export function planKeyOf(agent: AgentNumber, month: string): string {
  return `${agent}:${month}`;
}
