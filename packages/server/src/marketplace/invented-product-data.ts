import { formatInstant, type Instant } from '../time/instant.ts';
import { CHAT_PAYLOAD_VERSION, inventedChatData } from './invented-chat.ts';
import type { JsonObject } from './json-value.ts';

/** What a payload says beside its envelope. */
export type InventedProductData = { readonly version: string; readonly data: JsonObject };

/**
 * What product events carry that this server does not make itself, about invented people, in the shape that apps read.
 * Null: the shape of the event is not known here.
 */
export function inventedProductData(event: string, now: Instant): InventedProductData | null {
  const chat = inventedChatData(event, now);
  if (chat !== null) return { version: CHAT_PAYLOAD_VERSION, data: chat };
  return event === 'onAgentUpdate' ? { version: '1.3.6', data: agentUpdate(now) } : null;
}

function agentUpdate(now: Instant): JsonObject {
  const at = formatInstant(now);
  const before = formatInstant(now - 3_600_000);
  const orgId = '100000000000000001';
  return {
    agent: {
      id: 1001,
      user_id: 1001,
      account_id: 1,
      name: 'Invented Agent',
      email: 'invented.agent@example.com',
      active: true,
      available: false,
      active_since: before,
      last_active_at: at,
      status_id: 2,
      status_updated_at: at,
      occasional: false,
      agent_type: { id: 1, name: 'support_agent' },
      ticket_permission: 1,
      groups: [],
      contribution_groups: [],
      freshid_uuid: '11111111-aaaa-4111-8111-000000000007',
    },
    actor: { id: 1001, name: 'Invented Agent', type: 'agent', org_agent_id: orgId, org_contact_id: orgId },
    associations: {},
    changes: { model_changes: { available: [true, false] }, system_changes: {}, misc_changes: {} },
  };
}
