import { existsSync } from 'node:fs';
import { cacheFolder } from '../../main.ts';
import type { BatteryReport } from '../../sandbox/attacks/attack.ts';
import { runBattery } from '../../sandbox/attacks/battery.ts';
import { keepReport } from '../../sandbox/attacks/proven-fence.ts';
import { EXIT } from '../command-failed.ts';
import { configOf } from '../data-folder.ts';
import { type Check, runChecks } from '../doctor-checks.ts';
import { attackChecks, attackHostProgram, type FenceChecks, fenceChecks } from '../fence-checks.ts';
import type { Invocation } from '../invocation.ts';

export type DoctorOptions = { readonly data?: string; readonly json?: boolean; readonly attacks?: boolean };

const MARKS = { ok: 'ok  ', warn: 'warn', fail: 'FAIL' } as const;

/**
 * `doctor`: what works on this machine, and whether the fence around apps holds here; exit 1 when something keeps the
 * server from doing its work, or the fence from holding.
 */
export async function examine(invocation: Invocation, options: DoctorOptions): Promise<void> {
  const { terminal } = invocation;
  const { dataFolder, fence: wanted } = configOf({ data: options.data });
  const { fence, checks: fences } = await fenceChecks(wanted);
  const checks: Check[] = [...(await runChecks(dataFolder)), ...fences];
  const print = async (more: readonly Check[]) => {
    if (options.json !== true) for (const check of more) await terminal.line(lineOf(check));
  };
  await print(checks);
  const report = options.attacks === false ? null : await attack(fence, (sentence) => terminal.say(sentence));
  if (report !== null) {
    const found = attackChecks(report);
    checks.push(...found);
    await print(found);
    // The server asks the same question before it runs an app of others, and need not try again.
    keepReport(existsSync(dataFolder) ? { dataFolder, cacheFolder } : { dataFolder: cacheFolder }, report);
  }
  const ok = checks.every(({ status }) => status !== 'fail');
  if (!ok) invocation.exitCode = EXIT.failed;
  if (options.json === true) await terminal.line(JSON.stringify({ ok, fence, checks, attacks: report }));
}

type Say = (sentence: string) => void;

/** Null where there is nothing to try: no app runs, or whatever it likes may. */
async function attack(fence: FenceChecks['fence'], say: Say): Promise<BatteryReport | null> {
  if (fence === 'trusted' || fence === 'none') return null;
  say(`trying the ${fence} fence with every attack; this takes some ten seconds`);
  return runBattery({ fence, hostProgram: attackHostProgram });
}

const NAME_WIDTH = 20;

function lineOf({ name, status, detail }: Check): string {
  return `${MARKS[status]}  ${name.padEnd(NAME_WIDTH)}  ${detail}`;
}
