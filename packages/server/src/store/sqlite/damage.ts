/** What was read is not what any version of ours writes. The store's door turns it into a `StoreFailure` `damaged`. */
export class Damage extends Error {
  override readonly name = 'Damage';
}

/** States what a sound file holds at this point. Unlike `assert`, it accuses the file and not the program. */
export function expectSound(condition: boolean, sentence: string): asserts condition {
  if (!condition) throw new Damage(sentence);
}
