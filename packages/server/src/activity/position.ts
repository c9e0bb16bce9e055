/**
 * The place of a fact in the one log: 1, 2, 3 … without a gap, in the order of recording.
 * Order is always a position, never a timestamp. 64-bit in SQL, a safe integer here.
 */
export type Position = number;

/** Internal, never reused numbers: small in rows and in typed arrays; the wire knows UUIDs and strings instead. */
export type AccountNumber = number;
export type AgentNumber = number;
export type SessionNumber = number;
