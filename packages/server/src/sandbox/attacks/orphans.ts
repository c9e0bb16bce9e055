import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { createInterface } from 'node:readline';
import type { AttackResult } from './attack.ts';
import { leftOf } from './observation.ts';
import { readTree, type SeenProcess } from './process-tree.ts';
import { type OpenApp, openSubject } from './subject.ts';

/** What a server that is about to be killed is asked to run. */
export type Orphan = {
  /** The attack that its app carries out, and is in the middle of. */
  readonly attack: string;
  /** Of the hostile app. */
  readonly folder: string;
};

/** How the app of each attack of this kind keeps itself busy when its server dies. */
export const orphanAttacks: Readonly<Record<string, string>> = {
  'orphan-idle': 'ready',
  'orphan-spinning': 'hang-spin',
  'orphan-threads': 'hang-thread-pool',
  'orphan-staying': 'stay-after-signals',
  'orphan-waiting': 'hang-wait',
};

const underWayMs = 250;
const patienceMs = 1000;
const startMsMax = 15_000;

/** The part of the server: runs the app, says which processes that takes, and waits to be killed. */
export async function raiseOrphan(openApp: OpenApp, { attack, folder }: Orphan): Promise<readonly SeenProcess[]> {
  const limits = { callMsMax: 60_000 };
  const subject = openSubject({ name: 'orphan', folder, openApp, kept: new Map(), outbound: null, limits });
  await subject.process.load();
  void subject.attempt({ name: attack, at: {} });
  await new Promise((resolve) => setTimeout(resolve, underWayMs));
  const { pid } = subject.process.state;
  return pid === null ? [] : readTree(pid).processes;
}

/**
 * Starts a server of its own for the app, kills it as no program can prevent, and looks what is left of the app a second
 * later. `command` starts the program that calls `raiseOrphan` and prints what it answers.
 */
export async function tryOrphan(name: string, command: readonly string[]): Promise<AttackResult> {
  const startedAt = performance.now();
  const processes = await orphaned(command);
  const left = await leftOf(processes, patienceMs);
  // Nobody else will.
  for (const { pid } of left) process.kill(pid, 'SIGKILL');
  const result = (verdict: AttackResult['verdict'], detail: string): AttackResult => {
    return { name, kind: 'orphans', verdict, detail, durationMs: Math.round(performance.now() - startedAt) };
  };
  if (processes.length === 0) return result('unknown', 'the app was never seen');
  if (left.length > 0) return result('leaked', `${left.length} processes outlived the server`);
  return result('held', `${processes.length} processes ended with the server`);
}

async function orphaned([program = '', ...args]: readonly string[]): Promise<readonly SeenProcess[]> {
  const server = spawn(program, args, { stdio: ['ignore', 'pipe', 'ignore'] });
  const timer = setTimeout(() => server.kill('SIGKILL'), startMsMax);
  const gone = once(server, 'close');
  let processes: readonly SeenProcess[] = [];
  for await (const line of createInterface({ input: server.stdout })) {
    processes = JSON.parse(line) as readonly SeenProcess[];
    server.kill('SIGKILL');
  }
  await gone;
  clearTimeout(timer);
  return processes;
}
