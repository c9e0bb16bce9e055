import { existsSync, readdirSync, realpathSync } from 'node:fs';
import { createRequire } from 'node:module';
import { devNull } from 'node:os';
import { dirname, join } from 'node:path';
import { findProgram } from './find-program.ts';
import { kernelLimits } from './kernel-limits.ts';
import type { Launcher, LauncherFinding } from './launcher.ts';
import { runnerFolder, runnerProgram } from './runner-program.ts';
import { strayDescriptors } from './stray-descriptors.ts';

/** What packages read of the machine when they are loaded. Names, addresses and users of the machine are not among it. */
const SYSTEM_FACTS = ['osRelease', 'osUptime', 'cpus', 'systemMemoryInfo', 'loadavg', 'uid', 'gid', 'homedir'];

/**
 * The plain fence: the same runner under Deno, whose permissions are checked in the process itself. It reads the runner
 * and the app's folder, reaches the broker's socket, and nothing else. Memory beyond V8's heap is watched from outside.
 */
export function findPlainLauncher(): LauncherFinding {
  const deno = findDeno();
  if (deno === null) {
    const remedy = 'install the optional npm package deno (npm install, without --omit=optional)';
    return { kind: 'missing', why: 'Deno is not installed', remedy };
  }
  const covered = strayDescriptors();
  const before = wrappers();
  // Deno's `require` looks at the folder of the file that requires, so that folder has to be readable; what else lies in
  // it has not.
  const homeOfRunner = dirname(runnerProgram);
  const besideRunner = readdirSync(homeOfRunner)
    .map((name) => join(homeOfRunner, name))
    .filter((path) => path !== runnerProgram && path !== runnerFolder);
  const launcher: Launcher = ({ appFolder, memoryMbMax, brokerPath: socket = null }) => {
    // Permissions are for real paths, and a folder for temporary files may be a link to one.
    const brokerPath = socket === null ? null : realpathSync(socket);
    const { visible, hidden } = environment(appFolder, brokerPath);
    const readable = [homeOfRunner, appFolder, ...(brokerPath === null ? [] : [brokerPath])];
    const [command, ...args] = [
      ...before,
      deno,
      'run',
      ...[
        '--quiet',
        '--no-prompt',
        '--no-config',
        '--no-lock',
        '--no-remote',
        '--no-npm',
        '--cached-only',
        '--no-check',
      ],
      ...['--node-modules-dir=manual', '--no-code-cache'],
      `--allow-read=${list(readable)}`,
      `--deny-read=${list(besideRunner)}`,
      ...(brokerPath === null
        ? []
        : [`--allow-write=${list([brokerPath])}`, `--allow-net=${list([`unix:${brokerPath}`])}`]),
      `--allow-sys=${SYSTEM_FACTS.join(',')}`,
      `--allow-env=${Object.keys(visible).join(',')}`,
      '--ignore-env',
      `--v8-flags=--max-old-space-size=${memoryMbMax},--stack-trace-limit=50`,
      runnerProgram,
      appFolder,
    ];
    return { command: command ?? deno, args, env: { ...visible, ...hidden }, cwd: appFolder, covered };
  };
  return { kind: 'found', launcher };
}

type Variables = Readonly<Record<string, string>>;

/** What the app finds in its environment, and what is meant for Deno alone. */
function environment(appFolder: string, brokerPath: string | null): { visible: Variables; hidden: Variables } {
  return {
    // Packages ask for a home folder when they are loaded; without the variable they would hear the server's.
    visible: { TZ: 'UTC', HOME: appFolder, ROLLCALL_BROKER: brokerPath ?? '' },
    // Deno keeps nothing: where its cache would be, nothing can be made.
    hidden: { DENO_DIR: join(devNull, 'deno'), DENO_NO_UPDATE_CHECK: '1', NO_COLOR: '1' },
  };
}

// A path of the list with a comma in it is written with two.
const list = (paths: readonly string[]): string => paths.map((path) => path.replaceAll(',', ',,')).join(',');

/** The end of the queue for the processor, limits, and an end together with the server, where the system can do them. */
function wrappers(): readonly string[] {
  const nice = findProgram('nice');
  const isLinux = process.platform === 'linux';
  const prlimit = isLinux ? findProgram('prlimit') : null;
  const setpriv = isLinux ? findProgram('setpriv') : null;
  return [
    ...(nice === null ? [] : [nice, '-n', '19']),
    ...(prlimit === null ? [] : [prlimit, ...kernelLimits()]),
    ...(setpriv === null ? [] : [setpriv, '--no-new-privs', '--pdeathsig', 'KILL', '--']),
  ];
}

/** The program of the npm package: beside it when its install script ran, else in the package for this kind of machine. */
/** The program itself, not the script that npm puts before it; null when it is not installed. */
export function findDeno(): string | null {
  const file = process.platform === 'win32' ? 'deno.exe' : 'deno';
  const own = resolveFolder('deno', import.meta.url);
  if (own === null) return null;
  const library = process.platform === 'linux' ? '-glibc' : '';
  const forMachine = resolveFolder(`@deno/${process.platform}-${process.arch}${library}`, join(own, 'package.json'));
  const candidates = [forMachine, own].flatMap((folder) => (folder === null ? [] : [join(folder, file)]));
  return candidates.find((path) => existsSync(path)) ?? null;
}

function resolveFolder(name: string, from: string): string | null {
  try {
    return dirname(createRequire(from).resolve(`${name}/package.json`));
  } catch {
    return null;
  }
}
