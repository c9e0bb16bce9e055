import { EXAMPLE_ACTIVITY_PAYLOADS, EXAMPLE_CUSTOM_STATUS_PAYLOADS } from '@rollcall/contract';
import type { AppDefinition, EventHandler } from '../marketplace/app-definition.ts';
import type { AppFiles } from '../marketplace/app-files.ts';
import {
  appPayload,
  currentHost,
  defaultPayloadSettings,
  externalPayload,
  type PayloadReceiver,
  type ProductPayload,
  scheduledPayload,
  setUpPayload,
} from '../marketplace/app-payload.ts';
import { isSetUpEvent } from '../marketplace/event-handlers.ts';
import { inventedProductData } from '../marketplace/invented-product-data.ts';
import { isJsonObject, type JsonObject } from '../marketplace/json-value.ts';

/** A payload to call a callback with, and where it is from, for the person who wonders. */
export type InvokePayload =
  | { readonly kind: 'payload'; readonly payload: JsonObject; readonly source: string }
  | { readonly kind: 'rejected'; readonly sentence: string };

/**
 * The payload of a call without `--payload`: the app's own test data for the event when it has some, in the flat or the
 * per-module layout of the vendor's kit, else an invented one that says so itself.
 */
export function payloadFor(
  handler: EventHandler,
  given: { readonly app: AppDefinition; readonly files: AppFiles; readonly iparams: JsonObject },
): InvokePayload {
  const { files } = given;
  const places = [`server/test_data/${handler.module}/${handler.event}.json`, `server/test_data/${handler.event}.json`];
  const place = places.find((path) => files.has(path));
  if (place !== undefined) return readPayload(files.get(place) ?? '', place, { ...given, event: handler.event });
  const receiver = { ...given.app, iparams: given.iparams, settings: defaultPayloadSettings };
  const payload = inventedPayload(handler, receiver);
  if (payload === null) {
    const sentence = `There is no invented payload for ${handler.event} of ${handler.module}. Give one with --payload FILE, or put it into ${places[1]}.`;
    return { kind: 'rejected', sentence };
  }
  return { kind: 'payload', payload, source: 'an invented payload' };
}

/**
 * A payload from a file: as it is, with what the platform adds to every one: the event's name, and where it has none
 * `iparams` and, for an app of platform 3.0, `currentHost`.
 */
export function readPayload(
  text: string,
  source: string,
  given: { readonly app: AppDefinition; readonly iparams: JsonObject; readonly event: string },
): InvokePayload {
  const { app, iparams, event } = given;
  try {
    const value: unknown = JSON.parse(text);
    if (!isJsonObject(value)) return { kind: 'rejected', sentence: `${source}: a payload is one JSON object.` };
    const domain = typeof value.domain === 'string' ? value.domain.replace(/^https?:\/\//, '') : 'localhost';
    const host = app.platformVersion === '3.0' ? { currentHost: currentHost(domain, app.modules) } : {};
    const payload = { iparams, ...host, ...value, event };
    return { kind: 'payload', payload, source };
  } catch (error) {
    if (!(error instanceof SyntaxError)) throw error;
    return { kind: 'rejected', sentence: `${source} is not JSON: ${error.message}.` };
  }
}

function inventedPayload({ event, module }: EventHandler, receiver: PayloadReceiver): JsonObject | null {
  const { goes_to_lunch: activity } = EXAMPLE_ACTIVITY_PAYLOADS;
  const { account_id: accountId, domain, region, timestamp: at } = activity;
  const occasion = { account: { accountId, domain, region }, at };
  switch (event) {
    case 'onAgentActivityCreate':
      return appPayload(activity as unknown as ProductPayload, receiver);
    case 'onAgentCustomStatusUpdate':
      return appPayload(EXAMPLE_CUSTOM_STATUS_PAYLOADS.goes_to_lunch as unknown as ProductPayload, receiver);
    case 'onScheduledEvent':
      return scheduledPayload({}, occasion, receiver);
    case 'onExternalEvent':
      return externalPayload({ data: {}, headers: {}, options: null }, occasion, receiver);
    default: {
      const product = inventedProductData({ event, module }, at);
      if (product !== null) {
        return appPayload({ account_id: accountId, domain, region, event, timestamp: at, ...product }, receiver);
      }
      // The events of setting up say which one they are, in which account, and nothing more.
      return isSetUpEvent(event) ? setUpPayload(event, occasion, receiver) : null;
    }
  }
}
