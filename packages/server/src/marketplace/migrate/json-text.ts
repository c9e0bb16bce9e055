import type { JsonValue } from '../json-value.ts';

/** What one level of a JSON text is indented by: as its author does it, else two blanks. */
export function indentOf(text: string): string {
  return /^([ \t]+)\S/m.exec(text)?.[1] ?? '  ';
}

/** The line break that a text uses. */
export function lineBreakOf(text: string): string {
  return text.includes('\r\n') ? '\r\n' : '\n';
}

/** A value as JSON in the form of a text, to stand at a depth of it. */
export function jsonLike(text: string, value: JsonValue, depth: number): string {
  const indent = indentOf(text);
  const lines = JSON.stringify(value, null, indent).split('\n');
  return lines.map((line, index) => (index === 0 ? line : indent.repeat(depth) + line)).join(lineBreakOf(text));
}
