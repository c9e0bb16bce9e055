import type { JsonObject, JsonValue } from './json-value.ts';
import type { PlatformVersion } from './platform-catalog.ts';

/** A product event as the log renders it, before it is made out to one app. */
export interface ProductPayload {
  readonly account_id: string;
  /** Bare host. */
  readonly domain: string;
  readonly region: string;
  readonly event: string;
  /** When it was recorded, epoch milliseconds. */
  readonly timestamp: number;
  readonly version: string;
  readonly data: JsonObject;
  /** Our own part, which a setting leaves out. */
  readonly activity?: JsonObject;
  readonly [key: string]: JsonValue | undefined;
}

/** What an app's owner may choose about the payloads it gets. */
export interface PayloadSettings {
  /** Whole milliseconds, or seconds with three decimals as some production consumers expect. */
  readonly timestampForm: 'milliseconds' | 'seconds';
  readonly includeActivity: boolean;
}

/** Payloads as the vendor's own kit sends them, with our own part. */
export const defaultPayloadSettings: PayloadSettings = { timestampForm: 'milliseconds', includeActivity: true };

/** Where apps of platform 3.0 learn which account they run in. */
export interface CurrentHost {
  readonly subscribed_modules: readonly string[];
  /** Web addresses by product. */
  readonly endpoint_urls: { readonly [product: string]: string };
}

/** The app that a payload is made out to. */
export interface PayloadReceiver {
  readonly platformVersion: PlatformVersion;
  readonly modules: readonly string[];
  readonly iparams: JsonObject;
  readonly settings: PayloadSettings;
}

/**
 * What one app receives for a product event: the payload with the app's `iparams`, for platform 3.0 `currentHost`
 * beside `account_id` and `domain` (existing 3.0 apps still read those), the timestamp in the form it asked for.
 * The same payload, receiver and settings give the same answer in every attempt.
 */
export function appPayload(payload: ProductPayload, receiver: PayloadReceiver): JsonObject {
  const { activity, ...vendorPart } = payload;
  const { timestampForm, includeActivity } = receiver.settings;
  return {
    ...definedOnly(vendorPart),
    timestamp: timestampForm === 'seconds' ? fractionalSeconds(payload.timestamp) : payload.timestamp,
    iparams: receiver.iparams,
    ...(receiver.platformVersion === '3.0' ? { currentHost: currentHost(payload.domain, receiver.modules) } : {}),
    ...(includeActivity && activity !== undefined ? { activity } : {}),
  };
}

/**
 * Epoch milliseconds as seconds with a fraction that is never zero: consumers tell the two units apart by
 * `Number.isInteger`, so a whole second would be read as milliseconds of January 1970.
 */
export function fractionalSeconds(epochMs: number): number {
  return (epochMs % 1000 === 0 ? epochMs + 1 : epochMs) / 1000;
}

/** Which modules the app subscribes to, and where their product answers. */
export function currentHost(domain: string, modules: readonly string[]): JsonObject {
  return {
    subscribed_modules: modules.filter((module) => module !== 'common'),
    endpoint_urls: { freshchat: `https://${domain}` },
  };
}

function definedOnly(fields: { readonly [key: string]: JsonValue | undefined }): JsonObject {
  return Object.fromEntries(
    Object.entries(fields).flatMap(([key, value]) => (value === undefined ? [] : [[key, value] as const])),
  );
}
