import { mkdirSync, symlinkSync, writeFileSync } from 'node:fs';
import { getPriority } from 'node:os';
import { join } from 'node:path';
import type { Outbound } from '../../apps/outbound.ts';
import type { KeyValueRecord } from '../../marketplace/key-value.ts';
import type { CallOutcome } from '../call-outcome.ts';
import type { SandboxLimits } from '../limits.ts';
import { readAppFolder } from '../read-app-folder.ts';
import type { Attack, AttackKind, AttackResult, NeighbourReport } from './attack.ts';
import { attacks, quietKinds } from './attack-list.ts';
import { type CanaryServers, openCanaries } from './canary-servers.ts';
import { judge } from './judge.ts';
import { type Neighbour, startNeighbour } from './neighbour.ts';
import { leftOf, observe } from './observation.ts';
import { type Orphan, orphanAttacks, tryOrphan } from './orphans.ts';
import { buildScene, difference, pictureOf, type Scene } from './scene.ts';
import { type OpenApp, openSubject, type Subject } from './subject.ts';
import { startVictim } from './victim-process.ts';

/** What the attacks are carried out with. */
export type AttackParts = {
  readonly openApp: OpenApp;
  /** HTTP out as the server has it; null leaves `$request` out. */
  readonly outbound: Outbound | null;
  /** Where the broker has its sockets at this moment. */
  brokerPaths(): readonly string[];
  /** What the host's own environment and arguments hold, and nobody else may know. */
  readonly hostSecrets: readonly string[];
  /** Which attacks; default: all. */
  readonly isWanted: (attack: { readonly name: string }) => boolean;
  /** Starts a program that calls `raiseOrphan` with this and prints the answer as one line of JSON. */
  orphanCommand(orphan: Orphan): readonly string[];
  /** Each result as soon as it is known: the host may not live to see the last. */
  tell(result: AttackResult): void;
};

const limits: Partial<SandboxLimits> = {
  callMsMax: 2500,
  answerMsMax: 150,
  loadMsMax: 15_000,
  backoffMsMin: 1,
  backoffMsMax: 1,
  stopGraceMs: 300,
};
/** Attacks on processor and memory: so many at once, or the machine is too busy to be judged. */
const loudAtOnce = 4;
const beatEveryMs = 50;
const afterLifeMs = 1000;
/** Signals, and timers that an app leaves behind, come a moment later. */
const settleMs = 60;
const lateMs = 600;
const loudCallMs = 250;
const exhaustionCallMs = 2500;
/** Where nothing bounds an attack on memory, it stops here and says so. */
const memoryBytesMax = 640 * 1024 * 1024;
const hostGrowthBytesMax = 64 * 1024 * 1024;

/**
 * Carries out every attack and judges it. Must run in a process of its own: some of the attacks are aimed at whoever
 * runs this.
 */
export async function runAttacks(parts: AttackParts): Promise<NeighbourReport> {
  const scene = buildScene(parts.hostSecrets);
  const kept = new Map<string, KeyValueRecord>();
  const { openApp } = parts;
  const host = watchHost();
  const neighbour = await startNeighbour({
    folder: scene.neighbourFolder,
    secret: scene.neighbourSecret,
    openApp,
    kept,
  });
  const stage: Stage = { ...parts, scene, kept, neighbour, host };
  const stopBeating = beat(scene.busyFile);
  try {
    await Promise.all(quietKinds.map((kind) => runQuiet(stage, kind)));
    // What comes before is the host's own warming up; no attack on memory was among it.
    const grown = host.growth();
    await Promise.all([runLoud(stage), runOrphans(stage)]);
    for (const result of host.results(grown)) parts.tell(result);
    return { ...neighbour.report };
  } finally {
    stopBeating();
    await neighbour.stop();
    scene.remove();
  }
}

/** Writes to a file again and again: who can watch it sees that. */
function beat(file: string): () => void {
  const timer = setInterval(() => writeFileSync(file, String(performance.now())), beatEveryMs);
  return () => clearInterval(timer);
}

type Stage = AttackParts & {
  readonly scene: Scene;
  readonly kept: Map<string, KeyValueRecord>;
  readonly neighbour: Neighbour;
  readonly host: HostWatch;
};

