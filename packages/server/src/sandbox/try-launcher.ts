import { mkdir, mkdtemp, realpath, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { AppProcess } from './app-process.ts';
import type { Launcher } from './launcher.ts';
import { defaultSandboxLimits, tryOutLimits } from './limits.ts';
import type { SandboxClock } from './sandbox-clock.ts';

/**
 * Starts a small app by a launcher, and has it look for a file beside its folder: whether the fence can be put up here,
 * and is one.
 *
 * @returns null when it works, else why it does not, as a clause
 */
export async function tryLauncher(launcher: Launcher): Promise<string | null> {
  const home = await realpath(await mkdtemp(join(tmpdir(), 'rollcall-fence-')));
  try {
    const appFolder = await writeTrialApp(home);
    return await callTrialApp(appFolder, launcher);
  } finally {
    await rm(home, { recursive: true, force: true });
  }
}

async function writeTrialApp(home: string): Promise<string> {
  const appFolder = join(home, 'app');
  const packageFolder = join(appFolder, 'server/node_modules/trial');
  await mkdir(packageFolder, { recursive: true });
  const secret = join(home, 'secret.txt');
  await writeFile(secret, 'read');
  await writeFile(join(packageFolder, 'package.json'), '{"name":"trial","version":"1.0.0","main":"trial.js"}');
  await writeFile(join(packageFolder, 'trial.js'), trialPackage(secret));
  await writeFile(
    join(appFolder, 'server/server.js'),
    "const look = require('trial');\nexports = { look() { console.log(look()); } };\n",
  );
  return appFolder;
}

const HELD = 'held';
const SAID_LENGTH_MAX = 300;

const trialPackage = (secret: string): string => `const fs = require('fs');
module.exports = () => {
  try {
    return fs.readFileSync(${JSON.stringify(secret)}, 'utf8');
  } catch {
    return '${HELD}';
  }
};
`;

async function callTrialApp(appFolder: string, launcher: Launcher): Promise<string | null> {
  const lines: string[] = [];
  const app = new AppProcess({
    appFolder,
    launcher,
    clock: ownClock,
    limits: { ...defaultSandboxLimits, ...tryOutLimits },
    services: {
      operation: async () => ({ kind: 'refused', error: { status: 404, message: 'not here' } }),
      log: ({ text }) => lines.push(text),
      broke: (cause) => lines.push(String(cause)),
    },
  });
  try {
    const outcome = await app.call({ callId: 'trial', handler: 'look', payload: {} });
    if (outcome.kind === 'delivered')
      return lines.includes(HELD) ? null : 'it is none: an app could read a file outside';
    // What a fence says of its failure may come in pieces; the last line is our own about the process.
    const said = lines.slice(0, -1).join(' ').replace(/\s+/g, ' ').trim().slice(0, SAID_LENGTH_MAX);
    return `it cannot be put up here (${said || (outcome.kind === 'failed' ? outcome.error.message : outcome.kind)})`;
  } finally {
    await app.stop();
  }
}

// Whether a fence works does not depend on what time the server is told that it is.
const ownClock: SandboxClock = {
  now: () => Date.now(),
  after(delayMs, run) {
    const timer = setTimeout(run, delayMs);
    return () => clearTimeout(timer);
  },
};
