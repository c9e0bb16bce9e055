import { findPlainLauncher } from './deno-launcher.ts';
import { findHardenedLauncher } from './hardened-launcher.ts';
import type { Launcher, LauncherFinding } from './launcher.ts';
import { createNodeLauncher } from './node-launcher.ts';
import { tryLauncher } from './try-launcher.ts';

/** The ways to keep apps' processes from the machine, from the strongest to none. */
export type Fence = 'hardened' | 'plain' | 'trusted';

/** A fence that was looked at and not taken. */
export type PassedOver = { readonly fence: 'hardened' | 'plain'; readonly why: string; readonly remedy: string };

export type ChosenFence =
  | {
      readonly kind: 'in_force';
      readonly fence: Fence;
      readonly launcher: Launcher;
      /** The better ones, and why they are not in force; empty when it was asked for by name. */
      readonly passedOver: readonly PassedOver[];
    }
  /** No app runs. */
  | { readonly kind: 'none'; readonly passedOver: readonly PassedOver[] };

/**
 * Chooses how apps' processes are kept from the machine, by trying: a small app is started and called in the fence, and
 * looks for a way out. What is installed may still be forbidden, by the kernel, a container or a security module.
 *
 * `auto` is the best that works. It never means `trusted`, which is no fence: that is for who asks for it by name.
 *
 * @param options.objectTo has the last word on a fence that works: why it may not be taken all the same, or null
 */
export async function chooseFence(options: {
  readonly wanted: 'auto' | Fence;
  readonly nodePath: string;
  readonly objectTo?: (fence: 'hardened' | 'plain') => Promise<string | null>;
}): Promise<ChosenFence> {
  const { wanted, nodePath, objectTo = async () => null } = options;
  if (wanted === 'trusted') {
    return { kind: 'in_force', fence: 'trusted', launcher: createNodeLauncher({ nodePath }), passedOver: [] };
  }
  const passedOver: PassedOver[] = [];
  for (const fence of wanted === 'auto' ? (['hardened', 'plain'] as const) : [wanted]) {
    const found = await whatWorks(fence, findLauncher(fence, nodePath));
    const objection = found.kind === 'found' ? await objectTo(fence) : null;
    if (found.kind === 'found' && objection === null) {
      return { kind: 'in_force', fence, launcher: found.launcher, passedOver };
    }
    if (found.kind === 'missing') passedOver.push({ fence, why: found.why, remedy: found.remedy });
    else passedOver.push({ fence, why: objection ?? '', remedy: 'run rollcall doctor' });
  }
  return { kind: 'none', passedOver };
}

/** What an operator has to know about the choice, a sentence each: first what is in force. */
export function fenceSentences(chosen: ChosenFence): readonly string[] {
  const others = chosen.passedOver.map(({ fence, why, remedy }) => `not ${fence}: ${why}; ${remedy}`);
  if (chosen.kind === 'none') return ['no fence: apps do not run', ...others];
  return [SENTENCES[chosen.fence], ...others];
}

const SENTENCES: Readonly<Record<Fence, string>> = {
  hardened: 'hardened: apps see nothing of this machine but their own folders',
  plain: 'plain: apps run under the permissions of a runtime of their own',
  trusted: 'TRUSTED, WHICH IS NO FENCE: an app may do whatever the server’s user may; load only apps that you trust',
};

function findLauncher(fence: 'hardened' | 'plain', nodePath: string): LauncherFinding {
  return fence === 'hardened' ? findHardenedLauncher({ nodePath }) : findPlainLauncher();
}

async function whatWorks(fence: 'hardened' | 'plain', finding: LauncherFinding): Promise<LauncherFinding> {
  if (finding.kind === 'missing') return finding;
  const why = await tryLauncher(finding.launcher);
  return why === null ? finding : { kind: 'missing', why, remedy: REMEDIES[fence] };
}

const REMEDIES = {
  hardened: 'let this user make namespaces (user.max_user_namespaces, the security profile of the container)',
  plain: 'install the npm package deno again, on a system with the GNU C library, macOS or Windows',
} as const;
