/** The time as the sandbox needs it; the server's clock fits. */
export interface SandboxClock {
  /** Epoch milliseconds. */
  now(): number;
  /** Runs once, not before `delayMs` from now; the answer calls it off. */
  after(delayMs: number, run: () => void): () => void;
}
