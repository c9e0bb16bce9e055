import { spawnSync } from 'node:child_process';
import { mkdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { dirname } from 'node:path';
import { findProgram } from './find-program.ts';
import { runnerProgram } from './runner-program.ts';

/**
 * The processes of apps that run, on disk: where the kernel does not end them together with a server that is killed, the
 * next server does. An app that waits for its server ends by itself; one that spins would do so for ever.
 */
export class PidFile {
  readonly #path: string;
  readonly #pids = new Set<number>();

  constructor(path: string) {
    this.#path = path;
    mkdirSync(dirname(path), { recursive: true });
  }

  add(pid: number): void {
    this.#pids.add(pid);
    this.#write();
  }

  remove(pid: number): void {
    if (this.#pids.delete(pid)) this.#write();
  }

  /**
   * Ends what an earlier server left behind. A number may belong to another program by now: only one that runs our
   * runner is ended.
   *
   * @returns the processes that were ended
   */
  reap(): readonly number[] {
    const left = readPids(this.#path).filter((pid) => !this.#pids.has(pid) && isRunner(pid));
    for (const pid of left) end(pid);
    this.#write();
    return left;
  }

  #write(): void {
    if (this.#pids.size === 0) rmSync(this.#path, { force: true });
    else writeFileSync(this.#path, [...this.#pids].join('\n'), { mode: 0o600 });
  }
}

/** Whether the kernel ends a process together with its server, so that no file is needed. */
export function diesWithServer(): boolean {
  return process.platform === 'linux' && findProgram('setpriv') !== null;
}

function readPids(path: string): readonly number[] {
  try {
    return readFileSync(path, 'utf8')
      .split('\n')
      .filter((line) => /^[1-9]\d*$/.test(line))
      .map(Number);
  } catch {
    return [];
  }
}

function isRunner(pid: number): boolean {
  const { stdout } = spawnSync('ps', ['-ww', '-o', 'command=', '-p', String(pid)], { encoding: 'utf8' });
  return (stdout ?? '').includes(runnerProgram);
}

function end(pid: number): void {
  try {
    process.kill(pid, 'SIGKILL');
  } catch {
    // Gone since it was looked at.
  }
}
