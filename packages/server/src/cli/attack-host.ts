/**
 * The program that carries out the attack battery: `attack-host.ts FENCE SECRET [NAME,NAME…]`. It is started by
 * `runBattery` and by nothing else, and tells its results on standard output, one line of JSON each.
 */
import { AppProcess } from '../sandbox/app-process.ts';
import type { Attack } from '../sandbox/attacks/attack.ts';
import type { HostLine } from '../sandbox/attacks/battery.ts';
import { runAttacks } from '../sandbox/attacks/run-attacks.ts';
import type { OpenApp } from '../sandbox/attacks/subject.ts';
import { findPlainLauncher } from '../sandbox/deno-launcher.ts';
import { findHardenedLauncher } from '../sandbox/hardened-launcher.ts';
import type { Launcher, LauncherFinding } from '../sandbox/launcher.ts';
import { defaultSandboxLimits } from '../sandbox/limits.ts';
import { createNodeLauncher } from '../sandbox/node-launcher.ts';
import { runnerProgram } from '../sandbox/runner-program.ts';
import { systemClock } from '../system/system-clock.ts';

const [fence = '', secret = '', names = ''] = process.argv.slice(2);
const wanted = new Set(names.split(',').filter((name) => name !== ''));
const isWanted = ({ name }: Pick<Attack, 'name'>) => wanted.size === 0 || wanted.has(name);

const neighbour = await runAttacks({
  openApp: openAppIn(launcherOf(fence)),
  hostSecrets: [secret, process.env.ROLLCALL_CANARY ?? secret],
  isWanted,
  tell: (result) => say({ kind: 'result', result }),
});
say({ kind: 'done', neighbour });
process.exit(0);

function say(line: HostLine): void {
  process.stdout.write(`${JSON.stringify(line)}\n`);
}

function openAppIn(launcher: Launcher): OpenApp {
  const clock = systemClock();
  return ({ folder, services, limits }) =>
    new AppProcess({ appFolder: folder, launcher, services, clock, limits: { ...defaultSandboxLimits, ...limits } });
}

function launcherOf(name: string): Launcher {
  switch (name) {
    case 'hardened':
      return found(findHardenedLauncher({ nodePath: process.execPath }));
    case 'plain':
      return found(findPlainLauncher());
    case 'trusted':
      return createNodeLauncher({ nodePath: process.execPath });
    // No fence at all: what the battery must find is found here.
    case 'unfenced':
      return ({ appFolder }) => ({
        command: process.execPath,
        args: [runnerProgram, appFolder],
        env: { ...process.env } as Record<string, string>,
        cwd: appFolder,
      });
    default:
      throw new Error(`there is no fence ${name}`);
  }
}

function found(finding: LauncherFinding): Launcher {
  if (finding.kind === 'missing') throw new Error(`${finding.why}: ${finding.remedy}`);
  return finding.launcher;
}
