/** Slips that the vendor's own documents make: they are certain, so they are named as such and not guessed. */
const KNOWN_SLIPS: ReadonlyMap<string, string> = new Map([['availability_agent_type', 'availability_event_type']]);

const SLIP_CHARACTERS_MAX = 64;

/** What a misspelt word was meant to be: a known slip is certain, a near one is a guess. */
export type Meant = { readonly word: string; readonly certain: boolean };

/** The word of the list that a misspelt one was meant to be, or undefined when none is near. */
export const closestWord = (slip: string, words: readonly string[]): Meant | undefined => {
  const known = KNOWN_SLIPS.get(slip);
  if (known !== undefined && words.includes(known)) return { word: known, certain: true };
  if (slip.length > SLIP_CHARACTERS_MAX) return undefined;
  const plainSlip = plain(slip);
  const editsMax = Math.min(2, Math.floor(plainSlip.length / 3));
  const near = words
    .map((word) => ({ word, edits: edits(plainSlip, plain(word), editsMax) }))
    .filter((candidate) => candidate.edits <= editsMax)
    .sort((one, other) => one.edits - other.edits)[0];
  return near === undefined ? undefined : { word: near.word, certain: false };
};

/** `customStatusId`, `custom-status-id` and `custom_status_id` are the same word, written by other habits. */
const plain = (word: string): string => word.toLowerCase().replaceAll(/[_\s-]/g, '');

/**
 * How many letters must be added, taken away, changed or swapped with their neighbour; more than `most` is not worth
 * counting exactly. The table is filled row by row, and a swap looks back two rows.
 */
const edits = (one: string, other: string, most: number): number => {
  if (Math.abs(one.length - other.length) > most) return most + 1;
  let beforeLast: readonly number[] = [];
  let last: readonly number[] = Array.from({ length: other.length + 1 }, (_, column) => column);
  for (let line = 1; line <= one.length; line += 1) {
    const row = [line];
    for (let column = 1; column <= other.length; column += 1) {
      const changed = (last[column - 1] ?? 0) + (one[line - 1] === other[column - 1] ? 0 : 1);
      const swapped = one[line - 1] === other[column - 2] && one[line - 2] === other[column - 1];
      const swap = swapped ? (beforeLast[column - 2] ?? most) + 1 : Infinity;
      row.push(Math.min(changed, (last[column] ?? 0) + 1, (row[column - 1] ?? 0) + 1, swap));
    }
    [beforeLast, last] = [last, row];
  }
  return last[other.length] ?? most + 1;
};
