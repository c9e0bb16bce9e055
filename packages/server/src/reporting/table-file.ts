import type { LocalDate } from '../time/local-date.ts';

// A report as a file. Which columns there are, doors decide; how bytes are made of them, an adapter knows.

/** The files that a table can be written as. */
export const TABLE_FORMATS = ['csv', 'xlsx', 'parquet'] as const;
export type TableFormat = (typeof TABLE_FORMATS)[number];

/**
 * What a column holds: `date` is a local date as text, `instant` milliseconds since 1970. Every cell may also be null.
 */
export type TableColumn = {
  readonly name: string;
  readonly kind: 'text' | 'integer' | 'number' | 'date' | 'instant';
};

export type Cell = string | number | LocalDate | null;

/** A cell for each column, in their order. */
export type TableRow = readonly Cell[];

/** Something to know of the whole table, besides its rows. */
export type TableNote = readonly [name: string, value: string | number];

/** Takes bytes as they are made; settles when more may come. What it throws ends the file. */
export type ByteSink = (bytes: Uint8Array) => void | Promise<void>;

/** A file in the making. After a failure nothing more may be given to it. */
export type TableFile = {
  /** Settles when more may come. */
  rows(rows: readonly TableRow[]): Promise<void>;
  /** The last bytes. Notes are kept where the format has a place for them. */
  end(notes: readonly TableNote[]): Promise<void>;
};

/** Begins files. */
export type TableFiles = {
  begin(format: TableFormat, columns: readonly TableColumn[], sink: ByteSink): TableFile;
};
