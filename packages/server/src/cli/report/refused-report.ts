import type { Fault } from '@rollcall/contract';
import { CommandFailed, wrongUsage } from '../command-failed.ts';

/** The names of the wire that are called otherwise on the command line. */
const OPTIONS: Readonly<Record<string, string>> = { agent_id: '--agent', group_id: '--group', limit: '--limit' };

/** What was typed was no good question: a line for each fault, with the option that it came from. */
export function refusedQuestion(faults: readonly Fault[]): CommandFailed {
  return wrongUsage(faults.map(({ pointer, detail }) => `${optionOf(pointer)} ${detail}`).join('\n'));
}

function optionOf(pointer: string): string {
  const name = pointer.split('/')[1] ?? '';
  return OPTIONS[name] ?? `--${name.replaceAll('_', '-')}`;
}

/** What is asked for is not there, or may not be read. */
export function refusedReport(detail: string, cause?: unknown): CommandFailed {
  return new CommandFailed(detail, 1, cause);
}
