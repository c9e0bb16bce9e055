import { ByteWriter, ParquetWriter } from 'hyparquet-writer';
import type { ByteSink, Cell, TableColumn, TableFile, TableRow } from '../reporting/table-file.ts';
import { dayMs } from '../time/instant.ts';
import { dayNumberOf } from '../time/local-date.ts';

/** Rows that are encoded together: one turn of the event loop, tens of milliseconds for a wide table. */
const GROUP_ROWS = 2000;

type SchemaElement = ConstructorParameters<typeof ParquetWriter>[0]['schema'][number];

/** A table as Parquet: integers as INT64, days as DATE, instants as TIMESTAMP_MILLIS; notes are the file's metadata. */
export function parquetFile(columns: readonly TableColumn[], sink: ByteSink): TableFile {
  const bytes = new ByteWriter();
  const writer = new ParquetWriter({ writer: bytes, schema: schemaOf(columns), createdBy: 'Rollcall' });
  const waiting: TableRow[] = [];

  const drain = async (): Promise<void> => {
    const chunk = new Uint8Array(bytes.buffer.slice(0, bytes.index));
    // `offset`, where the file stands, goes on counting: only the buffer begins anew.
    bytes.index = 0;
    if (chunk.length > 0) await sink(chunk);
  };
  const writeGroup = async (): Promise<void> => {
    const group = waiting.splice(0, GROUP_ROWS);
    await writer.write({ columnData: columnsOf(columns, group), rowGroupSize: GROUP_ROWS });
    await drain();
  };
  return {
    async rows(rows) {
      for (const row of rows) {
        waiting.push(row);
        if (waiting.length === GROUP_ROWS) await writeGroup();
      }
    },
    async end(notes) {
      if (waiting.length > 0) await writeGroup();
      writer.kvMetadata = notes.map(([key, value]) => ({ key, value: String(value) }));
      await writer.finish();
      await drain();
    },
  };
}

function schemaOf(columns: readonly TableColumn[]): SchemaElement[] {
  const leaves = columns.map(
    ({ name, kind }): SchemaElement => ({
      name,
      repetition_type: 'OPTIONAL',
      ...TYPES[kind],
    }),
  );
  return [{ name: 'rows', num_children: leaves.length }, ...leaves];
}

const TYPES: Readonly<Record<TableColumn['kind'], Omit<SchemaElement, 'name'>>> = {
  text: { type: 'BYTE_ARRAY', converted_type: 'UTF8' },
  integer: { type: 'INT64' },
  number: { type: 'DOUBLE' },
  date: { type: 'INT32', converted_type: 'DATE' },
  instant: { type: 'INT64', converted_type: 'TIMESTAMP_MILLIS' },
};

function columnsOf(columns: readonly TableColumn[], rows: readonly TableRow[]) {
  return columns.map(({ name, kind }, index) => ({
    name,
    data: rows.map((row) => encoded(kind, row[index] ?? null)),
  }));
}

function encoded(kind: TableColumn['kind'], cell: Cell): unknown {
  if (cell === null) return null;
  switch (kind) {
    case 'integer':
      return BigInt(cell);
    case 'instant':
      return new Date(Number(cell));
    case 'date':
      return new Date(dayNumberOf(String(cell)) * dayMs);
    case 'text':
    case 'number':
      return cell;
  }
}
