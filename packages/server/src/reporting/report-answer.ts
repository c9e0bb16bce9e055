import type { AccountNumber, AgentNumber, Position } from '../activity/position.ts';
import type { StintLengths } from '../report/stint-lengths.ts';
import type { TimeKey } from '../report/time-keys.ts';
import type { Instant } from '../time/instant.ts';
import type { Interval } from '../time/interval.ts';

export type PartKind = 'offline' | 'idle' | 'disconnected' | 'custom_status' | 'unavailable';

/** Milliseconds of unavailable time in business hours that have one cause. */
export type Part = {
  readonly kind: PartKind;
  readonly customStatusId: string | null;
  /** Today's name of the custom status; null for the others. */
  readonly name: string | null;
  readonly ms: number;
};

/** What a line of a report says. Milliseconds, but for percents (unrounded) and counts. */
export type Measures = {
  readonly scheduledMs: number;
  readonly unknownMs: number;
  /** The metric. */
  readonly unavailableMs: number;
  readonly availableInHoursMs: number;
  /** null when nothing was scheduled and known. */
  readonly availabilityPercent: number | null;
  /** Without zero parts, largest first; they sum to the metric. */
  readonly breakdown: readonly Part[];
  // Over the whole window, in hours or not:
  /** All time of the agent's life in the window; less than the window where the agent was not of the account. */
  readonly livedMs: number;
  readonly unknownInWindowMs: number;
  readonly onlineMs: number;
  readonly availableMs: number;
  readonly firstSignIn: Instant | null;
  readonly lastSignOut: Instant | null;
  readonly changes: { readonly generalAvailability: number; readonly intelliassign: number };
};

/** One line. Keys that were not asked for are undefined. */
export type ReportRow = Measures &
  TimeKey & {
    readonly agent: AgentNumber | null;
    /** undefined when not grouped by group; null is time in no group. */
    readonly groupId: string | null | undefined;
    /** undefined when not grouped by status; null is unknown time. */
    readonly status:
      | {
          readonly kind: 'AVAILABLE' | 'UNAVAILABLE' | 'custom_status';
          readonly customStatusId: string | null;
          readonly name: string;
        }
      | null
      | undefined;
  };

/** Over distinct agents: an agent of two groups is in it once. */
export type ReportTotals = Measures & { readonly agents: number };

/** What an answer was calculated from, so that anybody can calculate it again. */
export type ReportBasis = {
  readonly logPosition: Position;
  readonly calendars: readonly {
    readonly id: string;
    readonly name: string;
    /** Of the fact that recorded it. */
    readonly position: Position;
    /** How many versions it has, and from which day each holds (null: since ever). */
    readonly effectiveFrom: readonly (string | null)[];
  }[];
  readonly tzdata: string;
  readonly now: Instant;
};

export type ReportPage = {
  readonly items: readonly ReportRow[];
  readonly totals: ReportTotals;
  readonly basis: ReportBasis;
  /** How many rows were told with this page and those before it; null after the last. */
  readonly nextOffset: number | null;
};

/** A fact that bounds an interval: an event, a session fact, an outage, a correction, or the agent's record. */
export type BoundingFact = {
  readonly position: Position;
  readonly kind: string;
  readonly at: Instant;
  readonly recordedAt: Instant;
  /** Of an event: as `activity.id`. */
  readonly eventId: string | null;
  readonly reason: string | null;
  /** Who: 'system', or the person's e-mail. */
  readonly actor: string | null;
  readonly imported: boolean;
  /** When the agent was last active, where the fact is about not having been; else null. */
  readonly lastActivityAt: Instant | null;
  /** One plain sentence: what happened, by whom or which rule, and, where idle is about, the last activity seen. */
  readonly sentence: string;
};

export type TimelineState = 'available' | 'unknown' | PartKind;

/** An unbroken stay in one state. Consecutive intervals touch; the first begins with the window, the last ends with it. */
export type TimelineInterval = Interval & {
  readonly state: TimelineState;
  readonly generalAvailability: 'AVAILABLE' | 'UNAVAILABLE' | null;
  readonly intelliassign: 'AVAILABLE' | 'UNAVAILABLE' | 'custom_status' | null;
  readonly customStatusId: string | null;
  readonly name: string | null;
  /** The parts of it that are business hours. */
  readonly inHours: readonly Interval[];
  readonly inHoursMs: number;
  /** null when the state lasts since before the first fact. */
  readonly begunBy: BoundingFact | null;
  /** null while it goes on. */
  readonly endedBy: BoundingFact | null;
};

export type Timeline = {
  readonly agent: AgentNumber;
  readonly account: AccountNumber;
  /** Clipped to now and to the agent's life; empty outside of it. */
  readonly intervals: readonly TimelineInterval[];
  readonly hours: readonly Interval[];
  readonly basis: ReportBasis;
};

export type CoverageGap = Interval & { readonly assignable: number; readonly needed: number };

export type GroupCoverage = {
  readonly groupId: string;
  readonly name: string;
  readonly needed: number;
  readonly scheduledMs: number;
  readonly gapMs: number;
  readonly unknownMs: number;
  readonly gaps: readonly CoverageGap[];
};

export type GroupNow = {
  /** null: agents of no group. */
  readonly groupId: string | null;
  readonly name: string | null;
  readonly isInHours: boolean;
  readonly agents: number;
  readonly assignable: readonly AgentNumber[];
  readonly counts: readonly {
    readonly state: TimelineState;
    readonly customStatusId: string | null;
    readonly name: string | null;
    readonly agents: number;
  }[];
  /** Agents in a custom status for longer than its allowance. */
  readonly overstays: readonly {
    readonly agent: AgentNumber;
    readonly customStatusId: string;
    readonly since: Instant;
    readonly allowanceMs: number;
  }[];
};

/** How long stints in a status lasted, of those that began in the window. */
export type StatusStints = StintLengths & { readonly status: NonNullable<ReportRow['status']> };

/** How well an agent kept to its plan. Milliseconds; the percent is unrounded, and null when nothing is scheduled. */
export type AgentAdherence = {
  readonly agent: AgentNumber;
  /** All that was planned in the window, also what has not come yet. */
  readonly plannedMs: number;
  readonly scheduledMs: number;
  readonly adherentMs: number;
  readonly unknownMs: number;
  readonly percent: number | null;
};
