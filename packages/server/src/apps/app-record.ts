import type { AccountNumber } from '../activity/position.ts';
import type { JsonObject } from '../marketplace/json-value.ts';
import type { Instant } from '../time/instant.ts';
import type { AppSettings } from './apps.ts';

/** An installed app as it is stored. */
export type AppRecord = {
  readonly id: string;
  readonly account: AccountNumber;
  /** The absolute path of its folder: with the account, what makes it the same app after a restart. */
  readonly folder: string;
  /** As given; null: the defaults of the app's parameters, whatever they become. */
  readonly iparams: JsonObject | null;
  readonly settings: AppSettings;
  readonly subscription: string;
  readonly installedAt: Instant;
};

/** The types under which an app and its subscription are stored. */
export const APP_RECORD = 'app';
export const SUBSCRIPTION_RECORD = 'subscription';
