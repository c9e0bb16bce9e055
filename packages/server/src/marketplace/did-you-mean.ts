/**
 * The candidate a person most likely meant, or null when none is near.
 * Near is a third of the word's length at most (at least two edits), whatever the case.
 */
export function didYouMean(word: string, candidates: Iterable<string>): string | null {
  let best: string | null = null;
  let bestDistance = Math.max(2, Math.floor(word.length / 3)) + 1;
  if (word.length > wordCharactersMax) return null;
  for (const candidate of candidates) {
    // Each letter too many or too few is an edit: most candidates need no closer look.
    if (Math.abs(candidate.length - word.length) >= bestDistance) continue;
    const distance = editDistance(word.toLowerCase(), candidate.toLowerCase());
    if (distance < bestDistance && distance < candidate.length) {
      best = candidate;
      bestDistance = distance;
    }
  }
  return best;
}

// Nobody mistypes more: a longer word is no name but an attempt to keep us busy.
const wordCharactersMax = 100;

/**
 * The candidate of which a word is a typing slip, or null: one or two edits away, and most of the word is right.
 * Narrower than `didYouMean`: a slip is held against the author, a suggestion is not.
 */
export function slipOf(word: string, candidates: Iterable<string>): string | null {
  const guess = didYouMean(word, candidates);
  if (guess === null || guess === word) return null;
  const distance = editDistance(word.toLowerCase(), guess.toLowerCase());
  return distance <= 2 && distance * 3 <= guess.length ? guess : null;
}

/** Insertions, deletions, replacements and swaps of neighbours that turn one word into the other. */
export function editDistance(from: string, to: string): number {
  let beforeLast: number[] = [];
  let last = Array.from({ length: to.length + 1 }, (_, index) => index);
  for (let row = 1; row <= from.length; row += 1) {
    const current = [row];
    for (let column = 1; column <= to.length; column += 1) {
      const replaced = at(last, column - 1) + (from[row - 1] === to[column - 1] ? 0 : 1);
      const swapped = isSwap(from, to, row, column) ? at(beforeLast, column - 2) + 1 : Number.POSITIVE_INFINITY;
      current.push(Math.min(at(last, column) + 1, at(current, column - 1) + 1, replaced, swapped));
    }
    beforeLast = last;
    last = current;
  }
  return at(last, to.length);
}

function isSwap(from: string, to: string, row: number, column: number): boolean {
  return row > 1 && column > 1 && from[row - 1] === to[column - 2] && from[row - 2] === to[column - 1];
}

function at(distances: readonly number[], index: number): number {
  return distances[index] ?? Number.POSITIVE_INFINITY;
}
