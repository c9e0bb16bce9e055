import type { Instant } from '../time/instant.ts';

/** The one source of time: real in production, virtual in the simulation. */
export type Clock = {
  now(): Instant;
  /** Runs once, not before `delayMs` from now; the answer calls it off. */
  after(delayMs: number, run: () => void): () => void;
  /** Runs when everything that is pending now has had its turn. */
  nextTurn(run: () => void): void;
};
