import { isThere, readTree, type SeenProcess } from './process-tree.ts';

/** What was seen from outside of an app's processes during one attempt. */
export type Observation = {
  readonly residentBytesMax: number;
  readonly descriptorsMax: number;
  readonly threadsMax: number;
  /** How many processes came into being after the app had loaded. */
  readonly started: number;
  /** All that were seen. */
  readonly processes: readonly SeenProcess[];
};

export type Observer = { end(): Observation };

const lookEveryMs = 40;

/** Looks again and again at a process and its descendants; it must have loaded. */
export function observe(pid: number): Observer {
  const seen = new Map<string, SeenProcess>();
  const peak = { residentBytesMax: 0, descriptorsMax: 0, threadsMax: 0 };
  look();
  const before = seen.size;
  const timer = setInterval(look, lookEveryMs);
  return {
    end() {
      clearInterval(timer);
      look();
      return { ...peak, started: seen.size - before, processes: [...seen.values()] };
    },
  };

  function look(): void {
    const use = readTree(pid);
    for (const process of use.processes) seen.set(`${process.pid} ${process.key}`, process);
    peak.residentBytesMax = Math.max(peak.residentBytesMax, use.residentBytes);
    peak.descriptorsMax = Math.max(peak.descriptorsMax, use.descriptors);
    peak.threadsMax = Math.max(peak.threadsMax, use.threads);
  }
}

/** Waits for processes to be gone; answers those that are there still. */
export async function leftOf(processes: readonly SeenProcess[], patienceMs: number): Promise<readonly SeenProcess[]> {
  const until = performance.now() + patienceMs;
  for (;;) {
    const left = processes.filter(isThere);
    if (left.length === 0 || performance.now() > until) return left;
    await new Promise((resolve) => setTimeout(resolve, 20));
  }
}
