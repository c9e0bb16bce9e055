import { EXIT } from '../command-failed.ts';
import { dataFolderOf } from '../data-folder.ts';
import { runChecks } from '../doctor-checks.ts';
import type { Invocation } from '../invocation.ts';

export type DoctorOptions = { readonly data?: string; readonly json?: boolean };

const MARKS = { ok: 'ok  ', warn: 'warn', fail: 'FAIL' } as const;

/** `doctor`: what works on this machine; exit 1 when something keeps the server from doing its work. */
export async function examine(invocation: Invocation, options: DoctorOptions): Promise<void> {
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
