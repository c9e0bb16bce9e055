import type { CallOutcome } from '../call-outcome.ts';
import type { Attack, AttackResult } from './attack.ts';
import type { Observation } from './observation.ts';
import type { Account } from './subject.ts';

/** All that is known of one attempt. */
export type Case = {
  readonly attack: Attack;
  readonly outcome: CallOutcome;
  readonly account: Account | null;
  readonly observation: Observation;
  /** Secrets, of this attack and of all, that came out of the app. */
  readonly secretsHeard: number;
  /** What was seen outside of the app, in words: files changed, servers reached, processes disturbed. */
  readonly traces: readonly string[];
  /** The process that was attacked from is gone: the host or the kernel ended it. */
  readonly wasEnded: boolean;
  readonly durationMs: number;
};

/** What an app's processes may hold together, with a margin for what is taken between two looks. */
const residentBytesMax = 448 * 1024 * 1024;
const descriptorsMax = 1100;
const threadsMax = 150;

/**
 * Decides whether an attack was held. What can be seen from outside decides; the app's own word is taken only when it
 * says that it got through. An attempt of which neither is known is unknown, which counts as a leak.
 */
export function judge(one: Case): AttackResult {
  const { name, kind } = one.attack;
  const result = (verdict: AttackResult['verdict'], detail: string) => {
    return { name, kind, verdict, detail: detail.replaceAll(/\s+/g, ' ').slice(0, 200), durationMs: one.durationMs };
  };
  const leak = leakOf(one);
  if (leak !== null) return result('leaked', leak);
  const doubt = doubtOf(one);
  return doubt === null ? result('held', whatItMet(one)) : result('unknown', doubt);
}

function leakOf({ account, attack, observation, outcome, secretsHeard, traces }: Case): string | null {
  if (secretsHeard > 0) return 'a secret came out';
  if (traces[0] !== undefined) return traces[0];
  if (observation.started > 0) return `${observation.started} processes were started`;
  if (account?.leak != null) return account.leak;
  if (observation.residentBytesMax > residentBytesMax) {
    return `it held ${Math.round(observation.residentBytesMax / 1024 ** 2)} MiB of memory`;
  }
  if (observation.descriptorsMax > descriptorsMax) return `it held ${observation.descriptorsMax} files open`;
  if (observation.threadsMax > threadsMax) return `it ran ${observation.threadsMax} threads`;
  if (attack.mustFail && outcome.kind === 'delivered' && account?.kind !== 'refused') return 'the call passed for done';
  return null;
}

// An exception out of the attempt, and the end of its process, are answers: it did not get through. So is the end of
// its time for what only takes and never gives.
function doubtOf({ account, attack, outcome, wasEnded }: Case): string | null {
  if (outcome.kind === 'interrupted') return 'the call was cut off';
  if (account !== null || attack.mustFail || wasEnded) return null;
  if (outcome.kind === 'delivered') return 'it did not say what it met with';
  const { code, message } = outcome.error;
  if (code === 'threw' || code === 'rejected' || code === 'exited' || code === 'bad_frame') return null;
  return isLoud(attack) && code === 'timed_out' ? null : `${code}: ${message}`;
}

function isLoud({ kind }: Attack): boolean {
  return kind === 'exhaustion' || kind === 'hanging' || kind === 'protocol';
}

function whatItMet({ account, outcome }: Case): string {
  if (account !== null) return account.got;
  return outcome.kind === 'failed' ? outcome.error.message : outcome.kind;
}
