import type { Position } from '../activity/position.ts';
import type { Change } from '../engine/change.ts';
import { chunkOfBytes } from '../report/history-chunk.ts';
import type { AgentTrack, TrackToWrite } from './agent-track.ts';
import type { BookPorts } from './book-ports.ts';
import { rowOfChunk } from './chunk-row.ts';
import { HISTORY_FORMAT, type ReportingLimits } from './limits.ts';
import type { RunCache } from './run-cache.ts';
import { type HeldRuns, type Months, missingMonths, type RunReader } from './run-reader.ts';

export type WriterParts = {
  readonly commit: NonNullable<BookPorts['commit']>;
  readonly limits: ReportingLimits;
  readonly reader: RunReader;
  readonly cache: RunCache;
  /** Up to where everything was taken, at this moment. */
  readonly position: () => Position;
};

/**
 * Writes what was taken up since the last time, in commits of a bounded size. An agent's row and its months are in one
 * commit, and the row says up to which position they go; the cursor comes last. So a crash in between leaves some agents
 * further than the cursor, and the facts that they know already are passed over when the log is read again.
 */
export class HistoryWriter {
  readonly #parts: WriterParts;
  readonly #changed = new Set<AgentTrack>();
  #records: Position[] = [];

  constructor(parts: WriterParts) {
    this.#parts = parts;
  }

  get isEmpty(): boolean {
    return this.#changed.size === 0 && this.#records.length === 0;
  }

  changed(track: AgentTrack): void {
    this.#changed.add(track);
  }

  recorded(position: Position): void {
    this.#records.push(position);
  }

  /** What was taken is read from the log again. */
  forget(): void {
    this.#changed.clear();
    this.#records = [];
  }

  /** @throws StoreFailure when the store refuses; what was not written is written the next time */
  async write(): Promise<void> {
    const { commit, limits, position } = this.#parts;
    const cursor = position();
    const tracks = [...this.#changed];
    const { flushRowsMax } = limits;
    await this.#writeRecords();
    for (let from = 0; from < tracks.length; from += flushRowsMax) {
      await this.#writeTracks(tracks.slice(from, from + flushRowsMax));
    }
    await commit([{ kind: 'PutHistoryCursor', format: HISTORY_FORMAT, position: cursor }]);
  }

  async #writeRecords(): Promise<void> {
    const { commit, limits } = this.#parts;
    for (let left = this.#records.length; left > 0; left -= limits.flushRowsMax) {
      const positions = this.#records.slice(0, Math.min(left, limits.flushRowsMax));
      await commit([{ kind: 'AddHistoryRecords', positions }]);
      this.#records = this.#records.slice(positions.length);
    }
  }

  async #writeTracks(tracks: readonly AgentTrack[]): Promise<void> {
    for (let left = tracks; left.length > 0; ) {
      await this.#readBases(left);
      left = await this.#writeReady(left);
    }
  }

  async #readBases(tracks: readonly AgentTrack[]): Promise<void> {
    const held: HeldRuns = new Map();
    const nowhere = { from: Number.POSITIVE_INFINITY, to: Number.POSITIVE_INFINITY };
    const wanted = new Map<AgentTrack, Months>();
    for (const track of tracks) {
      const months = track.needsBase ? missingMonths(track, nowhere, undefined) : null;
      if (months !== null) wanted.set(track, months);
    }
    await this.#parts.reader.read(wanted, held, true);
  }

  /** The answer: whose newest month has to be read first, because entries came while others were written. */
  async #writeReady(tracks: readonly AgentTrack[]): Promise<readonly AgentTrack[]> {
    const later: AgentTrack[] = [];
    let batch: TrackToWrite[] = [];
    let bytes = 0;
    for (const track of tracks) {
      if (track.needsBase) {
        later.push(track);
        continue;
      }
      const next = track.toWrite(this.#parts.position());
      batch.push(next);
      bytes += next.chunks.reduce((sum, { length }) => sum + length * 8, 0);
      if (bytes < this.#parts.limits.flushBytesMax) continue;
      await this.#commit(batch);
      batch = [];
      bytes = 0;
    }
    if (batch.length > 0) await this.#commit(batch);
    return later;
  }

  async #commit(batch: readonly TrackToWrite[]): Promise<void> {
    const changes = batch.map(changesOf);
    await this.#parts.commit(changes.flat());
    for (const [index, written] of batch.entries()) {
      const { track } = written;
      const isCurrent = this.#cacheWritten(written, changes[index] ?? []);
      track.written(written);
      if (!isCurrent) this.#parts.cache.drop(track.number);
      if (track.isUnchangedSince(written)) this.#changed.delete(track);
    }
  }

  /** The months in the cache are those that were written now. The answer: whether the cache's run still holds. */
  #cacheWritten({ track, row, chunks, isWhole }: TrackToWrite, changes: readonly Change[]): boolean {
    const { cache } = this.#parts;
    const run = cache.get(track.number);
    if (run === undefined || run.position !== track.storedPosition || isWhole || row.isStale) return false;
    const first = chunks[0]?.month ?? Number.POSITIVE_INFINITY;
    const isBeside = run.to >= first - 1;
    const kept = run.chunks.filter(({ month }) => month < first);
    const own = isBeside ? changes.flatMap(chunkOfChange) : [];
    const to = isBeside ? Number.POSITIVE_INFINITY : run.to;
    cache.put(track.number, { from: run.from, to, position: row.position, chunks: [...kept, ...own] });
    return true;
  }
}

function changesOf({ track, row, chunks, isWhole }: TrackToWrite): readonly Change[] {
  const agent = track.number;
  return [
    ...(isWhole ? [{ kind: 'RemoveHistoryChunks', agent } as const] : []),
    ...chunks.map((chunk): Change => ({ kind: 'PutHistoryChunk', chunk: rowOfChunk(agent, chunk) })),
    { kind: 'PutHistoryAgent', agent: row },
  ];
}

function chunkOfChange(change: Change) {
  return change.kind === 'PutHistoryChunk' ? [chunkOfBytes(change.chunk.month, change.chunk.body)] : [];
}
