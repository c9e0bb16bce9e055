import type { Axis, Reason } from '@rollcall/contract';
import type { AssignmentMissed, SessionFact, UntilChanged } from '../activity/fact.ts';
import type { StatusLabel } from '../activity/status-label.ts';
import type { Instant } from '../time/instant.ts';

/**
 * What the decider says happened. The one writer adds the envelope (account, agent, profiles, recording time) and makes
 * facts of it; `evolve` reads transitions and facts alike, because a `StatusChanged` fact has these fields too.
 */
export type Transition = { readonly at: Instant } & (StatusTransition | SessionFact | UntilChanged | AssignmentMissed);

export type StatusTransition = {
  readonly kind: 'StatusChanged';
  readonly axis: Axis;
  readonly sequence: number;
  readonly status: StatusLabel;
  /** Of the new status, when it is a custom one. */
  readonly customStatusId: string | null;
  readonly prevStatus: StatusLabel;
  readonly prevAt: Instant;
  readonly reason: Reason;
  /** Whether the subject has a live session after the transition. */
  readonly loggedIn: boolean;
  readonly until: Instant | null;
  readonly note: string | null;
  /** It came from elsewhere: it may be older than what is known, and becomes the state only when it is the latest. */
  readonly imported: boolean;
};
