import type { Command } from 'commander';
import { EXIT } from '../command-failed.ts';
import { dataFolderOf } from '../data-folder.ts';
import { runChecks } from '../doctor-checks.ts';
import type { Invocation } from '../invocation.ts';

type Options = { readonly data?: string; readonly json?: boolean };

const MARKS = { ok: 'ok  ', warn: 'warn', fail: 'FAIL' } as const;

/** `doctor`: what works on this machine; exit 1 when something keeps the server from doing its work. */
export function addDoctor(program: Command, invocation: Invocation): void {
  program
    .command('doctor')
    .description('look at what works here: Node, SQLite, time-zone data, data folder, disk, clock, fences')
    .option('--data <dir>', 'the data folder (default: as for serve)')
    .option('--json', 'one JSON object instead of lines')
    .action((options: Options) => examine(invocation, options));
}

async function examine(invocation: Invocation, options: Options): Promise<void> {
  const { terminal } = invocation;
  const checks = await runChecks(dataFolderOf(options));
  const ok = checks.every(({ status }) => status !== 'fail');
  if (!ok) invocation.exitCode = EXIT.failed;
  if (options.json === true) {
    await terminal.line(JSON.stringify({ ok, checks }));
    return;
  }
  const width = Math.max(...checks.map(({ name }) => name.length));
  for (const { name, status, detail } of checks) {
    await terminal.line(`${MARKS[status]}  ${name.padEnd(width)}  ${detail}`);
  }
}
