import type { AppRunners } from '../apps/app-runner.ts';
import type { SocketBroker } from '../apps/socket-broker.ts';
import { AppProcess } from './app-process.ts';
import type { Launcher } from './launcher.ts';
import { defaultSandboxLimits, type SandboxLimits } from './limits.ts';
import { createProcessHost } from './process-host.ts';
import { readAppFile } from './read-app-file.ts';
import { readAppFolder } from './read-app-folder.ts';
import type { SandboxClock } from './sandbox-clock.ts';

/** Apps in processes of their own, behind the fence that the launcher puts up. */
export function sandboxedApps(parts: {
  readonly launcher: Launcher;
  readonly fence: AppRunners['fence'];
  readonly clock: SandboxClock;
  /** How the packages of apps reach the network; default: not at all behind a fence. */
  readonly broker?: SocketBroker | null;
  /** Where the processes that run are written down, for systems on which they outlive a server that is killed. */
  readonly pidFile?: string;
  /** Default: those of a server. */
  readonly limits?: SandboxLimits;
}): AppRunners {
  const { launcher, fence, clock, broker = null, limits = defaultSandboxLimits } = parts;
  const host = createProcessHost({ limits, broker, clock, pidFile: parts.pidFile });
  return {
    fence,
    async readFolder(folder) {
      const reading = await readAppFolder(folder);
      return { files: reading.kind === 'read' ? reading.files : null, findings: reading.findings };
    },
    readFile: readAppFile,
    open: ({ folder, services }) => new AppProcess({ appFolder: folder, launcher, services, clock, limits, host }),
  };
}
