import type { RecordedFact } from '../activity/fact.ts';
import type { AgentNumber, Position } from '../activity/position.ts';
import { StoreFailure } from '../engine/store.ts';
import { assert } from '../time/assert.ts';
import { agentChain } from './agent-chain.ts';
import { AgentTrack } from './agent-track.ts';
import { type BookPorts, nextTurn } from './book-ports.ts';
import type { AgentFacts, HistorySnapshot, HistorySource } from './history-source.ts';
import { HistoryWriter } from './history-writer.ts';
import { HISTORY_FORMAT, REPORTING_LIMITS, type ReportingLimits } from './limits.ts';
import { factsAt, LogRecords } from './log-records.ts';
import { RunCache } from './run-cache.ts';
import { RunReader } from './run-reader.ts';
import { takeSnapshot } from './take-snapshot.ts';

/** Histories of a store that nobody writes to from here: what its log holds now, and nothing that comes later. */
export async function readHistories(ports: Omit<BookPorts, 'commit'>): Promise<HistorySource> {
  const book = new HistoryBook({ ...ports, commit: null });
  book.start(null);
  await book.ready();
  return book;
}

/**
 * Every agent's history, packed, kept beside the log.
 *
 * It is a reader of the log like any other: it has a cursor, takes up what comes after it, and can lose everything that it
 * wrote without losing anything. What it took lives in memory first (`AgentTrack`) and is written now and then
 * (`HistoryWriter`); what was written comes back on demand (`RunReader`) and stays as long as there is room (`RunCache`).
 * Reports wait until it has caught up, then read all agents at one position (`takeSnapshot`).
 */
export class HistoryBook implements HistorySource {
  readonly #ports: BookPorts;
  readonly #limits: ReportingLimits;
  readonly #cache: RunCache;
  readonly #reader: RunReader;
  readonly #writer: HistoryWriter | null;
  #records = new LogRecords();
  #tracks = new Map<AgentNumber, AgentTrack>();
  /** Everything up to here was taken. */
  #position: Position = 0;
  /** The newest position that was heard of: what comes until it is caught up with is read from the log. */
  #heard: Position = 0;
  #isLive = false;
  #factsSinceWrite = 0;
  #cancelTimer: (() => void) | null = null;
  #writing: Promise<void> | null = null;
  #isStopped = false;
  readonly #ready = Promise.withResolvers<void>();
  #catchingUp: Promise<void> = Promise.resolve();

