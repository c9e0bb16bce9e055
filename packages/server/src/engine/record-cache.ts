import type { RecordedFact } from '../activity/fact.ts';
import type { LogReader } from '../activity/log-reader.ts';
import type { RecordedStatusChange } from '../activity/payload.ts';
import type { Position } from '../activity/position.ts';
import type { AccountRecord, AgentProfile, CustomStatus } from '../activity/record.ts';
import { type Snapshots, snapshotPositionsOf } from '../activity/snapshots.ts';
import { assert } from '../time/assert.ts';
import { ENGINE_LIMITS } from './limits.ts';
import type { Memory } from './memory.ts';

type AnyRecord = AccountRecord | AgentProfile | CustomStatus;

/** Snapshots that look in one place and nowhere else; a position that is not there is a bug of the caller. */
export function snapshotsFrom(find: (position: Position) => AnyRecord | undefined): Snapshots {
  const record = (position: Position) => {
    const found = find(position);
    assert(found !== undefined, `the record of position ${position} was not loaded before rendering`);
    return found;
  };
  return {
    account: (position) => record(position) as AccountRecord,
    agent: (position) => record(position) as AgentProfile,
    customStatus: (position) => record(position) as CustomStatus,
  };
}

/**
 * Records by position for readers: the current ones are in the writer's memory already, past ones are read from the log
 * and kept as long as there is room.
 */
export class RecordCache {
  readonly snapshots: Snapshots;
  readonly #memory: Memory;
  readonly #log: LogReader;
  /** Two generations: what was just loaded outlives the room that somebody else makes before it is rendered. */
  #past = new Map<Position, AnyRecord>();
  #older = new Map<Position, AnyRecord>();

  constructor(memory: Memory, log: LogReader) {
    this.#memory = memory;
    this.#log = log;
    this.snapshots = snapshotsFrom((position) => this.#find(position));
  }

  /** Reads whatever these facts refer to and is not at hand; after it, they can be rendered in the same turn. */
  async load(facts: readonly RecordedStatusChange[]): Promise<void> {
    const missing = new Set<Position>();
    for (const fact of facts) {
      for (const position of snapshotPositionsOf(fact)) if (this.#find(position) === undefined) missing.add(position);
    }
    if (missing.size === 0) return;
    this.#makeRoom(missing.size);
    for (const fact of await this.#log.factsAt([...missing])) this.#past.set(fact.position, recordOf(fact));
  }

  #find(position: Position): AnyRecord | undefined {
    return this.#memory.records.get(position) ?? this.#past.get(position) ?? this.#older.get(position);
  }

  #makeRoom(count: number): void {
    if (this.#past.size + count <= ENGINE_LIMITS.pastRecordsMax) return;
    this.#older = this.#past;
    this.#past = new Map();
  }
}

function recordOf(fact: RecordedFact): AnyRecord {
  switch (fact.kind) {
    case 'AccountRecorded':
    case 'AgentRecorded':
    case 'CustomStatusRecorded':
      return fact.record;
    default:
      assert(false, `position ${fact.position} holds ${fact.kind}, not a record that an event can refer to`);
  }
}
