import { formatInstant, type Instant } from '../time/instant.ts';
import { CHAT_PAYLOAD_VERSION, inventedChatData } from './invented-chat.ts';
import { inventedTicketData } from './invented-tickets.ts';
import type { JsonObject } from './json-value.ts';

/** What a payload says beside its envelope. */
export type InventedProductData = { readonly version: string; readonly data: JsonObject };

/** An event and where it happens. */
export type PlacedEvent = {
  readonly event: string;
  /** The module of platform 3.0 or the product of 2.x; null when nobody said. */
  readonly module: string | null;
};

const TICKET_PAYLOAD_VERSION = '1.0.0';

/**
 * What product events carry that this server does not make itself, about invented people, in the shape that apps read.
 * The module is half of the question: `onConversationCreate` is a chat in one and a note on a ticket in another. Null:
 * the shape of the event is not known here.
 */
export function inventedProductData({ event, module }: PlacedEvent, now: Instant): InventedProductData | null {
  const family = familyOf(module);
  switch (family) {
    case 'chat':
      return ofChat(event, now);
    case 'freshdesk':
      return ofAgents(event, now) ?? ofTickets(inventedTicketData(event, family, now));
    case 'freshservice':
      return ofTickets(inventedTicketData(event, family, now));
    case 'unsaid':
      return ofChat(event, now) ?? ofAgents(event, now) ?? ofTickets(inventedTicketData(event, 'freshdesk', now));
    case 'other':
      return null;
  }
}

type Family = 'chat' | 'freshdesk' | 'freshservice' | 'unsaid' | 'other';

function familyOf(module: string | null): Family {
  if (module === null) return 'unsaid';
  if (module === 'freshchat' || module.startsWith('chat_')) return 'chat';
  if (module === 'freshdesk' || module.startsWith('support_')) return 'freshdesk';
  return module === 'freshservice' || module.startsWith('service_') ? 'freshservice' : 'other';
}

function ofChat(event: string, now: Instant): InventedProductData | null {
  const data = inventedChatData(event, now);
  return data === null ? null : { version: CHAT_PAYLOAD_VERSION, data };
}

function ofTickets(data: JsonObject | null): InventedProductData | null {
  return data === null ? null : { version: TICKET_PAYLOAD_VERSION, data };
}

function ofAgents(event: string, now: Instant): InventedProductData | null {
  switch (event) {
    case 'onAgentCreate':
    case 'onAgentDelete':
      return { version: '1.3.6', data: { agent: agent(now), actor, associations: {} } };
    case 'onAgentUpdate': {
      const changes = { model_changes: { available: [true, false] }, system_changes: {}, misc_changes: {} };
      return { version: '1.3.6', data: { agent: agent(now), actor, associations: {}, changes } };
    }
    default:
      return null;
  }
}

const ORG_ID = '100000000000000001';

const actor = { id: 1001, name: 'Invented Agent', type: 'agent', org_agent_id: ORG_ID, org_contact_id: ORG_ID };

function agent(now: Instant): JsonObject {
  const at = formatInstant(now);
  return {
    id: 1001,
    user_id: 1001,
    account_id: 1,
    name: 'Invented Agent',
    email: 'invented.agent@example.com',
    active: true,
    available: false,
    active_since: formatInstant(now - 3_600_000),
    last_active_at: at,
    status_id: 2,
    status_updated_at: at,
    occasional: false,
    agent_type: { id: 1, name: 'support_agent' },
    ticket_permission: 1,
    groups: [],
    contribution_groups: [],
    freshid_uuid: '11111111-aaaa-4111-8111-000000000007',
  };
}
