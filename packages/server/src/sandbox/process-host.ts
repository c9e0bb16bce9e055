import type { SocketBroker } from '../apps/socket-broker.ts';
import type { SandboxLimits } from './limits.ts';
import { hostLimits } from './limits.ts';
import { diesWithServer, PidFile } from './pid-file.ts';
import { ProcessSeats, type SeatLimits } from './process-seats.ts';
import { ProcessWatch } from './process-watch.ts';
import type { SandboxClock } from './sandbox-clock.ts';

/** What the processes of all apps of one server share. */
export type ProcessHost = {
  readonly seats: ProcessSeats;
  readonly watch: ProcessWatch;
  /** Null: behind a fence, apps get no sockets. */
  readonly broker: SocketBroker | null;
  /** Where the processes are written down for the next server; null where the kernel ends them with this one. */
  readonly pidFile: PidFile | null;
};

export function createProcessHost(parts: {
  readonly limits: SandboxLimits;
  readonly broker: SocketBroker | null;
  /** Path of a file in a folder of the server's own; used where a killed server could leave processes behind. */
  readonly pidFile?: string | undefined;
  /** Default: those of a server. */
  readonly seats?: Partial<SeatLimits>;
  /** By which waits for a seat are measured. Default: the machine's. */
  readonly clock?: SandboxClock;
}): ProcessHost {
  const { limits, broker, seats, clock = machineClock } = parts;
  const pidFile = parts.pidFile === undefined || diesWithServer() ? null : new PidFile(parts.pidFile);
  pidFile?.reap();
  return {
    seats: new ProcessSeats({ ...hostLimits, ...seats }, clock),
    watch: new ProcessWatch(limits.memoryMbMax * 1024 * 1024),
    broker,
    pidFile,
  };
}

const machineClock: SandboxClock = {
  now: () => Date.now(),
  after(delayMs, run) {
    const timer = setTimeout(run, delayMs);
    return () => clearTimeout(timer);
  },
};
