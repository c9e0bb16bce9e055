import { ActivityPayload } from '../event-payload.ts';
import { AXES } from '../reasons.ts';
import { choice, cursor, flag, instant, optional, uuid, type Wire } from '../wire-field.ts';
import { closed } from '../wire-object.ts';
import { pageFields, pageOf } from './page.ts';

/** Which events to list: `GET /events`. */
export const EventQuery = closed('Which events to list, in the order of the log.', {
  limit: pageFields.limit,
  after: optional(cursor('The `next` of the page before, or an id of the event stream.')),
  agent_id: optional(uuid('Only events of this agent.')),
  type: optional(choice('Only events of this axis.', AXES)),
  from: optional(instant('Only events whose `status_change_timestamp` is at or after this instant.')),
  to: optional(instant('Only events whose `status_change_timestamp` is before this instant.')),
});
export type EventQuery = Wire<typeof EventQuery>;

export const EventPage = pageOf('Events of the account, in the order of the log.', ActivityPayload);
export type EventPage = Wire<typeof EventPage>;

/** How to open the event stream: `GET /events/stream`; the header `Last-Event-ID` wins over `after`. */
export const EventStreamQuery = closed('Where to begin.', {
  after: optional(cursor('The id of the last event seen; what follows it is sent. Default: only what is new.')),
  snapshot: optional(
    flag("True (or 1): first every agent's state at a named position, then what follows it. Default false."),
  ),
  agent_id: optional(uuid('Only events of this agent.')),
  type: optional(choice('Only events of this axis.', AXES)),
});
export type EventStreamQuery = Wire<typeof EventStreamQuery>;
