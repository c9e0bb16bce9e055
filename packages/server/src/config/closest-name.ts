/**
 * The known name that a slip of the fingers most likely meant, or undefined when none is near. Near means: at most one
 * edit per three letters, where swapping two neighbours counts as one edit, as fingers do it.
 */
export function closestName(slip: string, known: readonly string[]): string | undefined {
  const ranked = known
    .map((name) => ({ name, edits: countEdits(slip.toLowerCase(), name.toLowerCase()) }))
    .sort((a, b) => a.edits - b.edits);
  const best = ranked[0];
  const editsMax = Math.max(1, Math.floor(slip.length / 3));
  return best !== undefined && best.edits <= editsMax ? best.name : undefined;
}

/** Edit distance with swaps of neighbours ("optimal string alignment"), row by row. */
function countEdits(a: string, b: string): number {
  let beforeLast: number[] = [];
  let last = Array.from({ length: b.length + 1 }, (_, column) => column);
  for (let row = 1; row <= a.length; row += 1) {
    const current = [row];
    for (let column = 1; column <= b.length; column += 1) {
      const replace = (last[column - 1] ?? 0) + (a[row - 1] === b[column - 1] ? 0 : 1);
      const remove = (last[column] ?? 0) + 1;
      const insert = (current[column - 1] ?? 0) + 1;
      const isSwap = row > 1 && column > 1 && a[row - 1] === b[column - 2] && a[row - 2] === b[column - 1];
      const swap = isSwap ? (beforeLast[column - 2] ?? 0) + 1 : Number.POSITIVE_INFINITY;
      current.push(Math.min(replace, remove, insert, swap));
    }
    beforeLast = last;
    last = current;
  }
  return last[b.length] ?? 0;
}
