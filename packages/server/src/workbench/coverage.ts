import { mkdirSync, readdirSync, readFileSync, rmSync, statSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import istanbul, { type CoverageMap, type CoverageSummaryData } from 'istanbul-lib-coverage';
import toIstanbul from 'v8-to-istanbul';
import type { AppFiles } from '../marketplace/app-files.ts';
import { sourceText } from '../marketplace/source-text.ts';
import { readScript } from '../marketplace/syntax-fault.ts';
import { walkTree } from '../marketplace/syntax-tree.ts';
import { carryCounts, type FileCount, isFunction, shifted, withoutKnown } from './carry-counts.ts';
import { type CountedFunction, mergeFunctions } from './merge-ranges.ts';

/** How much of the app ran, in percent with two decimals; 100 where there is nothing to run. */
export type CoverageFigures = {
  readonly lines: number;
  readonly branches: number;
  readonly functions: number;
  readonly statements: number;
};

export type CoverageSummary = {
  readonly total: CoverageFigures;
  readonly files: readonly (CoverageFigures & {
    readonly file: string;
    /** Lines that never ran, as `3`, `7-9`. */
    readonly missing: readonly string[];
  })[];
};

type Take = {
  readonly opening: number;
  readonly files: readonly { readonly file: string; readonly functions: readonly CountedFunction[] }[];
};

/**
 * What of the app's own files ran since `app run` began, over every process that ran it. An edit takes away what is
 * known of the functions that it changed, and leaves the others as they are, wherever they stand now.
 */
export class Coverage {
  readonly #takesFolder: string;
  readonly #read = new Map<string, number>();
  readonly #counts = new Map<string, FileCount>();
  /** What a file's text was when a process loaded it, by process and file. */
  readonly #loaded = new Map<string, string>();
  readonly #files: () => AppFiles | null;

  /** @param takesFolder where the app's processes write what they counted */
  constructor(takesFolder: string, files: () => AppFiles | null) {
    this.#takesFolder = takesFolder;
    this.#files = files;
    mkdirSync(this.#takesFolder, { recursive: true });
  }

  get takesFolder(): string {
    return this.#takesFolder;
  }

  /** Asks a process to write down what it counted; a process that has ended did so on its own. */
  ask(pid: number): void {
    if (process.platform === 'win32') return;
    try {
      process.kill(pid, 'SIGUSR2');
    } catch {
      // It ended meanwhile.
    }
  }

  /** Reads what the processes wrote since the last time; true when there was something. */
  take(): boolean {
    let isNew = false;
    for (const name of readdirSync(this.#takesFolder)) {
      if (name.endsWith('.jsonl') && this.#takeFrom(join(this.#takesFolder, name))) isNew = true;
    }
    return isNew;
  }

  #takeFrom(file: string): boolean {
    const from = this.#read.get(file) ?? 0;
    if (statSync(file).size <= from) return false;
    const bytes = readFileSync(file).subarray(from);
    // A line that is being written is read when it is whole.
    const end = bytes.lastIndexOf(0x0a) + 1;
    if (end === 0) return false;
    this.#read.set(file, from + end);
    for (const line of bytes.subarray(0, end).toString('utf8').split('\n')) if (line !== '') this.#add(file, line);
    return true;
  }

  #add(process: string, line: string): void {
    const files = this.#files();
    const { opening, files: counted } = JSON.parse(line) as Take;
    for (const { file, functions } of counted) {
      const text = textOf(files, file);
      if (text === null) continue;
      // What stands around the file is none of it; the converter cannot take what ends before the file begins.
      const own = functions.filter(({ ranges }) => (ranges[0]?.endOffset ?? 0) > opening);
      const ran = this.#textThatRan(`${process} ${file}`, { functions, opening, text });
      if (ran === null) continue;
      const told = ofText({ text: ran, opening, functions: own }, text);
      const known = this.#counts.get(file);
      const before = known === undefined ? [] : ofText(known, text).functions;
      this.#counts.set(file, { ...told, functions: mergeFunctions(before, told.functions) });
    }
  }

  /**
   * The text that a process counts in, which may have been edited meanwhile; null when nobody knows it. The first time
   * that a process tells of a file it tells of the whole script, whose length says whether it is the text of now; later
   * only of the functions that ran.
   */
  #textThatRan(place: string, { functions, opening, text }: FileCount): string | null {
    const script = functions.find(({ ranges }) => ranges[0]?.startOffset === 0);
    if (script !== undefined) {
      const rest = (script.ranges[0]?.endOffset ?? 0) - opening - text.length;
      if (rest >= 0 && rest < CLOSING_LENGTH_MAX) this.#loaded.set(place, text);
    }
    return this.#loaded.get(place) ?? null;
  }

  /** The figures of every file of the app that runs on the server, those that never ran included. */
  async summary(): Promise<CoverageSummary> {
    const map = await this.#map('');
    const files = map.files().map((file) => {
      const one = map.fileCoverageFor(file);
      const summary = figuresOf(one.toSummary().data);
      return { file, ...summary, missing: spansOf(one.getUncoveredLines().map(Number)) };
    });
    return { total: figuresOf(map.getCoverageSummary().data), files };
  }

  /** Writes the report that coverage tools read, with absolute paths. */
  async writeReport(appFolder: string): Promise<string> {
    const folder = join(appFolder, 'coverage');
    mkdirSync(folder, { recursive: true });
    const file = join(folder, 'coverage-final.json');
    writeFileSync(file, `${JSON.stringify((await this.#map(`${appFolder}/`)).toJSON())}\n`);
    const { total, files } = await this.summary();
    writeFileSync(join(folder, 'coverage-summary.json'), `${JSON.stringify({ total, files }, null, 2)}\n`);
    return file;
  }

  /** Forgets what was counted so far; what runs from now on counts. */
  clear(): void {
    this.take();
    this.#counts.clear();
  }

  close(): void {
    rmSync(this.#takesFolder, { recursive: true, force: true });
  }

  async #map(prefix: string): Promise<CoverageMap> {
    const map = istanbul.createCoverageMap({});
    const files = this.#files() ?? new Map<string, string>();
    for (const file of [...files.keys()].filter(isServerCode).sort()) {
      const text = textOf(files, file) ?? '';
      // A file without a line has nothing that could run, and the converter cannot take it.
      if (text.trim() === '') continue;
      const count = this.#counts.get(file);
      const { opening, functions } = count?.text === text ? count : knownOf(count, text);
      const converter = toIstanbul(`${prefix}${file}`, opening, { source: text });
      await converter.load();
      converter.applyCoverage(functions as Parameters<typeof converter.applyCoverage>[0]);
      for (const data of Object.values(converter.toIstanbul())) {
        const plain = 'data' in data ? data.data : data;
        const s = withoutIdleLines(plain.s, { functions, opening, text });
        map.addFileCoverage({ ...plain, s, path: `${prefix}${file}` });
      }
      converter.destroy();
    }
    return map;
  }
}

const CLOSING_LENGTH_MAX = 200;

function isServerCode(file: string): boolean {
  return /^server\/.*\.js$/.test(file) && !/(^|\/)(node_modules|test_data|tests?)\//.test(file);
}

/** As it runs: without the mark that some editors put before a text. */
function textOf(files: AppFiles | null, file: string): string | null {
  return files?.get(file)?.replace(/^\uFEFF/, '') ?? null;
}

/** The same count for another text of the file: what still stands there. */
function ofText(count: FileCount, text: string): FileCount {
  return count.text === text ? count : { ...count, text, functions: carryCounts(count, text) };
}

/** What is known of a text that no process has told of yet: nothing ran but what ran before it was edited. */
function knownOf(count: FileCount | undefined, text: string): FileCount {
  const never = neverRun(text);
  if (count === undefined) return { text, opening: 0, functions: never };
  const known = carryCounts(count, text).map((one) => shifted(one, -count.opening));
  return { text, opening: 0, functions: [...withoutKnown(never, known), ...known] };
}

function neverRun(text: string): readonly CountedFunction[] {
  const all = counted('', { start: 0, end: text.length });
  const script = readScript(sourceText('', text));
  if (script.kind !== 'parsed') return [all];
  const functions: CountedFunction[] = [];
  walkTree(script.program, (node, ancestors) => {
    if (!isFunction(node)) return;
    // Functions without a name are not counted as functions, here as where they ran.
    const hasName = ('id' in node && node.id != null) || NAMING.has(ancestors.at(-1)?.type ?? '');
    functions.push(counted(hasName ? `at ${node.start}` : '', node));
  });
  return [all, ...functions];
}

/**
 * A function that stands on one line alone and never ran: the converter takes its line for one that ran, because what
 * stands around the function did.
 */
function withoutIdleLines(counts: Readonly<Record<string, number>>, count: FileCount): Record<string, number> {
  const { functions, opening, text } = count;
  const left = { ...counts };
  for (const { ranges } of functions) {
    const [outer] = ranges;
    if (outer === undefined || outer.count > 0) continue;
    const [start, end] = [outer.startOffset - opening, outer.endOffset - opening];
    const line = text.slice(0, start).split('\n').length - 1;
    const [from, to] = [text.lastIndexOf('\n', start - 1) + 1, text.indexOf('\n', start)];
    const rest = text.slice(from, start) + text.slice(end, to < 0 ? undefined : to);
    if (start >= 0 && (to < 0 || end <= to) && /^\s*(async\s+)?[\w$]*\s*[:=]?\s*[,;]?\s*$/.test(rest)) left[line] = 0;
  }
  return left;
}

/** What gives a function that has none a name. */
const NAMING: ReadonlySet<string> = new Set([
  'Property',
  'MethodDefinition',
  'PropertyDefinition',
  'VariableDeclarator',
]);

function counted(functionName: string, { start, end }: { readonly start: number; readonly end: number }) {
  return { functionName, isBlockCoverage: true, ranges: [{ startOffset: start, endOffset: end, count: 0 }] };
}

function figuresOf(data: CoverageSummaryData): CoverageFigures {
  return {
    lines: percent(data.lines.pct),
    branches: percent(data.branches.pct),
    functions: percent(data.functions.pct),
    statements: percent(data.statements.pct),
  };
}

function percent(value: unknown): number {
  return typeof value === 'number' ? value : 100;
}

function spansOf(lines: readonly number[]): readonly string[] {
  const spans: [number, number][] = [];
  for (const line of lines.toSorted((one, other) => one - other)) {
    const last = spans.at(-1);
    if (last !== undefined && last[1] === line - 1) last[1] = line;
    else spans.push([line, line]);
  }
  return spans.map(([from, to]) => (from === to ? `${from}` : `${from}-${to}`));
}
