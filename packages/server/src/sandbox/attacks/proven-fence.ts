import { createHash } from 'node:crypto';
import { mkdirSync, readdirSync, readFileSync, renameSync, statSync, writeFileSync } from 'node:fs';
import { release } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { findDeno } from '../deno-launcher.ts';
import { findProgram } from '../find-program.ts';
import type { AttackResult, BatteryReport } from './attack.ts';
import { attacks } from './attack-list.ts';
import { type BatteryOptions, runBattery } from './battery.ts';

/** What is known of a fence on this machine. */
export type FenceProof = {
  readonly report: BatteryReport;
  /** Null when it held everything; else why apps of others may not run in it, and what would help. One sentence. */
  readonly objection: string | null;
  /** Whether the report is from an earlier run. */
  readonly isKept: boolean;
};

/** Where a good report is kept: for the server of a data folder, and for all that run from this installation. */
export type ProofFolders = { readonly dataFolder: string; readonly cacheFolder?: string };

const sandboxFolder = fileURLToPath(new URL('..', import.meta.url));
const programs = ['bwrap', 'prlimit', 'nice', 'setpriv'];

/**
 * Whether a fence holds on this machine: by the attack battery, or by the report of an earlier one. Without `names` it
 * tries what only the fence can hold, which takes some seconds: what the host's end of the pipe holds is the same on
 * every machine, and our tests hold it. A report is kept in the data folder for as long as nothing that it speaks of has changed: Node, the
 * kernel, the user, the programs that make the fence, and our own code. Only a good one is kept, since what was mended
 * need not show in any of these.
 */
export async function proveFence(options: BatteryOptions & ProofFolders): Promise<FenceProof> {
  const conditions = conditionsOf(options.fence);
  const kept = foldersOf(options)
    .map((folder) => readKept(fileIn(folder, options.fence), conditions))
    .find((report) => report !== null);
  if (kept !== undefined) return { report: kept, objection: null, isKept: true };
  const report = await askedTwice({ ...options, names: options.names ?? namesOfTheFence() });
  keepReport(options, report);
  return { report, objection: objectionTo(report), isKept: false };
}

/**
 * On a machine that is busy with other things an attack may not come to its end in its time. What stays unknown counts
 * as a leak, so a few of these are asked once more, among themselves; what leaked is not.
 */
async function askedTwice(options: BatteryOptions): Promise<BatteryReport> {
  const first = await runBattery(options);
  const open = first.results.filter(({ verdict }) => verdict !== 'held');
  const isWorthIt = open.length > 0 && open.length <= ASKED_AGAIN_MAX && open.every(isUnknown);
  if (first.isHeld || !isWorthIt) return first;
  const second = await runBattery({ ...options, names: open.map(({ name }) => name) });
  const results = first.results.map((before) => second.results.find(({ name }) => name === before.name) ?? before);
  const neighbour = first.neighbour.failed > 0 ? first.neighbour : second.neighbour;
  const durationMs = first.durationMs + second.durationMs;
  const isHeld = second.isHeld && neighbour.failed === 0 && results.every(({ verdict }) => verdict === 'held');
  return { ...first, isHeld, results, neighbour, durationMs };
}

const ASKED_AGAIN_MAX = 20;

function isUnknown({ verdict }: AttackResult): boolean {
  return verdict === 'unknown';
}

/** Keeps a good report for `proveFence`; any other is not kept. */
export function keepReport(folders: ProofFolders, report: BatteryReport): void {
  if (!report.isHeld) return;
  for (const folder of foldersOf(folders)) {
    try {
      writeReport(folder, report);
    } catch {
      // A folder that may not be written has it tried again another time; nothing else depends on it.
    }
  }
}

function foldersOf({ dataFolder, cacheFolder }: ProofFolders): readonly string[] {
  return cacheFolder === undefined ? [dataFolder] : [dataFolder, cacheFolder];
}

const fileIn = (folder: string, fence: string) => join(folder, `fence-${fence}.json`);

function writeReport(dataFolder: string, report: BatteryReport): void {
  mkdirSync(dataFolder, { recursive: true, mode: 0o700 });
  const file = fileIn(dataFolder, report.fence);
  const text = JSON.stringify({ conditions: conditionsOf(report.fence), report });
  // Two servers may be at it: a reader finds one whole file or the other.
  writeFileSync(`${file}.${process.pid}`, text, { mode: 0o600 });
  renameSync(`${file}.${process.pid}`, file);
}

/** Why apps of others may not run in the fence that was tried, and what would help; null when it held everything. */
export function objectionTo(report: BatteryReport): string | null {
  if (report.isHeld) return null;
  const [first, ...others] = report.results.filter(({ verdict }) => verdict !== 'held');
  const which = first === undefined ? 'the battery did not end' : `${first.name}: ${first.detail}`;
  const more = others.length === 0 ? '' : `, and ${others.length} more`;
  const help =
    report.fence === 'hardened'
      ? 'run rollcall doctor for the whole list'
      : 'install bubblewrap (apt-get install bubblewrap), then run rollcall doctor';
  return `the ${report.fence} fence does not hold on this machine (${which}${more}): ${help}`;
}

function namesOfTheFence(): readonly string[] {
  return attacks.flatMap(({ name, heldBy }) => (heldBy === 'fence' ? [name] : []));
}

function readKept(file: string, conditions: string): BatteryReport | null {
  try {
    const kept = JSON.parse(readFileSync(file, 'utf8')) as { conditions?: unknown; report?: BatteryReport };
    return kept.conditions === conditions && kept.report?.isHeld === true ? kept.report : null;
  } catch {
    // None yet, or one that was not written to its end.
    return null;
  }
}

function conditionsOf(fence: string): string {
  const hash = createHash('sha256');
  const facts = [
    fence,
    process.version,
    process.arch,
    release(),
    process.getuid?.() ?? '',
    ...programs.map((name) => programFact(name, findProgram(name))),
    programFact('deno', findDeno()),
  ];
  hash.update(facts.join('\n'));
  for (const file of codeFiles()) hash.update(`\n${file}\n`).update(readFileSync(join(sandboxFolder, file)));
  return hash.digest('hex');
}

function codeFiles(): readonly string[] {
  const names = readdirSync(sandboxFolder, { recursive: true, encoding: 'utf8' });
  return names.filter((name) => /\.[cm]?[jt]s$/.test(name) && !name.endsWith('.test.ts')).sort();
}

function programFact(name: string, path: string | null): string {
  if (path === null) return `${name} is missing`;
  const { size, mtimeMs } = statSync(path);
  return `${path} ${size} ${mtimeMs}`;
}
