import type { Instant } from '../../time/instant.ts';
import { dataFolderOf, readingStore } from '../data-folder.ts';
import { csvHeader, csvRow } from '../event-csv.ts';
import type { Invocation } from '../invocation.ts';
import { readEvents } from '../read-events.ts';

export type ExportOptions = {
  readonly data?: string;
  readonly format: 'jsonl' | 'csv';
  readonly from?: Instant;
  readonly to?: Instant;
  readonly agent?: string;
  readonly account?: string;
};

/** `export`: the events of a data folder, in log order, as far as the log went when it began. */
export async function exportEvents({ terminal }: Invocation, options: ExportOptions): Promise<void> {
  const { from = null, to = null, agent = null, account = null, format } = options;
  await readingStore(dataFolderOf(options), async (store) => {
    if (format === 'csv') await terminal.line(csvHeader());
    for await (const event of readEvents(store, { from, to, agent, account })) {
      await terminal.line(format === 'csv' ? csvRow(event) : JSON.stringify(event));
    }
  });
}
