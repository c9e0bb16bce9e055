import { minuteMs, secondMs } from '../time/instant.ts';

/** The bounds of keeping histories. */
export const REPORTING_LIMITS = Object.freeze({
  /** Of packed months that were read from the store and are kept for the next report. */
  cacheBytesMax: 256 * 1024 * 1024,
  /** Facts of the log that are read at once when it is caught up with: some milliseconds. */
  pageFactsMax: 2_000,
  /** Facts of one agent that are read at once when its history is made anew. */
  agentPageFactsMax: 2_000,
  /** Months that one reading of the store answers with: a few megabytes, some milliseconds. */
  chunksPerReadMax: 480,
  /** Agents of one reading, however few their months. */
  agentsPerReadMax: 1_000,
  /** What was taken up is written after so many facts, or so long after the first of them. */
  flushAfterFacts: 50_000,
  flushAfterMs: 5 * minuteMs,
  /** The same while a long log is caught up with: each writing writes the newest months again. */
  catchUpFlushAfterFacts: 500_000,
  /** Of one commit, so that no command waits long for its turn. */
  flushBytesMax: 256 * 1024,
  flushRowsMax: 500,
  /** How often rows are read again that changed while they were read, before the agent's facts are read instead. */
  readAgainMax: 3,
  /** After the store failed to read, the next try. */
  storeRetryMs: secondMs,
});

export type ReportingLimits = { readonly [name in keyof typeof REPORTING_LIMITS]: number };

/** Of the packed rows. Another number, and they are thrown away and made from the log. */
export const HISTORY_FORMAT = 1;
