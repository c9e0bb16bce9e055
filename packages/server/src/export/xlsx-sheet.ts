import type { Cell, TableColumn, TableRow } from '../reporting/table-file.ts';
import { dayMs, formatInstant } from '../time/instant.ts';
import { dayNumberOf } from '../time/local-date.ts';
import { STYLE } from './xlsx-parts.ts';

// The rows of a sheet as XML.
// Source: https://ecma-international.org/publications-and-standards/standards/ecma-376/ part 1, 18.3 (read 2026-12-01)

/** The columns of the sheet with the notes. */
export const NOTES_COLUMNS: readonly TableColumn[] = [
  { name: 'name', kind: 'text' },
  { name: 'value', kind: 'text' },
];

/** The beginning of a sheet whose first row stays in sight. */
export function sheetStart(columns: readonly TableColumn[]): string {
  const widths = columns.map(({ name, kind }, index) => {
    const width = Math.max(WIDTHS[kind], Math.min(40, name.length + 2));
    return `<col min="${index + 1}" max="${index + 1}" width="${width}" customWidth="1"/>`;
  });
  return [
    '<?xml version="1.0" encoding="UTF-8" standalone="yes"?>',
    '<worksheet xmlns="http://schemas.openxmlformats.org/spreadsheetml/2006/main">',
    '<sheetViews><sheetView workbookViewId="0">',
    '<pane ySplit="1" topLeftCell="A2" activePane="bottomLeft" state="frozen"/>',
    `</sheetView></sheetViews><cols>${widths.join('')}</cols><sheetData>`,
  ].join('');
}

export const SHEET_END = '</sheetData></worksheet>';

/** In characters. */
const WIDTHS: Readonly<Record<TableColumn['kind'], number>> = {
  text: 16,
  integer: 14,
  number: 14,
  date: 12,
  instant: 25,
};

export function headerXml(columns: readonly TableColumn[]): string {
  const cells = columns.map(({ name }, index) => textXml(name, `${columnName(index)}1`, STYLE.bold));
  return `<row r="1">${cells.join('')}</row>`;
}

export function rowXml(columns: readonly TableColumn[], row: TableRow, number: number): string {
  const cells = columns.map(({ kind }, index) => cellXml(kind, row[index] ?? null, `${columnName(index)}${number}`));
  return `<row r="${number}">${cells.join('')}</row>`;
}

function cellXml(kind: TableColumn['kind'], cell: Cell, place: string): string {
  if (cell === null) return '';
  switch (kind) {
    case 'text':
      return textXml(String(cell), place, STYLE.plain);
    case 'integer':
    case 'number':
      return numberXml(Number(cell), place, STYLE.plain);
    case 'date':
      return dateXml({ ms: dayNumberOf(String(cell)) * dayMs, text: String(cell), place, style: STYLE.date });
    case 'instant':
      return dateXml({ ms: Number(cell), text: formatInstant(Number(cell)), place, style: STYLE.instant });
  }
}

/** Days since 30 December 1899, which is right from March 1900 on; what was before is text. */
function dateXml(date: { readonly ms: number; readonly text: string; readonly place: string; readonly style: number }) {
  const serial = date.ms / dayMs + 25_569;
  return serial < 61 ? textXml(date.text, date.place, STYLE.plain) : numberXml(serial, date.place, date.style);
}

function numberXml(value: number, place: string, style: number): string {
  return `<c r="${place}" s="${style}"><v>${value}</v></c>`;
}

/** Text is typed as text, so that nothing in it is ever calculated. */
function textXml(text: string, place: string, style: number): string {
  return `<c r="${place}" s="${style}" t="inlineStr"><is><t xml:space="preserve">${escapedXml(text)}</t></is></c>`;
}

/** XML has no form for most control characters and for half characters: they become the replacement character. */
export function escapedXml(text: string): string {
  return text
    .toWellFormed()
    .replaceAll(/[^\t\n\r\u0020-\ufffd\u{10000}-\u{10ffff}]/gu, '\ufffd')
    .replaceAll('&', '&amp;')
    .replaceAll('<', '&lt;')
    .replaceAll('>', '&gt;')
    .replaceAll('"', '&quot;');
}

/** A, B … Z, AA, AB … */
function columnName(index: number): string {
  const letter = String.fromCharCode(65 + (index % 26));
  return index < 26 ? letter : `${columnName(Math.floor(index / 26) - 1)}${letter}`;
}
