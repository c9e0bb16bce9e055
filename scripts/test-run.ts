/** Runs the test files with node:test and prints what a person needs: one line per file, and every failure in full. */
import { availableParallelism } from 'node:os';
import { join, relative } from 'node:path';
import { run } from 'node:test';
import { inspect } from 'node:util';
import { repositoryRoot } from './repository-root.ts';
import { findTestFiles } from './test-files.ts';

export type TestOutcome = { readonly passed: number; readonly failed: number; readonly skipped: number };

type Failure = { readonly path: readonly string[]; readonly where: string; readonly error: unknown };
type Skip = { readonly name: string; readonly why: string };
type FileRecord = {
  passed: number;
  durationMs: number;
  readonly failures: Failure[];
  readonly skips: Skip[];
  readonly output: string[];
};

/** A file that has not ended by then is stuck; the longest ones kill and restart servers for minutes. */
const fileTimeoutMs = 15 * 60_000;

/**
 * Runs all test files, or those whose path contains one of `words`. A file that holds no test, a file that crashes and
 * a run without any file count as failures: silence must never look like success.
 */
export async function runTests(options: {
  readonly words: readonly string[];
  readonly environment: Readonly<Record<string, string | undefined>>;
}): Promise<TestOutcome> {
  const { files, leftOut } = findTestFiles({ root: repositoryRoot, ...options });
  const records = files.length === 0 ? new Map<string, FileRecord>() : await recordRun(files);
  for (const [file, record] of records) printFailures(file, record);
  printSkips(records);
  for (const { suites, why } of leftOut) say(`left out: ${suites}: ${why}`);
  if (files.length === 0) say(`no test file matches ${inspect(options.words)}`);
  return sum(records);
}

async function recordRun(files: readonly string[]): Promise<Map<string, FileRecord>> {
  const records = new Map<string, FileRecord>();
  const recordOf = (path: string | undefined): FileRecord => {
    const file = relative(repositoryRoot, path ?? 'unknown file');
    const known = records.get(file) ?? { passed: 0, durationMs: 0, failures: [], skips: [], output: [] };
    records.set(file, known);
    return known;
  };
  const stream = run({
    files: files.map((file) => join(repositoryRoot, file)),
    concurrency: availableParallelism(),
    isolation: 'process',
    timeout: fileTimeoutMs,
  });
  await listen(stream, recordOf);
  for (const file of files) noteEmptyFile(recordOf(join(repositoryRoot, file)));
  return new Map([...records].sort(([a], [b]) => (a < b ? -1 : 1)));
}

async function listen(
  stream: ReturnType<typeof run>,
  recordOf: (path: string | undefined) => FileRecord,
): Promise<void> {
  // The names of the enclosing tests, by file and depth: an event carries only its own name and nesting.
  const openNames = new Map<string, string[]>();
  stream.on('test:start', (event) => {
    const names = openNames.get(event.file ?? '') ?? [];
    names.length = event.nesting;
    names[event.nesting] = event.name;
    openNames.set(event.file ?? '', names);
  });
  stream.on('test:pass', (event) => {
    if (event.details.type === 'suite' || isTheFileItself(event)) return;
    const record = recordOf(event.file);
    if (event.skip !== undefined) record.skips.push({ name: event.name, why: reasonOf(event.skip) });
    else if (event.todo !== undefined) record.skips.push({ name: event.name, why: `to do: ${reasonOf(event.todo)}` });
    else record.passed += 1;
  });
  stream.on('test:fail', (event) => {
    if (isEchoOfSubtests(event.details.error)) return;
    if (isTheFileItself(event)) {
      recordOf(event.file).failures.push({
        path: ['the whole file'],
        where: '',
        error: describeEnd(event.details.error),
      });
      say(`✖ ${relative(repositoryRoot, event.name)}  did not end well`);
      return;
    }
    const path = [...(openNames.get(event.file ?? '') ?? []).slice(0, event.nesting), event.name];
    const where = event.line === undefined ? '' : `:${event.line}:${event.column ?? 1}`;
    recordOf(event.file).failures.push({ path, where, error: event.details.error });
  });
  stream.on('test:stdout', (event) => recordOf(event.file).output.push(event.message));
  stream.on('test:stderr', (event) => recordOf(event.file).output.push(event.message));
  stream.on('test:summary', (event) => {
    if (event.file === undefined) return;
    const record = recordOf(event.file);
    record.durationMs = event.duration_ms;
    printFile(relative(repositoryRoot, event.file), record);
  });
  for await (const _ of stream) {
    // Reading drives the run; the listeners above take what they need.
  }
}

