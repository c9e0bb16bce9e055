/** A place in a text; both count from 1. */
export type FramePlace = { readonly line: number; readonly column: number };

/** Lines longer than a terminal are cut around the place. */
const WIDTH = 100;
const LEAD = 60;

/**
 * The line of a place with a caret under it, and the line before it for bearings; empty when the text has no such line.
 * Tabs become blanks, so that the caret stands where the reader sees it.
 */
export function codeFrame(text: string, place: FramePlace): readonly string[] {
  const lines = text.split(/\r?\n/);
  const line = lines[place.line - 1];
  if (line === undefined) return [];
  const gutter = String(place.line).length;
  const offset = Math.min(place.column - 1, line.length);
  const start = Math.max(0, offset - LEAD);
  const cut = (raw: string) => raw.replaceAll('\t', ' ').slice(start, start + WIDTH);
  const before = place.line > 1 ? (lines[place.line - 2] ?? '') : '';
  const caret = ' '.repeat(offset - start);
  return [
    ...(before.trim() === '' ? [] : [`${String(place.line - 1).padStart(gutter)} | ${cut(before)}`]),
    `${place.line} | ${cut(line)}`,
    `${' '.repeat(gutter)} | ${caret}^`,
  ];
}
