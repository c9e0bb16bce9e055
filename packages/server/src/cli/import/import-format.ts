import type { Axis } from '@rollcall/contract';
import { CommandFailed } from '../command-failed.ts';
import { csvRows } from './csv-rows.ts';
import { exportedRows, jsonEvents } from './event-rows.ts';
import { IMPORT_FORMATS, type ImportFormat } from './import-formats.ts';
import type { ImportLine } from './import-line.ts';
import { type EmailOf, isQueueLogLine, queueLogRows } from './queue-log.ts';
import { isRawReportHeader, rawReportRows } from './raw-report.ts';
import { type Line, readLines } from './read-lines.ts';

/**
 * What a file is, by its first line that is not empty.
 *
 * @throws CommandFailed when it is none of the formats
 */
export async function formatOf(file: string): Promise<ImportFormat> {
  for await (const { text } of readLines(file)) {
    const first = withoutMark(text).trim();
    if (first === '') continue;
    if (first.startsWith('{')) return 'jsonl';
    if (isQueueLogLine(first)) return 'queue-log';
    for await (const { cells } of csvRows(only(first))) {
      if (cells.includes('availability_event_type') && cells.includes('prev_status')) return 'csv';
      if (isRawReportHeader(cells)) return 'raw-report';
    }
    throw new CommandFailed(
      `${file} is none of ${IMPORT_FORMATS.join(', ')}, as far as its first line says: name one with --format.`,
    );
  }
  throw new CommandFailed(`${file} is empty.`);
}

export type ReadingOptions = { readonly format: ImportFormat; readonly axis: Axis | null; readonly emailOf: EmailOf };

/** The events of a file, in its order, read as they are asked for. */
export function readImport(file: string, { format, axis, emailOf }: ReadingOptions): AsyncGenerator<ImportLine> {
  const lines = unmarked(readLines(file));
  switch (format) {
    case 'jsonl':
      return jsonEvents(lines);
    case 'csv':
      return exportedRows(lines);
    case 'raw-report':
      return rawReportRows(lines, axis);
    case 'queue-log':
      return queueLogRows(lines, emailOf);
  }
}

/** Spreadsheets begin a file with a byte order mark. */
async function* unmarked(lines: AsyncIterable<Line>): AsyncGenerator<Line> {
  for await (const line of lines) yield line.number === 1 ? { number: 1, text: withoutMark(line.text) } : line;
}

function withoutMark(text: string): string {
  return text.startsWith('\uFEFF') ? text.slice(1) : text;
}

async function* only(text: string): AsyncGenerator<Line> {
  yield { number: 1, text };
}
