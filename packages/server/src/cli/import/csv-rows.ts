import type { Line } from './read-lines.ts';

/** A row of a CSV file, with the line that it begins on. */
export type CsvRow = { readonly line: number; readonly cells: readonly string[] };

/**
 * Rows of CSV: cells in quotes may hold commas, quotes (doubled) and line breaks.
 * Source: https://www.rfc-editor.org/rfc/rfc4180
 */
export async function* csvRows(lines: AsyncIterable<Line>): AsyncGenerator<CsvRow> {
  let begun: Line | null = null;
  for await (const { number, text } of lines) {
    const row: Line = begun === null ? { number, text } : { number: begun.number, text: `${begun.text}\n${text}` };
    begun = null;
    // A quote that was opened and not closed: the row goes on in the next line.
    if (quotesIn(row.text) % 2 === 1) begun = row;
    else if (row.text !== '') yield { line: row.number, cells: cellsOf(row.text) };
  }
  if (begun !== null) yield { line: begun.number, cells: cellsOf(begun.text) };
}

function quotesIn(text: string): number {
  let count = 0;
  for (let at = text.indexOf('"'); at !== -1; at = text.indexOf('"', at + 1)) count++;
  return count;
}

const CELL = /(?:"((?:[^"]|"")*)"|([^,]*))(,|$)/y;

function cellsOf(text: string): readonly string[] {
  const cells: string[] = [];
  CELL.lastIndex = 0;
  for (;;) {
    const match = CELL.exec(text);
    // A quote in the middle of a cell: what is left is taken as it stands.
    if (match === null) return [...cells, text.slice(cells.join(',').length)];
    const [, quoted, plain = '', end] = match;
    cells.push(quoted === undefined ? plain : quoted.replaceAll('""', '"'));
    if (end === '') return cells;
  }
}
