/** Lines of a file around a place: what a person needs to see of it. Lines and columns count from 1. */
export type SourceFrame = {
  readonly file: string;
  readonly line: number;
  readonly column: number;
  readonly rows: readonly { readonly number: number; readonly text: string }[];
};

/** Longer lines are cut: a bundled file is one line of a megabyte. */
const WIDTH_MAX = 400;

/** The frame of a place in a text; null when the text has no such line. */
export function sourceFrame(
  text: string,
  place: { readonly file: string; readonly line: number; readonly column: number },
  around: number,
): SourceFrame | null {
  const lines = text.split(/\r?\n/);
  if (place.line < 1 || place.line > lines.length) return null;
  const first = Math.max(1, place.line - around);
  const last = Math.min(lines.length, place.line + around);
  const start = Math.max(0, place.column - 1 - WIDTH_MAX / 2);
  const rows = lines.slice(first - 1, last).map((line, index) => ({
    number: first + index,
    text: line.length > WIDTH_MAX ? line.slice(start, start + WIDTH_MAX) : line,
  }));
  const isCut = (lines[place.line - 1] ?? '').length > WIDTH_MAX;
  return { file: place.file, line: place.line, column: isCut ? place.column - start : place.column, rows };
}
