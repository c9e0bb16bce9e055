import { type ActivityPayload, type CustomStatusPayload, PAYLOAD_VERSION } from '@rollcall/contract';
import { assert } from '../time/assert.ts';
import { formatInstant, type Instant } from '../time/instant.ts';
import { eventId } from './event-id.ts';
import type { RecordedFact, StatusChanged } from './fact.ts';
import type { AgentProfile } from './record.ts';
import type { Snapshots } from './snapshots.ts';
import { AVAILABLE, isCustom, type StatusLabel } from './status-label.ts';

/** A fact that people see as an event. */
export type RecordedStatusChange = Extract<RecordedFact, { kind: 'StatusChanged' }>;

/** What of it the two parts of `data` are told from. */
export type ToldStatusChange = StatusChanged & { readonly at: Instant };

/**
 * The payload of `onAgentActivityCreate`, rendered from the fact and the records as they were then. A function of what is
 * in the log and of nothing else, so every attempt and every replay of an event says the same.
 *
 * Source: https://developers.freshworks.com/docs/app-sdk/v2.3/freshchat/serverless-apps/product-events/onagentactivity/ (read 2026-11-22)
 */
export function activityPayload(fact: RecordedStatusChange, snapshots: Snapshots): ActivityPayload {
  const subject = snapshots.agent(fact.subjectProfile);
  return {
    ...envelopeOf(fact, snapshots),
    event: 'onAgentActivityCreate',
    data: { actor: actorOf(fact, snapshots), agent_activity: agentActivityOf(fact, snapshots) },
    activity: activityOf(fact, subject, activityEventId(fact)),
  };
}

/** The id by which the event is known: its own when it came with one, else that of its place in the log. */
export function activityEventId(fact: RecordedStatusChange): string {
  return fact.source?.id ?? eventId(fact.position, fact.checksum, 'onAgentActivityCreate');
}

type AgentActivity = ActivityPayload['data']['agent_activity'];

function agentActivityOf(fact: RecordedStatusChange, snapshots: Snapshots): AgentActivity {
  const told = toldActivity(fact, snapshots);
  // What came from elsewhere is told again as it came, also where our own validator would not have let it through.
  return fact.source === null ? told : { ...told, ...(fact.source.activity as Partial<AgentActivity>) };
}

/** `data.agent_activity` as the fact and our records alone say it. */
export function toldActivity(fact: ToldStatusChange, snapshots: Snapshots): AgentActivity {
  const subject = snapshots.agent(fact.subjectProfile);
  const custom = isCustom(fact.status) ? snapshots.customStatus(fact.status) : null;
  return {
    availability_event_type: fact.axis,
    status: nameOf(fact.status, snapshots),
    prev_status: nameOf(fact.prevStatus, snapshots),
    status_change_timestamp: formatInstant(fact.at),
    prev_status_change_timestamp: formatInstant(fact.prevAt),
    custom_status_id: custom === null ? null : custom.id,
    emoji: custom === null ? null : custom.emoji,
    email: subject.email,
    org_agent_id: subject.orgAgentId,
  };
}

/** Whether the same fact is also told as `onAgentCustomStatusUpdate`: a custom status came, went, or gave way to another. */
export function isCustomStatusUpdate(fact: RecordedStatusChange): boolean {
  return fact.axis === 'Intelliassign' && (isCustom(fact.status) || isCustom(fact.prevStatus));
}

/** The payload of the sibling event, with an id of its own and the same sequence. */
export function customStatusPayload(fact: RecordedStatusChange, snapshots: Snapshots): CustomStatusPayload {
  assert(isCustomStatusUpdate(fact), `position ${fact.position} is no change of a custom status`);
  const subject = snapshots.agent(fact.subjectProfile);
  const custom = isCustom(fact.status) ? snapshots.customStatus(fact.status) : null;
  const activity = agentActivityOf(fact, snapshots);
  return {
    ...envelopeOf(fact, snapshots),
    event: 'onAgentCustomStatusUpdate',
    data: {
      actor: { ...actorOf(fact, snapshots), actor_source: fact.reason },
      agent_custom_status:
        custom === null
          ? null
          : { id: activity.custom_status_id ?? custom.id, name: activity.status, emoji: activity.emoji },
      associations: {},
      changes: { status: [activity.status, activity.prev_status] },
    },
    activity: activityOf(fact, subject, eventId(fact.position, fact.checksum, 'onAgentCustomStatusUpdate')),
  };
}

/** What is around `data`; `iparams` are the receiving app's, and empty outside one. */
function envelopeOf(
  fact: RecordedStatusChange,
  snapshots: Snapshots,
): Pick<ActivityPayload, 'account_id' | 'domain' | 'region' | 'timestamp' | 'version' | 'iparams'> {
  const { id, domain, region } = snapshots.account(fact.accountProfile);
  return { account_id: id, domain, region, timestamp: fact.recordedAt, version: PAYLOAD_VERSION, iparams: {} };
}

function activityOf(
  fact: RecordedStatusChange,
  subject: AgentProfile,
  id: string,
): NonNullable<ActivityPayload['activity']> {
  return {
    id,
    sequence: fact.sequence,
    agent_id: subject.id,
    recorded_at: formatInstant(fact.recordedAt),
    reason: fact.reason,
    prev_duration_ms: fact.at - fact.prevAt,
    groups: [...subject.groups],
  };
}

type Actor = ActivityPayload['data']['actor'];

function actorOf(fact: RecordedStatusChange, snapshots: Snapshots): Actor {
  const told = toldActor(fact, snapshots);
  return fact.source === null ? told : { ...told, ...(fact.source.actor as Partial<Actor>) };
}

/** `data.actor` as the fact and our records alone say it. */
export function toldActor(fact: ToldStatusChange, snapshots: Snapshots): Actor {
  const subEntity = fact.axis === 'Intelliassign' ? fact.reason : null;
  if (fact.actorProfile === 0) return systemActor(fact, snapshots.agent(fact.subjectProfile), subEntity);
  const person = snapshots.agent(fact.actorProfile);
  return {
    type: 'agent',
    sub_entity: subEntity,
    id: person.id,
    email: person.email,
    first_name: person.firstName,
    last_name: person.lastName,
    phone: person.phone,
    avatar: { url: person.avatarUrl },
    org_actor_id: person.orgAgentId,
    org_contact_id: person.orgContactId,
    login_status: fact.loginStatus,
    social_profiles: person.socialProfiles.map((profile) => ({ id: profile.id, type: profile.type })),
  };
}

/**
 * Existing consumers key their records on `actor.id` and read `avatar.url` without a guard, so the system's actor carries
 * the subject's id and an avatar object.
 */
function systemActor(fact: ToldStatusChange, subject: AgentProfile, subEntity: Actor['sub_entity']): Actor {
  return {
    type: 'system',
    sub_entity: subEntity,
    id: subject.id,
    email: null,
    first_name: null,
    last_name: null,
    phone: null,
    avatar: { url: null },
    org_actor_id: null,
    org_contact_id: null,
    login_status: fact.loginStatus,
    social_profiles: [],
  };
}

function nameOf(label: StatusLabel, snapshots: Snapshots): string {
  if (isCustom(label)) return snapshots.customStatus(label).name;
  return label === AVAILABLE ? 'AVAILABLE' : 'UNAVAILABLE';
}
