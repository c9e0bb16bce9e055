/** One line of the bench: what we do against what the machine can do, measured in the same run. */
export type Figure = {
  readonly name: string;
  /** What the ceiling is, in a few words. */
  readonly against: string;
  readonly ceiling: number;
  readonly ours: number;
  readonly unit: string;
  /** `higher`: ours / ceiling is to be at least `hold`; `lower`: ours / ceiling is to be at most `hold`. */
  readonly better: 'higher' | 'lower';
  /** null: printed for information. */
  readonly hold: number | null;
  readonly note?: string;
};

export type Bench = { readonly name: string; run(options: BenchOptions): Promise<readonly Figure[]> };

export type BenchOptions = {
  /** Smaller counts, the same questions: under 90 s for the whole suite. */
  readonly isQuick: boolean;
  /** An empty folder of this bench's own. */
  readonly folder: string;
};

export function median(values: readonly number[]): number {
  const sorted = values.toSorted((a, b) => a - b);
  return sorted[Math.floor(sorted.length / 2)] ?? Number.NaN;
}

/** The value below which `share` of the values lie; `share` from 0 to 1. */
export function quantile(values: readonly number[], share: number): number {
  const sorted = values.toSorted((a, b) => a - b);
  return sorted[Math.min(sorted.length - 1, Math.floor(sorted.length * share))] ?? Number.NaN;
}

/** Per second, of something done `count` times. */
export async function rate(count: number, work: () => void | Promise<void>): Promise<number> {
  const start = performance.now();
  await work();
  return count / ((performance.now() - start) / 1000);
}
