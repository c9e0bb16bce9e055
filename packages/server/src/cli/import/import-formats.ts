/** What a file of events can be: by itself, because the command line names them before anything else is loaded. */
export const IMPORT_FORMATS = ['jsonl', 'csv', 'raw-report', 'queue-log'] as const;
export type ImportFormat = (typeof IMPORT_FORMATS)[number];
