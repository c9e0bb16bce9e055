import type { TableFiles } from '../reporting/table-file.ts';
import { csvFile } from './csv-file.ts';
import { parquetFile } from './parquet-file.ts';
import { xlsxFile } from './xlsx-file.ts';

/** Every format that a table can be written as; all of them are written as the rows come, whatever their number. */
export function tableFiles(): TableFiles {
  return {
    begin: (format, columns, sink) => {
      switch (format) {
        case 'csv':
          return csvFile(columns, sink);
        case 'xlsx':
          return xlsxFile(columns, sink);
        case 'parquet':
          return parquetFile(columns, sink);
      }
    },
  };
}
