import type { AgentNumber } from '../activity/position.ts';
import type { Instant } from '../time/instant.ts';

/**
 * When to look at whom: one entry per agent, at or before the agent's next deadline.
 *
 * The problem: a million agents whose deadline moves with every activity tick. A timer each costs an object and a heap
 * operation per tick. So the wheel is lazy and coarse: a tick does not touch it. When an entry's slot comes round, the
 * owner looks at the agent and either decides or schedules it again at its true deadline. A late or early look never
 * changes an instant, because deadlines are computed, not remembered.
 *
 * Doubly linked lists in typed arrays, one per slot: 10 bytes per agent; adding, moving and removing are O(1).
 */
export class DeadlineWheel {
  readonly #heads = new Int32Array(SLOTS).fill(NONE);
  #next = new Int32Array(INITIAL).fill(NONE);
  #previous = new Int32Array(INITIAL).fill(NONE);
  /** The slot an agent stands in, -1 when in none. */
  #slots = new Int16Array(INITIAL).fill(NONE);
  /** The first tick that was not collected yet. */
  #cursor: number;
  #size = 0;

  constructor(now: Instant) {
    this.#cursor = tickOf(now);
  }

  /** How many agents have an entry. */
  get size(): number {
    return this.#size;
  }

  /**
   * Puts the agent's entry at this instant; beyond the horizon, at the horizon, to be looked at again there.
   *
   * @returns when its slot comes round
   */
  schedule(agent: AgentNumber, at: Instant): Instant {
    this.#grow(agent);
    const tick = Math.min(Math.max(tickOf(at), this.#cursor), this.#cursor + SLOTS - 1);
    const slot = tick & MASK;
    const current = this.#slots[agent];
    if (current === slot) return tick * TICK_MS;
    if (current !== NONE) this.#unlink(agent);
    this.#link(agent, slot);
    return tick * TICK_MS;
  }

  cancel(agent: AgentNumber): void {
    if (agent < this.#slots.length && this.#slots[agent] !== NONE) this.#unlink(agent);
  }

  /** Takes out everybody whose slot has come by `now`, at most `limit`; the rest stays for the next call. */
  collect(now: Instant, limit: number): AgentNumber[] {
    const due: AgentNumber[] = [];
    // Only ticks that have begun: an entry that is put back because its deadline is still to come then lands in a later
    // one, and whoever collects until nobody is left comes to an end.
    const last = Math.floor(now / TICK_MS);
    if (last - this.#cursor >= SLOTS) this.#cursor = last - SLOTS + 1;
    while (this.#cursor <= last) {
      const slot = this.#cursor & MASK;
      let agent = this.#heads[slot] as number;
      while (agent !== NONE) {
        if (due.length >= limit) return due;
        const next = this.#next[agent] as number;
        this.#unlink(agent);
        due.push(agent);
        agent = next;
      }
      if (this.#cursor === last) break;
      this.#cursor++;
    }
    return due;
  }

  /** The instant of the next slot that holds anybody; null when nobody has an entry. */
  nextLookAt(): Instant | null {
    if (this.#size === 0) return null;
    for (let tick = this.#cursor; tick < this.#cursor + SLOTS; tick++) {
      if (this.#heads[tick & MASK] !== NONE) return tick * TICK_MS;
    }
    return null;
  }

  #link(agent: AgentNumber, slot: number): void {
    const head = this.#heads[slot] as number;
    this.#next[agent] = head;
    this.#previous[agent] = NONE;
    if (head !== NONE) this.#previous[head] = agent;
    this.#heads[slot] = agent;
    this.#slots[agent] = slot;
    this.#size++;
  }

  #unlink(agent: AgentNumber): void {
    const next = this.#next[agent] as number;
    const previous = this.#previous[agent] as number;
    if (previous === NONE) this.#heads[this.#slots[agent] as number] = next;
    else this.#next[previous] = next;
    if (next !== NONE) this.#previous[next] = previous;
    this.#slots[agent] = NONE;
    this.#size--;
  }

  #grow(agent: AgentNumber): void {
    if (agent < this.#slots.length) return;
    const capacity = Math.max(agent + 1, this.#slots.length * 2);
    this.#next = enlarged(this.#next, new Int32Array(capacity));
    this.#previous = enlarged(this.#previous, new Int32Array(capacity));
    this.#slots = enlarged(this.#slots, new Int16Array(capacity));
  }
}

const NONE = -1;
const INITIAL = 1024;
/** 16,384 slots of 32 ms: a horizon of 524 s, beyond which entries are looked at once per round. */
const SLOTS = 16_384;
const MASK = SLOTS - 1;
const TICK_MS = 32;

/** A deadline at `at` is due in the first tick that begins at or after it. */
function tickOf(at: Instant): number {
  return Math.ceil(at / TICK_MS);
}

function enlarged<T extends Int32Array | Int16Array>(from: T, to: T): T {
  to.fill(NONE);
  to.set(from);
  return to;
}