  constructor(ports: BookPorts, limits: ReportingLimits = REPORTING_LIMITS) {
    this.#ports = ports;
    this.#limits = limits;
    this.#cache = new RunCache(limits.cacheBytesMax);
    this.#reader = new RunReader(ports, limits, this.#cache);
    const { commit } = ports;
    const parts = { limits, reader: this.#reader, cache: this.#cache, position: () => this.#position };
    this.#writer = commit === null ? null : new HistoryWriter({ ...parts, commit });
    // Nobody may be waiting when it ends.
    this.#ready.promise.catch(() => {});
  }

  /**
   * Reads what was kept and then the rest of the log, in the background: reports wait for it, nobody else does.
   *
   * @param head the newest durable position; later ones come through `onCommitted`. null: wherever the log ends now.
   */
  start(head: Position | null): void {
    this.#heard = head ?? 0;
    this.#catchingUp = this.#catchUp(head === null);
  }

  /** Settles when everything that was in the log at the start was taken. */
  ready(): Promise<void> {
    return this.#ready.promise;
  }

  /** Listens to the engine. */
  onCommitted(head: Position, facts: readonly RecordedFact[]): void {
    this.#heard = head;
    if (!this.#isLive) return;
    for (const fact of facts) this.#take(fact);
    this.#position = head;
    this.#factsSinceWrite += facts.length;
    this.#writeLater();
  }

  /** Writes what was taken. What cannot be written is read from the log at the next start. */
  async stop(): Promise<void> {
    if (this.#isStopped) return;
    this.#isStopped = true;
    this.#cancelTimer?.();
    this.#ready.reject(new StoreFailure('unavailable', 'Histories are not read any more: the server stops.', 'never'));
    await this.#catchingUp;
    await this.#write();
  }

  /** Writes what was taken up to now; settles when it is durable, or was refused and reported. */
  async flush(): Promise<void> {
    await this.#ready.promise;
    await this.#write();
  }

  async snapshot(ask: Parameters<HistorySource['snapshot']>[0]): Promise<HistorySnapshot> {
    await this.#ready.promise;
    return takeSnapshot(
      {
        ports: this.#ports,
        limits: this.#limits,
        reader: this.#reader,
        records: this.#records,
        position: () => this.#position,
        track: (agent) => this.#knownTrack(agent),
        changed: (track) => this.#changed(track),
      },
      ask,
    );
  }

  async agentFacts(ask: Parameters<HistorySource['agentFacts']>[0]): Promise<AgentFacts> {
    await this.#ready.promise;
    const position = Math.min(ask.atPosition ?? this.#position, this.#position);
    const records = this.#records;
    const outages = records.outagesTo(position);
    const corrections = records.correctionsOf(ask.agent, position);
    const track = this.#tracks.get(ask.agent);
    const head = track === undefined || track.account !== ask.account ? 0 : track.head;
    const directory = records.directoryAt(position, this.#ports.store);
    const facts = await agentChain(this.#ports, head, this.#limits.agentPageFactsMax);
    return {
      position,
      directory: await directory,
      facts: facts.filter((fact) => fact.position <= position),
      outages,
      corrections,
    };
  }

  // Catching up

  async #catchUp(isToTheEnd: boolean): Promise<void> {
    while (!this.#isStopped) {
      try {
        await this.#takeUp();
        await this.#readLog(isToTheEnd);
        return;
      } catch (cause) {
        this.#forget();
        if (!(cause instanceof StoreFailure) || cause.retry === 'never') {
          this.#ready.reject(cause);
          this.#ports.report('error', 'histories cannot be read, and reports cannot be answered', {
            cause: String(cause),
          });
          return;
        }
        this.#ports.report('warn', 'histories could not be read; it is tried again', { cause: cause.message });
        await new Promise<void>((resolve) => void this.#ports.clock.after(this.#limits.storeRetryMs, resolve));
      }
    }
  }

  #forget(): void {
    this.#records = new LogRecords();
    this.#tracks = new Map();
    this.#position = 0;
    this.#writer?.forget();
  }

  async #takeUp(): Promise<void> {
    if (await this.#takeUpRows()) return;
    this.#forget();
    await this.#ports.commit?.([
      { kind: 'RemoveHistories' },
      { kind: 'PutHistoryCursor', format: HISTORY_FORMAT, position: 0 },
    ]);
  }

  /** From the rows that were kept. The answer: whether they are such as this program writes. */
  async #takeUpRows(): Promise<boolean> {
    try {
      const { cursor, agents, records } = await this.#ports.store.histories();
      if (cursor === null || cursor.format !== HISTORY_FORMAT || !(await this.#isInLog(cursor.position))) return false;
      for (const row of agents) this.#tracks.set(row.number, AgentTrack.ofRow(row));
      const known = records.filter((position) => position <= cursor.position);
      for await (const fact of factsAt(this.#ports.store, known)) this.#records.take(fact);
      this.#position = cursor.position;
      return true;
    } catch (cause) {
      // A record that is no record, an agent that is no agent: the rows are wrong, and the log is not.
      if (cause instanceof StoreFailure && cause.code !== 'damaged') throw cause;
      this.#ports.report('warn', 'packed histories are damaged; they are made again from the log', {
        cause: String(cause),
      });
      return false;
    }
  }

  async #isInLog(position: Position): Promise<boolean> {
    return position === 0 || (await this.#ports.store.facts({ after: position - 1, limit: 1 })).length > 0;
  }

  async #readLog(isToTheEnd: boolean): Promise<void> {
    const { pageFactsMax, catchUpFlushAfterFacts } = this.#limits;
    while (!this.#isStopped) {
      const page = await this.#ports.store.facts({ after: this.#position, limit: pageFactsMax });
      for (const fact of page) this.#take(fact);
      this.#position = page.at(-1)?.position ?? this.#position;
      this.#factsSinceWrite += page.length;
      if (isToTheEnd ? page.length < pageFactsMax : this.#position >= this.#heard) {
        this.#goLive();
        return;
      }
      assert(page.length > 0, 'a position that was heard of must be in the log');
      if (this.#factsSinceWrite >= catchUpFlushAfterFacts) await this.#write();
      await nextTurn(this.#ports.clock);
    }
  }

  #goLive(): void {
    this.#isLive = true;
    this.#ready.resolve();
    this.#writeLater();
  }

  // Taking

  #take(fact: RecordedFact): void {
    if (this.#records.take(fact)) this.#writer?.recorded(fact.position);
    if (fact.kind === 'OutageRecorded') {
      for (const track of this.#tracks.values()) if (track.takeOutage(fact)) this.#changed(track);
      return;
    }
    if (fact.agent === 0) return;
    const track = this.#trackOf(fact);
    if (track.take(fact, this.#records.numbers)) this.#changed(track);
  }

  #trackOf(fact: RecordedFact): AgentTrack {
    let track = this.#tracks.get(fact.agent);
    if (track === undefined) {
      track = new AgentTrack(fact.agent, fact.account);
      this.#tracks.set(fact.agent, track);
    }
    return track;
  }

  #knownTrack(agent: AgentNumber): AgentTrack {
    const track = this.#tracks.get(agent);
    assert(track !== undefined, 'an agent that was recorded has a history');
    return track;
  }

  #changed(track: AgentTrack): void {
    this.#writer?.changed(track);
  }

  // Writing

  #writeLater(): void {
    if (this.#writer === null || this.#writer.isEmpty || this.#writing !== null || this.#isStopped) return;
    if (this.#factsSinceWrite >= this.#limits.flushAfterFacts) void this.#write();
    else this.#cancelTimer ??= this.#ports.clock.after(this.#limits.flushAfterMs, () => void this.#write());
  }

  /** One writing at a time: who asks during one waits for it, and writes what is left. */
  async #write(): Promise<void> {
    while (this.#writing !== null) await this.#writing;
    if (this.#writer === null || this.#writer.isEmpty) return;
    this.#cancelTimer?.();
    this.#cancelTimer = null;
    this.#factsSinceWrite = 0;
    this.#writing = this.#writeNow(this.#writer);
    await this.#writing;
    this.#writing = null;
    if (this.#isLive) this.#writeLater();
  }

  async #writeNow(writer: HistoryWriter): Promise<void> {
    try {
      await writer.write();
    } catch (cause) {
      if (!(cause instanceof StoreFailure)) throw cause;
      this.#ports.report('warn', 'packed histories could not be written; it is tried again', { cause: cause.message });
    }
  }
}
