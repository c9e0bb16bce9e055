import type { RecordedFact } from '../activity/fact.ts';
import type { LogReader } from '../activity/log-reader.ts';
import type { RecordedStatusChange } from '../activity/payload.ts';
import type { Position } from '../activity/position.ts';
import type { AccountRecord, AgentProfile, CustomStatus } from '../activity/record.ts';
import { type Snapshots, snapshotPositionsOf } from '../activity/snapshots.ts';
import { assert } from '../time/assert.ts';

/**
 * The records that payloads are rendered from, kept between events: a thousand events of an agent share one profile.
 * Two generations: what was not looked at since the younger one filled up goes, so the cache is bounded and a lookup
 * costs nothing but a lookup.
 */
export class SnapshotCache implements Snapshots {
  readonly #log: Pick<LogReader, 'factsAt'>;
  readonly #generationMax: number;
  #young = new Map<Position, RecordedFact>();
  #old = new Map<Position, RecordedFact>();

  constructor(log: Pick<LogReader, 'factsAt'>, snapshotsMax: number) {
    this.#log = log;
    this.#generationMax = Math.max(1, Math.floor(snapshotsMax / 2));
  }

  /** Takes a record that is in memory anyway. */
  offer(fact: RecordedFact): void {
    if (isRecord(fact)) this.#put(fact);
  }

  /** Whether the fact can be rendered in this very turn. */
  has(fact: RecordedStatusChange): boolean {
    return (
      this.#find(fact.subjectProfile) !== undefined &&
      this.#find(fact.accountProfile) !== undefined &&
      (fact.actorProfile === 0 || this.#find(fact.actorProfile) !== undefined) &&
      (fact.status <= 1 || this.#find(fact.status) !== undefined) &&
      (fact.prevStatus <= 1 || this.#find(fact.prevStatus) !== undefined)
    );
  }

  /** Reads what is missing for these facts; each of them can be rendered in the turn in which this settles. */
  async load(facts: readonly RecordedStatusChange[]): Promise<void> {
    const missing = new Set<Position>();
    for (const fact of facts) {
      for (const position of snapshotPositionsOf(fact)) if (this.#find(position) === undefined) missing.add(position);
    }
    if (missing.size === 0) return;
    for (const fact of await this.#log.factsAt([...missing])) this.#put(fact);
  }

  account(position: Position): AccountRecord {
    const fact = this.#find(position);
    assert(fact?.kind === 'AccountRecorded', `position ${position} is not at hand as an account`);
    return fact.record;
  }

  agent(position: Position): AgentProfile {
    const fact = this.#find(position);
    assert(fact?.kind === 'AgentRecorded', `position ${position} is not at hand as an agent`);
    return fact.record;
  }

  customStatus(position: Position): CustomStatus {
    const fact = this.#find(position);
    assert(fact?.kind === 'CustomStatusRecorded', `position ${position} is not at hand as a custom status`);
    return fact.record;
  }

  #find(position: Position): RecordedFact | undefined {
    const young = this.#young.get(position);
    if (young !== undefined) return young;
    const old = this.#old.get(position);
    if (old !== undefined) this.#put(old);
    return old;
  }

  #put(fact: RecordedFact): void {
    if (this.#young.size >= this.#generationMax) {
      this.#old = this.#young;
      this.#young = new Map();
    }
    this.#young.set(fact.position, fact);
  }
}

function isRecord(fact: RecordedFact): boolean {
  return fact.kind === 'AccountRecorded' || fact.kind === 'AgentRecorded' || fact.kind === 'CustomStatusRecorded';
}
