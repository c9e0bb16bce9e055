import { type ChildProcessWithoutNullStreams, type StdioOptions, spawn } from 'node:child_process';
import { closeSync, openSync } from 'node:fs';
import { devNull } from 'node:os';
import type { Writable } from 'node:stream';
import type { Launch } from './launcher.ts';

const FIRST_INPUT = 3;

/** Starts the process that a launcher describes, with pipes for its standard streams and its further inputs filled. */
export function startProcess({ command, args, cwd, env, inputs = [], covered = [] }: Launch) {
  const nothing = covered.length === 0 ? null : openSync(devNull, 'r');
  try {
    const child = spawn(command, args, {
      cwd,
      env: { ...env },
      stdio: stdioOf(inputs.length, covered, nothing),
      // In a session of its own: Ctrl-C in the server's terminal is for the server, which ends its apps in good order.
      detached: process.platform !== 'win32',
      windowsHide: true,
    });
    for (const [index, bytes] of inputs.entries()) {
      const input = child.stdio[FIRST_INPUT + index] as Writable | null | undefined;
      // A process that dies before it has read shows as its exit.
      input?.on('error', () => {});
      input?.end(bytes);
    }
    return child as ChildProcessWithoutNullStreams;
  } finally {
    if (nothing !== null) closeSync(nothing);
  }
}

// Node cannot close a descriptor in a child; it can put another one in its place.
function stdioOf(inputs: number, covered: readonly number[], nothing: number | null): StdioOptions {
  const length = Math.max(FIRST_INPUT + inputs, ...covered.map((descriptor) => descriptor + 1));
  return Array.from({ length }, (_, descriptor) => {
    if (descriptor < FIRST_INPUT + inputs) return 'pipe';
    return nothing !== null && covered.includes(descriptor) ? nothing : 'ignore';
  });
}
