import type { AccountNumber } from '../activity/position.ts';
import type { JsonObject } from '../marketplace/json-value.ts';
import type { Instant } from '../time/instant.ts';
import type { AppSettings } from './apps.ts';
import type { StoredIparams } from './stored-iparams.ts';

/** An installed app as it is stored. */
export type AppRecord = {
  readonly id: string;
  readonly account: AccountNumber;
  /**
   * `installing`: its `onAppInstall` has not agreed yet, and whoever finds it so after a crash removes it;
   * `needs_parameters`: it waits for parameters that it cannot do without, and has no subscription until then.
   */
  readonly phase: 'installing' | 'needs_parameters' | 'installed';
  readonly origin: AppOrigin;
  /** The code that it runs; null when it runs in the folder itself. */
  readonly package: AppPackage | null;
  /** What it ran before the last update; null before the first one. */
  readonly previous: AppPackage | null;
  /** As given; null: the defaults of the app's parameters, whatever they become. */
  readonly iparams: StoredIparams | null;
  readonly settings: AppSettings;
  readonly subscription: string;
  readonly installedAt: Instant;
};

/** Where an app came from. A folder, with the account, is what makes it the same app after a restart. */
export type AppOrigin =
  | {
      readonly kind: 'folder';
      readonly folder: string;
      /**
       * The folder's fingerprint when code was last taken from it; null when never. A folder that is still the same is
       * not taken up again: whoever went back to an older version, or sent a zip, did so on purpose.
       */
      readonly seen: string | null;
    }
  | { readonly kind: 'upload'; readonly name: string };

/** The same origin, after code was taken from it. */
export function seenOrigin(origin: AppOrigin, taken: AppPackage | null): AppOrigin {
  return origin.kind === 'folder' ? { ...origin, seen: taken?.fingerprint ?? null } : origin;
}

/** Code at its place. */
export type AppPackage = {
  /** Of everything in it: the name of its folder. */
  readonly digest: string;
  /** Of what it was made from: another one says that the source has changed. */
  readonly fingerprint: string;
  readonly at: Instant;
};

/** The types under which an app and its subscription are stored. */
export const APP_RECORD = 'app';
export const SUBSCRIPTION_RECORD = 'subscription';

/** Reads a stored app. Records of the first form named a folder in which the app ran, and had their parameters in clear. */
export function readAppRecord(body: string): AppRecord {
  const stored = JSON.parse(body) as AppRecord | FirstAppRecord;
  if (!('folder' in stored)) return stored;
  const { folder, iparams, ...rest } = stored;
  return {
    ...rest,
    phase: 'installed',
    origin: { kind: 'folder', folder, seen: null },
    package: null,
    previous: null,
    iparams: iparams === null ? null : { open: iparams, sealed: null },
  };
}

type FirstAppRecord = Pick<AppRecord, 'id' | 'account' | 'settings' | 'subscription' | 'installedAt'> & {
  readonly folder: string;
  readonly iparams: JsonObject | null;
};
