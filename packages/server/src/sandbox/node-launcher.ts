import { existsSync } from 'node:fs';
import type { Launcher } from './launcher.ts';
import { nodeFlags } from './node-flags.ts';
import { runnerFolder, runnerProgram } from './runner-program.ts';

/**
 * Starts apps under this same Node. Its permission model keeps honest mistakes away from files and processes; it is
 * not a fence, as Node's manual says itself: this launcher is for apps that the operator trusts.
 *
 * The flags beside it close what the permission model leaves open: SIGUSR1 would open the inspector, `node:sqlite`
 * opens files on its own, and native add-ons run outside every rule. Sockets stay open, for packages that need them.
 */
// A runner ends when the host's pipe closes, but one that spins never looks: the kernel ends it with its host.
const SETPRIV = '/usr/bin/setpriv';
const diesWithParent = process.platform === 'linux' && existsSync(SETPRIV);

export function createNodeLauncher({ nodePath }: { readonly nodePath: string }): Launcher {
  return ({ appFolder, memoryMbMax, brokerPath }) => ({
    command: diesWithParent ? SETPRIV : nodePath,
    args: [
      ...(diesWithParent ? ['--pdeathsig', 'KILL', '--', nodePath] : []),
      '--permission',
      `--allow-fs-read=${runnerProgram}`,
      `--allow-fs-read=${runnerFolder}`,
      `--allow-fs-read=${appFolder}`,
      '--allow-net',
      ...nodeFlags(memoryMbMax),
      runnerProgram,
      appFolder,
    ],
    env: brokerPath == null ? { TZ: 'UTC' } : { TZ: 'UTC', ROLLCALL_BROKER: brokerPath },
    cwd: appFolder,
  });
}
