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

/** How many letters must be added, taken away or changed; more than `most` is not worth counting exactly. */
const edits = (one: string, other: string, most: number): number => {
  if (Math.abs(one.length - other.length) > most) return most + 1;
  let row = Array.from({ length: other.length + 1 }, (_, column) => column);
  for (let line = 1; line <= one.length; line += 1) {
    const next = [line];
    for (let column = 1; column <= other.length; column += 1) {
      const change = (row[column - 1] ?? 0) + (one[line - 1] === other[column - 1] ? 0 : 1);
      next.push(Math.min(change, (row[column] ?? 0) + 1, (next[column - 1] ?? 0) + 1));
    }
    row = next;
  }
  return row[other.length] ?? most + 1;
};
