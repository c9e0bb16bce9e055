import type { AgentCreate, AgentPatch, AgentRead, DefaultStatus } from '@rollcall/contract';
import { AVAILABLE, isCustom, type StatusLabel } from '../../activity/status-label.ts';
import { isAssignable, isLoggedIn } from '../../availability/availability.ts';
import type { AgentInput } from '../../directory/agent-input.ts';
import type { Agent } from '../../engine/memory.ts';
import { assert } from '../../time/assert.ts';
import { formatInstant, parseInstant } from '../../time/instant.ts';
import type { Reading } from './reading.ts';

/** An agent on the wire: its profile, and where it stands on both axes. */
export function agentRead(agent: Agent, reading: Reading): AgentRead {
  const { profile, availability } = agent;
  return {
    id: profile.id,
    email: profile.email,
    first_name: profile.firstName,
    last_name: profile.lastName,
    phone: profile.phone,
    avatar_url: profile.avatarUrl,
    social_profiles: profile.socialProfiles,
    org_agent_id: profile.orgAgentId,
    org_contact_id: profile.orgContactId,
    time_zone: profile.timeZone,
    groups: profile.groups,
    calendar_id: profile.calendarId,
    idle_after_ms: profile.idleAfterMs,
    disconnect_grace_ms: profile.disconnectGraceMs,
    role: profile.role,
    active: profile.active,
    created_at: formatInstant(profile.createdAt),
    general_availability: generalRead(agent),
    intelliassign: intelliassignRead(agent, reading),
    // Imported history may say of who was deactivated that he was available.
    assignable: profile.active && isAssignable(availability),
    login_status: isLoggedIn(availability),
    sequence: availability.sequence,
  };
}

function generalRead({ availability: { general } }: Agent): AgentRead['general_availability'] {
  return {
    status: plainName(general.status),
    since: formatInstant(general.since),
    prev_status: general.reason === null ? null : plainName(general.prevStatus),
    reason: general.reason,
  };
}

/** The value is told as it is called today, the one before as its event told it. */
function intelliassignRead({ availability: { intelliassign } }: Agent, reading: Reading): AgentRead['intelliassign'] {
  const { status, customStatusId, since, prevStatus, reason, until } = intelliassign;
  const custom = customStatusId === null ? undefined : reading.customStatus(customStatusId);
  return {
    status: custom === undefined ? plainName(status) : custom.name,
    custom_status_id: customStatusId,
    emoji: custom?.emoji ?? null,
    since: formatInstant(since),
    prev_status: reason === null ? null : labelName(prevStatus, reading),
    reason,
    until: until === null ? null : formatInstant(until),
  };
}

function labelName(label: StatusLabel, reading: Reading): string {
  return isCustom(label) ? reading.label(label).name : plainName(label);
}

function plainName(label: StatusLabel): DefaultStatus {
  assert(!isCustom(label), 'a custom status has a name of its own');
  return label === AVAILABLE ? 'AVAILABLE' : 'UNAVAILABLE';
}

/** The fields of a new or changed agent; ids in the one spelling that the server keeps. */
export function agentInput(body: AgentPatch): AgentInput {
  return {
    email: body.email,
    firstName: body.first_name,
    lastName: body.last_name,
    phone: body.phone,
    avatarUrl: body.avatar_url,
    socialProfiles: body.social_profiles,
    orgAgentId: body.org_agent_id,
    orgContactId: body.org_contact_id,
    timeZone: body.time_zone,
    groups: body.groups?.map((id) => id.toLowerCase()),
    calendarId: body.calendar_id?.toLowerCase() ?? body.calendar_id,
    idleAfterMs: body.idle_after_ms,
    disconnectGraceMs: body.disconnect_grace_ms,
    role: body.role,
    active: body.active,
  };
}

export function newAgentInput(body: AgentCreate) {
  const createdAt = body.created_at === undefined ? undefined : (parseInstant(body.created_at) ?? undefined);
  return { ...agentInput(body), email: body.email, createdAt };
}
