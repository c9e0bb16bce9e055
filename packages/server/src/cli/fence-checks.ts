import { fileURLToPath } from 'node:url';
import type { FenceChoice } from '../config/config.ts';
import type { AttackResult, BatteryReport } from '../sandbox/attacks/attack.ts';
import { chooseFence, type Fence } from '../sandbox/choose-fence.ts';
import type { Check } from './doctor-checks.ts';

/** The program that carries out the attack battery. */
export const attackHostProgram = fileURLToPath(new URL('./attack-host.ts', import.meta.url));

export type FenceChecks = {
  /** Which one keeps the apps of this server from the machine; `none`: apps do not run. */
  readonly fence: Fence | 'none';
  readonly checks: readonly Check[];
};

const CAUSES_SHOWN = 3;
/** What each fence is made of: that is what somebody looks for who wants it. */
const MADE_OF = { hardened: 'bubblewrap', plain: 'deno' } as const;

/** Which fences can be put up here, what each that cannot would need, and which one is in force. */
export async function fenceChecks(wanted: FenceChoice): Promise<FenceChecks> {
  const hardened = await tried('hardened');
  const plain = await tried('plain');
  const fence = inForce(wanted, { hardened: hardened.status === 'ok', plain: plain.status === 'ok' });
  return { fence, checks: [hardened, plain, inForceCheck(wanted, fence)] };
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

function inForce(wanted: FenceChoice, works: { readonly hardened: boolean; readonly plain: boolean }): Fence | 'none' {
  if (wanted === 'trusted') return 'trusted';
  if (works.hardened && wanted !== 'plain') return 'hardened';
  return works.plain && wanted !== 'hardened' ? 'plain' : 'none';
}

function inForceCheck(wanted: FenceChoice, fence: Fence | 'none'): Check {
  const name = 'fence in force';
  switch (fence) {
    case 'hardened':
    case 'plain':
      return { name, status: 'ok', detail: `${fence} (the setting is ${wanted})` };
    case 'trusted':
      return { name, status: 'warn', detail: 'trusted, which is none: load only apps that you trust' };
    case 'none':
      return { name, status: 'warn', detail: `none (the setting is ${wanted}): apps do not run` };
  }
}

/** Whether it can be put up here, not only whether it is installed: containers and kernels may forbid it. */
async function tried(fence: 'hardened' | 'plain'): Promise<Check> {
  const name = MADE_OF[fence];
  const chosen = await chooseFence({ wanted: fence, nodePath: process.execPath });
  if (chosen.kind === 'in_force') return { name, status: 'ok', detail: `puts up the ${fence} fence` };
  const [passedOver] = chosen.passedOver;
  const detail = `no ${fence} fence: ${passedOver?.why ?? ''}; ${passedOver?.remedy ?? ''}`;
  return { name, status: 'warn', detail };
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
