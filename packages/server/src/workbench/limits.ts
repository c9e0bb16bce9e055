/** What the workbench keeps and allows. Times are milliseconds. */
export const WORKBENCH_LIMITS = {
  /** Entries that the journal keeps; the oldest go first. */
  entriesMax: 500,
  /** Lines kept of one call; the rest is counted. */
  linesPerEntryMax: 1000,
  /** Operations of one call that are shown. */
  operationsPerEntryMax: 200,
  /** Of a value shown beside an operation. */
  shownValueCharactersMax: 2000,
  /** What a page or a tool may send: a payload of the platform is at most 256 KB. */
  bodyBytesMax: 1024 * 1024,
  /** What an app's own installation page may send: as much as the same page may send to a server. */
  pageBodyBytesMax: 128 * 1024,
  /** Changes of an app's files that come together are one change. */
  watchQuietMs: 60,
  /** Pages that are told of changes at once. */
  readersMax: 32,
  /** What may wait for a page that does not read. */
  unreadBytesMax: 16 * 1024 * 1024,
  heartbeatMs: 15_000,
  /** The state is sent at most so often. */
  stateEveryMs: 40,
  /** The longest single step of the clock. */
  stepMsMax: 31 * 24 * 3_600_000,
  /** A longer step rests so many times on its way, instead of at every timer. */
  exactStepMsMax: 15 * 60_000,
  hopsMax: 1500,
  /** A step waits so long, outside, for callbacks that it set off. */
  settleMsMax: 5000,
  /** A set-up event that does not answer is given up on as early as the vendor's kit does it. */
  setUpMs: 10_000,
  /** While a debugger is attached a call may take a day, and the dispatcher is answered before it gives up. */
  debuggedCallMs: 24 * 3_600_000,
  debuggedDeliveryMs: 45_000,
  /** A change is said to be taken up when its code is loaded, or after this long. */
  loadWaitMs: 3000,
  /** Calls that end together are counted together. */
  coverageQuietMs: 150,
  /** npm is given up after this. */
  packagesMs: 300_000,
  /** Values of $db that the page shows. */
  keyValuesShownMax: 500,
  /** Lines of an app's file around the place of an error. */
  frameLinesAround: 3,
} as const;
