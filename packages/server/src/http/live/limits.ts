/** Everything that could grow has a limit; those of the connections that stay open are here. */

/** Of the event stream. */
export const STREAM_LIMITS = {
  /** Open streams of one account; the next one is told to come later. */
  readersPerAccountMax: 5000,
  /** What a reader may leave unread before it is taken off the live events and goes back to the log. */
  unreadBytesMax: 128 * 1024,
  /** The newest events of an account, rendered, for readers that are a little behind. */
  recentBytesMax: 1024 * 1024,
  /** Events in one page from the log, for readers that are far behind. */
  pageEventsMax: 64,
  /** Pages read in one turn of the event loop, over all readers: catching up never stops the commits. */
  pagesPerTurnMax: 4,
  /** Agents of a snapshot that are rendered and written at once. */
  snapshotPartAgentsMax: 100,
  heartbeatEveryMs: 15_000,
  /** A reader that takes nothing for this long is cut off; it can come back with its last id. */
  stalledMsMax: 60_000,
  /** How long a browser waits before it comes back. */
  retryAfterMs: 1000,
  /** How long a stopping server waits for readers to take what was sent. */
  closingMsMax: 2000,
} as const;

/** Of the presence sockets. */
export const PRESENCE_LIMITS = {
  /** Connected sessions of one agent: each of its devices and pages is one. */
  sessionsPerAgentMax: 64,
  messageBytesMax: 4096,
  /** Messages that say nothing known, over the life of a socket. */
  badMessagesMax: 10,
  pingEveryMs: 15_000,
  /** After the ping that follows an unanswered one; then the connection counts as gone. */
  pingGraceMs: 5000,
  /** Between two tries to write down a loss that the store did not take. */
  lossAgainAfterMs: 1000,
  /** Facts of an agent that are looked through for a session that ended. */
  factsSearchedMax: 4096,
  /** How long a socket may take to end after it was asked to. */
  closingMsMax: 2000,
} as const;

export type StreamLimits = { readonly [Limit in keyof typeof STREAM_LIMITS]: number };
export type PresenceLimits = { readonly [Limit in keyof typeof PRESENCE_LIMITS]: number };
