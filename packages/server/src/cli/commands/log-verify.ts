import { type LogVerdict, verifyLog } from '../../store/verify-log.ts';
import { sha256Hex } from '../../system/system-randomness.ts';
import { EXIT } from '../command-failed.ts';
import { dataFolderOf, readingStore } from '../data-folder.ts';
import type { Invocation } from '../invocation.ts';

export type LogVerifyOptions = { readonly data?: string; readonly json?: boolean };

/** `log verify`: walks the whole log, also beside a running server; exit 1 and the first broken place if it is not whole. */
export async function verify(invocation: Invocation, options: LogVerifyOptions): Promise<void> {
  const folder = dataFolderOf(options);
  const verdict = await readingStore(folder, (store) => verifyLog(store, sha256Hex));
  if (verdict.firstBroken !== null) invocation.exitCode = EXIT.failed;
  await invocation.terminal.line(options.json === true ? json(verdict) : sentence(verdict));
}

function json({ facts, events, agents, checksum, firstBroken }: LogVerdict): string {
  return JSON.stringify({ ok: firstBroken === null, facts, events, agents, checksum, first_broken: firstBroken });
}

function sentence({ facts, events, agents, checksum, firstBroken }: LogVerdict): string {
  if (firstBroken !== null) return `broken at position ${firstBroken.position}: ${firstBroken.problem}`;
  return `whole: ${facts} facts, ${events} events, ${agents} agents, checksum ${checksum}`;
}
