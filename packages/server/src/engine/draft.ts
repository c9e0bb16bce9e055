import { checksumOf, type HashHex } from '../activity/checksum.ts';
import type { Fact, RecordedFact } from '../activity/fact.ts';
import { toRow } from '../activity/fact-row.ts';
import type { AgentNumber, Position } from '../activity/position.ts';
import type { Change, StoredAnswer } from './change.ts';
import type { Memory } from './memory.ts';
import type { Presence } from './presence.ts';

/** The newest row of the log. */
export type LogHead = { readonly position: Position; readonly checksum: string };

export type DraftParts = {
  readonly memory: Memory;
  readonly presence: Presence;
  readonly head: LogHead;
  readonly sessionCount: number;
  readonly hash: HashHex;
};

/**
 * One group of commands in the making. Commands read and write `memory`, append facts and put changes; nothing of it
 * exists for anybody else before the commit, and a failed commit leaves no trace of it.
 *
 * A command decides first and writes last: once it has written, it may not refuse.
 */
export class Draft {
  readonly memory: Memory;
  readonly presence: Presence;
  readonly changes: Change[] = [];
  readonly facts: RecordedFact[] = [];
  readonly answers = new Map<string, StoredAnswer>();
  readonly #hash: HashHex;
  readonly #mergeHooks: (() => void)[] = [];
  readonly #dropHooks: (() => void)[] = [];
  readonly #rescheduled = new Set<AgentNumber>();
  readonly #sessionCountBefore: number;
  #sessionCount: number;
  #position: Position;
  #checksum: string;

  constructor(parts: DraftParts) {
    this.memory = parts.memory;
    this.presence = parts.presence;
    this.#position = parts.head.position;
    this.#checksum = parts.head.checksum;
    this.#sessionCountBefore = parts.sessionCount;
    this.#sessionCount = parts.sessionCount;
    this.#hash = parts.hash;
  }

  /** A count for the next session, never given twice. */
  nextSessionCount(): number {
    this.#sessionCount++;
    return this.#sessionCount;
  }

  /** The count after this group, and whether the group moved it. */
  get sessionCount(): { readonly value: number; readonly isChanged: boolean } {
    return { value: this.#sessionCount, isChanged: this.#sessionCount !== this.#sessionCountBefore };
  }

  /** Looks at these agents' deadlines again once the group is durable, because a setting of theirs changed. */
  reschedule(agents: readonly AgentNumber[]): void {
    for (const agent of agents) this.#rescheduled.add(agent);
  }

  /** Everybody whose next look may have moved: those the group wrote, and those whose settings it changed. */
  touchedAgents(): ReadonlySet<AgentNumber> {
    for (const [number] of this.memory.agents.draftedEntries()) this.#rescheduled.add(number);
    return this.#rescheduled;
  }

  get head(): LogHead {
    return { position: this.#position, checksum: this.#checksum };
  }

  /** The position that the next fact gets. */
  get nextPosition(): Position {
    return this.#position + 1;
  }

  /** Writes a fact at the end of the log. `previous`: the same agent's fact before it, 0 when there is none. */
  append(fact: Fact, previous: Position): RecordedFact {
    const position = this.#position + 1;
    const row = toRow(fact, position, previous);
    const checksum = checksumOf(this.#checksum, row, this.#hash);
    this.#position = position;
    this.#checksum = checksum;
    this.changes.push({ kind: 'AppendFact', row, checksum });
    const recorded: RecordedFact = { ...fact, position, previous, checksum };
    this.facts.push(recorded);
    return recorded;
  }

  put(change: Change): void {
    this.changes.push(change);
  }

  /** Runs when the group is durable, before any of its callers is answered. */
  onMerge(hook: () => void): void {
    this.#mergeHooks.push(hook);
  }

  /** Runs when the group is given up. */
  onDrop(hook: () => void): void {
    this.#dropHooks.push(hook);
  }

  merge(): void {
    this.memory.merge();
    for (const hook of this.#mergeHooks) hook();
  }

  drop(): void {
    this.memory.drop();
    for (const hook of this.#dropHooks) hook();
  }
}
