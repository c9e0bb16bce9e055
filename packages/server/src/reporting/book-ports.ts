import type { LogReader } from '../activity/log-reader.ts';
import type { Change } from '../engine/change.ts';
import type { Clock } from '../engine/clock.ts';
import type { Store } from '../engine/store.ts';

/** What keeping histories needs of the world. */
export type BookPorts = {
  readonly store: Pick<LogReader, 'facts' | 'factsAt' | 'agentFacts'> & Pick<Store, 'histories' | 'historyChunks'>;
  /** Writes through the one writer; null where nothing may be written: then everything new stays in memory. */
  readonly commit: ((changes: readonly Change[]) => Promise<void>) | null;
  readonly clock: Pick<Clock, 'after' | 'nextTurn'>;
  readonly report: (
    level: 'info' | 'warn' | 'error',
    sentence: string,
    details?: Readonly<Record<string, unknown>>,
  ) => void;
};

/** Lets everybody else have a turn: what a report reads is read in pieces of a few milliseconds. */
export function nextTurn(clock: BookPorts['clock']): Promise<void> {
  return new Promise((resolve) => clock.nextTurn(resolve));
}
