import { readFileSync, writeFileSync } from 'node:fs';

/**
 * Far enough back that spinning apps do not show in the server's own work, and not at the very end (19): there an app
 * got so little of a machine that others keep busy that its start took 20 s.
 */
const SESSION_NICENESS = '10';

/**
 * Puts a process's session far back in the queue for the processor. Linux may share out the processor by session
 * before it looks at how nice a process is: an app in a session of its own would then get as much of it as the server.
 * Measured on 2 cores with four apps spinning: the server's own work took 3.7 times as long.
 *
 * @returns whether there is nothing left to do; false while the process is still in this server's own session, and when
 *   the kernel wants to be asked again later (it lets ordinary users do this ten times a second)
 */
export function lowerAutogroup(pid: number): boolean {
  const group = groupOf(pid);
  if (group === null) return true;
  if (group === groupOf('self')) return false;
  try {
    writeFileSync(`/proc/${pid}/autogroup`, SESSION_NICENESS);
    return true;
  } catch (error) {
    return (error as NodeJS.ErrnoException).code !== 'EAGAIN';
  }
}

/** Null where the kernel has no such groups. */
function groupOf(pid: number | 'self'): string | null {
  try {
    return /^\/autogroup-\d+/.exec(readFileSync(`/proc/${pid}/autogroup`, 'latin1'))?.[0] ?? null;
  } catch {
    return null;
  }
}
