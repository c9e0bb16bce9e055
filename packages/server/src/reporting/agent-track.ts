import type { RecordedFact } from '../activity/fact.ts';
import type { AccountNumber, AgentNumber, Position } from '../activity/position.ts';
import type { HistoryAgentRow } from '../engine/change.ts';
import { AXIS_BIT, type Standing } from '../report/carry-of-history.ts';
import type { Entry } from '../report/entry.ts';
import {
  GrowingHistory,
  type HistoryChunk,
  type MonthNumber,
  type PackedHistory,
  packHistory,
} from '../report/history-chunk.ts';
import { type Carry, type FoldStep, firstCarry, foldFact, foldOutage } from '../report/history-fold.ts';
import { MARK, type StateCode, stateCode } from '../report/state-code.ts';
import type { StatusNumbers } from '../report/status-numbers.ts';

type OutageFact = Extract<RecordedFact, { kind: 'OutageRecorded' }>;

/** What of an agent is to be written, as it was in one moment. */
export type TrackToWrite = {
  readonly track: AgentTrack;
  readonly row: HistoryAgentRow;
  readonly chunks: PackedHistory;
  /** The chunks are all there are: others that are stored are none of them. */
  readonly isWhole: boolean;
  readonly changes: number;
  readonly generation: number;
};

/**
 * One agent's history as far as it is not (only) in the store: where it stands, and the entries since.
 *
 * Entries are kept in one of two forms. When the newest stored month is not at hand, which is so after every start and
 * every writing, they wait in a plain list, so that taking a fact never needs the disk. As soon as somebody reads the
 * history, that month is fetched and grows in memory: the tail. An agent of whom nothing is stored has a tail at once.
 *
 * A fact out of order makes all of it stale, and from then on facts are only counted: whoever needs the history resolves
 * it from the log, once, however many such facts there were.
 */
export class AgentTrack {
  readonly number: AgentNumber;
  readonly account: AccountNumber;
  #head: Position = 0;
  #takenTo: Position = 0;
  #carry: Carry = firstCarry;
  #looseAxes = 0;
  #earliestImport: number | null = null;
  #isStale = false;
  #storedPosition: Position | null = null;
  #storedMonth: MonthNumber | null = null;
  #tail: GrowingHistory | null = null;
  #isWhole = false;
  /** Instants and codes by turns. */
  #waiting: number[] = [];
  #changes = 0;
  #generation = 0;

  constructor(number: AgentNumber, account: AccountNumber) {
    this.number = number;
    this.account = account;
  }

  static ofRow(row: HistoryAgentRow): AgentTrack {
    const track = new AgentTrack(row.number, row.account);
    const { presence, status, sessions, at } = row;
    track.#head = row.head;
    track.#takenTo = row.position;
    track.#carry = { presence, status, sessions, at: at ?? firstCarry.at };
    track.#looseAxes = row.looseAxes;
    track.#earliestImport = row.earliestImport;
    track.#isStale = row.isStale;
    track.#storedPosition = row.position;
    track.#storedMonth = row.newestMonth;
    return track;
  }

  /** Of the newest fact. */
  get head(): Position {
    return this.#head;
  }

  get earliestImport(): number | null {
    return this.#earliestImport;
  }

  /** Of the newest entry. */
  get at(): number {
    return this.#carry.at;
  }

  get isStale(): boolean {
    return this.#isStale;
  }

  /** Of the stored row: chunks that were read are of this history when they were read beside this position. */
  get storedPosition(): Position | null {
    return this.#storedPosition;
  }

  get storedMonth(): MonthNumber | null {
    return this.#storedMonth;
  }

  /** Entries wait for the newest stored month. */
  get needsBase(): boolean {
    return this.#waiting.length > 0;
  }

  /** The newest months as far as they are in memory: nothing stored is later. Empty without a tail. */
  get tail(): PackedHistory {
    return this.#tail?.chunks() ?? [];
  }

