import { performOperation } from '../control/perform-operation.ts';
import { dataFolderOf } from '../data-folder.ts';
import type { Invocation } from '../invocation.ts';
import { readTextFile } from './calendar.ts';

export type PlanImportOptions = {
  readonly format?: 'csv' | 'ical';
  readonly data?: string;
  readonly account?: string;
  readonly json?: boolean;
};

/** `plan import`: shifts from a CSV or iCalendar file, all of them or none. */
export async function importPlan({ terminal }: Invocation, file: string, options: PlanImportOptions): Promise<void> {
  const text = await readTextFile(file);
  // Byte order marks and blank lines may come before the first word of either.
  const format = options.format ?? (/^\s*BEGIN:VCALENDAR/i.test(text) ? 'ical' : 'csv');
  const made = await performOperation(dataFolderOf(options), {
    kind: 'ImportPlan',
    account: options.account ?? null,
    text,
    format,
  });
  if (options.json === true || !('other_activities' in made)) {
    await terminal.line(JSON.stringify(made));
    return;
  }
  const others = made.other_activities;
  if (others.length > 0) terminal.say(`neither work nor a custom status: ${others.join(', ')}`);
  await terminal.line(`${made.entries} shifts of ${made.agents} agents are planned.`);
}
