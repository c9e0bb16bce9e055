import type { SocketBroker } from '../apps/socket-broker.ts';
import type { SandboxLimits } from './limits.ts';
import { hostLimits } from './limits.ts';
import { diesWithServer, PidFile } from './pid-file.ts';
import { ProcessSeats } from './process-seats.ts';
import { ProcessWatch } from './process-watch.ts';

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
  /** Default: that of a server. */
  readonly processesMax?: number;
}): ProcessHost {
  const { limits, broker, processesMax = hostLimits.processesMax } = parts;
  const pidFile = parts.pidFile === undefined || diesWithServer() ? null : new PidFile(parts.pidFile);
  pidFile?.reap();
  return {
    seats: new ProcessSeats(processesMax),
    watch: new ProcessWatch(limits.memoryMbMax * 1024 * 1024),
    broker,
    pidFile,
  };
}
