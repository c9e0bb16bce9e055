import type { SocketBroker } from '../apps/socket-broker.ts';
import type { SandboxLimits } from './limits.ts';
import { hostLimits } from './limits.ts';
import { ProcessSeats } from './process-seats.ts';
import { ProcessWatch } from './process-watch.ts';

/** What the processes of all apps of one server share. */
export type ProcessHost = {
  readonly seats: ProcessSeats;
  readonly watch: ProcessWatch;
  /** Null: behind a fence, apps get no sockets. */
  readonly broker: SocketBroker | null;
};

export function createProcessHost(parts: {
  readonly limits: SandboxLimits;
  readonly broker: SocketBroker | null;
  /** Default: that of a server. */
  readonly processesMax?: number;
}): ProcessHost {
  const { limits, broker, processesMax = hostLimits.processesMax } = parts;
  return {
    seats: new ProcessSeats(processesMax),
    watch: new ProcessWatch(limits.memoryMbMax * 1024 * 1024),
    broker,
  };
}