  /** The newest month of which the store alone knows; null when there is none. */
  get storedOnlyTo(): MonthNumber | null {
    if (this.#isWhole || this.#storedMonth === null) return null;
    return this.#tail === null ? this.#storedMonth : (this.#tail.chunks()[0]?.month ?? 0) - 1;
  }

  get state(): StateCode {
    return stateCode(this.#carry.presence, this.#carry.status, MARK.none);
  }

  /** One more fact of the agent. The answer: whether it was not known yet. */
  take(fact: RecordedFact, numbers: StatusNumbers): boolean {
    if (fact.position <= this.#takenTo) return false;
    this.#head = fact.position;
    this.#changes += 1;
    if (fact.kind === 'StatusChanged' && fact.imported) this.#noteImport(Math.min(fact.at, fact.prevAt));
    if (this.#isStale) return true;
    const isLoose = fact.kind === 'StatusChanged' && (this.#looseAxes & AXIS_BIT[fact.axis]) !== 0;
    if (isLoose) this.makeStale();
    else this.#step(foldFact(this.#carry, fact, numbers));
    return true;
  }

  /** The answer: whether it says anything of the agent that was not known. */
  takeOutage(outage: OutageFact): boolean {
    if (outage.position <= this.#takenTo || this.#isStale) return false;
    const step = foldOutage(this.#carry, outage);
    if (step.kind === 'unmoved') return false;
    this.#changes += 1;
    this.#step(step);
    return true;
  }

  /** What is packed does not hold any more. */
  makeStale(): void {
    this.#isStale = true;
    this.#tail = null;
    this.#isWhole = false;
    this.#waiting = [];
    this.#carry = firstCarry;
    this.#looseAxes = 0;
    this.#changes += 1;
    this.#generation += 1;
  }

  /** The whole history, resolved from all facts up to the head. */
  settle(entries: readonly Entry[], { carry, looseAxes }: Standing): void {
    this.#tail = new GrowingHistory(packHistory(entries));
    this.#isWhole = true;
    this.#isStale = false;
    this.#carry = carry;
    this.#looseAxes = looseAxes;
    this.#changes += 1;
    this.#generation += 1;
  }

  /** Goes on from the newest stored month. */
  goOnFrom(base: HistoryChunk): void {
    this.#tail = new GrowingHistory([base]);
    const waiting = this.#waiting;
    this.#waiting = [];
    for (let index = 0; index < waiting.length; index += 2) {
      this.#tail.add(waiting[index] as number, waiting[index + 1] as number);
    }
  }

  /** @param position up to which every fact and outage was taken */
  toWrite(position: Position): TrackToWrite {
    const chunks = this.tail;
    return {
      track: this,
      row: this.#row(position, chunks.at(-1)?.month ?? (this.#isWhole ? null : this.#storedMonth)),
      chunks,
      isWhole: this.#isWhole,
      changes: this.#changes,
      generation: this.#generation,
    };
  }

  /** It is durable. Entries that came meanwhile stay; the others are in the store alone from now on. */
  written({ row, chunks, changes, generation }: TrackToWrite): void {
    this.#storedPosition = row.position;
    this.#storedMonth = row.newestMonth;
    const last = chunks.at(-1);
    if (generation !== this.#generation || this.#tail === null || last === undefined) return;
    this.#isWhole = false;
    if (changes === this.#changes) this.#tail = null;
    else this.#tail = new GrowingHistory(this.#tail.chunks().filter(({ month }) => month >= last.month));
  }

  isUnchangedSince(written: TrackToWrite): boolean {
    return written.changes === this.#changes;
  }

  #row(position: Position, newestMonth: MonthNumber | null): HistoryAgentRow {
    const { presence, status, sessions, at } = this.#carry;
    return {
      number: this.number,
      account: this.account,
      head: this.#head,
      position,
      presence,
      status,
      sessions,
      at: Number.isFinite(at) ? at : null,
      newestMonth,
      earliestImport: this.#earliestImport,
      isStale: this.#isStale,
      looseAxes: this.#looseAxes,
    };
  }

  #step(step: FoldStep): void {
    switch (step.kind) {
      case 'unmoved':
        return;
      case 'out_of_order':
        this.makeStale();
        return;
      case 'added':
        this.#carry = step.carry;
        for (const { at, code } of step.entries) this.#add(at, code);
    }
  }

  #add(at: number, code: StateCode): void {
    if (this.#tail === null && this.#storedMonth !== null) {
      this.#waiting.push(at, code);
      return;
    }
    if (this.#tail === null) {
      this.#tail = new GrowingHistory();
      this.#isWhole = true;
    }
    this.#tail.add(at, code);
  }

  #noteImport(at: number): void {
    if (this.#earliestImport === null || at < this.#earliestImport) this.#earliestImport = at;
  }
}
