import { sourceText } from '../marketplace/source-text.ts';
import { readScript } from '../marketplace/syntax-fault.ts';
import { walkTree } from '../marketplace/syntax-tree.ts';
import type { CountedFunction } from './merge-ranges.ts';

/** What ran of one text of a file. `opening`: characters that stand before that text when it runs. */
export type FileCount = {
  readonly text: string;
  readonly opening: number;
  readonly functions: readonly CountedFunction[];
};

/** A function or a stretch of a text, from the first character to the one after the last. */
type Place = { readonly start: number; readonly end: number };

/**
 * What stays known after an edit: the functions that stand in the new text as they stood in the old one, counted where
 * they stand now. The others are other code, and the file outside of functions runs anew anyway.
 *
 * @returns places in the new text behind the same opening; nothing when the new text is no script
 */
export function carryCounts({ text: before, opening, functions }: FileCount, text: string): readonly CountedFunction[] {
  const [old, now] = [functionsOf(before), functionsOf(text)];
  const shifts: (Place & { readonly by: number })[] = [];
  return outermostFirst(functions).flatMap((one) => {
    const outer = placeOf(one, opening);
    if (outer.start < 0 || outer.end > before.length || isWhole(outer, before)) return [];
    const around = shifts.find(({ start, end }) => start <= outer.start && outer.end <= end);
    const by = around?.by ?? shiftOf(outer, before, { old, now, text });
    if (by === null) return [];
    shifts.push({ ...outer, by });
    return [shifted(one, by)];
  });
}

/** The functions of a text that never ran, for those of which nothing is known: a place that is known leaves no room. */
export function withoutKnown(
  never: readonly CountedFunction[],
  known: readonly CountedFunction[],
): readonly CountedFunction[] {
  const places = known.map((one) => placeOf(one, 0));
  return never.filter((one) => {
    const { start, end } = placeOf(one, 0);
    return !places.some((place) => place.start <= start && end <= place.end);
  });
}

/** The same function so many characters further on. */
export function shifted(one: CountedFunction, by: number): CountedFunction {
  const ranges = one.ranges.map(({ startOffset, endOffset, count }) => ({
    startOffset: startOffset + by,
    endOffset: endOffset + by,
    count,
  }));
  return { ...one, ranges };
}

export function isFunction({ type }: { readonly type: string }): boolean {
  return type === 'FunctionDeclaration' || type === 'FunctionExpression' || type === 'ArrowFunctionExpression';
}

function placeOf({ ranges }: CountedFunction, opening: number): Place {
  const [outer] = ranges;
  return { start: (outer?.startOffset ?? 0) - opening, end: (outer?.endOffset ?? 0) - opening };
}

function isWhole({ start, end }: Place, text: string): boolean {
  return start <= 0 && end >= text.length;
}

function outermostFirst(functions: readonly CountedFunction[]): readonly CountedFunction[] {
  const width = ({ ranges }: CountedFunction) => (ranges[0]?.endOffset ?? 0) - (ranges[0]?.startOffset ?? 0);
  return functions.toSorted((one, other) => width(other) - width(one));
}

/**
 * How far a function moved; null when it is not there any more. Of functions that read alike each is the one of the same
 * rank, and none of them is known when one came or went.
 */
function shiftOf(
  { start, end }: Place,
  before: string,
  { old, now, text }: { readonly old: readonly Place[]; readonly now: readonly Place[]; readonly text: string },
): number | null {
  const source = before.slice(start, end);
  const places = placesOf(source, before, old);
  const others = placesOf(source, text, now);
  const rank = places.indexOf(start);
  const there = others[rank];
  return there === undefined || places.length !== others.length ? null : there - start;
}

/**
 * Where functions of the text read so, in order. A piece begins at the function or at its name, and ends with it: what
 * reads so in a comment or in a string is none.
 */
function placesOf(piece: string, text: string, functions: readonly Place[]): readonly number[] {
  const found: number[] = [];
  for (const { start, end } of functions) {
    const at = end - piece.length;
    const isInName = /^[\w$]/.test(piece) && /[\w$]/.test(text.slice(Math.max(0, at - 1), Math.max(0, at)));
    if (at >= 0 && at <= start && !isInName && text.startsWith(piece, at)) found.push(at);
  }
  return [...new Set(found)].sort((one, other) => one - other);
}

function functionsOf(text: string): readonly Place[] {
  const script = readScript(sourceText('', text));
  const places: Place[] = [];
  if (script.kind !== 'parsed') return places;
  walkTree(script.program, (node) => {
    if (isFunction(node)) places.push(node);
  });
  return places;
}
