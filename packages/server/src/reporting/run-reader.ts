import { type StoredChunks, StoreFailure } from '../engine/store.ts';
import type { HistoryChunk, MonthNumber } from '../report/history-chunk.ts';
import type { AgentTrack } from './agent-track.ts';
import { type BookPorts, nextTurn } from './book-ports.ts';
import { chunkOfRow } from './chunk-row.ts';
import type { ReportingLimits } from './limits.ts';
import { covers, type RunCache, type StoredRun } from './run-cache.ts';

export type Months = { readonly from: MonthNumber; readonly to: MonthNumber };

/** Runs that one report holds on to, whatever the cache lets go of meanwhile. */
export type HeldRuns = Map<AgentTrack, StoredRun>;

/** Brings stored months into memory. */
export class RunReader {
  readonly #ports: BookPorts;
  readonly #limits: ReportingLimits;
  readonly #cache: RunCache;

  constructor(ports: BookPorts, limits: ReportingLimits, cache: RunCache) {
    this.#ports = ports;
    this.#limits = limits;
    this.#cache = cache;
  }

  /**
   * Of the track as it is stored now; undefined when none is at hand. Entries that wait for the newest stored month go on
   * from it when it is there.
   */
  find(track: AgentTrack, held: HeldRuns): StoredRun | undefined {
    const run = held.get(track) ?? this.#cache.get(track.number);
    if (run === undefined || run.position !== track.storedPosition) return undefined;
    const newest = run.chunks.at(-1);
    if (track.needsBase && newest !== undefined && newest.month === track.storedMonth) track.goOnFrom(newest);
    return run;
  }

  /**
   * Reads months of many agents. Whose row is not what the track knows was written meanwhile: it is not held, and asked for
   * again. `isLast`: no more asking, the track is made stale instead, so that its history comes from the log.
   */
  async read(wanted: ReadonlyMap<AgentTrack, Months>, held: HeldRuns, isLast: boolean): Promise<void> {
    for (const { tracks, months } of this.#pages(wanted)) {
      const answers = await this.#ask(tracks, months);
      for (const [index, track] of tracks.entries()) this.#take(track, answers?.[index], { months, held, isLast });
      await nextTurn(this.#ports.clock);
    }
  }

  /** null when the store cannot read its own rows: they can all be made again. */
  async #ask(tracks: readonly AgentTrack[], months: Months): Promise<readonly StoredChunks[] | null> {
    try {
      return await this.#ports.store.historyChunks({ agents: tracks.map(({ number }) => number), ...months });
    } catch (cause) {
      if (!(cause instanceof StoreFailure) || cause.code !== 'damaged') throw cause;
      this.#ports.report('warn', REMADE, { agents: tracks.length, cause: cause.message });
      for (const track of tracks) track.makeStale();
      return null;
    }
  }

  #take(
    track: AgentTrack,
    answer: StoredChunks | undefined,
    { months, held, isLast }: { readonly months: Months; readonly held: HeldRuns; readonly isLast: boolean },
  ): void {
    if (track.isStale || answer === undefined) return;
    if (answer.position !== track.storedPosition) {
      if (isLast) track.makeStale();
      return;
    }
    const isToEnd = track.storedMonth === null || months.to >= track.storedMonth;
    const chunks = soundChunks(answer);
    if (chunks === null || (isToEnd && (chunks.at(-1)?.month ?? null) !== track.storedMonth)) {
      this.#ports.report('warn', REMADE, { agent: track.number });
      track.makeStale();
      return;
    }
    const to = isToEnd ? Number.POSITIVE_INFINITY : months.to;
    const run = { position: answer.position ?? 0, from: months.from, to, chunks };
    held.set(track, run);
    this.#cache.put(track.number, run);
    const newest = chunks.at(-1);
    if (track.needsBase && isToEnd && newest !== undefined) track.goOnFrom(newest);
  }

  /** Agents who need the same months are asked for together, as many as one reading may answer with. */
  *#pages(wanted: ReadonlyMap<AgentTrack, Months>): Generator<{ tracks: readonly AgentTrack[]; months: Months }> {
    const groups = Map.groupBy(wanted, ([, { from, to }]) => `${from} ${to}`);
    for (const group of groups.values()) {
      const months = group[0]?.[1] ?? { from: 0, to: 0 };
      const { chunksPerReadMax, agentsPerReadMax } = this.#limits;
      const perRead = Math.min(
        agentsPerReadMax,
        Math.max(1, Math.floor(chunksPerReadMax / (months.to - months.from + 1))),
      );
      const tracks = group.map(([track]) => track);
      for (let from = 0; from < tracks.length; from += perRead)
        yield { tracks: tracks.slice(from, from + perRead), months };
    }
  }
}

function soundChunks({ chunks }: StoredChunks): readonly HistoryChunk[] | null {
  const sound: HistoryChunk[] = [];
  for (const row of chunks) {
    const chunk = chunkOfRow(row);
    if (chunk === null) return null;
    sound.push(chunk);
  }
  return sound;
}

const REMADE = 'packed histories are not as they were written; they are made again from the log';

/**
 * The stored months that must be read before the track can tell of `wanted`; null when nothing is missing. A window in
 * which nothing happened has the state of what came before it, which the next later chunk says too: so when nothing is
 * found inside, the reading goes on to the newest month.
 */
export function missingMonths(track: AgentTrack, wanted: Months, run: StoredRun | undefined): Months | null {
  const newest = track.storedMonth;
  if (track.isStale) return null;
  if (track.needsBase && newest !== null) {
    const isNear = wanted.from <= newest && wanted.to >= newest - 1;
    return { from: isNear ? wanted.from : newest, to: newest };
  }
  const storedTo = track.storedOnlyTo;
  if (storedTo === null || wanted.from > storedTo) return null;
  const inside = { from: wanted.from, to: Math.min(wanted.to, storedTo) };
  if (run === undefined || !covers(run, inside)) return hull(inside, run, storedTo);
  const isEmpty = !run.chunks.some(({ month }) => month >= wanted.from);
  if (!isEmpty || run.to >= storedTo) return null;
  return { from: run.from, to: storedTo };
}

/** With what is at hand beside it, so that two reports by turns do not read the same again and again. */
function hull(inside: Months, run: StoredRun | undefined, storedTo: MonthNumber): Months {
  const isBeside = run !== undefined && run.from <= inside.to + 1 && inside.from <= run.to + 1;
  if (!isBeside) return inside;
  return { from: Math.min(inside.from, run.from), to: Math.min(storedTo, Math.max(inside.to, run.to)) };
}
