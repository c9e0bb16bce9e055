import type { AgentNumber, SessionNumber } from '../activity/position.ts';
import { assert } from '../time/assert.ts';
import type { Instant } from '../time/instant.ts';
import { SESSIONS_MAX, slotOf } from './session-id.ts';

/**
 * Who ticked last, in columns: 12 bytes per agent and 12 per session, so that a million sessions are 25 MB and a tick is
 * one write into a typed array. Nothing here is durable: the log has what changed a status, and the liveness mark says
 * until when the rest was known.
 */
export class Presence {
  #activityAt = new Float64Array(INITIAL);
  /** 0 while the agent is not online: then no tick is taken on the fast path. */
  #idleAfterMs = new Uint32Array(INITIAL);
  #sessionAgent = new Uint32Array(INITIAL);
  #sessionNumber = new Float64Array(INITIAL);
  readonly #freeSlots: number[] = [];
  #slotsUsed = 0;

  /** The agent's last tick; 0 when there was none since the start. */
  activityAt(agent: AgentNumber): Instant {
    return agent < this.#activityAt.length ? (this.#activityAt[agent] as number) : 0;
  }

  /** What the fast path of a tick needs to know: written whenever the agent's durable state or its settings change. */
  setAgent(agent: AgentNumber, isOnline: boolean, activityAt: Instant, idleAfterMs: number): void {
    this.#growAgents(agent);
    this.#idleAfterMs[agent] = isOnline ? idleAfterMs : 0;
    if (activityAt > (this.#activityAt[agent] as number)) this.#activityAt[agent] = activityAt;
  }

  /** Activity that was a command: kept like a tick. */
  raise(agent: AgentNumber, at: Instant): void {
    this.#growAgents(agent);
    if (at > (this.#activityAt[agent] as number)) this.#activityAt[agent] = at;
  }

  /**
   * An activity tick. True when that was all: the agent is online and was not idle yet at `now`. False when it changes a
   * status or must be decided with the deadlines before it: then it is a command.
   */
  tick(agent: AgentNumber, now: Instant): boolean {
    const activityAt = this.#activityAt[agent] as number;
    if (!(now < activityAt + (this.#idleAfterMs[agent] as number))) return false;
    if (now > activityAt) this.#activityAt[agent] = now;
    return true;
  }

  /** A free place for a session; given back with `releaseSlot`. */
  takeSlot(): number {
    const slot = this.#freeSlots.pop() ?? this.#slotsUsed++;
    assert(slot < SESSIONS_MAX, `one process holds at most ${SESSIONS_MAX} sessions at once`);
    return slot;
  }

  releaseSlot(slot: number): void {
    this.#freeSlots.push(slot);
  }

  /** Puts the sessions that were read from disk back into their places. */
  restoreSessions(sessions: readonly { readonly number: SessionNumber; readonly agent: AgentNumber }[]): void {
    for (const session of sessions) {
      const slot = slotOf(session.number);
      this.#slotsUsed = Math.max(this.#slotsUsed, slot + 1);
      this.addSession(session.number, session.agent);
    }
    for (let slot = this.#slotsUsed - 1; slot >= 0; slot--) {
      if (slot >= this.#sessionNumber.length || this.#sessionNumber[slot] === 0) this.#freeSlots.push(slot);
    }
  }

  addSession(number: SessionNumber, agent: AgentNumber): void {
    const slot = slotOf(number);
    this.#growSessions(slot);
    this.#sessionAgent[slot] = agent;
    this.#sessionNumber[slot] = number;
  }

  removeSession(number: SessionNumber): void {
    const slot = slotOf(number);
    if (this.#sessionNumber[slot] !== number) return;
    this.#sessionNumber[slot] = 0;
    this.#sessionAgent[slot] = 0;
    this.#freeSlots.push(slot);
  }

  /** Whose live session this is; 0 when it is nobody's any more. */
  agentOf(number: SessionNumber): AgentNumber {
    const slot = slotOf(number);
    return slot < this.#sessionNumber.length && this.#sessionNumber[slot] === number
      ? (this.#sessionAgent[slot] as number)
      : 0;
  }

  #growAgents(agent: AgentNumber): void {
    if (agent < this.#activityAt.length) return;
    const capacity = Math.max(agent + 1, this.#activityAt.length * 2);
    this.#activityAt = copied(this.#activityAt, new Float64Array(capacity));
    this.#idleAfterMs = copied(this.#idleAfterMs, new Uint32Array(capacity));
  }

  #growSessions(slot: number): void {
    if (slot < this.#sessionAgent.length) return;
    const capacity = Math.max(slot + 1, this.#sessionAgent.length * 2);
    this.#sessionAgent = copied(this.#sessionAgent, new Uint32Array(capacity));
    this.#sessionNumber = copied(this.#sessionNumber, new Float64Array(capacity));
  }
}

const INITIAL = 1024;

function copied<T extends Float64Array | Uint32Array>(from: T, to: T): T {
  to.set(from);
  return to;
}