/** The runner reports a file that could not be loaded, or held nothing, as a test that bears the file's own name. */
function isTheFileItself(event: { readonly name: string; readonly file?: string; readonly nesting: number }): boolean {
  return event.nesting === 0 && event.file !== undefined && event.name === event.file;
}

/** A parent fails because its children did: the children are the news, and counting both would count one fault twice. */
function isEchoOfSubtests(error: unknown): boolean {
  return (error as { failureType?: unknown } | undefined)?.failureType === 'subtestsFailed';
}

function noteEmptyFile(record: FileRecord): void {
  if (record.passed + record.failures.length + record.skips.length > 0) return;
  record.failures.push({ path: ['the whole file'], where: '', error: 'it holds no test' });
}

function reasonOf(mark: string | boolean): string {
  return typeof mark === 'string' ? mark : 'no reason given';
}

function printFile(file: string, record: FileRecord): void {
  const mark = record.failures.length > 0 ? '✖' : '✔';
  const failed = record.failures.length > 0 ? `, ${record.failures.length} FAILED` : '';
  const skipped = record.skips.length > 0 ? `, ${record.skips.length} skipped` : '';
  say(`${mark} ${file}  ${record.passed} passed${failed}${skipped}  ${Math.round(record.durationMs)} ms`);
}

function printFailures(file: string, record: FileRecord): void {
  for (const failure of record.failures) {
    say(`\n✖ ${file}${failure.where}\n  ${failure.path.join(' › ')}`);
    say(indent(describeError(failure.error)));
  }
  const output = record.output.join('').trim();
  if (record.failures.length > 0 && output !== '') say(`  printed by ${file}:\n${indent(output)}`);
}

/**
 * What the test threw, without the frames of the runner: node:test wraps it, and the wrapper's own stack only shows the
 * wrapper.
 */
function describeError(error: unknown): string {
  if (typeof error === 'string') return error;
  const thrown = error instanceof Error && error.cause !== undefined ? error.cause : error;
  // The stack of an assertion already holds the difference; printing it whole would show both sides again.
  const isAssertion = thrown instanceof Error && 'code' in thrown && thrown.code === 'ERR_ASSERTION';
  const full = isAssertion ? (thrown.stack ?? thrown.message) : thrown;
  const text = typeof full === 'string' ? full : inspect(full, { depth: 6 });
  return text.replace(/^ *at .*node:(internal|async_hooks).*\n?/gm, '');
}

/** How the process of a test file ended, when it ended badly as a whole. */
function describeEnd(error: unknown): string {
  const { exitCode, signal } = error as { readonly exitCode?: number | null; readonly signal?: string | null };
  if (signal) return `the process was ended by ${signal}`;
  return `the process ended with exit code ${exitCode ?? 'unknown'}; look for an error outside any test`;
}

function printSkips(records: ReadonlyMap<string, FileRecord>): void {
  for (const [file, record] of records) {
    for (const skip of record.skips) say(`skipped: ${file} › ${skip.name}: ${skip.why}`);
  }
}

function sum(records: ReadonlyMap<string, FileRecord>): TestOutcome {
  const all = [...records.values()];
  const total = (count: (record: FileRecord) => number) => all.reduce((running, record) => running + count(record), 0);
  const failed = total((record) => record.failures.length);
  const passed = total((record) => record.passed);
  return { passed, failed: passed + failed === 0 ? 1 : failed, skipped: total((record) => record.skips.length) };
}

function indent(text: string): string {
  return text.replace(/^/gm, '    ');
}

function say(line: string): void {
  process.stdout.write(`${line}\n`);
}
