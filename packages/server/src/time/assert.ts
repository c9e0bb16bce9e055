/**
 * A Bug: the program itself is wrong. Nobody catches it to go on; the process stops and recovers from the log.
 */
export class Bug extends Error {
  override readonly name = 'Bug';
}

/**
 * States what must hold at this point. On in production too, because a wrong answer that is written down costs more than
 * a restart.
 *
 * @param sentence what was expected, as a sentence, so that the message alone explains the stop
 * @throws Bug when the condition does not hold
 */
export function assert(condition: boolean, sentence: string): asserts condition {
  if (!condition) throw new Bug(sentence);
}
