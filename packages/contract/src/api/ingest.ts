import { ERROR_CODES } from '../error-codes.ts';
import { WIRE_LIMITS } from '../limits.ts';
import { ACTOR_TYPES, AXES } from '../reasons.ts';
import {
  anyValue,
  choice,
  email,
  flag,
  integer,
  list,
  opaqueId,
  optional,
  orgId,
  orNull,
  statusName,
  text,
  type Wire,
} from '../wire-field.ts';
import { answer, closed, open } from '../wire-object.ts';

/** Events from elsewhere, or history: `POST /ingest/events`. */
export const IngestEvents = closed('Events that happened elsewhere.', {
  events: list(
    'Payloads of onAgentActivityCreate, ours or the vendor’s. Each is answered for by itself: a bad one leaves its neighbours untouched.',
    anyValue('A payload: see the schema `ImportedPayload`.'),
    { max: WIRE_LIMITS.eventsOfIngestMax },
  ),
  create_agents: optional(
    flag('Whether agents that are not known are created, with the email and org_agent_id of the event.', {
      default: false,
    }),
  ),
  deliver: optional(
    flag('Whether apps and webhooks get these events. The event list and the stream show them anyway.', {
      default: false,
    }),
  ),
});
export type IngestEvents = Wire<typeof IngestEvents>;

const anyText = (description: string) => optional(orNull(text(description, { min: 0, max: 2048 })));

/**
 * The least that an imported payload must be. Real accounts of the vendor send no `activity`, other spellings of
 * `timestamp`, and fields that nobody documents; all of that is let through.
 */
export const ImportedPayload = open('A payload of onAgentActivityCreate that happened elsewhere.', {
  event: optional(choice('The name of the event: no other is taken.', ['onAgentActivityCreate'] as const)),
  data: open('What happened.', {
    actor: optional(
      orNull(
        open('Who moved the status; kept, and told again as it came.', {
          type: optional(orNull(choice('A person or the system.', ACTOR_TYPES))),
          sub_entity: anyText('The cause as it was called there.'),
          id: anyText('The id there.'),
          email: anyText('The email.'),
          first_name: anyText('The first name.'),
          last_name: anyText('The last name.'),
          phone: anyText('The phone number.'),
          avatar: optional(orNull(open('The image.', { url: anyText('Where it is.') }))),
          org_actor_id: anyText('The organization-level id.'),
          org_contact_id: anyText('The id as a contact.'),
          login_status: optional(orNull(flag('Whether there was a live session.'))),
          social_profiles: optional(
            orNull(
              list(
                'Social profiles.',
                open('One of them.', { id: anyText('The id.'), type: anyText('The platform.') }),
                { max: WIRE_LIMITS.socialProfilesMax },
              ),
            ),
          ),
        }),
      ),
    ),
    agent_activity: open('What changed, for which agent.', {
      availability_event_type: choice('The axis.', AXES),
      status: statusName('The value from this event on.'),
      prev_status: statusName('The value before.'),
      status_change_timestamp: text('When the value changed: ISO 8601 with an offset.', { max: 64 }),
      prev_status_change_timestamp: text('When the previous value began: ISO 8601 with an offset.', { max: 64 }),
      custom_status_id: anyText('The id of the custom status there.'),
      emoji: anyText('Its emoji.'),
      email: optional(orNull(email('The email of the agent.'))),
      org_agent_id: optional(orNull(orgId('The organization-level id of the agent: a string of digits.'))),
    }),
  }),
  activity: optional(
    orNull(
      open('What this system adds to an event.', {
        id: optional(orNull(opaqueId('The id of the event: known by it, and found by it afterwards.'))),
        agent_id: anyText('The id of the agent there; a created agent keeps it when it is free.'),
        reason: optional(orNull(text('The cause, from the closed list.', { min: 0 }))),
      }),
    ),
  ),
});
export type ImportedPayload = Wire<typeof ImportedPayload>;

const IngestItem = answer('What became of one event.', {
  index: integer('Its place in the request, from 0.'),
  result: choice(
    'accepted: it is in the log. duplicate: it was there already. rejected: `code` and `detail` say why.',
    ['accepted', 'duplicate', 'rejected'],
  ),
  id: orNull(opaqueId('The `activity.id` by which the event is known here. Null when it was rejected.')),
  code: orNull(choice('Why it was rejected. Null when it was not.', ERROR_CODES)),
  detail: orNull(
    text('Why it was rejected, in a sentence. Null when it was not.', { max: WIRE_LIMITS.messageCharactersMax }),
  ),
});

export const IngestAnswer = answer('What became of each event.', {
  items: list('One answer per event, in the order of the request.', IngestItem, {
    max: WIRE_LIMITS.eventsOfIngestMax,
  }),
  accepted: integer('How many were accepted.'),
  duplicate: integer('How many were known already.'),
  rejected: integer('How many were rejected.'),
});
export type IngestAnswer = Wire<typeof IngestAnswer>;
