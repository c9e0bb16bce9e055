import type { AgentNumber, Position } from '../activity/position.ts';
import type { HistoryChunk, MonthNumber, PackedHistory } from '../report/history-chunk.ts';

/** All stored months of one agent within [from, to], as its row stood at `position`. */
export type StoredRun = {
  readonly position: Position;
  readonly from: MonthNumber;
  /** `Infinity` when the newest stored month is in it. */
  readonly to: MonthNumber;
  readonly chunks: PackedHistory;
};

export function covers(run: StoredRun, months: { readonly from: MonthNumber; readonly to: MonthNumber }): boolean {
  return run.from <= months.from && months.to <= run.to;
}

/** What a chunk costs besides its entries: an array over the bytes, two over the words, and the object. */
const CHUNK_OVERHEAD_BYTES = 400;

/** Months that were read, by agent; what was not asked for longest goes first. */
export class RunCache {
  readonly #bytesMax: number;
  /** The least recently used first. */
  readonly #runs = new Map<AgentNumber, StoredRun>();
  #bytes = 0;

  constructor(bytesMax: number) {
    this.#bytesMax = bytesMax;
  }

  get bytes(): number {
    return this.#bytes;
  }

  get(agent: AgentNumber): StoredRun | undefined {
    const run = this.#runs.get(agent);
    if (run === undefined) return undefined;
    this.#runs.delete(agent);
    this.#runs.set(agent, run);
    return run;
  }

  put(agent: AgentNumber, run: StoredRun): void {
    this.drop(agent);
    this.#runs.set(agent, run);
    this.#bytes += bytesOf(run);
    for (const oldest of this.#runs.keys()) {
      if (this.#bytes <= this.#bytesMax) return;
      this.drop(oldest);
    }
  }

  drop(agent: AgentNumber): void {
    const run = this.#runs.get(agent);
    if (run === undefined) return;
    this.#runs.delete(agent);
    this.#bytes -= bytesOf(run);
  }
}

function bytesOf({ chunks }: StoredRun): number {
  return chunks.reduce((sum, chunk: HistoryChunk) => sum + chunk.length * 8 + CHUNK_OVERHEAD_BYTES, 0);
}
