import type { Instant } from '../src/time/instant.ts';
import type { CustomStatusName } from './invented-team.ts';

/** One thing that an invented agent will do, or that will happen to it, at one instant. */
export type PlannedAction = { readonly at: Instant; readonly agent: number; readonly deed: Deed };

/** Agents are named by their place in the team. */
export type Deed =
  | { readonly kind: 'SignIn'; readonly device: Device }
  | { readonly kind: 'SignOut'; readonly device: Device }
  /** A key, a click: a sign of life that mostly changes nothing. */
  | { readonly kind: 'BeActive'; readonly device: Device }
  | { readonly kind: 'LoseConnection'; readonly device: Device }
  /** Returns to the session that was lost, or signs in anew when it has ended meanwhile. */
  | { readonly kind: 'Reconnect'; readonly device: Device }
  /** `until`: the status ends by itself then. `by`: the supervisor who does it, null for the agent. */
  | {
      readonly kind: 'ChangeStatus';
      readonly status: StatusName;
      readonly until: Instant | null;
      readonly by: number | null;
    }
  | { readonly kind: 'MissAssignment' }
  | { readonly kind: 'StartCall' }
  | { readonly kind: 'EndCall' };

export type StatusName = 'AVAILABLE' | 'UNAVAILABLE' | CustomStatusName;

/** A second device is a phone: plain HTTP, so it is never lost. */
export type Device = 'desk' | 'phone';
