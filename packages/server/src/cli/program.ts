import { Command, CommanderError } from 'commander';
import { StoreFailure } from '../engine/store.ts';
import { CommandFailed, EXIT, type ExitCode } from './command-failed.ts';
import { addCommands } from './command-line.ts';
import type { Invocation } from './invocation.ts';
import { productVersion } from './product-version.ts';
import { ReaderGone, type Terminal } from './terminal.ts';

/**
 * Runs one command line, from the words after `rollcall`, and answers the exit code: 0 done, 1 failed, 2 wrong usage.
 * Data has gone to stdout by then, and talk to stderr.
 */
export async function runProgram(words: readonly string[], terminal: Terminal): Promise<ExitCode> {
  const invocation: Invocation = { terminal, exitCode: EXIT.done };
  try {
    await buildProgram(invocation).parseAsync([...words], { from: 'user' });
    await terminal.flush();
    return invocation.exitCode;
  } catch (error) {
    return endOf(error, terminal);
  }
}

function buildProgram(invocation: Invocation): Command {
  const { terminal } = invocation;
  const program = new Command('rollcall')
    .description('Knows which support agents are available, and tells apps the moment that changes.')
    .version(productVersion(), '--version', 'print the version')
    .exitOverride()
    .showHelpAfterError('Run it with --help to see what it takes.')
    .configureOutput({
      writeOut: (text) => void terminal.text(text).catch(() => {}),
      writeErr: (text) => terminal.say(text.trimEnd()),
      outputError: (text, write) => write(text.replace(/^error: /, 'rollcall: ')),
    })
    .addHelpText('after', '\nExit codes: 0 done, 1 failed, 2 wrong usage. Data goes to stdout, talk to stderr.');
  addCommands(program, invocation);
  return program;
}

async function endOf(error: unknown, terminal: Terminal): Promise<ExitCode> {
  if (error instanceof ReaderGone) return EXIT.done;
  await terminal.flush().catch(() => {});
  if (error instanceof CommanderError) return error.exitCode === 0 ? EXIT.done : EXIT.wrongUsage;
  if (error instanceof CommandFailed) {
    terminal.say(`rollcall: ${error.message}`);
    return error.exitCode;
  }
  if (error instanceof StoreFailure) {
    terminal.say(`rollcall: ${error.message}`);
    return EXIT.failed;
  }
  // Ours: whoever reports it needs all of it.
  terminal.say(error instanceof Error ? (error.stack ?? error.message) : String(error));
  return EXIT.failed;
}
