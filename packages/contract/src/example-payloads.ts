import type { ActivityPayload, CustomStatusPayload } from './event-payload.ts';

/**
 * Sound payloads of every kind, about invented people, for documents, test data and an app's own tests. One agent's
 * morning, in order: she signs in, becomes available, goes to lunch, comes back, is set unavailable by her supervisor,
 * is made available by a key, idles.
 */

const AGENT_ID = '5f0c7a52-3b1e-4c60-9a1d-7e2f4b8c9d10';
const SUPERVISOR_ID = 'c2a9e4d7-81f3-4b65-8e07-1d3c5a6b7f20';
const LUNCH_ID = '0b9d6e13-72c4-4f58-a6e1-93d2b4c5e630';
const ORG_AGENT_ID = '9007199254740993017';

const envelope = {
  account_id: '1',
  domain: 'invented.example.com',
  region: 'EU',
  version: '2.0.0',
  iparams: {},
} as const;

const system = {
  type: 'system',
  id: AGENT_ID,
  email: null,
  first_name: null,
  last_name: null,
  phone: null,
  avatar: { url: null },
  org_actor_id: null,
  org_contact_id: null,
  login_status: true,
  social_profiles: [],
} as const;

const agent = {
  type: 'agent',
  id: AGENT_ID,
  email: 'invented.agent@example.com',
  first_name: 'Invented',
  last_name: 'Agent',
  phone: null,
  avatar: { url: 'https://invented.example.com/agent.png' },
  org_actor_id: ORG_AGENT_ID,
  org_contact_id: '9007199254740993018',
  login_status: true,
  social_profiles: [{ id: 'invented.agent', type: 'linkedin' }],
} as const;

const supervisor = {
  ...agent,
  id: SUPERVISOR_ID,
  email: 'invented.supervisor@example.com',
  last_name: 'Supervisor',
  phone: '+49 30 000000',
  avatar: { url: null },
  org_actor_id: '9007199254740993027',
  org_contact_id: '9007199254740993028',
  social_profiles: [],
} as const;

const subject = { email: agent.email, org_agent_id: ORG_AGENT_ID } as const;
const noCustomStatus = { custom_status_id: null, emoji: null } as const;
const lunch = { custom_status_id: LUNCH_ID, emoji: 'sandwich' } as const;
const ours = { agent_id: AGENT_ID, groups: ['billing'] } as const;

