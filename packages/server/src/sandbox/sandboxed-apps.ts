import type { AppRunners } from '../apps/app-runner.ts';
import { AppProcess } from './app-process.ts';
import type { Launcher } from './launcher.ts';
import { defaultSandboxLimits, type SandboxLimits } from './limits.ts';
import { readAppFolder } from './read-app-folder.ts';
import type { SandboxClock } from './sandbox-clock.ts';

/** Apps in processes of their own, behind the fence that the launcher puts up. */
export function sandboxedApps(parts: {
  readonly launcher: Launcher;
  readonly fence: AppRunners['fence'];
  readonly clock: SandboxClock;
  /** Default: those of a server. */
  readonly limits?: SandboxLimits;
}): AppRunners {
  const { launcher, fence, clock, limits = defaultSandboxLimits } = parts;
  return {
    fence,
    async readFolder(folder) {
      const reading = await readAppFolder(folder);
      return { files: reading.kind === 'read' ? reading.files : null, findings: reading.findings };
    },
    open: ({ folder, services }) => new AppProcess({ appFolder: folder, launcher, services, clock, limits }),
  };
}
