import { spawnSync } from 'node:child_process';
import { fileURLToPath } from 'node:url';
import type { AttackResult, BatteryReport } from '../sandbox/attacks/attack.ts';
import { findPlainLauncher } from '../sandbox/deno-launcher.ts';
import { findHardenedLauncher } from '../sandbox/hardened-launcher.ts';
import type { LauncherFinding } from '../sandbox/launcher.ts';
import type { Check } from './doctor-checks.ts';

/** The program that carries out the attack battery. */
export const attackHostProgram = fileURLToPath(new URL('./attack-host.ts', import.meta.url));

export type FenceName = 'hardened' | 'plain' | 'trusted';

export type FenceChecks = {
  /** The best fence that this machine has: the one that `auto` stands for. */
  readonly fence: FenceName;
  readonly checks: readonly Check[];
};

const TRY_OUT_MS_MAX = 5000;
const CAUSES_SHOWN = 3;

/** Which fences are to be had here, and what each that is not would need. */
export function fenceChecks(): FenceChecks {
  const hardened = hardenedCheck();
  const plain = plainCheck();
  const fence = hardened.status === 'ok' ? 'hardened' : plain.status === 'ok' ? 'plain' : 'trusted';
  return { fence, checks: [hardened, plain, inForce(fence)] };
}

/** What the battery found, a line for each class of attacks and one for the whole. */
export function attackChecks(report: BatteryReport): readonly Check[] {
  const kinds = [...new Set(report.results.map(({ kind }) => kind))];
  const perKind = kinds.map((kind) => {
    return kindCheck(
      kind,
      report.results.filter((result) => result.kind === kind),
    );
  });
  return [...perKind, neighbourCheck(report), wholeCheck(report)];
}

function inForce(fence: FenceName): Check {
  const name = 'fence in force';
  if (fence !== 'trusted') return { name, status: 'ok', detail: fence };
  return { name, status: 'warn', detail: 'none: only apps that you trust may run on this machine' };
}

/** Whether it can be put up here, not only whether it is installed: containers and kernels may forbid it. */
function hardenedCheck(): Check {
  const name = 'bubblewrap';
  const finding = findHardenedLauncher({ nodePath: process.execPath });
  if (finding.kind === 'missing') return missing(name, finding);
  const tried = tryOut('bwrap', ['--unshare-all', '--die-with-parent', '--ro-bind', '/', '/', 'true']);
  if (tried === null) return { name, status: 'ok', detail: 'puts up the hardened fence' };
  const detail = `cannot put up its wall here: ${tried}; let this user make namespaces`;
  return { name, status: 'warn', detail };
}

function plainCheck(): Check {
  const finding = findPlainLauncher();
  return finding.kind === 'missing'
    ? missing('deno', finding)
    : { name: 'deno', status: 'ok', detail: 'puts up the plain fence' };
}

function missing(name: string, { why, remedy }: Extract<LauncherFinding, { kind: 'missing' }>): Check {
  return { name, status: 'warn', detail: `${why}: ${remedy}` };
}

function kindCheck(kind: string, results: readonly AttackResult[]): Check {
  const through = results.filter(({ verdict }) => verdict !== 'held');
  const name = `attacks: ${kind}`;
  if (through.length === 0) return { name, status: 'ok', detail: `${results.length} held` };
  // The same cause is said once, however many attacks it let through.
  const causes = [...new Set(through.map(({ verdict, detail }) => `${verdict}: ${detail}`))];
  const shown = causes.slice(0, CAUSES_SHOWN).map((cause) => {
    const names = through
      .filter(({ verdict, detail }) => `${verdict}: ${detail}` === cause)
      .map((result) => result.name);
    return `${names.slice(0, CAUSES_SHOWN).join(', ')}${names.length > CAUSES_SHOWN ? ' …' : ''} ${cause}`;
  });
  return { name, status: 'fail', detail: `${through.length} of ${results.length} not held. ${shown.join('; ')}` };
}

function neighbourCheck({ neighbour: { calls, failed, slowestMs } }: BatteryReport): Check {
  const detail = `${calls} calls of another app meanwhile, ${failed} lost, the slowest ${Math.round(slowestMs)} ms`;
  return { name: 'attacks: neighbours', status: failed === 0 && calls > 0 ? 'ok' : 'fail', detail };
}

function wholeCheck({ fence, isHeld, results, durationMs }: BatteryReport): Check {
  const seconds = `in ${(durationMs / 1000).toFixed(1)} s`;
  const name = 'attacks';
  if (isHeld) return { name, status: 'ok', detail: `the ${fence} fence held all ${results.length} ${seconds}` };
  const through = results.filter(({ verdict }) => verdict !== 'held').length;
  const detail = `the ${fence} fence did not hold ${through} of ${results.length} ${seconds}: apps of others are refused`;
  return { name, status: 'fail', detail };
}

/** Null when the program did its work, else why not: `ENOENT` when it is not there. */
function tryOut(program: string, args: readonly string[]): string | null {
  const { status, stderr, error } = spawnSync(program, args, { timeout: TRY_OUT_MS_MAX, encoding: 'utf8' });
  if (error !== undefined) return (error as NodeJS.ErrnoException).code ?? error.message;
  return status === 0 ? null : (stderr.trim().split('\n')[0] ?? '') || `it ended with ${status}`;
}
