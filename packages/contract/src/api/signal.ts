import { choice, type Wire } from '../wire-field.ts';
import { closed } from '../wire-object.ts';

/** What a router or a phone system can say of an agent. */
export const SIGNAL_TYPES = Object.freeze(['missed_assignment', 'call_started', 'call_ended'] as const);
export type SignalType = (typeof SIGNAL_TYPES)[number];

/** A word from a router or a phone system: `POST /agents/{id}/signals`; answered like a change of status. */
export const Signal = closed('Something that happened to the agent.', {
  type: choice(
    'missed_assignment: an assigned conversation was let pass; call_started, call_ended: a phone call.',
    SIGNAL_TYPES,
  ),
});
export type Signal = Wire<typeof Signal>;
