import { PassThrough } from 'node:stream';
import { ZipFile } from 'yazl';
import type { ByteSink, TableColumn, TableFile, TableRow } from '../reporting/table-file.ts';
import { contentTypes, PACKAGE_RELATIONS, STYLES, workbook, workbookRelations } from './xlsx-parts.ts';
import { headerXml, NOTES_COLUMNS, rowXml, SHEET_END, sheetStart } from './xlsx-sheet.ts';

/** What a sheet can hold, its header included; what is more goes on in another one. */
const SHEET_ROWS_MAX = 1_048_576;

/**
 * A table as an Excel workbook: sheets `activity` (and `activity 2` … where one is full) and `basis`, with the notes.
 *
 * Workbook libraries hold every cell as an object until the end and then make the file in one go, which stops the server
 * for seconds. Here a row becomes text when it comes, and the zip takes it off the event loop to be packed.
 *
 * @param sheetRowsMax rows per sheet, the header included
 */
export function xlsxFile(
  columns: readonly TableColumn[],
  sink: ByteSink,
  sheetRowsMax: number = SHEET_ROWS_MAX,
): TableFile {
  const zip = new ZipFile();
  zip.addBuffer(Buffer.from(PACKAGE_RELATIONS), '_rels/.rels');
  const pumped = pump(zip.outputStream as AsyncIterable<Uint8Array>, sink);
  // Whoever writes meets the failure; while nobody does, it waits.
  pumped.catch(() => {});
  const names: string[] = [];
  let sheet = new PassThrough();
  let rowNumber = 0;

  const write = (xml: string): Promise<void> => Promise.race([written(sheet, xml), pumped]);
  const begin = (name: string, of: readonly TableColumn[]): Promise<void> => {
    names.push(name);
    sheet = new PassThrough();
    zip.addReadStream(sheet, `xl/worksheets/sheet${names.length}.xml`);
    rowNumber = 1;
    return write(`${sheetStart(of)}${headerXml(of)}`);
  };
  const end = async (): Promise<void> => {
    await write(SHEET_END);
    sheet.end();
  };
  const addRows = async (of: readonly TableColumn[], rows: readonly TableRow[]): Promise<void> => {
    await write(rows.map((row) => rowXml(of, row, ++rowNumber)).join(''));
  };
  const ensureSheet = async (): Promise<void> => {
    if (names.length > 0 && rowNumber < sheetRowsMax) return;
    if (names.length > 0) await end();
    await begin(names.length === 0 ? 'activity' : `activity ${names.length + 1}`, columns);
  };
  return {
    async rows(rows) {
      for (let taken = 0; taken < rows.length; ) {
        await ensureSheet();
        const part = rows.slice(taken, taken + Math.min(CHUNK_ROWS, sheetRowsMax - rowNumber));
        await addRows(columns, part);
        taken += part.length;
      }
    },
    async end(notes) {
      await ensureSheet();
      await end();
      await begin('basis', NOTES_COLUMNS);
      await addRows(
        NOTES_COLUMNS,
        notes.map(([name, value]) => [name, String(value)]),
      );
      await end();
      zip.addBuffer(Buffer.from(STYLES), 'xl/styles.xml');
      zip.addBuffer(Buffer.from(workbook(names)), 'xl/workbook.xml');
      zip.addBuffer(Buffer.from(workbookRelations(names.length)), 'xl/_rels/workbook.xml.rels');
      zip.addBuffer(Buffer.from(contentTypes(names.length)), '[Content_Types].xml');
      zip.end();
      await pumped;
    },
  };
}

/** Rows that become text together. */
const CHUNK_ROWS = 500;

async function pump(chunks: AsyncIterable<Uint8Array>, sink: ByteSink): Promise<void> {
  for await (const chunk of chunks) await sink(chunk);
}

/** Settles when the zip has taken the text. */
function written(sheet: PassThrough, xml: string): Promise<void> {
  return new Promise((resolve, reject) => {
    sheet.write(xml, (error) => (error == null ? resolve() : reject(error)));
  });
}
