import type { Region, Role, SocialType } from '@rollcall/contract';
import type { Calendar } from '../time/calendar.ts';
import type { Instant } from '../time/instant.ts';

/** An account's settings. Lengths in milliseconds. Snapshots of it live in `AccountRecorded` facts. */
export type AccountRecord = {
  /** As payloads carry it: a decimal string. */
  readonly id: string;
  readonly name: string;
  readonly domain: string;
  readonly region: Region;
  readonly timeZone: string;
  readonly idleAfterMs: number;
  readonly disconnectGraceMs: number;
  /** Since when the two lengths are what they are: a deadline is never earlier than the change that moved it. */
  readonly lengthsChangedAt: Instant;
  readonly customStatus: boolean;
  readonly couplings: Couplings;
  readonly missedAssignmentsLimit: number | null;
  readonly calendarId: string | null;
  readonly createdAt: Instant;
};

export type CouplingCause = 'login' | 'logout' | 'idle_timeout' | 'disconnect' | 'schedule_open' | 'schedule_close';
export type Couplings = Readonly<Record<CouplingCause, 'AVAILABLE' | 'UNAVAILABLE' | null>>;

/** An agent as payloads name them. Snapshots of it live in `AgentRecorded` facts. */
export type AgentProfile = {
  /** Bare UUID. */
  readonly id: string;
  readonly orgAgentId: string;
  readonly orgContactId: string;
  readonly email: string;
  readonly firstName: string | null;
  readonly lastName: string | null;
  readonly phone: string | null;
  readonly avatarUrl: string | null;
  readonly socialProfiles: readonly { readonly id: string; readonly type: SocialType }[];
  readonly timeZone: string | null;
  readonly groups: readonly string[];
  readonly calendarId: string | null;
  readonly idleAfterMs: number | null;
  readonly disconnectGraceMs: number | null;
  /** Since when the lengths that hold for this agent may have changed by its own record or its groups. */
  readonly lengthsChangedAt: Instant;
  readonly role: Role;
  readonly active: boolean;
  readonly createdAt: Instant;
};

export type CustomStatus = {
  /** Bare UUID. */
  readonly id: string;
  readonly name: string;
  /** A short code without colons, such as `joy`. */
  readonly emoji: string | null;
  readonly order: number;
  readonly allowanceMinutes: number | null;
  readonly endsAtAllowance: boolean;
  /** Since when the allowance and what it does are what they are. */
  readonly allowanceChangedAt: Instant;
  readonly productive: boolean;
  readonly archived: boolean;
  readonly createdAt: Instant;
};

/** Business hours under a name. Every change is a version from a day on, so none rewrites a day before it. */
export type CalendarRecord = {
  readonly id: string;
  readonly name: string;
  readonly calendar: Calendar;
  readonly removed: boolean;
  readonly createdAt: Instant;
};

export type Group = {
  readonly id: string;
  readonly name: string;
  readonly calendarId: string | null;
  readonly idleAfterMs: number | null;
  readonly disconnectGraceMs: number | null;
  readonly lengthsChangedAt: Instant;
  readonly removed: boolean;
  readonly createdAt: Instant;
};
