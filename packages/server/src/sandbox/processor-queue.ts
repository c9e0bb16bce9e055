import { execFile } from 'node:child_process';
import { readFileSync, writeFileSync } from 'node:fs';
import { promisify } from 'node:util';
import { findProgram } from './find-program.ts';
import type { ProcessRank } from './process-rank.ts';

const runFile = promisify(execFile);

/**
 * How nice each rank's session is. An app that takes little stands close behind the server, so that what others do on the
 * machine does not hold it up; one that is not known yet, far enough back for its spinning not to show in the server's
 * own work, and not at the very end: there an app got so little of a busy machine that its start took 20 s.
 */
const SESSION_NICENESS: Readonly<Record<ProcessRank, number>> = { light: 5, unproven: 10, heavy: 19 };

/**
 * Moves a process to the place of a rank; `from`: where it was put last, null for nowhere yet. The answer: whether that
 * is done; if not, it has to be asked again. The process must lead a session of its own.
 */
export type ProcessorQueue = (pid: number, from: ProcessRank | null, to: ProcessRank) => boolean;

/**
 * The way in which this kernel shares out the processor.
 *
 * By session, where it does so: then it looks at the session before it looks at how nice a process is, and an app in a
 * session of its own would get as much as the server. Anybody may move a session of his own back and forth. Not so in a
 * control group with a share of its own, as containers and services have them: there sessions do not count, all apps are
 * equally nice, and those that take much go into the class of processes that run when no other wants to. Only who may
 * lower niceness can take them out of it; else they stay there until they end. In a group of its own that holds them up
 * behind the server and other apps alone; where an ordinary user shares with the whole machine, they are left in place.
 */
export function processorQueue(): ProcessorQueue {
  const queue = queueOfKernel();
  const taskset = process.platform === 'linux' ? findProgram('taskset') : null;
  const cores = coresOf(read('/proc/self/status'));
  return taskset === null || cores.length < 2 ? queue : confiningQueue(queue, taskset, cores);
}

function queueOfKernel(): ProcessorQueue {
  if (sharesBySession()) return sessionQueue;
  const chrt = findProgram('chrt');
  const isWorthIt = process.getuid?.() === 0 || hasShareOfItsOwn(read('/proc/self/cgroup'));
  return chrt === null || !isWorthIt ? () => true : classQueue(chrt);
}

/** The numbers of the cores that a process may run on, by the text of its `/proc/<pid>/status`. */
export function coresOf(status: string): readonly number[] {
  const ranges = /^Cpus_allowed_list:\s*([\d,-]+)$/m.exec(status)?.[1]?.split(',') ?? [];
  return ranges.flatMap((range) => {
    const [first = 0, last = first] = range.split('-').map(Number);
    return Array.from({ length: last - first + 1 }, (_, index) => first + index);
  });
}

/**
 * Places a process as `queue` does, and keeps the heavy ones on one half of the cores.
 *
 * The end of the queue alone is not enough: the kernel lets whoever runs finish a turn of some milliseconds even when one
 * with far more weight wakes. An app whose calls pass between threads, as under Deno, wakes on every core, and met those
 * turns in one call of a hundred: 4 ms instead of 0.6. Anybody may move a process of his own between cores, back and forth.
 */
export const confiningQueue =
  (queue: ProcessorQueue, taskset: string, cores: readonly number[]): ProcessorQueue =>
  (pid, from, to) => {
    if (!queue(pid, from, to)) return false;
    if (from !== 'heavy' && to !== 'heavy') return true;
    const allowed = to === 'heavy' ? cores.slice(Math.ceil(cores.length / 2)) : cores;
    const args = ['--all-tasks', '--pid', '--cpu-list', allowed.join(','), String(pid)];
    // The process may have ended meanwhile.
    runFile(taskset, args, { env: {} }).catch(() => {});
    return true;
  };

/** Whether this kernel shares out the processor among the sessions of the group that this server is in. */
export function sharesBySession(): boolean {
  const isOn = read('/proc/sys/kernel/sched_autogroup_enabled').trim() === '1';
  return isOn && !hasShareOfItsOwn(read('/proc/self/cgroup'));
}

/** Whether processes of the control group in this text of `/proc/<pid>/cgroup` have a share of the processor together. */
export function hasShareOfItsOwn(cgroup: string): boolean {
  const groups = cgroup.split('\n').map((line) => /^\d+:([^:]*):(\/.*)$/.exec(line));
  const old = groups.find((group) => group?.[1]?.split(',').includes('cpu'));
  if (old?.[2] !== undefined) return old[2] !== '/';
  const path = groups.find((group) => group?.[1] === '')?.[2] ?? '/';
  // The outermost group has no weight; a container may see its own group as the outermost.
  return read(`/sys/fs/cgroup${path}/cpu.weight`) !== '';
}

/** Places a process by how nice its session is. */
export function sessionQueue(pid: number, _from: ProcessRank | null, to: ProcessRank): boolean {
  try {
    writeFileSync(`/proc/${pid}/autogroup`, String(SESSION_NICENESS[to]));
    return true;
  } catch (error) {
    // Of ordinary users the kernel takes it ten times a second, from all of them together.
    return (error as NodeJS.ErrnoException).code !== 'EAGAIN';
  }
}

/** Places a process by its class; it knows only the end of the queue and what is not the end. */
export const classQueue =
  (chrt: string): ProcessorQueue =>
  (pid, from, to) => {
    if (from !== 'heavy' && to !== 'heavy') return true;
    const args = ['--all-tasks', to === 'heavy' ? '--idle' : '--other', '--pid', '0', String(pid)];
    // The process may have ended meanwhile, or may not be taken back.
    runFile(chrt, args, { env: {} }).catch(() => {});
    return true;
  };

function read(path: string): string {
  try {
    return readFileSync(path, 'latin1');
  } catch {
    return '';
  }
}
