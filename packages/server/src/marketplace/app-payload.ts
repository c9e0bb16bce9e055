import type { JsonObject, JsonValue } from './json-value.ts';
import { productsOfModules } from './migrate/product-modules.ts';
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
  const { includeActivity } = receiver.settings;
  return {
    ...definedOnly(vendorPart),
    timestamp: timestampOf(payload.timestamp, receiver.settings),
    iparams: receiver.iparams,
    ...(receiver.platformVersion === '3.0' ? { currentHost: currentHost(payload.domain, receiver.modules) } : {}),
    ...(includeActivity && activity !== undefined ? { activity } : {}),
  };
}

/** The account that an app is installed in, as its payloads name it. */
export interface PayloadAccount {
  readonly accountId: string;
  /** Bare host. */
  readonly domain: string;
  readonly region: string;
}

/** An event that is no product event: of which account, and when, in epoch milliseconds. */
export interface Occasion {
  readonly account: PayloadAccount;
  readonly at: number;
}

/**
 * What `onAppInstall`, `afterAppUpdate` and `onAppUninstall` receive. In this and in the payload of an external event the
 * domain is a web address, in those of product and scheduled events a bare host: as the vendor's own kit sends them.
 */
export function setUpPayload(event: string, occasion: Occasion, receiver: PayloadReceiver): JsonObject {
  return { ...envelope(event, occasion, receiver), domain: webAddress(occasion) };
}

/** What `onScheduledEvent` receives; `data` is the schedule's. */
export function scheduledPayload(data: JsonValue, occasion: Occasion, receiver: PayloadReceiver): JsonObject {
  return { ...envelope('onScheduledEvent', occasion, receiver), data };
}

/** What `onExternalEvent` receives; `options` as the app gave them to `generateTargetUrl`, when it gave any. */
export function externalPayload(
  call: { readonly data: JsonValue; readonly headers: JsonObject; readonly options: string | null },
  occasion: Occasion,
  receiver: PayloadReceiver,
): JsonObject {
  const { data, headers, options } = call;
  return {
    ...envelope('onExternalEvent', occasion, receiver),
    domain: webAddress(occasion),
    data,
    headers,
    ...(options === null ? {} : { options }),
  };
}

/** What a server method receives: what it was called with, and the parameters, which no caller can name otherwise. */
export function functionPayload(
  args: JsonObject,
  { iparams }: Pick<PayloadReceiver, 'iparams'>,
  { isInstall }: { readonly isInstall: boolean },
): JsonObject {
  return { ...args, iparams, ...(isInstall ? { isInstall } : {}) };
}

/** What an action receives. */
export function actionPayload(args: JsonObject, { iparams }: Pick<PayloadReceiver, 'iparams'>): JsonObject {
  return { ...args, iparams };
}

/** What a job receives: the options that it was invoked with, and the parameters. */
export function jobPayload(options: JsonObject, { iparams }: Pick<PayloadReceiver, 'iparams'>): JsonObject {
  return { ...options, iparams };
}

function envelope(event: string, { account, at }: Occasion, receiver: PayloadReceiver): JsonObject {
  const { accountId, domain, region } = account;
  return {
    account_id: accountId,
    domain,
    event,
    region,
    timestamp: timestampOf(at, receiver.settings),
    iparams: receiver.iparams,
    ...(receiver.platformVersion === '3.0' ? { currentHost: currentHost(domain, receiver.modules) } : {}),
  };
}

function webAddress({ account }: Occasion): string {
  return `https://${account.domain}`;
}

function timestampOf(epochMs: number, { timestampForm }: PayloadSettings): number {
  return timestampForm === 'seconds' ? fractionalSeconds(epochMs) : epochMs;
}

/**
 * Epoch milliseconds as seconds with a fraction that is never zero: consumers tell the two units apart by
 * `Number.isInteger`, so a whole second would be read as milliseconds of January 1970.
 */
export function fractionalSeconds(epochMs: number): number {
  return (epochMs % 1000 === 0 ? epochMs + 1 : epochMs) / 1000;
}

/**
 * Which modules the app subscribes to, and where their products answer. One account has one domain here: whatever product
 * an app asks for, that is where it is.
 */
export function currentHost(domain: string, modules: readonly string[]): JsonObject {
  const products = ['freshchat', ...productsOfModules(modules)];
  return {
    subscribed_modules: modules.filter((module) => module !== 'common'),
    endpoint_urls: Object.fromEntries(products.map((product) => [product, `https://${domain}`])),
  };
}

function definedOnly(fields: { readonly [key: string]: JsonValue | undefined }): JsonObject {
  return Object.fromEntries(
    Object.entries(fields).flatMap(([key, value]) => (value === undefined ? [] : [[key, value] as const])),
  );
}
