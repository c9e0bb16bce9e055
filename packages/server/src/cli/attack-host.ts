/**
 * The program that carries out the attack battery. `runBattery` starts it, and it starts itself:
 *
 *   attack-host.ts FENCE SECRET [NAME,NAME…]     tries a fence; tells each result as a line of JSON
 *   attack-host.ts FENCE orphan NAME FOLDER      runs one app, says which processes that takes, and waits to be killed
 */
import type { BrokerEnd } from '../apps/socket-broker.ts';
import { openOutgoing } from '../outbound/outgoing.ts';
import { AppProcess } from '../sandbox/app-process.ts';
import type { HostLine } from '../sandbox/attacks/battery.ts';
import { raiseOrphan } from '../sandbox/attacks/orphans.ts';
import { runAttacks } from '../sandbox/attacks/run-attacks.ts';
import type { OpenApp } from '../sandbox/attacks/subject.ts';
import { findPlainLauncher } from '../sandbox/deno-launcher.ts';
import { findHardenedLauncher } from '../sandbox/hardened-launcher.ts';
import type { Launcher, LauncherFinding } from '../sandbox/launcher.ts';
import { defaultSandboxLimits } from '../sandbox/limits.ts';
import { createNodeLauncher } from '../sandbox/node-launcher.ts';
import { createProcessHost } from '../sandbox/process-host.ts';
import { runnerProgram } from '../sandbox/runner-program.ts';
import { systemClock } from '../system/system-clock.ts';

const [fence = '', secret = '', ...rest] = process.argv.slice(2);
const outgoing = openOutgoing({ privateHosts: [] });
const brokerPaths = new Set<string>();
const openApp = openAppIn(launcherOf(fence));
if (secret === 'orphan') await beKilled();
else await beAttacked(rest[0] ?? '');

async function beAttacked(list: string): Promise<void> {
  const wanted = new Set(list.split(',').filter((name) => name !== ''));
  const neighbour = await runAttacks({
    openApp,
    outbound: outgoing.http,
    brokerPaths: () => [...brokerPaths],
    hostSecrets: [secret, process.env.ROLLCALL_CANARY ?? secret],
    isWanted: ({ name }) => wanted.size === 0 || wanted.has(name),
    orphanCommand: ({ attack, folder }) => [process.execPath, process.argv[1] ?? '', fence, 'orphan', attack, folder],
    tell: (result) => say({ kind: 'result', result }),
  });
  await outgoing.close();
  say({ kind: 'done', neighbour });
  process.exit(0);
}

async function beKilled(): Promise<void> {
  const [attack = '', folder = ''] = rest;
  process.stdout.write(`${JSON.stringify(await raiseOrphan(openApp, { attack, folder }))}\n`);
}

function say(line: HostLine): void {
  process.stdout.write(`${JSON.stringify(line)}\n`);
}

// Where it opens its sockets is no secret that anything may rest on: the attackers are told.
async function openWatched(): Promise<BrokerEnd> {
  const end = await outgoing.sockets.open();
  brokerPaths.add(end.path);
  const close = async () => {
    brokerPaths.delete(end.path);
    await end.close();
  };
  return { path: end.path, close };
}

function openAppIn(launcher: Launcher): OpenApp {
  const clock = systemClock();
  // Of the trusted apps nobody's sockets are led anywhere.
  const broker = fence === 'hardened' || fence === 'plain' ? { open: openWatched } : null;
  const host = createProcessHost({ limits: defaultSandboxLimits, broker });
  return ({ folder, services, limits: own }) => {
    const limits = { ...defaultSandboxLimits, ...own };
    return new AppProcess({ appFolder: folder, launcher, services, clock, limits, host });
  };
}

function launcherOf(name: string): Launcher {
  switch (name) {
    case 'hardened':
      return found(findHardenedLauncher({ nodePath: process.execPath }));
    case 'plain':
      return found(findPlainLauncher());
    case 'trusted':
      return createNodeLauncher({ nodePath: process.execPath });
    // No fence at all: what the battery is able to find is found here.
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
