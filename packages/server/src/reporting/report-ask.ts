import type { AccountNumber, AgentNumber, Position } from '../activity/position.ts';
import type { Grouping } from '../report/activity-report.ts';
import type { Instant } from '../time/instant.ts';
import type { Interval } from '../time/interval.ts';

/** Which report, of whom, as seen from when. The door has checked every field; zones and groups exist. */
export type ReportAsk = {
  readonly account: AccountNumber;
  /** As asked for; it is clipped to `now`. */
  readonly window: Interval;
  /** IANA name of the zone that days, weeks, months and hours are cut in. */
  readonly timeZone: string;
  readonly groupBy: readonly Grouping[];
  readonly hours: 'business_hours' | 'all_hours';
  /** null: all of the account. */
  readonly agents: readonly AgentNumber[] | null;
  /** Ids; only time in which the agent was in one of them. null: all. */
  readonly groups: readonly string[] | null;
  /** Not in the future. Facts that take effect after it are ignored. */
  readonly now: Instant;
  /** As it was known when the log ended here; null: as it is known now. */
  readonly atPosition: Position | null;
  readonly whatIf: WhatIf | null;
};

/** The same facts under other settings. What is left out is as it is. */
export type WhatIf = {
  readonly idleAfterMs?: number;
  /** Id of a calendar that holds for everybody. */
  readonly calendarId?: string;
  /** Ids of custom statuses that count as available. */
  readonly productive?: readonly string[];
};
