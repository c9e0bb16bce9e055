import type { ExitCode } from './command-failed.ts';
import type { Terminal } from './terminal.ts';

/** One run of the command line, as its commands see it. */
export type Invocation = {
  readonly terminal: Terminal;
  /** What a command that printed its findings sets, when they are bad. */
  exitCode: ExitCode;
};
