import { WIRE_LIMITS } from '../limits.ts';
import {
  choice,
  flag,
  integer,
  list,
  opaqueId,
  optional,
  orNull,
  text,
  utcInstant,
  uuid,
  type Wire,
} from '../wire-field.ts';
import { answer, closed } from '../wire-object.ts';
import { pageFields, pageOf } from './page.ts';

/** What can become of a delivery. */
export const DELIVERY_STATES = Object.freeze(['delivered', 'waiting', 'dead'] as const);
export type DeliveryState = (typeof DELIVERY_STATES)[number];

/** How one attempt can end. */
export const ATTEMPT_OUTCOMES = Object.freeze(['delivered', 'failed', 'timed_out', 'exited'] as const);
export type AttemptOutcome = (typeof ATTEMPT_OUTCOMES)[number];

const DeliveryAttempt = answer('One attempt.', {
  at: utcInstant('When it began.'),
  outcome: choice(
    'delivered: the receiver took it; failed: it threw, rejected or answered with an error; timed_out: it did not answer in time; exited: its process ended.',
    ATTEMPT_OUTCOMES,
  ),
  error: orNull(text('What the receiver said. Null when it took it.', { max: WIRE_LIMITS.messageCharactersMax })),
  duration_ms: integer('How long it took, in milliseconds.'),
});

/** One event on its way to one subscription. */
export const DeliveryRead = answer('An event on its way to a receiver.', {
  id: opaqueId('The id of the delivery.'),
  subscription_id: opaqueId('The subscription it belongs to.'),
  event_id: opaqueId('The `activity.id` of the event, the same in every attempt.'),
  agent_id: uuid('The agent of the event: deliveries keep their order per agent.'),
  sequence: integer('The `activity.sequence` of the event.', { min: 1 }),
  position: integer('Where the event stands in the log.', { min: 1 }),
  state: choice(
    'delivered: taken; waiting: due now or at `next_attempt_at`; dead: given up after the last attempt, kept, and can be sent again.',
    DELIVERY_STATES,
  ),
  out_of_order: flag('True when it was sent again by order, so possibly after later events of its agent.'),
  attempts: list('What was tried, oldest first.', DeliveryAttempt),
  next_attempt_at: orNull(utcInstant('When it is tried next. Null when it is not.')),
});
export type DeliveryRead = Wire<typeof DeliveryRead>;

/** Which deliveries to list: `GET /deliveries`. */
export const DeliveryQuery = closed('Which deliveries to list.', {
  ...pageFields,
  subscription_id: optional(opaqueId('Only deliveries of this subscription.')),
  state: optional(choice('Only deliveries of this state.', DELIVERY_STATES)),
});
export type DeliveryQuery = Wire<typeof DeliveryQuery>;

export const DeliveryPage = pageOf('Deliveries of the account, in the order of the log.', DeliveryRead);
export type DeliveryPage = Wire<typeof DeliveryPage>;

/** Send what a subscription was sent before again: `POST /subscriptions/{id}/replay`. */
export const ReplayRequest = closed('Where to begin.', {
  from: text('An instant with an offset (of recording), or an id of the event stream: what follows is sent again.', {
    max: WIRE_LIMITS.cursorCharactersMax,
  }),
});
export type ReplayRequest = Wire<typeof ReplayRequest>;