/** One sound payload of `onAgentActivityCreate` for each kind of actor on each axis. */
export const EXAMPLE_ACTIVITY_PAYLOADS = {
  signs_in: {
    ...envelope,
    event: 'onAgentActivityCreate',
    timestamp: 1_772_614_200_012,
    data: {
      actor: { ...system, sub_entity: null },
      agent_activity: {
        availability_event_type: 'GeneralAvailability',
        status: 'AVAILABLE',
        prev_status: 'UNAVAILABLE',
        status_change_timestamp: '2026-03-04T08:50:00.000Z',
        prev_status_change_timestamp: '2026-03-02T10:00:00.000Z',
        ...noCustomStatus,
        ...subject,
      },
    },
    activity: {
      ...ours,
      id: 'example-1',
      sequence: 1,
      recorded_at: '2026-03-04T08:50:00.012Z',
      reason: 'login',
      prev_duration_ms: 168_600_000,
    },
  },
  becomes_available: {
    ...envelope,
    event: 'onAgentActivityCreate',
    timestamp: 1_772_614_205_004,
    data: {
      actor: { ...agent, sub_entity: 'agent_toggle' },
      agent_activity: {
        availability_event_type: 'Intelliassign',
        status: 'AVAILABLE',
        prev_status: 'UNAVAILABLE',
        status_change_timestamp: '2026-03-04T08:50:05.000Z',
        prev_status_change_timestamp: '2026-03-02T10:00:00.000Z',
        ...noCustomStatus,
        ...subject,
      },
    },
    activity: {
      ...ours,
      id: 'example-2',
      sequence: 2,
      recorded_at: '2026-03-04T08:50:05.004Z',
      reason: 'agent_toggle',
      prev_duration_ms: 168_605_000,
    },
  },
  goes_to_lunch: {
    ...envelope,
    event: 'onAgentActivityCreate',
    timestamp: 1_772_625_600_003,
    data: {
      actor: { ...agent, sub_entity: 'agent_toggle' },
      agent_activity: {
        availability_event_type: 'Intelliassign',
        status: 'Lunch',
        prev_status: 'AVAILABLE',
        status_change_timestamp: '2026-03-04T12:00:00.000Z',
        prev_status_change_timestamp: '2026-03-04T08:50:05.000Z',
        ...lunch,
        ...subject,
      },
    },
    activity: {
      ...ours,
      id: 'example-3',
      sequence: 3,
      recorded_at: '2026-03-04T12:00:00.003Z',
      reason: 'agent_toggle',
      prev_duration_ms: 11_395_000,
    },
  },
  lunch_runs_out: {
    ...envelope,
    event: 'onAgentActivityCreate',
    timestamp: 1_772_628_300_009,
    data: {
      actor: { ...system, sub_entity: 'status_expired' },
      agent_activity: {
        availability_event_type: 'Intelliassign',
        status: 'AVAILABLE',
        prev_status: 'Lunch',
        status_change_timestamp: '2026-03-04T12:45:00.000Z',
        prev_status_change_timestamp: '2026-03-04T12:00:00.000Z',
        ...noCustomStatus,
        ...subject,
      },
    },
    activity: {
      ...ours,
      id: 'example-5',
      sequence: 4,
      recorded_at: '2026-03-04T12:45:00.009Z',
      reason: 'status_expired',
      prev_duration_ms: 2_700_000,
    },
  },
  is_set_unavailable: {
    ...envelope,
    event: 'onAgentActivityCreate',
    timestamp: 1_772_636_400_005,
    data: {
      actor: { ...supervisor, sub_entity: 'supervisor' },
      agent_activity: {
        availability_event_type: 'Intelliassign',
        status: 'UNAVAILABLE',
        prev_status: 'AVAILABLE',
        status_change_timestamp: '2026-03-04T15:00:00.000Z',
        prev_status_change_timestamp: '2026-03-04T12:45:00.000Z',
        ...noCustomStatus,
        ...subject,
      },
    },
    activity: {
      ...ours,
      id: 'example-7',
      sequence: 5,
      recorded_at: '2026-03-04T15:00:00.005Z',
      reason: 'supervisor',
      prev_duration_ms: 8_100_000,
    },
  },
  is_set_by_a_key: {
    ...envelope,
    event: 'onAgentActivityCreate',
    timestamp: 1_772_637_600_002,
    data: {
      actor: { ...system, sub_entity: 'api' },
      agent_activity: {
        availability_event_type: 'Intelliassign',
        status: 'AVAILABLE',
        prev_status: 'UNAVAILABLE',
        status_change_timestamp: '2026-03-04T15:20:00.000Z',
        prev_status_change_timestamp: '2026-03-04T15:00:00.000Z',
        ...noCustomStatus,
        ...subject,
      },
    },
    activity: {
      ...ours,
      id: 'example-8',
      sequence: 6,
      recorded_at: '2026-03-04T15:20:00.002Z',
      reason: 'api',
      prev_duration_ms: 1_200_000,
    },
  },
  idles: {
    ...envelope,
    event: 'onAgentActivityCreate',
    timestamp: 1_772_640_060_000,
    data: {
      actor: { ...system, sub_entity: null },
      agent_activity: {
        availability_event_type: 'GeneralAvailability',
        status: 'UNAVAILABLE',
        prev_status: 'AVAILABLE',
        status_change_timestamp: '2026-03-04T16:00:00.000Z',
        prev_status_change_timestamp: '2026-03-04T08:50:00.000Z',
        ...noCustomStatus,
        ...subject,
      },
    },
    activity: {
      ...ours,
      id: 'example-9',
      sequence: 7,
      recorded_at: '2026-03-04T16:01:00.000Z',
      reason: 'idle_timeout',
      prev_duration_ms: 25_800_000,
    },
  },
} as const satisfies Readonly<Record<string, ActivityPayload>>;

const lunchStatus = { id: LUNCH_ID, name: 'Lunch', emoji: 'sandwich' } as const;
const { goes_to_lunch: goesToLunch, lunch_runs_out: lunchRunsOut } = EXAMPLE_ACTIVITY_PAYLOADS;

/** Sound payloads of `onAgentCustomStatusUpdate`: the same two facts as above, as the sibling event tells them. */
export const EXAMPLE_CUSTOM_STATUS_PAYLOADS = {
  goes_to_lunch: {
    ...goesToLunch,
    event: 'onAgentCustomStatusUpdate',
    data: {
      actor: { ...goesToLunch.data.actor, actor_source: 'agent_toggle' },
      agent_custom_status: lunchStatus,
      associations: {},
      changes: { status: ['Lunch', 'AVAILABLE'] },
    },
    activity: { ...goesToLunch.activity, id: 'example-4' },
  },
  lunch_runs_out: {
    ...lunchRunsOut,
    event: 'onAgentCustomStatusUpdate',
    data: {
      actor: { ...lunchRunsOut.data.actor, actor_source: 'status_expired' },
      agent_custom_status: null,
      associations: {},
      changes: { status: ['AVAILABLE', 'Lunch'] },
    },
    activity: { ...lunchRunsOut.activity, id: 'example-6' },
  },
} as const satisfies Readonly<Record<string, CustomStatusPayload>>;
