import { Type } from 'typebox';
import { WIRE_LIMITS } from './limits.ts';
import { ACTOR_TYPES, AXES, REASONS, REGIONS, SOCIAL_TYPES } from './reasons.ts';
import {
  anyObject,
  choice,
  email,
  emoji,
  flag,
  host,
  httpUrl,
  integer,
  list,
  opaqueId,
  optional,
  orgId,
  orNull,
  statusName,
  text,
  utcInstant,
  uuid,
  type Wire,
} from './wire-field.ts';
import { closed, open } from './wire-object.ts';

/**
 * The two event payloads, as JSON Schema and static types from one source. What one field demands of another (a
 * general-availability change has a system actor, say) is in each field's description and held by the validator.
 *
 * Source: https://developers.freshworks.com/docs/app-sdk/v2.3/freshchat/serverless-apps/product-events/onagentactivity/
 * Source: https://developers.freshworks.com/docs/app-sdk/v3.0/chat_conversation/serverless-apps/product-events/
 */

/** The names of the two events. */
export const ACTIVITY_EVENT = 'onAgentActivityCreate';
export const CUSTOM_STATUS_EVENT = 'onAgentCustomStatusUpdate';

/** The version of both payloads. */
export const PAYLOAD_VERSION = '2.0.0';

const Avatar = closed(
  'The image of the actor. Always an object, never null: existing apps read `avatar.url` without a guard.',
  {
    url: orNull(httpUrl('Where the image is. Null when `actor.type` is system, and when the person has no image.')),
  },
);

const SocialProfile = closed('A profile of the person on a social platform. Never null.', {
  id: orNull(text("The person's id on the platform. Null only where `type` is null.")),
  type: orNull(
    choice('The platform. Null only when `actor.type` is system; we then send no profile at all.', SOCIAL_TYPES),
  ),
});

const actorFields = {
  type: choice(
    'Who moved the status: agent = a person, system = a rule, a deadline or an unbound key. Always system when the axis is GeneralAvailability. Never null.',
    ACTOR_TYPES,
  ),
  sub_entity: orNull(
    text(
      'The cause of an Intelliassign change: agent_toggle or supervisor when `type` is agent, another reason when it is system. Null exactly when the axis is GeneralAvailability. An event whose reason is import says what it was called where it came from.',
    ),
  ),
  id: uuid(
    "Never null. When `type` is agent: the person's agent id. When it is system: the id of the agent whose status changed, so that records keyed on it stay whole.",
  ),
  email: orNull(email("The person's email. Null when `type` is system, and when the record has none.")),
  first_name: orNull(
    text("The person's first name. Null when `type` is system, and when the record has none.", { min: 0 }),
  ),
  last_name: orNull(
    text("The person's last name. Null when `type` is system, and when the record has none.", { min: 0 }),
  ),
  phone: orNull(
    text("The person's phone number as it was written. Null when `type` is system, and when the record has none.", {
      min: 0,
    }),
  ),
  avatar: Avatar,
  org_actor_id: orNull(
    orgId(
      "The person's organization-level id (their `org_agent_id`), 1 to 20 digits. Null exactly when `type` is system.",
    ),
  ),
  org_contact_id: orNull(
    orgId("The person's id as a contact of the organization, 1 to 20 digits. Null exactly when `type` is system."),
  ),
  login_status: flag(
    'Whether somebody has a live session after this event. When `type` is agent: that person. When it is system: the agent whose status changed; true on idle_timeout, false on logout, disconnect and deactivated. Never null.',
  ),
  social_profiles: list(
    "The person's social profiles; an empty list when there are none and when `type` is system. Never null.",
    SocialProfile,
    { max: WIRE_LIMITS.socialProfilesMax },
  ),
};

const Actor = closed('Who moved the status. Never null.', actorFields);

const AgentActivity = closed('What changed, for which agent. Never null.', {
  availability_event_type: choice(
    'The axis that changed. GeneralAvailability: is the agent here, signed in and active? Intelliassign: may the router assign conversations automatically? Never null.',
    AXES,
  ),
  status: statusName(
    'The value from this event on: AVAILABLE or UNAVAILABLE, or on Intelliassign the name that the custom status had then. Differs from `prev_status` unless both are custom statuses, which may share a name. Never null.',
  ),
  prev_status: statusName(
    'The value before: the `status` of the event before it on the same axis, as that event carried it; UNAVAILABLE for the first one. Never null.',
  ),
  status_change_timestamp: utcInstant(
    'When the value changed: ISO 8601, UTC, milliseconds, Z. A deadline is stamped with its exact instant, however late it was noticed. Never null.',
  ),
  prev_status_change_timestamp: utcInstant(
    "When the previous value began: the `status_change_timestamp` of the event before it on the same axis, or the creation of the agent's record for the first one. ISO 8601, UTC, milliseconds, Z; never later than `status_change_timestamp`. Never null.",
  ),
  custom_status_id: orNull(
    uuid(
      'The id of the custom status that was set. Null on GeneralAvailability and when `status` is AVAILABLE or UNAVAILABLE.',
    ),
  ),
  emoji: orNull(
    emoji(
      'The emoji short code of the custom status, without colons. Null on GeneralAvailability, when `status` is AVAILABLE or UNAVAILABLE, and when the custom status has none.',
    ),
  ),
  email: email('The email of the agent whose status changed, at the time of the event. Never null.'),
  org_agent_id: orgId(
    'The organization-level id of the agent whose status changed: a string of 1 to 20 digits, often beyond 2^53, so never a number. Never null.',
  ),
});

