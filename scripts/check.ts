/**
 * `npm run check`: the whole truth about a checkout, the same on every machine: formatting and lint, types, the arrows
 * between the rooms, the generated documents, the tests. Every step runs even when one before it failed.
 *
 *   npm run check                  looks
 *   npm run check -- --write       mends what a machine can: formatting, simple lint, generated documents
 *
 * The last line is `N passed, N failed, N skipped`, as of the tests; a failed step counts as one more failure.
 */
import { spawn } from 'node:child_process';
import { join } from 'node:path';
import { repositoryRoot } from './repository-root.ts';

type Step = { readonly name: string; readonly script: string; readonly words: readonly string[] };
type StepResult = { readonly exitCode: number; readonly output: string };
type Counts = { readonly passed: number; readonly failed: number; readonly skipped: number };

const isWriting = process.argv.includes('--write');
const writeWords = isWriting ? ['--write'] : [];
const steps: readonly Step[] = [
  {
    name: 'formatting and lint',
    script: 'node_modules/@biomejs/biome/bin/biome',
    words: ['check', '--error-on-warnings', ...writeWords, '.'],
  },
  { name: 'types', script: 'node_modules/typescript/bin/tsc', words: ['--noEmit', '-p', 'tsconfig.json'] },
  {
    name: 'types of the pure rooms',
    script: 'node_modules/typescript/bin/tsc',
    words: ['--noEmit', '-p', 'tsconfig.rooms.json'],
  },
  { name: 'arrows between the rooms', script: 'scripts/arrows.ts', words: [] },
  { name: 'generated documents', script: 'scripts/documents.ts', words: writeWords },
];

const failedSteps = await runSteps(steps);
const { counts, seconds } = await runTests();
say(`${counts.failed === 0 ? '✔' : '✖'} tests  ${seconds} s`);
if (failedSteps.length > 0) say(`failed besides the tests: ${failedSteps.join(', ')}`);
const failed = counts.failed + failedSteps.length;
say(`${counts.passed} passed, ${failed} failed, ${counts.skipped} skipped`);
process.exitCode = failed === 0 ? 0 : 1;

async function runSteps(all: readonly Step[]): Promise<string[]> {
  const failures: string[] = [];
  for (const step of all) {
    const startedAt = performance.now();
    const { exitCode, output } = await runNode(step.script, step.words, 'kept');
    say(`${exitCode === 0 ? '✔' : '✖'} ${step.name}  ${secondsSince(startedAt)} s`);
    if (exitCode === 0) continue;
    failures.push(step.name);
    say(output.trimEnd());
  }
  return failures;
}

/** The tests print as they go. Their last line is the only thing we need to know of them. */
async function runTests(): Promise<{ readonly counts: Counts; readonly seconds: string }> {
  const startedAt = performance.now();
  const { exitCode, output } = await runNode('scripts/test.ts', [], 'shown');
  const [, passed, failed, skipped] = /^(\d+) passed, (\d+) failed, (\d+) skipped\n$/m.exec(output) ?? [];
  const counted = { passed: Number(passed ?? 0), failed: Number(failed ?? 0), skipped: Number(skipped ?? 0) };
  const counts = exitCode !== 0 && counted.failed === 0 ? { ...counted, failed: 1 } : counted;
  return { counts, seconds: secondsSince(startedAt) };
}

function runNode(script: string, words: readonly string[], output: 'kept' | 'shown'): Promise<StepResult> {
  // Taking types away is still called an experiment by Node; saying so at every step would only hide what matters.
  const nodeWords = ['--disable-warning=ExperimentalWarning', join(repositoryRoot, script), ...words];
  const child = spawn(process.execPath, nodeWords, {
    cwd: repositoryRoot,
    stdio: ['ignore', 'pipe', 'pipe'],
  });
  const parts: string[] = [];
  for (const stream of [child.stdout, child.stderr]) {
    stream.setEncoding('utf8');
    stream.on('data', (part: string) => {
      parts.push(part);
      if (output === 'shown') process.stdout.write(part);
    });
  }
  return new Promise((resolve, reject) => {
    child.on('error', reject);
    child.on('close', (code) => resolve({ exitCode: code ?? 1, output: parts.join('') }));
  });
}

function secondsSince(startedAt: number): string {
  return ((performance.now() - startedAt) / 1000).toFixed(1);
}

function say(line: string): void {
  process.stdout.write(`${line}\n`);
}
