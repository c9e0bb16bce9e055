import type { Transport } from '../activity/fact.ts';
import type { SessionNumber } from '../activity/position.ts';
import type { StatusLabel } from '../activity/status-label.ts';
import type { Instant } from '../time/instant.ts';

/** What may be asked of one agent's availability. The instant it was asked at travels beside it. */
export type AvailabilityCommand =
  | { readonly kind: 'OpenSession'; readonly session: SessionNumber; readonly transport: Transport }
  | { readonly kind: 'RecordActivity'; readonly session: SessionNumber }
  | { readonly kind: 'CloseSession'; readonly session: SessionNumber }
  /** `lostAt`: the close seen, or the last frame received when pings stayed unanswered. */
  | { readonly kind: 'LoseSession'; readonly session: SessionNumber; readonly lostAt: Instant }
  | { readonly kind: 'ReturnSession'; readonly session: SessionNumber }
  | {
      readonly kind: 'ChangeIntelliassign';
      readonly status: StatusLabel;
      readonly customStatusId: string | null;
      readonly until: Instant | null;
      readonly note: string | null;
      readonly reason: ChoiceReason;
    }
  | { readonly kind: 'MissAssignment'; readonly limit: number | null }
  | { readonly kind: 'StartCall' }
  | { readonly kind: 'EndCall' }
  /** The custom status was archived; only who is in it moves. */
  | { readonly kind: 'ArchiveStatus'; readonly customStatusId: string }
  | { readonly kind: 'Deactivate' }
  /** Nothing but time: decide what is due. */
  | { readonly kind: 'PassTime' };

/** Who chose the status: the agent, somebody else with the right, or a key that is bound to nobody. */
export type ChoiceReason = 'agent_toggle' | 'supervisor' | 'api';
