/** How often in a minute one installed app may ask for what; null: as often as it likes. */
export type AppRates = {
  /** `$db`: set, get, update and delete together. */
  readonly keyValuePerMinuteMax: number | null;
  /** `$db.entity`: all of its operations together. */
  readonly entityPerMinuteMax: number | null;
  /** `$request`: templates and verbs together; attempts of one request count as one. */
  readonly requestPerMinuteMax: number | null;
};

/**
 * The platform's own numbers, for whoever wants to see how an app fares there.
 * Source: https://developers.freshworks.com/docs/app-sdk/v3.0/task/rate-limits-and-constraints
 */
export const PLATFORM_RATES: AppRates = { keyValuePerMinuteMax: 50, entityPerMinuteMax: 250, requestPerMinuteMax: 50 };

/** Ours: see docs/decisions/0008-rates-of-app-storage.md. */
export const LENIENT_RATES: AppRates = {
  keyValuePerMinuteMax: null,
  entityPerMinuteMax: null,
  requestPerMinuteMax: 3000,
};
