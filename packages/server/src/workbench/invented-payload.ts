import { EXAMPLE_ACTIVITY_PAYLOADS, EXAMPLE_CUSTOM_STATUS_PAYLOADS } from '@rollcall/contract';
import { inventedProductData, type PlacedEvent } from '../marketplace/invented-product-data.ts';
import type { JsonObject } from '../marketplace/json-value.ts';
import { formatInstant, type Instant } from '../time/instant.ts';
import { kindOfEvent } from './call-kind.ts';

/** The account that invented payloads name. */
export type PayloadAccount = { readonly id: string; readonly domain: string; readonly region: string };

/**
 * A payload to begin with for an event, about invented people and things, with what the platform adds to every one of
 * its kind. Of product events whose shape is not known here only the envelope.
 */
export function inventedPayload({ event, module }: PlacedEvent, account: PayloadAccount, now: Instant): JsonObject {
  const envelope = { account_id: account.id, region: account.region, event, timestamp: now };
  const withScheme = { ...envelope, domain: `https://${account.domain}` };
  switch (kindOfEvent(event)) {
    case 'set_up_event':
      return { ...withScheme, version: '1.0.0' };
    case 'scheduled_event':
      return { ...withScheme, data: { invented: true, note: 'what the schedule was made with' } };
    case 'external_event':
      return {
        ...withScheme,
        data: { invented: true, note: 'the body of the request' },
        headers: { 'Content-Type': 'application/json' },
        options: '',
      };
    default: {
      const made = inventedProductData({ event, module }, now);
      const { version, data } = made ?? { version: '2.0.0', data: inventedData(event, now) };
      return { ...envelope, domain: account.domain, version, data };
    }
  }
}

function inventedData(event: string, now: Instant): JsonObject {
  const example = exampleOf(event);
  if (example === null) return { invented: true, note: `put here what ${event} carries` };
  return dated(example.data as unknown as JsonObject, now);
}

function exampleOf(event: string) {
  if (event === 'onAgentActivityCreate') return EXAMPLE_ACTIVITY_PAYLOADS.goes_to_lunch;
  return event === 'onAgentCustomStatusUpdate' ? EXAMPLE_CUSTOM_STATUS_PAYLOADS.goes_to_lunch : null;
}

/** The change happens now: an app that counts days would file an old one where nobody looks. */
function dated(data: JsonObject, now: Instant): JsonObject {
  const activity = data.agent_activity;
  if (activity === null || typeof activity !== 'object' || Array.isArray(activity)) return data;
  const before = formatInstant(now - 3_600_000);
  return {
    ...data,
    agent_activity: {
      ...(activity as JsonObject),
      status_change_timestamp: formatInstant(now),
      prev_status_change_timestamp: before,
    },
  };
}
