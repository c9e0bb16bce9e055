/** What a process had taken of the processor at one moment; counts are from its start on. */
export type ProcessUse = {
  readonly atMs: number;
  /** By all of its threads. */
  readonly processorMs: number;
  /** How often its first thread, the one that runs the app, had stopped of its own accord, to wait for something. */
  readonly pauses: number;
  /** Whether that thread ran or waited for the processor just then. */
  readonly isRunnable: boolean;
};

/** Linux counts in hundredths of a second on every machine that Node runs on. */
const TICK_MS = 10;
const USER_TICKS = 11;
const SYSTEM_TICKS = 12;
const SESSION = 3;

/**
 * Reads it from the texts of `/proc/<pid>/stat` and `/proc/<pid>/status`; null when they do not have it, as for a process
 * that is gone. Source: https://man7.org/linux/man-pages/man5/proc_pid_stat.5.html
 */
export function readUse(atMs: number, stat: string, status: string): ProcessUse | null {
  const fields = fieldsOf(stat);
  const pauses = Number(/^voluntary_ctxt_switches:\s+(\d+)$/m.exec(status)?.[1] ?? Number.NaN);
  const processorMs = (Number(fields[USER_TICKS]) + Number(fields[SYSTEM_TICKS])) * TICK_MS;
  if (Number.isNaN(pauses) || Number.isNaN(processorMs)) return null;
  return { atMs, processorMs, pauses, isRunnable: fields[0] === 'R' };
}

/** The session that a process belongs to, by the text of `/proc/<pid>/stat`; null when the process is gone. */
export function sessionOf(stat: string): number | null {
  const session = Number(fieldsOf(stat)[SESSION] ?? Number.NaN);
  return Number.isNaN(session) ? null : session;
}

// The program's name stands in brackets and may hold brackets itself; what follows the last one is fixed.
const fieldsOf = (stat: string): readonly string[] => stat.slice(stat.lastIndexOf(')') + 2).split(' ');