/** The top-level object that is ours alone, beside the part that apps know. */
export const Activity = closed(
  'What this system adds to the event. A setting of the receiving app leaves it out; never null.',
  {
    id: opaqueId(
      'Unique for ever and the same in every attempt and replay: drop what you have seen before. Never null.',
    ),
    sequence: integer('Counts 1, 2, 3 … per agent without a gap, in the order of recording. Never null.', { min: 1 }),
    agent_id: uuid('The id of the agent whose status changed. Never null.'),
    recorded_at: utcInstant(
      'When the change was recorded: ISO 8601, UTC, milliseconds, Z. Can be later than `status_change_timestamp`. Never null.',
    ),
    reason: choice(
      'What caused the change, on both axes; equals `actor.sub_entity` when the axis is Intelliassign. Never null.',
      REASONS,
    ),
    prev_duration_ms: integer(
      'How long the previous value lasted, in milliseconds: `status_change_timestamp` − `prev_status_change_timestamp`. Never null.',
    ),
    groups: list(
      "The ids of the agent's groups at the time of the event; an empty list when there are none. Never null.",
      opaqueId('The id of a group.'),
      { max: WIRE_LIMITS.groupsOfAgentMax, unique: true },
    ),
  },
);
export type Activity = Wire<typeof Activity>;

const CurrentHost = open(
  'Where the app is installed. Sent to apps of platform 3.0 only, left out for others; never null.',
  {
    subscribed_modules: list(
      'The names of the modules that the app subscribes to, such as chat_conversation. Never null.',
      text('A module.'),
    ),
    endpoint_urls: Type.Unsafe<{ readonly [product: string]: string }>({
      type: 'object',
      additionalProperties: { type: 'string' },
      description: 'The base address of each product, by product name. Never null.',
    }),
  },
);

const envelope = {
  account_id: text('The id of the account, as a string even where it is all digits. Never null.'),
  domain: host("The account's bare host, without https:// and path. Never null."),
  region: choice('The region of the account. Never null.', REGIONS),
  timestamp: Type.Number({
    description:
      'When the change was recorded, the same in every attempt and replay. Epoch milliseconds as an integer; apps that ask for it get epoch seconds with three decimals, which are never a whole number (.000 is sent as .001), so an integer is always milliseconds. Never null.',
    exclusiveMinimum: 0,
    maximum: WIRE_LIMITS.instantMsMax,
  }),
  version: Type.Literal(PAYLOAD_VERSION, { description: 'The version of the payload. Never null.' }),
  iparams: anyObject(
    'The installation parameters of the receiving app, secure ones in clear; an empty object outside an app. Never null.',
  ),
  currentHost: optional(CurrentHost),
  activity: optional(Activity),
};

/** The payload of `onAgentActivityCreate`: one change of one axis of one agent. */
export const ActivityPayload = open('A change of one axis of an agent: the payload of onAgentActivityCreate.', {
  ...envelope,
  event: Type.Literal(ACTIVITY_EVENT, { description: 'The name of the event. Never null.' }),
  data: closed('What happened. Never null.', { actor: Actor, agent_activity: AgentActivity }),
});
export type ActivityPayload = Wire<typeof ActivityPayload>;

const AgentCustomStatus = closed(
  'The custom status that the agent entered, as it was at the time of the event. Null when the new status is AVAILABLE or UNAVAILABLE.',
  {
    id: uuid('The id of the custom status. Never null.'),
    name: statusName('Its name at the time of the event. Never null.'),
    emoji: orNull(emoji('Its emoji short code, without colons. Null when it has none.')),
  },
);

/** The payload of `onAgentCustomStatusUpdate`: an agent entered, left or swapped a custom status. */
export const CustomStatusPayload = open(
  'A change between a default status and a custom one, or between two custom ones: the payload of onAgentCustomStatusUpdate.',
  {
    ...envelope,
    event: Type.Literal(CUSTOM_STATUS_EVENT, { description: 'The name of the event. Never null.' }),
    data: closed('What happened. Never null.', {
      actor: closed('Who moved the status. Never null.', {
        ...actorFields,
        actor_source: choice('The reason of the change; equals `sub_entity`. Never null.', REASONS),
      }),
      agent_custom_status: orNull(AgentCustomStatus),
      associations: closed('Always an empty object, never null.', {}),
      changes: closed('What changed. Never null.', {
        status: Type.Unsafe<readonly [newName: string, oldName: string]>({
          type: 'array',
          items: statusName('AVAILABLE, UNAVAILABLE or the name that a custom status had then.'),
          minItems: 2,
          maxItems: 2,
          description:
            "The names of the new and the old status, the new one FIRST (the vendor's other events put it last). At least one of them is a custom status. Never null.",
        }),
      }),
    }),
  },
);
export type CustomStatusPayload = Wire<typeof CustomStatusPayload>;
