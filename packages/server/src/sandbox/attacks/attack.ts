/** What an attack is after. */
export type AttackKind =
  | 'reading'
  | 'writing'
  | 'environment'
  | 'processes'
  | 'sockets'
  | 'signals'
  | 'exhaustion'
  | 'hanging'
  | 'protocol'
  | 'storage'
  | 'orphans'
  | 'host';

/**
 * One thing that a hostile app tries. Its code is the function of the same name in `attacker/`; what it is given, and
 * how it is judged, is the same for all of one kind.
 */
export type Attack = {
  readonly name: string;
  readonly kind: AttackKind;
  /**
   * `fence`: nothing but the fence is in its way, and without one it gets through. `host`: the server's own end of the
   * pipe, the platform's rules or the runtime hold it, whatever the fence.
   */
  readonly heldBy: 'fence' | 'host';
  /** The call must end in failure: an app that goes on as if nothing were has got away with it. */
  readonly mustFail: boolean;
};

export type AttackResult = {
  readonly name: string;
  readonly kind: AttackKind;
  /** `unknown` counts as a leak: the attempt was not seen to its end. */
  readonly verdict: 'held' | 'leaked' | 'unknown';
  /** Why it leaked or is unknown; for what was held, what the app met with. One sentence. */
  readonly detail: string;
  readonly durationMs: number;
};

/** What an app met with that was called all the while as if nothing were. */
export type NeighbourReport = {
  readonly calls: number;
  /** Calls that were not delivered with their own answer. */
  readonly failed: number;
  readonly slowestMs: number;
};

export type BatteryReport = {
  /** Which fence was tried. */
  readonly fence: string;
  /** Whether every attack was held. */
  readonly isHeld: boolean;
  readonly results: readonly AttackResult[];
  readonly neighbour: NeighbourReport;
  readonly durationMs: number;
};
