import type { RecordedFact } from '../activity/fact.ts';
import type { AccountNumber, AgentNumber, Position } from '../activity/position.ts';
import type { DirectoryHistory } from '../report/directory-history.ts';
import type { PackedHistory } from '../report/history-chunk.ts';
import type { AppliedCorrection, Outage } from '../report/resolve-history.ts';
import type { Instant } from '../time/instant.ts';
import type { Interval } from '../time/interval.ts';

/** One agent as a report reads it. */
export type AgentHistory = {
  readonly number: AgentNumber;
  readonly history: PackedHistory;
  readonly earliestImport: Instant | null;
};

/** All that was known of an account at one position: nothing in it changes afterwards. */
export type HistorySnapshot = {
  readonly position: Position;
  readonly directory: DirectoryHistory;
  /** In order of creation; their chunks cover the window, and the state at its start. */
  readonly agents: readonly AgentHistory[];
};

/** One agent's facts, to resolve and to explain. */
export type AgentFacts = {
  readonly position: Position;
  readonly directory: DirectoryHistory;
  /** In log order. */
  readonly facts: readonly RecordedFact[];
  readonly outages: readonly Outage[];
  readonly corrections: readonly AppliedCorrection[];
};

/** Where histories come from: kept packed beside the log, or resolved from the facts themselves. */
export type HistorySource = {
  /**
   * As it is known now, or was known at a position. `now`: what takes effect after it is ignored where that changes what
   * was before it (imports, corrections).
   */
  snapshot(ask: {
    readonly account: AccountNumber;
    readonly agents: readonly AgentNumber[] | null;
    readonly window: Interval;
    readonly now: Instant;
    readonly atPosition: Position | null;
  }): Promise<HistorySnapshot>;
  agentFacts(ask: {
    readonly account: AccountNumber;
    readonly agent: AgentNumber;
    readonly atPosition: Position | null;
  }): Promise<AgentFacts>;
};