// One after the other in one process, which is started again when an attack was its end.
async function runQuiet(stage: Stage, kind: AttackKind): Promise<void> {
  const wanted = attacks.filter((attack) => attack.kind === kind && stage.isWanted(attack));
  if (wanted.length === 0) return;
  const folder = stage.scene.makeAttacker(kind);
  const subject = openSubject({ ...stage, name: kind, folder, limits });
  for (const attack of wanted) stage.tell(await tryOne(stage, { attack, subject, folder }));
  await subject.process.stop();
}

// Each in a process of its own: they are meant to be its end.
async function runLoud(stage: Stage): Promise<void> {
  const isOurs = ({ kind }: Attack) => !quietKinds.includes(kind) && kind !== 'orphans';
  const waiting = attacks.filter((attack) => isOurs(attack) && stage.isWanted(attack));
  if (waiting.length === 0) return;
  const folder = stage.scene.makeAttacker('loud');
  const lane = async () => {
    for (let attack = waiting.shift(); attack !== undefined; attack = waiting.shift()) {
      const own = { ...limits, callMsMax: attack.kind === 'exhaustion' ? exhaustionCallMs : loudCallMs };
      const subject = openSubject({ ...stage, name: attack.name, folder, limits: own });
      stage.tell(await tryOne(stage, { attack, subject, folder }, true));
    }
  };
  await Promise.all(Array.from({ length: loudAtOnce }, lane));
}

async function runOrphans(stage: Stage): Promise<void> {
  const wanted = attacks.filter((attack) => attack.kind === 'orphans' && stage.isWanted(attack));
  if (wanted.length === 0) return;
  const folder = stage.scene.makeAttacker('orphan');
  for (const { name } of wanted) {
    const attack = orphanAttacks[name] ?? name;
    stage.tell(await tryOrphan(name, stage.orphanCommand({ attack, folder })));
  }
}

type Attempt = { readonly attack: Attack; readonly subject: Subject; readonly folder: string };

async function tryOne(stage: Stage, { attack, subject, folder }: Attempt, isLast = false): Promise<AttackResult> {
  const target = stage.scene.makeTarget(attack.name);
  const canaries = await canariesFor(attack, target.folder);
  const victim = attack.kind === 'signals' ? await startVictim() : null;
  if (attack.name.startsWith('read-link-of-')) plantLink(attack, folder, target.folder);
  const refusal = await refusedAtInstallation(attack, folder);
  const before = pictureOf(folder);
  // The sockets were made after the target's picture was taken.
  const { neighbourFolder, dataFolder } = stage.scene;
  const watched = [target.folder, ...(attack.kind === 'writing' ? [neighbourFolder, dataFolder] : [])];
  const surroundings = watched.map(safePicture);
  const pid = await loadedPid(subject);
  subject.heard();
  if (attack.kind === 'signals') stage.host.signals();
  const startedAt = performance.now();
  const observer = observe(pid ?? 0);
  const at = {
    ...target.at,
    ...canaries?.at,
    ...{ appFolder: folder, brokerPaths: stage.brokerPaths().join(' '), victimPid: victim?.pid ?? 0 },
    ...{ lateMs, memoryBytesMax },
  };
  const outcome: CallOutcome =
    refusal !== null
      ? { kind: 'failed', error: { code: 'not_started', message: refusal }, durationMs: 0 }
      : await subject.attempt({ name: attack.name, at });
  await settle(attack, isLast);
  const durationMs = Math.round(performance.now() - startedAt);
  const wasEnded = refusal !== null || (outcome.kind === 'failed' && (await isEnded(subject, pid)));
  if (isLast) await subject.process.stop();
  const observation = observer.end();
  const left = isLast ? await leftOf(observation.processes, afterLifeMs) : [];
  const heard = subject.heard();
  const traces = [
    ...watched.map((each, index) => changeOf(surroundings[index] ?? '', safePicture(each))),
    changeOf(before, safePicture(folder)),
    ...(canaries?.hits() ?? []),
    victim?.harm() ?? null,
    attack.kind === 'signals' ? stage.host.signals() : null,
    stage.neighbour.trouble(),
    left.length === 0 ? null : `${left.length} processes stayed after the end`,
  ].filter((trace) => trace !== null);
  canaries?.close();
  victim?.stop();
  const secrets = [target.secret, ...stage.scene.sharedSecrets];
  const secretsHeard = secrets.filter((secret) => heard.includes(secret)).length + (hasPasswords(heard) ? 1 : 0);
  const account = subject.accountOf(attack.name);
  return judge({ attack, outcome, account, observation, secretsHeard, traces, wasEnded, durationMs });
}

