import type { Clock } from '../../engine/clock.ts';
import { assert } from '../../time/assert.ts';
import type { Instant } from '../../time/instant.ts';

/** What a round needs to know of a connection and writes down there. */
export type Pinged = {
  /** The last frame that came, pongs included. */
  heardAt: Instant;
  pingedAt: Instant;
  /** The ping before the last one; 0 when there was none. */
  pingedBeforeAt: Instant;
  /** Which step of a round is its own. */
  pingSlot: number;
};

export type PingActions<Connection> = {
  ping(connection: Connection): void;
  /** Nothing was heard since the ping before the last one, nor for the grace after the last one. */
  silent(connection: Connection): void;
};

const STEP_MS = 1000;

/**
 * Pings every connection in turn, with one timer for all: a step a second, and in each the connections of one slot. Steps
 * are counted, not read off the clock, so after a machine has slept every connection is first pinged and heard again
 * before anybody is called silent.
 */
export class PingRounds<Connection extends Pinged> {
  readonly #clock: Clock;
  readonly #actions: PingActions<Connection>;
  readonly #slots: readonly Set<Connection>[];
  readonly #graceSteps: number;
  #step = 0;
  #cancel: () => void;

  constructor(
    clock: Clock,
    times: { readonly everyMs: number; readonly graceMs: number },
    actions: PingActions<Connection>,
  ) {
    this.#clock = clock;
    this.#actions = actions;
    this.#slots = Array.from({ length: Math.max(1, Math.round(times.everyMs / STEP_MS)) }, () => new Set<Connection>());
    this.#graceSteps = Math.round(times.graceMs / STEP_MS);
    this.#cancel = this.#stepLater();
  }

  /** Its first ping comes after one whole round. */
  add(connection: Connection): void {
    connection.pingSlot = this.#step;
    this.#slotAt(this.#step).add(connection);
  }

  remove(connection: Connection): void {
    this.#slotAt(connection.pingSlot).delete(connection);
  }

  stop(): void {
    this.#cancel();
  }

  #stepLater(): () => void {
    return this.#clock.after(STEP_MS, () => {
      this.#step++;
      this.#pingAll(this.#slotAt(this.#step));
      this.#findSilent(this.#slotAt(this.#step - this.#graceSteps));
      this.#cancel = this.#stepLater();
    });
  }

  #pingAll(slot: ReadonlySet<Connection>): void {
    const now = this.#clock.now();
    for (const connection of slot) {
      connection.pingedBeforeAt = connection.pingedAt;
      connection.pingedAt = now;
      this.#actions.ping(connection);
    }
  }

  #findSilent(slot: ReadonlySet<Connection>): void {
    for (const connection of slot) if (connection.heardAt < connection.pingedBeforeAt) this.#actions.silent(connection);
  }

  #slotAt(step: number): Set<Connection> {
    const { length } = this.#slots;
    const slot = this.#slots[((step % length) + length) % length];
    assert(slot !== undefined, 'every step falls into a slot');
    return slot;
  }
}
