import type { AgentNumber } from '../activity/position.ts';
import { eventOf, positionOf } from '../delivery/event-place.ts';
import type { Subscription } from '../delivery/subscription.ts';
import type { Change } from '../engine/change.ts';
import type { Instant } from '../time/instant.ts';
import type { AgentLane } from './agent-lane.ts';
import { writeError } from './error-text.ts';
import { laneRow } from './lane-row.ts';
import type { FailedAttempt } from './pass-context.ts';
import { type PassName, rowKey } from './row-key.ts';

type FailedRow = FailedAttempt & { readonly at: Instant; readonly durationMs: number };

/**
 * What a pass has not written yet. A lane is written as it is when it is written, however often it changed before: one
 * that was held and let go between two writes costs nothing.
 */
export class RowsToWrite {
  readonly #subscription: string;
  readonly #pass: PassName;
  readonly #touched = new Set<AgentNumber>();
  /** Under which key a lane's row is on disk. */
  readonly #written = new Map<AgentNumber, string>();
  #added: Change[] = [];

  constructor(subscription: string, pass: PassName) {
    this.#subscription = subscription;
    this.#pass = pass;
  }

  /** The lane came from a row of this key. */
  restored(agent: AgentNumber, key: string): void {
    this.#written.set(agent, key);
  }

  touch(agent: AgentNumber): void {
    this.#touched.add(agent);
  }

  /**
   * An attempt failed. A replay keeps no attempts: they would stand beside those of the first time. What it gives up is
   * a dead letter like any other.
   */
  failed(failure: FailedRow): void {
    const { agent, place, attempt, at, isGivenUp } = failure;
    const durationMs = Math.round(failure.durationMs);
    const key = rowKey(this.#subscription, 'live', eventOf(place));
    const position = positionOf(place);
    const error = writeError(failure.error);
    const began = at - durationMs;
    if (this.#pass === 'live') {
      this.#added.push({
        kind: 'AddAttempt',
        attempt: { subscription: key, position, number: attempt, at: began, durationMs, error },
      });
    }
    if (!isGivenUp) return;
    const letter = { subscription: key, agent, position, attempts: attempt, at, error, redeliveredAt: null };
    this.#added.push({ kind: 'PutDeadLetter', letter });
  }

  /** Everything that changed since it was taken last. */
  take(lanes: ReadonlyMap<AgentNumber, AgentLane>, subscription: Subscription): Change[] {
    const changes = this.#added;
    this.#added = [];
    for (const agent of this.#touched) changes.push(...this.#laneChanges(agent, lanes.get(agent), subscription));
    this.#touched.clear();
    return changes;
  }

  #laneChanges(agent: AgentNumber, lane: AgentLane | undefined, subscription: Subscription): Change[] {
    const row = lane === undefined ? null : laneRow(lane, subscription, this.#pass);
    const written = this.#written.get(agent);
    const changes: Change[] = [];
    if (written !== undefined && written !== row?.subscription) {
      changes.push({ kind: 'RemoveLane', subscription: written, agent });
      this.#written.delete(agent);
    }
    if (row !== null) {
      changes.push({ kind: 'PutLane', lane: row });
      this.#written.set(agent, row.subscription);
    }
    return changes;
  }
}
