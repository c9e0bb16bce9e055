/** A stretch of a script that ran so many times; stretches lie within each other, the outermost first. */
export type CountedRange = { readonly startOffset: number; readonly endOffset: number; readonly count: number };

/** One function of a script as the engine counts it. */
export type CountedFunction = {
  readonly functionName: string;
  readonly isBlockCoverage: boolean;
  readonly ranges: readonly CountedRange[];
};

/**
 * Adds up what was counted at two times. The engine splits a function only where its parts ran a different number of
 * times, so the same function is split at other places each time; adding line by line after each time was reported would
 * leave a branch that ran the second time as one that never ran.
 */
export function mergeFunctions(
  before: readonly CountedFunction[],
  more: readonly CountedFunction[],
): readonly CountedFunction[] {
  const merged = new Map(before.map((one) => [placeOf(one), one]));
  for (const one of more) {
    const known = merged.get(placeOf(one));
    merged.set(placeOf(one), known === undefined ? one : mergeFunction(known, one));
  }
  return [...merged.values()];
}

function placeOf({ functionName, ranges }: CountedFunction): string {
  return `${ranges[0]?.startOffset}-${ranges[0]?.endOffset} ${functionName}`;
}

function mergeFunction(left: CountedFunction, right: CountedFunction): CountedFunction {
  const [outer] = left.ranges;
  if (outer === undefined) return right;
  const edges = new Set<number>();
  for (const { startOffset, endOffset } of [...left.ranges, ...right.ranges]) edges.add(startOffset).add(endOffset);
  const cuts = [...edges].sort((one, other) => one - other);
  const count = countAt(left, outer.startOffset) + countAt(right, outer.startOffset);
  const parts: CountedRange[] = [];
  for (const [index, startOffset] of cuts.slice(0, -1).entries()) {
    const endOffset = cuts[index + 1] as number;
    const sum = countAt(left, startOffset) + countAt(right, startOffset);
    const last = parts.at(-1);
    if (last !== undefined && last.endOffset === startOffset && last.count === sum) {
      parts[parts.length - 1] = { ...last, endOffset };
    } else parts.push({ startOffset, endOffset, count: sum });
  }
  const isSplit = left.isBlockCoverage || right.isBlockCoverage;
  const inner = isSplit ? parts.filter((part) => part.count !== count) : [];
  return { functionName: left.functionName, isBlockCoverage: isSplit, ranges: [{ ...outer, count }, ...inner] };
}

/** Of the innermost range that holds the place. */
function countAt({ ranges }: CountedFunction, offset: number): number {
  let found = 0;
  let width = Number.POSITIVE_INFINITY;
  for (const { startOffset, endOffset, count } of ranges) {
    if (offset >= startOffset && offset < endOffset && endOffset - startOffset <= width) {
      found = count;
      width = endOffset - startOffset;
    }
  }
  return found;
}
