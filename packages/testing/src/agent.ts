import type { Duration } from './duration.ts';

/** An invented support agent. Every method settles when all that followed from it has happened, callbacks included. */
export type Agent = {
  readonly email: string;
  /** Bare UUID: `actor.id` in payloads that the agent caused. */
  readonly id: string;
  readonly orgAgentId: string;
  /** As it is now. `status`: AVAILABLE, UNAVAILABLE or the name of a custom status. */
  readonly generalAvailability: { readonly status: string; readonly since: string };
  readonly intelliassign: { readonly status: string; readonly since: string };

  /** Opens a session, as a page does when somebody signs in. */
  signIn(): Promise<void>;
  /** Closes the session; nothing happens without one. */
  signOut(): Promise<void>;
  /** A sign of life: puts off the moment at which the agent counts as idle, and brings an idle one back. */
  beActive(): Promise<void>;
  /** The connection of the session breaks; after the grace time the agent counts as gone. */
  loseConnection(): Promise<void>;
  /**
   * Sets the IntelliAssign status: `AVAILABLE`, `UNAVAILABLE`, or a custom status by its name, which is made when there is
   * none yet.
   *
   * @throws Error when the engine refuses it
   */
  setStatus(status: string, options?: SetStatusOptions): Promise<void>;
  /** The router offered a conversation, and it was not taken. */
  missAssignment(): Promise<void>;
  startCall(): Promise<void>;
  endCall(): Promise<void>;
};

export type SetStatusOptions = {
  /** Somebody else who sets it: then it is a supervisor's doing. */
  readonly by?: Agent;
  /** How long the status lasts; after it the agent is AVAILABLE again. */
  readonly for?: Duration;
};

/** What may be said about an agent when it is invented. */
export type AgentProfileInput = {
  readonly firstName?: string;
  readonly lastName?: string;
  readonly phone?: string;
  readonly timeZone?: string;
};
