/** Everything that could grow has a limit; all of the engine's are here. */
export const ENGINE_LIMITS = {
  /** Commands decided and committed together. */
  groupMax: 1000,
  /** Agents whose deadlines are decided in one command, so that other commands get their turn in between. */
  deadlinesPerCommandMax: 2000,
  /** The longest wait until the next look at the deadlines: a clock that jumps is noticed within it. */
  lookEveryMsMax: 1000,
  /** After a failed commit of deadlines, the next try. */
  lookAgainAfterFailureMs: 1000,
  /** How often the liveness mark is written: what a crash may make unknown. */
  livenessMarkEveryMs: 2000,
  /** Answers to idempotency keys are kept at least 24 h; the pruning runs hourly, so an hour is added. */
  answersKeptMs: 25 * 3_600_000,
  answersPrunedEveryMs: 3_600_000,
  /** Answers remembered in memory, to bridge the moment between looking on disk and deciding. */
  answersRememberedMax: 50_000,
  /** Live facts whose keys are written together, when an import speaks of an agent for the first time. */
  factsKeyedAtOnceMax: 2000,
  /** Past profiles kept in memory for rendering. */
  pastRecordsMax: 20_000,
} as const;
