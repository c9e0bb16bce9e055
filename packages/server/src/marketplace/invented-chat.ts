import { formatInstant, type Instant } from '../time/instant.ts';
import type { JsonObject } from './json-value.ts';

/** The version that payloads of chat traffic name. */
export const CHAT_PAYLOAD_VERSION = '1.0.0';

const ids = {
  app: '11111111-aaaa-4111-8111-000000000001',
  channel: '11111111-aaaa-4111-8111-000000000002',
  conversation: '11111111-aaaa-4111-8111-000000000003',
  message: '11111111-aaaa-4111-8111-000000000004',
  group: '11111111-aaaa-4111-8111-000000000005',
  user: '11111111-aaaa-4111-8111-000000000006',
  agent: '11111111-aaaa-4111-8111-000000000007',
} as const;

const userPerson = {
  id: ids.user,
  first_name: 'Invented',
  last_name: 'Visitor',
  email: 'invented.visitor@example.com',
  phone: '+49 30 000001',
  avatar: { url: 'https://invented.example.com/visitor.png' },
} as const;

const agentPerson = {
  id: ids.agent,
  first_name: 'Invented',
  last_name: 'Agent',
  email: 'invented.agent@example.com',
  avatar: { url: 'https://invented.example.com/agent.png' },
} as const;

const group = {
  id: ids.group,
  name: 'Invented group',
  description: 'Answers invented questions',
  routing_type: 'DISABLED',
};
const MINUTE_MS = 60_000;

/**
 * What events of chat traffic and of visitors carry, which this server does not make itself: their `data` about invented
 * people, in the shape that apps read. Null: the event is none of them.
 */
export function inventedChatData(event: string, now: Instant): JsonObject | null {
  switch (event) {
    case 'onMessageCreate':
      return {
        message: conversation(
          { text: 'Is my invented order on its way?', by: 'user', status: 'new', isAssigned: false },
          now,
        ),
        associations: { group, channel: channel(now), user: user(now) },
        actor: { type: 'user', ...userPerson },
      };
    case 'onConversationCreate':
      return {
        conversation: conversation(
          { text: 'Hello, this is invented.', by: 'user', status: 'new', isAssigned: false },
          now,
        ),
        associations: { group, channel: channel(now), user: user(now) },
        actor: { type: 'user', ...userPerson },
      };
    case 'onConversationUpdate':
      return {
        conversation: conversation(
          { text: 'Invented Agent took this over.', by: 'agent', status: 'assigned', isAssigned: true },
          now,
        ),
        associations: { group, channel: channel(now), user: user(now), agent: agent() },
        actor: { type: 'agent', ...agentPerson },
        changes: { model_changes: { assigned_agent_id: [null, ids.agent], status: ['new', 'assigned'] } },
      };
    case 'onUserCreate':
      return { user: user(now), actor: { type: 'user', ...userPerson }, associations: {} };
    case 'onUserUpdate':
      return {
        user: user(now),
        actor: { type: 'agent', ...agentPerson },
        associations: {},
        changes: { model_changes: { first_name: ['Unknown', 'Invented'] } },
      };
    default:
      return null;
  }
}

type Told = {
  readonly text: string;
  readonly by: 'user' | 'agent';
  readonly status: 'new' | 'assigned';
  readonly isAssigned: boolean;
};

function conversation({ text, by, status, isAssigned }: Told, now: Instant): JsonObject {
  const at = formatInstant(now);
  const message = {
    id: ids.message,
    app_id: ids.app,
    channel_id: ids.channel,
    conversation_id: ids.conversation,
    message_type: 'normal',
    message_parts: [{ text: { content: text } }],
    actor_type: by,
    actor_id: by === 'user' ? ids.user : ids.agent,
    created_time: at,
  };
  return {
    app_id: ids.app,
    channel_id: ids.channel,
    conversation_id: ids.conversation,
    user_id: ids.user,
    status,
    assigned_group_id: ids.group,
    ...(isAssigned ? { assigned_agent_id: ids.agent } : {}),
    response_due_type: isAssigned ? 'RESPONSE_DUE' : 'FIRST_RESPONSE_DUE',
    created_time: formatInstant(now - MINUTE_MS),
    assigned_time: isAssigned ? at : null,
    reopened_time: null,
    messages: [message],
  };
}

function channel(now: Instant): JsonObject {
  return {
    id: ids.channel,
    name: 'Invented inbox',
    icon: {},
    enabled: true,
    public: true,
    tags: [],
    locale: '',
    updated_time: formatInstant(now - 60 * MINUTE_MS),
    welcome_message: {
      message_type: 'normal',
      message_parts: [{ text: { content: 'Welcome to an invented channel.' } }],
    },
  };
}

function user(now: Instant): JsonObject {
  const properties = [{ name: 'plan', value: 'Invented' }];
  return { ...userPerson, reference_id: 'invented.visitor', created_time: formatInstant(now - MINUTE_MS), properties };
}

function agent(): JsonObject {
  return { ...agentPerson, status: 0, groups: [ids.group], social_profiles: [] };
}
