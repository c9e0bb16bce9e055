import type { Axis, Reason } from '@rollcall/contract';
import type { Instant } from '../time/instant.ts';
import type { AccountNumber, AgentNumber, Position, SessionNumber } from './position.ts';
import type { AccountRecord, AgentProfile, CalendarRecord, CustomStatus, Group } from './record.ts';
import type { StatusLabel } from './status-label.ts';

/**
 * A fact: one thing that happened, in the past tense, never edited. Facts about one agent are chained (`previous`) so
 * that an agent's history is read without an index on the log.
 *
 * `at` is when it took effect, `recordedAt` when the server wrote it down (never earlier than a live fact's `at`).
 */
export type Fact = Envelope & FactBody;

/** What every fact carries, whatever it says. `account` 0 is the system itself, `agent` 0 is nobody in particular. */
export type Envelope = {
  readonly account: AccountNumber;
  readonly agent: AgentNumber;
  readonly at: Instant;
  readonly recordedAt: Instant;
};

export type FactBody =
  | StatusChanged
  | SessionFact
  | UntilChanged
  | AssignmentMissed
  | RecordFact
  | SystemFact
  | CorrectionFact;

/**
 * The only fact that people see as an event. It holds positions instead of copies: `subjectProfile`, `actorProfile`
 * (0 = the system) and `accountProfile` are the positions of the records as they were at that time.
 */
export type StatusChanged = {
  readonly kind: 'StatusChanged';
  readonly axis: Axis;
  /** 1, 2, 3 … per agent, over both axes, without a gap. */
  readonly sequence: number;
  readonly status: StatusLabel;
  readonly prevStatus: StatusLabel;
  readonly prevAt: Instant;
  readonly reason: Reason;
  /** Of the actor after the event (the subject when the actor is the system): has a live session. */
  readonly loginStatus: boolean;
  readonly subjectProfile: Position;
  readonly actorProfile: Position;
  readonly accountProfile: Position;
  readonly until: Instant | null;
  readonly note: string | null;
  /** It came from elsewhere, with its own times and previous values, which need not join on to the event before it. */
  readonly imported: boolean;
  /** Whether apps and webhooks get it: every live event, and an imported one when the request said so. */
  readonly delivered: boolean;
  /** What came with an imported event and our records do not say; null when there is nothing, as for live events. */
  readonly source: ImportSource | null;
};

/** What an imported payload said that cannot be made of our records: with it, the payload is told again as it came. */
export type ImportSource = {
  /** Its own `activity.id`; null when it came without one. */
  readonly id: string | null;
  /** Fields of `data.actor`, by their name on the wire, that our records would tell otherwise. */
  readonly actor: Readonly<Record<string, unknown>>;
  /** The same of `data.agent_activity`. */
  readonly activity: Readonly<Record<string, unknown>>;
};

export type Transport = 'http' | 'websocket';
export type SessionEnd = 'disconnect' | 'replaced' | 'deactivated';

export type SessionFact =
  | { readonly kind: 'SessionOpened'; readonly session: SessionNumber; readonly transport: Transport }
  /** Closed on purpose: a sign-out, also when it changes no status. */
  | { readonly kind: 'SessionClosed'; readonly session: SessionNumber }
  | { readonly kind: 'SessionLost'; readonly session: SessionNumber }
  | { readonly kind: 'SessionReturned'; readonly session: SessionNumber }
  /** Ended by the system: lost for longer than the grace, replaced by a new session while lost, or deactivated. */
  | { readonly kind: 'SessionEnded'; readonly session: SessionNumber; readonly cause: SessionEnd };

/** A person chose the status that is set already, perhaps with another end: durable, but no event. */
export type UntilChanged = { readonly kind: 'UntilChanged'; readonly until: Instant | null };

/** The router assigned a conversation and the agent let it pass; `missed` counts since the last status change. */
export type AssignmentMissed = { readonly kind: 'AssignmentMissed'; readonly missed: number };

/** Configuration as it is from this position on: whole, so that a past payload is rendered from one row. */
export type RecordFact =
  | { readonly kind: 'AccountRecorded'; readonly record: AccountRecord; readonly by: string }
  | { readonly kind: 'AgentRecorded'; readonly record: AgentProfile; readonly by: string }
  | { readonly kind: 'CustomStatusRecorded'; readonly record: CustomStatus; readonly by: string }
  | { readonly kind: 'GroupRecorded'; readonly record: Group; readonly by: string }
  | { readonly kind: 'CalendarRecorded'; readonly record: CalendarRecord; readonly by: string }
  /** Anything else that the audit trail names: keys, apps, webhooks. Never a secret, never a hash of one. */
  | {
      readonly kind: 'ThingRecorded';
      readonly thing: string;
      readonly id: string;
      readonly change: 'created' | 'changed' | 'removed';
      readonly by: string;
    };

/**
 * `LogStarted` is position 1 of every log. `OutageRecorded` is the time in which nobody watched: from the last sign of
 * life of the process before to readiness; in it, agents that were online are unknown, not offline.
 */
export type SystemFact =
  | { readonly kind: 'LogStarted'; readonly logId: string }
  | { readonly kind: 'OutageRecorded'; readonly from: Instant; readonly to: Instant };

export type CorrectionDecision = 'approved' | 'declined' | 'withdrawn';

/**
 * A later word on what really happened, on the agent's chain; `at` is when it was said. Nothing that was recorded before
 * changes: who reports reads both. Within [from, to) an approved correction holds in place of both axes: the agent counts
 * as here, and in that status; where two overlap, the one that was approved later.
 */
export type CorrectionFact =
  | {
      readonly kind: 'CorrectionProposed';
      /** Bare UUID. */
      readonly correctionId: string;
      readonly from: Instant;
      readonly to: Instant;
      readonly status: StatusLabel;
      readonly note: string | null;
      /** Of the person who said it; 0 when the key is bound to nobody. */
      readonly actorProfile: Position;
      readonly by: string;
    }
  | {
      readonly kind: 'CorrectionDecided';
      readonly correctionId: string;
      readonly decision: CorrectionDecision;
      readonly note: string | null;
      readonly actorProfile: Position;
      readonly by: string;
    };

/** A fact with its place. `previous` is the position of the same agent's fact before it, 0 when it is the first. */
export type RecordedFact = Fact & {
  readonly position: Position;
  readonly previous: Position;
  /** 32 hexadecimal digits: SHA-256 over the checksum before it and this row, cut to 128 bits. */
  readonly checksum: string;
};
