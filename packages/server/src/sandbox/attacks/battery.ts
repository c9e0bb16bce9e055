import { type ChildProcess, spawn } from 'node:child_process';
import { closeSync, mkdtempSync, openSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { createInterface } from 'node:readline';
import { isJsonObject } from '../../marketplace/json-value.ts';
import type { Attack, AttackResult, BatteryReport, NeighbourReport } from './attack.ts';
import { attacks } from './attack-list.ts';
import { newSecret } from './scene.ts';

/** How the battery is to be run. */
export type BatteryOptions = {
  /** The name of a fence, as the host program knows it. */
  readonly fence: string;
  /** The program that carries out the attacks: it is told the fence, and tells results, one line of JSON each. */
  readonly hostProgram: string;
  /** Default: all. */
  readonly names?: readonly string[];
  /** The user to try it as; default: this process's own. */
  readonly user?: { readonly uid: number; readonly gid: number };
  /** Ends it early: what was not told by then is unknown. */
  readonly signal?: AbortSignal;
};

/** What the host program says, a line each. */
export type HostLine =
  | { readonly kind: 'result'; readonly result: AttackResult }
  | { readonly kind: 'done'; readonly neighbour: NeighbourReport };

const batteryMsMax = 120_000;
const stderrKept = 2000;
const stderrShown = 300;

/**
 * Carries out the attack battery against a fence and reports what was held. It runs in a process of its own, since some
 * of the attacks are aimed at whoever runs it; what that process did not live to tell is unknown, which counts as a leak.
 */
export async function runBattery(options: BatteryOptions): Promise<BatteryReport> {
  const startedAt = performance.now();
  const names = options.names ?? [];
  const { lines, ending } = await hear(startHost(options));
  const told = lines.flatMap((line) => (line.kind === 'result' ? [line.result] : []));
  const isWanted = ({ name }: Attack) => names.length === 0 || names.includes(name);
  const missing = attacks.filter((attack) => isWanted(attack) && !told.some(({ name }) => name === attack.name));
  const results = [...told, ...missing.map((attack) => unheard(attack, ending))];
  const neighbour = lines.find((line) => line.kind === 'done')?.neighbour ?? { calls: 0, failed: 0, slowestMs: 0 };
  const isWhole = lines.some(({ kind }) => kind === 'done') && results.length > 0;
  return {
    fence: options.fence,
    isHeld: isWhole && neighbour.failed === 0 && results.every(({ verdict }) => verdict === 'held'),
    results,
    neighbour,
    durationMs: Math.round(performance.now() - startedAt),
  };
}

function unheard({ name, kind }: Attack, ending: string): AttackResult {
  return { name, kind, verdict: 'unknown', detail: `never told: ${ending}`, durationMs: 0 };
}

function startHost({ fence, hostProgram, names = [], user, signal }: BatteryOptions): ChildProcess {
  // What an attacker would find if it could look: in the environment, among the arguments, behind an open descriptor.
  const secrets = [newSecret(), newSecret()] as const;
  const folder = mkdtempSync(join(tmpdir(), 'rollcall-battery-'));
  writeFileSync(join(folder, 'open'), secrets[1]);
  const open = openSync(join(folder, 'open'), 'r');
  rmSync(folder, { recursive: true });
  const child = spawn(
    process.execPath,
    ['--expose-gc', '--disable-warning=ExperimentalWarning', hostProgram, fence, secrets[0], names.join(',')],
    {
      stdio: ['ignore', 'pipe', 'pipe', open],
      env: { PATH: process.env.PATH ?? '', TZ: 'UTC', ROLLCALL_CANARY: secrets[1] },
      ...(user === undefined ? {} : { uid: user.uid, gid: user.gid }),
      ...(signal === undefined ? {} : { signal, killSignal: 'SIGKILL' as const }),
    },
  );
  closeSync(open);
  return child;
}

async function hear(child: ChildProcess): Promise<{ readonly lines: readonly HostLine[]; readonly ending: string }> {
  const lines: HostLine[] = [];
  let said = '';
  const timer = setTimeout(() => child.kill('SIGKILL'), batteryMsMax);
  child.stderr?.on('data', (bytes: Buffer) => {
    said = (said + bytes.toString('utf8')).slice(-stderrKept);
  });
  const ended = new Promise<string>((resolve) => {
    child.on('error', (error) => resolve(error.message));
    child.on('close', (code, signal) => {
      const words = said.replaceAll(/\s+/g, ' ').slice(0, stderrShown);
      resolve(`the host of the attacks ended with ${signal ?? code}. ${words}`);
    });
  });
  if (child.stdout !== null) {
    createInterface({ input: child.stdout }).on('line', (text) => {
      const line = readLine(text);
      if (line !== null) lines.push(line);
    });
  }
  const ending = await ended;
  clearTimeout(timer);
  return { lines, ending };
}

// The host is ours, but it was under attack: what is not of the form is not heard.
function readLine(text: string): HostLine | null {
  try {
    const value: unknown = JSON.parse(text);
    return isJsonObject(value) && (value.kind === 'result' || value.kind === 'done') ? (value as HostLine) : null;
  } catch {
    return null;
  }
}
