/**
 * `npm run bench`: our figures, each as a ratio to the bare ceiling measured in the same run. Absolute numbers move with
 * the machine; ratios are to be held.
 *
 *   npm run bench                     everything
 *   npm run bench -- --quick          the same questions with smaller counts, in under 90 s
 *   npm run bench -- transitions      only what has this in its name
 *   npm run bench -- --json           figures as JSON lines on stdout
 */
import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { callbacks } from './callbacks.ts';
import { callbacksInFences } from './callbacks-in-fences.ts';
import { deadlines } from './deadlines.ts';
import type { Bench, Figure } from './figure.ts';
import { http } from './http.ts';
import { presence } from './presence.ts';
import { reports } from './reports.ts';
import { reportsUnderCommits } from './reports-under-commits.ts';
import { restart } from './restart.ts';
import { transitions } from './transitions.ts';

const benches: readonly Bench[] = [
  transitions,
  presence,
  deadlines,
  restart,
  http,
  callbacks,
  callbacksInFences,
  reports,
  reportsUnderCommits,
];

const words = process.argv.slice(2);
const isQuick = words.includes('--quick');
const isJson = words.includes('--json');
const filters = words.filter((word) => !word.startsWith('--'));
const wanted = benches.filter(({ name }) => filters.length === 0 || filters.some((filter) => name.includes(filter)));

let missed = 0;
for (const bench of wanted) {
  const folder = mkdtempSync(join(tmpdir(), `rollcall-bench-${bench.name}-`));
  try {
    for (const figure of await bench.run({ isQuick, folder })) {
      process.stdout.write(`${isJson ? JSON.stringify(figure) : line(figure)}\n`);
      if (!isHeld(figure)) missed++;
    }
  } finally {
    rmSync(folder, { recursive: true, force: true });
  }
}
process.stderr.write(missed === 0 ? 'every ratio is held\n' : `${missed} ratios are not held\n`);
process.exit(0);

function line(figure: Figure): string {
  const { name, against, ceiling, ours, unit, hold, better, note } = figure;
  const ratio = (ours / ceiling).toFixed(2);
  const goal =
    hold === null ? '' : `  hold ${better === 'higher' ? '≥' : '≤'} ${hold}  ${isHeld(figure) ? 'ok' : 'MISSED'}`;
  const extra = note === undefined ? '' : `  (${note})`;
  return `${name.padEnd(46)} ${shown(ours)} ${unit}  against ${against} ${shown(ceiling)}  ratio ${ratio}${goal}${extra}`;
}

function isHeld({ ours, ceiling, better, hold }: Figure): boolean {
  if (hold === null) return true;
  return better === 'higher' ? ours / ceiling >= hold : ours / ceiling <= hold;
}

function shown(value: number): string {
  return value >= 100 ? Math.round(value).toLocaleString('en') : value.toPrecision(3);
}
