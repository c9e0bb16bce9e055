import type { ByteSink, Cell, TableColumn, TableFile, TableRow } from '../reporting/table-file.ts';
import { formatInstant } from '../time/instant.ts';

/**
 * A table as CSV: UTF-8, a header row, lines that end in CR LF, empty for null. It has no place for notes.
 * Source: https://www.rfc-editor.org/rfc/rfc4180 (read 2026-12-01)
 */
export function csvFile(columns: readonly TableColumn[], sink: ByteSink): TableFile {
  let isBegun = false;
  const write = async (lines: readonly string[]): Promise<void> => {
    const all = isBegun ? lines : [line(columns.map(({ name }) => textCell(name))), ...lines];
    isBegun = true;
    if (all.length > 0) await sink(Buffer.from(all.join('')));
  };
  return {
    rows: (rows) => write(rows.map((row) => rowLine(columns, row))),
    end: () => write([]),
  };
}

function rowLine(columns: readonly TableColumn[], row: TableRow): string {
  return line(columns.map(({ kind }, index) => cellText(kind, row[index] ?? null)));
}

function line(cells: readonly string[]): string {
  return `${cells.join(',')}\r\n`;
}

function cellText(kind: TableColumn['kind'], cell: Cell): string {
  if (cell === null) return '';
  if (typeof cell === 'string') return textCell(cell);
  return kind === 'instant' ? formatInstant(cell) : String(cell);
}

/**
 * Spreadsheets calculate what begins like a formula, also in quotes, and a formula of a stranger can send away what
 * stands beside it. An apostrophe before it makes it text again.
 * Source: https://owasp.org/www-community/attacks/CSV_Injection (read 2026-12-01)
 */
function textCell(text: string): string {
  const safe = /^[=+\-@\t\r]/.test(text) ? `'${text}` : text;
  return /[",\r\n]|^\s|\s$/.test(safe) ? `"${safe.replaceAll('"', '""')}"` : safe;
}
