import { reportDeskOver } from '../main.ts';
import { readHistories } from '../reporting/history-book.ts';
import type { Reports } from '../reporting/reports.ts';
import { openSqliteStore } from '../store/sqlite/open-sqlite-store.ts';
import type { SqliteStore } from '../store/sqlite/sqlite-store.ts';
import { systemClock } from '../system/system-clock.ts';
import { sha256Hex } from '../system/system-randomness.ts';
import { createZones } from '../time/zone.ts';

export type OfflineReports = { readonly reports: Reports; readonly store: SqliteStore; close(): Promise<void> };

/**
 * Reports straight from a data folder, whether or not a server works on it: of what its log holds now. Nothing is written.
 *
 * @throws StoreFailure when there is no store in the folder, or it cannot be read
 */
export async function openOfflineReports(folder: string, tell: (sentence: string) => void): Promise<OfflineReports> {
  const store = openSqliteStore({ folder, readOnly: true, hash: sha256Hex });
  try {
    const clock = systemClock();
    const source = await readHistories({ store, clock, report: (_level, sentence) => tell(sentence) });
    const reports = reportDeskOver(source, createZones(process.versions.tz ?? 'unknown'), clock);
    return { reports, store, close: () => store.close() };
  } catch (error) {
    await store.close();
    throw error;
  }
}
