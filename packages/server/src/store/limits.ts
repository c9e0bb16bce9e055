/** The bounds of the store, the same for every engine. */
export const STORE_LIMITS = Object.freeze({
  /** Rows of the log that one call of `events` looks at, at most: a page that finds nothing ends, and says how far it came. */
  eventRowsScannedMax: 50_000,
  /** Expired key values that one commit removes, at most. */
  keyValuesPrunedMax: 5_000,
  /** Lines of one app's log that are never pruned: the newest. */
  appLogLinesKept: 10_000,
  /** How many more may stand before the oldest are pruned, so that not every line costs a search. */
  appLogLinesSlack: 1_000,
});
