/**
 * The bounds of everything that crosses the wire. A value beyond its bound is refused with a fault, never cut.
 * Characters are Unicode code points, durations are milliseconds, instants are milliseconds since 1970 UTC.
 */
export const WIRE_LIMITS = Object.freeze({
  nameCharactersMax: 200,
  statusNameCharactersMax: 64,
  emojiCharactersMax: 64,
  emailCharactersMax: 254,
  urlCharactersMax: 2048,
  hostCharactersMax: 253,
  noteCharactersMax: 500,
  messageCharactersMax: 4000,
  /** A zip in base64: packages of the platform have at most 5 MB, which is 7,000,000 characters. */
  zipCharactersMax: 7_500_000,
  cursorCharactersMax: 200,
  durationMsMin: 100,
  durationMsMax: 7 * 86_400_000,
  allowanceMinutesMax: 7 * 1440,
  missedAssignmentsMax: 1000,
  groupsOfAgentMax: 100,
  slotsOfDayMax: 48,
  exceptionsOfCalendarMax: 1000,
  socialProfilesMax: 20,
  changesOfBatchMax: 1000,
  eventsOfIngestMax: 1000,
  /** Of an account, archived ones included: what an import may fill it up to. */
  customStatusesOfAccountMax: 2000,
  sessionsOfTickMax: 10_000,
  faultsMax: 500,
  agentsOfReportMax: 1000,
  groupsOfReportMax: 100,
  statusesOfReportMax: 100,
  agentsNeededMax: 10_000,
  /** The days of a report's window: a hundred years. */
  daysOfReportMax: 36_600,
  /** By hour of single days. */
  daysOfHourlyReportMax: 400,
  /** By hour of the day. */
  daysOfHoursReportMax: 3660,
  pageItemsDefault: 100,
  pageItemsMax: 1000,
  /** Below this an integer timestamp reads as 1973 or earlier, so it was meant as whole seconds: see `timestamp`. */
  timestampMsMin: 100_000_000_000,
  /** The last instant that ISO 8601 writes with a four-digit year: 9999-12-31T23:59:59.999Z. */
  instantMsMax: 253_402_300_799_999,
});
