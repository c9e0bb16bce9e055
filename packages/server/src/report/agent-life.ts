import type { AgentProfile } from '../activity/record.ts';
import type { Instant } from '../time/instant.ts';
import { type Intervals, normaliseIntervals } from '../time/interval.ts';
import type { Versions } from './directory-history.ts';

/**
 * When the agent was of the account: from its creation, or the earliest instant that imported history speaks of, to its
 * deactivation; reactivation begins a new span. The last one is open: it ends at the end of time.
 */
export function lifeOf(versions: Versions<AgentProfile>, earliestImport: Instant | null): Intervals {
  const spans: { from: Instant; to: Instant }[] = [];
  let from: Instant | null = null;
  for (const [index, { at, record }] of versions.entries()) {
    const begins = index === 0 ? Math.min(record.createdAt, at) : at;
    if (record.active && from === null) from = index === 0 ? Math.min(begins, earliestImport ?? begins) : begins;
    if (!record.active && from !== null) {
      spans.push({ from, to: at });
      from = null;
    }
  }
  if (from !== null) spans.push({ from, to: Number.MAX_SAFE_INTEGER });
  const first = spans[0];
  // Imported history may speak of a time before an agent that was created inactive was ever active.
  if (first !== undefined && earliestImport !== null && earliestImport < first.from) {
    spans.unshift({ from: earliestImport, to: first.from });
  }
  return normaliseIntervals(spans.filter((span) => span.from < span.to));
}
