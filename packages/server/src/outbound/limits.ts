/** What going out may take. Times are milliseconds. */
export type OutboundLimits = {
  readonly resolveMsMax: number;
  readonly connectMsMax: number;
  /** Connections to one origin, of all apps together. */
  readonly connectionsPerHostMax: number;
  /** An idle connection is kept for so long: less than servers keep theirs, or a request meets one that just closed. */
  readonly keepAliveMs: number;
  readonly headerBytesMax: number;
  /** Sockets of one app that are open at once. */
  readonly socketsPerAppMax: number;
  /** From the process's connection to the end of its first line. */
  readonly lineMsMax: number;
  readonly lineBytesMax: number;
  readonly recordsMax: number;
};

export const defaultOutboundLimits: OutboundLimits = {
  resolveMsMax: 5000,
  connectMsMax: 10_000,
  connectionsPerHostMax: 64,
  keepAliveMs: 3000,
  headerBytesMax: 32 * 1024,
  socketsPerAppMax: 64,
  lineMsMax: 5000,
  lineBytesMax: 1024,
  recordsMax: 100,
};