// What an app does after its call has ended is still its doing.
function settle(attack: Attack, isLast: boolean): Promise<void> {
  const waitMs = attack.name === 'late-write' ? lateMs : isLast || attack.kind === 'signals' ? settleMs : 0;
  return delay(waitMs);
}

function delay(durationMs: number): Promise<void> {
  return new Promise((resolve) => setTimeout(resolve, durationMs));
}

// A process that was killed shows as gone a moment after its call has failed.
async function isEnded({ process }: Subject, pid: number | null): Promise<boolean> {
  for (let look = 0; look < 10 && process.state.pid === pid; look += 1) await delay(20);
  return process.state.pid !== pid;
}

async function loadedPid({ process }: Subject): Promise<number | null> {
  const load = await process.load();
  return load.kind === 'loaded' ? process.state.pid : null;
}

async function canariesFor(attack: Attack, folder: string): Promise<CanaryServers | null> {
  const isNeeded = attack.kind === 'sockets' || attack.name === 'see-network-table';
  return isNeeded ? await openCanaries(folder, attack.name) : null;
}

/** Makes a link such as a careless installation would leave in an app's folder. */
function plantLink({ name }: Attack, folder: string, target: string): void {
  const server = join(folder, 'server');
  mkdirSync(join(server, 'node_modules'), { recursive: true });
  if (name === 'read-link-of-app') symlinkSync(join(target, 'secret.txt'), join(server, 'linked.txt'));
  else symlinkSync(target, join(server, 'node_modules', 'linked'));
}

// Links are not the fence's to hold alone: an app that has one is refused before it runs.
async function refusedAtInstallation(attack: Attack, folder: string): Promise<string | null> {
  if (!attack.name.startsWith('read-link-of-')) return null;
  const { findings } = await readAppFolder(folder);
  const finding = findings.find(({ code }) => code === 'link-leads-out' || code === 'package-leads-out');
  return finding === undefined ? null : `refused at installation: ${finding.message}`;
}

function changeOf(before: string, after: string): string | null {
  const names = difference(before, after);
  return names === null ? null : `files were changed: ${names}`;
}

function safePicture(folder: string): string {
  try {
    return pictureOf(folder);
  } catch {
    return 'the folder itself';
  }
}

function hasPasswords(heard: string): boolean {
  return /root:[^:\s]*:0:0:|root:[^:\s]*:\d{5}:/.test(heard);
}

type HostWatch = {
  /** The signals that have come since the last time that this was asked, in words; null: none. */
  signals(): string | null;
  growth(): number;
  results(grownBefore: number): readonly AttackResult[];
};

/** Watches this very process: signals, exceptions, memory, and what every object would inherit. */
function watchHost(): HostWatch {
  const came = new Set<string>();
  const broke: string[] = [];
  let priority = getPriority();
  for (const signal of ['SIGUSR1', 'SIGUSR2'] as const) process.on(signal, () => came.add(signal));
  process.on('uncaughtException', (error) => broke.push(error.message));
  process.on('unhandledRejection', (reason) => broke.push(String(reason)));
  return { signals, growth, results };

  function signals(): string | null {
    if (getPriority() !== priority) came.add('another priority');
    priority = getPriority();
    const said = came.size === 0 ? null : `the host got ${[...came].join(', ')}`;
    came.clear();
    return said;
  }

  function growth(): number {
    globalThis.gc?.();
    return process.memoryUsage().rss;
  }

  function results(grownBefore: number): readonly AttackResult[] {
    const grown = growth() - grownBefore;
    const polluted = Object.keys(Object.prototype).length > 0 || 'polluted' in {};
    const result = (name: string, isHeld: boolean, detail: string): AttackResult => {
      return { name, kind: 'host', verdict: isHeld ? 'held' : 'leaked', detail, durationMs: 0 };
    };
    return [
      result('host-exceptions', broke.length === 0, broke[0] ?? 'none'),
      result('host-pollution', !polluted, polluted ? 'every object inherits something new' : 'none'),
      result('host-memory', grown <= hostGrowthBytesMax, `grew by ${Math.round(grown / 1024 ** 2)} MiB`),
    ];
  }
}
