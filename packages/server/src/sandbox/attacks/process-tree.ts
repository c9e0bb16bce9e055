import { readdirSync, readFileSync } from 'node:fs';

/** One process as the kernel shows it; `key` tells it from a later one that got the same number. */
export type SeenProcess = { readonly pid: number; readonly key: string };

/** What a process and everything that it started take together. */
export type TreeUse = {
  readonly processes: readonly SeenProcess[];
  readonly residentBytes: number;
  readonly descriptors: number;
  readonly threads: number;
};

const nothing: TreeUse = { processes: [], residentBytes: 0, descriptors: 0, threads: 0 };

/**
 * A process and its descendants, read from `/proc`. Empty where there is none: then only what the attacks themselves do
 * is judged.
 */
export function readTree(root: number): TreeUse {
  const waiting = [root];
  let use = nothing;
  for (let pid = waiting.pop(); pid !== undefined; pid = waiting.pop()) {
    const one = readProcess(pid);
    if (one === null) continue;
    use = add(use, one);
    waiting.push(...childrenOf(pid));
  }
  return use;
}

/** Whether that very process is there still, and not only as a body that its parent has not buried. */
export function isThere({ pid, key }: SeenProcess): boolean {
  const stat = statOf(pid);
  return stat !== null && stat.key === key && stat.state !== 'Z' && stat.state !== 'X';
}

/** One letter, such as `T` for stopped; null when it is gone. */
export function stateOf(pid: number): string | null {
  return statOf(pid)?.state ?? null;
}

/** The process as it can be told from others of the same number; null when it is gone. */
export function identify(pid: number): SeenProcess | null {
  const stat = statOf(pid);
  return stat === null ? null : { pid, key: stat.key };
}

function add(sum: TreeUse, one: TreeUse): TreeUse {
  return {
    processes: [...sum.processes, ...one.processes],
    residentBytes: sum.residentBytes + one.residentBytes,
    descriptors: Math.max(sum.descriptors, one.descriptors),
    threads: sum.threads + one.threads,
  };
}

function readProcess(pid: number): TreeUse | null {
  const stat = statOf(pid);
  if (stat === null) return null;
  const status = read(`/proc/${pid}/status`) ?? '';
  const field = (name: string) => Number.parseInt(new RegExp(`^${name}:\\s+(\\d+)`, 'm').exec(status)?.[1] ?? '0', 10);
  return {
    processes: [{ pid, key: stat.key }],
    residentBytes: field('VmRSS') * 1024,
    descriptors: namesIn(`/proc/${pid}/fd`).length,
    threads: field('Threads'),
  };
}

// Children belong to the thread that started them.
function childrenOf(pid: number): readonly number[] {
  return namesIn(`/proc/${pid}/task`).flatMap((thread) => {
    const children = read(`/proc/${pid}/task/${thread}/children`) ?? '';
    return children.split(' ').flatMap((text) => (text === '' ? [] : [Number.parseInt(text, 10)]));
  });
}

// The name of the program stands in brackets and may hold brackets itself; what follows the last one is fixed.
function statOf(pid: number): { readonly state: string; readonly key: string } | null {
  const text = read(`/proc/${pid}/stat`);
  if (text === null) return null;
  const fields = text.slice(text.lastIndexOf(')') + 2).split(' ');
  return { state: fields[0] ?? '?', key: fields[19] ?? '' };
}

function read(file: string): string | null {
  try {
    return readFileSync(file, 'latin1');
  } catch {
    return null;
  }
}

function namesIn(folder: string): readonly string[] {
  try {
    return readdirSync(folder);
  } catch {
    return [];
  }
}
