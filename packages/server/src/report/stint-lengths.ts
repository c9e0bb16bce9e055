import type { StatusNumber } from './state-code.ts';

/** How long stints in one status lasted. Milliseconds; percentiles are of the nearest rank, so each is a real stint. */
export type StintLengths = {
  readonly count: number;
  readonly totalMs: number;
  readonly p50Ms: number;
  readonly p90Ms: number;
  readonly p99Ms: number;
  readonly maxMs: number;
  /** Stints longer than the allowance, and by how much together; null without an allowance. */
  readonly overstays: { readonly count: number; readonly overMs: number; readonly allowanceMs: number } | null;
};

/** Gathers stints by status, as they are found. */
export class Stints {
  readonly #lengths = new Map<StatusNumber, number[]>();

  add(status: StatusNumber, lengthMs: number): void {
    const lengths = this.#lengths.get(status);
    if (lengths === undefined) this.#lengths.set(status, [lengthMs]);
    else lengths.push(lengthMs);
  }

  /** By status number. `allowanceOf`: milliseconds, or null. */
  summary(allowanceOf: (status: StatusNumber) => number | null): ReadonlyMap<StatusNumber, StintLengths> {
    const statuses = [...this.#lengths].sort(([one], [other]) => one - other);
    return new Map(statuses.map(([status, lengths]) => [status, lengthsOf(lengths, allowanceOf(status))]));
  }
}

function lengthsOf(lengths: readonly number[], allowanceMs: number | null): StintLengths {
  const sorted = Float64Array.from(lengths).sort();
  const rank = (share: number) => sorted[Math.max(0, Math.ceil(share * sorted.length) - 1)] as number;
  return {
    count: sorted.length,
    totalMs: sorted.reduce((sum, length) => sum + length, 0),
    p50Ms: rank(0.5),
    p90Ms: rank(0.9),
    p99Ms: rank(0.99),
    maxMs: rank(1),
    overstays: allowanceMs === null ? null : overstaysOf(sorted, allowanceMs),
  };
}

function overstaysOf(sorted: Float64Array, allowanceMs: number): NonNullable<StintLengths['overstays']> {
  const over = sorted.filter((length) => length > allowanceMs);
  return { count: over.length, overMs: over.reduce((sum, length) => sum + length - allowanceMs, 0), allowanceMs };
}
