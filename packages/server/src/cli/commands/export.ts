import { type Command, Option } from 'commander';
import type { Instant } from '../../time/instant.ts';
import { dataFolderOf, readingStore } from '../data-folder.ts';
import { csvHeader, csvRow } from '../event-csv.ts';
import type { Invocation } from '../invocation.ts';
import { readEvents } from '../read-events.ts';
import { instantOrDay } from '../read-option.ts';

type Options = {
  readonly data?: string;
  readonly format: 'jsonl' | 'csv';
  readonly from?: Instant;
  readonly to?: Instant;
  readonly agent?: string;
  readonly account?: string;
};

/** `export`: the events of a data folder, in log order, as far as the log went when it began. */
export function addExport(program: Command, invocation: Invocation): void {
  program
    .command('export')
    .description('write the events of a data folder to stdout, in log order; also while a server works on it')
    .addOption(
      new Option('--format <format>', 'JSON lines (the payload of an event each) or CSV')
        .choices(['jsonl', 'csv'])
        .default('jsonl'),
    )
    .option('--from <time>', 'changes from this instant or UTC day on', instantOrDay)
    .option('--to <time>', 'changes before this instant or UTC day', instantOrDay)
    .option('--agent <id>', 'of one agent, by id or e-mail address')
    .option('--account <id>', 'of one account (default: all)')
    .option('--data <dir>', 'the data folder (default: as for serve)')
    .addOption(new Option('--json', 'the same as --format jsonl').implies({ format: 'jsonl' }))
    .action((options: Options) => exportEvents(invocation, options));
}

async function exportEvents({ terminal }: Invocation, options: Options): Promise<void> {
  const { from = null, to = null, agent = null, account = null, format } = options;
  await readingStore(dataFolderOf(options), async (store) => {
    if (format === 'csv') await terminal.line(csvHeader());
    for await (const event of readEvents(store, { from, to, agent, account })) {
      await terminal.line(format === 'csv' ? csvRow(event) : JSON.stringify(event));
    }
  });
}
