/** Exit codes, as documented: whoever calls us from a script relies on them. */
export const EXIT = { done: 0, failed: 1, wrongUsage: 2 } as const;

export type ExitCode = (typeof EXIT)[keyof typeof EXIT];

/**
 * A command that ends with a sentence for a person instead of with its work. The sentence says what is wrong and the
 * way out; nothing else is printed.
 */
export class CommandFailed extends Error {
  override readonly name = 'CommandFailed';
  readonly exitCode: ExitCode;

  constructor(sentence: string, exitCode: ExitCode = EXIT.failed, cause?: unknown) {
    super(sentence, { cause });
    this.exitCode = exitCode;
  }
}

/** What was typed makes no sense, whatever the state of the world. */
export function wrongUsage(sentence: string): CommandFailed {
  return new CommandFailed(sentence, EXIT.wrongUsage);
}
