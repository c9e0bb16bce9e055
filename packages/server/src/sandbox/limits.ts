import type { SeatLimits } from './process-seats.ts';

/** Limits of the protocol; both of its ends keep them. */
export const frameBytesMax = 1024 * 1024;
export const valueBytesMax = 8 * 1024 * 1024;

/** What parsing one message of an app's process may cost: so many values, so deep in each other. */
export const messageLimits = { membersMax: 200_000, depthMax: 600 } as const;
/** Messages that say little say it in one frame, with at most so many values. */
export const smallMessageMembersMax = 64;

/**
 * Limits that the kernel keeps for an app's process. Data: what it may write to, Buffers too, which lie outside of what
 * the engine counts as its heap; Node and Deno reserve some 512 MB of it before they have done anything.
 */
export const processLimits = { dataBytesMax: 768 * 1024 * 1024, openFilesMax: 256 } as const;

/**
 * Limits of a server for all of its apps together: how many processes run at once. Beyond the first, idle ones are put to
 * sleep; when all are at work, there may be as many as the second. A wait is longer than an event's handler may take: who
 * comes when all have just begun still gets its turn.
 */
export const hostLimits: SeatLimits = {
  seatsMax: 32,
  seatsHardMax: 128,
  growAfterMs: 2000,
  holdMsMax: 20_000,
  waitMsMax: 25_000,
};

/** How long a fence may take when it is tried out, on a machine that has other things to do. */
export const tryOutLimits = { loadMsMax: 30_000, callMsMax: 10_000, backoffMsMin: 0 } as const;

/** What an app's process may take. Times are milliseconds. */
export interface SandboxLimits {
  /** From sending a call to its end. The platform gives product events 20 s. */
  readonly callMsMax: number;
  /** From starting the process to having run server.js. */
  readonly loadMsMax: number;
  /** A process that says nothing for so long, when asked, is stuck. */
  readonly answerMsMax: number;
  /** An app without calls is put to sleep after this. */
  readonly idleStopAfterMs: number;
  /** How long calls in flight may take to end when the app is stopped. */
  readonly stopGraceMs: number;
  readonly backoffMsMin: number;
  readonly backoffMsMax: number;
  readonly memoryMbMax: number;
  readonly operationsOpenMax: number;
  /** What may wait for a process that does not read. */
  readonly unreadBytesMax: number;
  readonly logBytesPerSecondMax: number;
  /** Beyond this the host stops reading for the rest of the second, and the app stops where it prints. */
  readonly readBytesPerSecondMax: number;
  /** As for bytes: parsing costs by the value. */
  readonly readMembersPerSecondMax: number;
}

export const defaultSandboxLimits: SandboxLimits = {
  callMsMax: 20_000,
  loadMsMax: 20_000,
  answerMsMax: 1000,
  idleStopAfterMs: 5 * 60_000,
  stopGraceMs: 2000,
  backoffMsMin: 100,
  backoffMsMax: 30_000,
  memoryMbMax: 256,
  operationsOpenMax: 256,
  unreadBytesMax: 32 * 1024 * 1024,
  logBytesPerSecondMax: 1024 * 1024,
  readBytesPerSecondMax: 4 * 1024 * 1024,
  readMembersPerSecondMax: 1_000_000,
};
