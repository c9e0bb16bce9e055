import { spawn } from 'node:child_process';
import { readFileSync } from 'node:fs';
import { getPriority } from 'node:os';
import { stateOf } from './process-tree.ts';

/** A process of the same user as the host, that no app may disturb. */
export type Victim = {
  readonly pid: number;
  /** What was done to it, in words; null when nothing was. */
  harm(): string | null;
  stop(): void;
};

const lifeSeconds = 120;

/** Starts one; null where there is no program to be one. */
export async function startVictim(): Promise<Victim | null> {
  const child = spawn('sleep', [String(lifeSeconds)], {
    stdio: 'ignore',
    detached: true,
    env: { PATH: process.env.PATH ?? '' },
  });
  const pid = await new Promise<number | null>((resolve) => {
    child.on('error', () => resolve(null));
    child.on('spawn', () => resolve(child.pid ?? null));
  });
  if (pid === null) return null;
  const priority = getPriority(pid);
  const score = killScore(pid);
  return {
    pid,
    harm() {
      if (child.exitCode !== null || child.signalCode !== null) return `ended another process (${child.signalCode})`;
      if (stateOf(pid) === 'T') return 'stopped another process';
      if (getPriority(pid) !== priority) return 'changed the priority of another process';
      return killScore(pid) === score ? null : 'chose who is killed when memory is short';
    },
    stop: () => child.kill('SIGKILL'),
  };
}

function killScore(pid: number): string {
  try {
    return readFileSync(`/proc/${pid}/oom_score_adj`, 'utf8').trim();
  } catch {
    return '';
  }
}
