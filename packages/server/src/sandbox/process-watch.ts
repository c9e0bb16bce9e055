import { execFile } from 'node:child_process';
import { readFileSync } from 'node:fs';
import { promisify } from 'node:util';
import { firstStanding, nextStanding, type ProcessRank, type Standing } from './process-rank.ts';
import { readUse, sessionOf } from './process-use.ts';
import { type ProcessorQueue, processorQueue } from './processor-queue.ts';

/** A process that is watched; `pid` is that of the app itself, which may be a child of what was started. */
type Watched = {
  readonly startedPid: number;
  readonly isWrapped: boolean;
  pid: number | null;
  standing: Standing;
  /** The rank whose place in the queue for the processor it was put into last; null before that. */
  placedAs: ProcessRank | null;
  readonly exceeded: () => void;
};

const runFile = promisify(execFile);
const LINUX_CHECK_MS = 50;
/** Elsewhere a program has to be started for each look. */
const ELSEWHERE_CHECK_MS = 250;
/** At every second look: what a process takes of the processor is counted in steps of 10 ms. */
const LOOKS_PER_RANKING = 2;

/**
 * Looks at the resident size of apps' processes: their engine's own limit counts its heap and not the Buffers beside it,
 * and the kernel's counts what is reserved. One timer serves all processes, and there is none while no process runs.
 * It also looks at what each takes of the processor, and puts it into its place in the queue for it, so that apps that
 * take much do not hold up the others.
 *
 * On Linux it reads /proc, 20 times a second; elsewhere it asks `ps`; where there is neither, it sees nothing.
 */
export class ProcessWatch {
  readonly #bytesMax: number;
  readonly #watched = new Set<Watched>();
  #timer: NodeJS.Timeout | null = null;
  #isAsking = false;
  #looks = 0;
  readonly #queue: ProcessorQueue;

  /** `queue`: default: that of this kernel. */
  constructor(bytesMax: number, queue: ProcessorQueue = processorQueue()) {
    this.#bytesMax = bytesMax;
    this.#queue = queue;
  }

  /** How many processes are watched. */
  get size(): number {
    return this.#watched.size;
  }

  /** Whether its timer runs: only while there is something to look at. */
  get isLooking(): boolean {
    return this.#timer !== null;
  }

  /**
   * Calls `exceeded` once when the process is found to be larger than the limit. `isWrapped`: the app is a child of the
   * process with this id. The answer ends the watch.
   */
  watch(pid: number, isWrapped: boolean, exceeded: () => void): () => void {
    const watched: Watched = {
      startedPid: pid,
      isWrapped,
      pid: isWrapped ? null : pid,
      standing: firstStanding,
      placedAs: null,
      exceeded,
    };
    this.#watched.add(watched);
    this.#timer ??= setInterval(() => this.#look(), isLinux ? LINUX_CHECK_MS : ELSEWHERE_CHECK_MS).unref();
    return () => this.#end(watched);
  }

  #end(watched: Watched): void {
    this.#watched.delete(watched);
    if (this.#watched.size > 0 || this.#timer === null) return;
    clearInterval(this.#timer);
    this.#timer = null;
  }

  #look(): void {
    if (!isLinux) {
      void this.#ask();
      return;
    }
    this.#looks += 1;
    for (const watched of [...this.#watched]) {
      watched.pid ??= childOf(watched.startedPid);
      if (watched.pid === null) continue;
      const status = readOrNothing(`/proc/${watched.pid}/status`);
      if (this.#looks % LOOKS_PER_RANKING === 0) this.#rank(watched, watched.pid, status);
      if (residentBytes(status) > this.#bytesMax) this.#exceed(watched);
    }
  }

  #rank(watched: Watched, pid: number, status: string): void {
    const stat = readOrNothing(`/proc/${pid}/stat`);
    // Before the app leads a session of its own, it is in that of the program that starts it: its place would be lost.
    if (sessionOf(stat) !== pid) return;
    const use = readUse(performance.now(), stat, status);
    if (use === null) return;
    watched.standing = nextStanding(watched.standing, use);
    const { rank } = watched.standing;
    if (rank !== watched.placedAs && this.#queue(pid, watched.placedAs, rank)) watched.placedAs = rank;
  }

  async #ask(): Promise<void> {
    if (this.#isAsking) return;
    this.#isAsking = true;
    const sizes = await residentBytesByPs([...this.#watched].map(({ startedPid }) => startedPid));
    this.#isAsking = false;
    for (const watched of [...this.#watched]) {
      if ((sizes.get(watched.startedPid) ?? 0) > this.#bytesMax) this.#exceed(watched);
    }
  }

  #exceed(watched: Watched): void {
    this.#end(watched);
    watched.exceeded();
  }
}

const isLinux = process.platform === 'linux';

/** By the text of its `status`; zero when the process is gone. */
function residentBytes(status: string): number {
  const kilobytes = /^VmRSS:\s+(\d+) kB$/m.exec(status)?.[1] ?? '0';
  return Number(kilobytes) * 1024;
}

function childOf(pid: number): number | null {
  const [first = ''] = readOrNothing(`/proc/${pid}/task/${pid}/children`).split(' ');
  return first === '' ? null : Number(first);
}

function readOrNothing(path: string): string {
  try {
    return readFileSync(path, 'latin1');
  } catch {
    return '';
  }
}

async function residentBytesByPs(pids: readonly number[]): Promise<ReadonlyMap<number, number>> {
  try {
    const { stdout } = await runFile('ps', ['-o', 'pid=,rss=', '-p', pids.join(',')]);
    const rows = stdout.trim().split('\n');
    return new Map(
      rows.map((row) => {
        const [pid, kilobytes] = row.trim().split(/\s+/).map(Number);
        return [pid ?? 0, (kilobytes ?? 0) * 1024];
      }),
    );
  } catch {
    return new Map();
  }
}
