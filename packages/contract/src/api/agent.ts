import { WIRE_LIMITS } from '../limits.ts';
import { DEFAULT_STATUSES, REASONS, ROLES, SOCIAL_TYPES } from '../reasons.ts';
import {
  choice,
  durationMs,
  email,
  emoji,
  flag,
  httpUrl,
  instant,
  integer,
  list,
  opaqueId,
  optional,
  orgId,
  orNull,
  statusName,
  text,
  timeZone,
  utcInstant,
  uuid,
  type Wire,
} from '../wire-field.ts';
import { answer, closed } from '../wire-object.ts';
import { pageFields, pageOf } from './page.ts';

const SocialProfile = closed('A profile of the agent on a social platform.', {
  id: text("The agent's id on the platform."),
  type: choice('The platform.', SOCIAL_TYPES),
});

const profile = {
  email: email('The email of the agent; unique in the account whatever the case.'),
  first_name: orNull(text('The first name. Null: unknown (default).')),
  last_name: orNull(text('The last name. Null: unknown (default).')),
  phone: orNull(text('The phone number as people write it. Null: unknown (default).')),
  avatar_url: orNull(httpUrl('Where the image of the agent is, http or https. Null: none (default).')),
  social_profiles: list('The social profiles. Default: none.', SocialProfile, { max: WIRE_LIMITS.socialProfilesMax }),
  org_agent_id: orgId(
    'The organization-level id: a string of 1 to 20 digits, unique in the account. Generated when left out.',
  ),
  org_contact_id: orgId(
    'The id as a contact of the organization: a string of 1 to 20 digits. Generated when left out.',
  ),
  time_zone: orNull(timeZone("The IANA time zone of the agent. Null: the account's (default).")),
  groups: list('The ids of the groups that the agent belongs to. Default: none.', opaqueId('The id of a group.'), {
    max: WIRE_LIMITS.groupsOfAgentMax,
    unique: true,
  }),
  calendar_id: orNull(
    opaqueId("The agent's own calendar, which replaces those of its groups. Null: theirs, or the account's (default)."),
  ),
  idle_after_ms: orNull(
    durationMs(
      "How long without activity until idle, in milliseconds, 100 ms to 7 days. Null: the longest of the agent's groups, or the account's (default).",
    ),
  ),
  disconnect_grace_ms: orNull(
    durationMs(
      "How long a lost connection may take to return, in milliseconds, 100 ms to 7 days. Null: the longest of the agent's groups, or the account's (default).",
    ),
  ),
  role: choice('What the person may do when signed in. Default agent.', ROLES),
  active: flag('Whether the agent works here. False ends its sessions and keeps its history. Default true.'),
};

const optionalProfile = {
  first_name: optional(profile.first_name),
  last_name: optional(profile.last_name),
  phone: optional(profile.phone),
  avatar_url: optional(profile.avatar_url),
  social_profiles: optional(profile.social_profiles),
  org_agent_id: optional(profile.org_agent_id),
  org_contact_id: optional(profile.org_contact_id),
  time_zone: optional(profile.time_zone),
  groups: optional(profile.groups),
  calendar_id: optional(profile.calendar_id),
  idle_after_ms: optional(profile.idle_after_ms),
  disconnect_grace_ms: optional(profile.disconnect_grace_ms),
  role: optional(profile.role),
  active: optional(profile.active),
};

/** A new agent. */
export const AgentCreate = closed('An agent to create.', {
  email: profile.email,
  ...optionalProfile,
  created_at: optional(
    instant(
      'When the agent began, with an offset; may lie in the past for roles admin and ingest, never in the future. Default: now.',
    ),
  ),
});
export type AgentCreate = Wire<typeof AgentCreate>;

/** Changes to an agent: what is left out stays, null clears what may be null. Past events keep the profile of then. */
export const AgentPatch = closed('Fields to change; what is left out stays, null clears.', {
  email: optional(profile.email),
  ...optionalProfile,
});
export type AgentPatch = Wire<typeof AgentPatch>;

const since = utcInstant("When the value began; the creation of the agent's record when it never changed.");
const reason = orNull(choice('What caused the latest change. Null when the value never changed.', REASONS));

const GeneralAvailability = answer('Is the agent here, signed in and active?', {
  status: choice('The value now.', DEFAULT_STATUSES),
  since,
  prev_status: orNull(choice('The value before. Null when it never changed.', DEFAULT_STATUSES)),
  reason,
});

const Intelliassign = answer('May the router assign conversations automatically?', {
  status: statusName("The value now: AVAILABLE, UNAVAILABLE, or the custom status's name of today."),
  custom_status_id: orNull(uuid('The id of the custom status. Null when none is set.')),
  emoji: orNull(emoji('Its emoji short code of today. Null when none is set or it has none.')),
  since,
  prev_status: orNull(statusName('The value before, as its event carried it. Null when it never changed.')),
  reason,
  until: orNull(utcInstant('When a timed status runs out and becomes AVAILABLE. Null: it stays until it is changed.')),
});

/** An agent: its profile and where it stands on both axes. */
export const AgentRead = answer('An agent, its profile and its availability.', {
  id: uuid('The id of the agent.'),
  ...profile,
  created_at: utcInstant("When the agent's record began."),
  general_availability: GeneralAvailability,
  intelliassign: Intelliassign,
  assignable: flag('True when both axes are AVAILABLE.'),
  login_status: flag('True while the agent has a live session, idle or not.'),
  sequence: integer('The `activity.sequence` of its latest event; 0 before the first.'),
});
export type AgentRead = Wire<typeof AgentRead>;

/** Which agents to list. */
export const AgentQuery = closed('Which agents to list.', {
  ...pageFields,
  group_id: optional(opaqueId('Only members of this group.')),
  active: optional(flag('Only agents that are active (true) or deactivated (false). Default: both.')),
});
export type AgentQuery = Wire<typeof AgentQuery>;

export const AgentPage = pageOf('Agents of the account, oldest first.', AgentRead);
export type AgentPage = Wire<typeof AgentPage>;
