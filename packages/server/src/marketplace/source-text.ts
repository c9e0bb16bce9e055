import type { Finding } from './finding.ts';

/** A file's text with the offsets at which its lines start, so that offsets become lines and columns. */
export interface SourceText {
  readonly file: string;
  readonly text: string;
  readonly lineStarts: readonly number[];
}

/** A place in a text; both count from 1. */
export interface TextPosition {
  readonly line: number;
  readonly column: number;
}

/** Indexes a text. A byte order mark is blanked so that it is neither a fault nor shifts a column. */
export function sourceText(file: string, text: string): SourceText {
  const readable = text.startsWith('\uFEFF') ? ` ${text.slice(1)}` : text;
  const lineStarts = [0];
  for (let offset = readable.indexOf('\n'); offset !== -1; offset = readable.indexOf('\n', offset + 1)) {
    lineStarts.push(offset + 1);
  }
  return { file, text: readable, lineStarts };
}

/** Line and column of an offset; an offset beyond the end is the end. */
export function positionAt(source: SourceText, offset: number): TextPosition {
  const within = Math.max(0, Math.min(offset, source.text.length));
  let low = 0;
  let high = source.lineStarts.length - 1;
  while (low < high) {
    const middle = Math.ceil((low + high) / 2);
    if ((source.lineStarts[middle] ?? 0) <= within) low = middle;
    else high = middle - 1;
  }
  return { line: low + 1, column: within - (source.lineStarts[low] ?? 0) + 1 };
}

/** A finding at an offset of a text. */
export function findingAt(
  source: SourceText,
  offset: number,
  what: Omit<Finding, 'file' | 'line' | 'column'>,
): Finding {
  return { ...what, file: source.file, ...positionAt(source, offset) };
}
