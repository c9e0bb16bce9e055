import { realpathSync } from 'node:fs';
import { basename } from 'node:path';
import { findProgram } from './find-program.ts';
import { kernelLimits } from './kernel-limits.ts';
import type { Launcher, LauncherFinding } from './launcher.ts';
import { nodeFlags } from './node-flags.ts';
import { runnerFolder, runnerProgram } from './runner-program.ts';
import { seccompFilter } from './seccomp-filter.ts';
import { strayDescriptors } from './stray-descriptors.ts';

// What an app sees as its file system: these paths and nothing else, all of it read-only.
const NODE_INSIDE = '/runtime/node';
const RUNNER_INSIDE = '/runner';
const APP_INSIDE = '/app';
const BROKER_INSIDE = '/broker';

const NOBODY = '65534';
const FILTER_DESCRIPTOR = '3';

/**
 * The hardened fence: limits of the kernel (`prlimit`), namespaces of its own for everything (`bwrap`), a filter of
 * system calls, and inside of it Node, at the end of the queue for the processor.
 *
 * Inside there is no /proc, no /dev, no /etc, no /tmp, no network, no other process and no user database. The app is at
 * /app. There is no `--permission` of Node: it is no fence, and it would only hide what the fence is good for.
 */
export function findHardenedLauncher({ nodePath }: { readonly nodePath: string }): LauncherFinding {
  if (process.platform !== 'linux') {
    return missing('it needs Linux', 'use the plain fence here, or run the server on Linux');
  }
  const filter = seccompFilter(process.arch);
  if (filter === null) return missing(`there is no filter of system calls for ${process.arch}`, 'use x64 or arm64');
  const programs = { bwrap: findProgram('bwrap'), prlimit: findProgram('prlimit'), nice: findProgram('nice') };
  const { bwrap, prlimit, nice } = programs;
  if (bwrap === null || prlimit === null || nice === null) {
    const names = Object.entries(programs).flatMap(([name, path]) => (path === null ? [name] : []));
    return missing(`${names.join(', ')} not found`, 'install bubblewrap and util-linux (apt install bubblewrap)');
  }
  const node = realpathSync(nodePath);
  const runtime = [...readOnly(node, NODE_INSIDE), ...loadedLibraries().flatMap((path) => readOnly(path, path))];
  const runner = [
    ...readOnly(runnerProgram, `${RUNNER_INSIDE}/${basename(runnerProgram)}`),
    ...readOnly(runnerFolder, `${RUNNER_INSIDE}/${basename(runnerFolder)}`),
  ];
  const covered = strayDescriptors();
  const launcher: Launcher = ({ appFolder, memoryMbMax, brokerPath = null }) => ({
    command: nice,
    args: [
      ...['-n', '19', prlimit, ...kernelLimits()],
      ...[
        bwrap,
        '--unshare-all',
        '--unshare-user',
        '--die-with-parent',
        '--new-session',
        '--as-pid-1',
        '--clearenv',
        '--cap-drop',
        'ALL',
      ],
      ...['--uid', NOBODY, '--gid', NOBODY, '--hostname', 'app'],
      ...runtime,
      ...runner,
      ...readOnly(appFolder, APP_INSIDE),
      // A socket is connected to by writing: the folder is read-only, the socket in it is not.
      ...(brokerPath === null ? [] : ['--bind', brokerPath, BROKER_INSIDE]),
      ...['--remount-ro', '/', '--chdir', APP_INSIDE],
      ...environmentInside(brokerPath !== null),
      ...['--seccomp', FILTER_DESCRIPTOR, '--'],
      NODE_INSIDE,
      ...nodeFlags(memoryMbMax),
      `${RUNNER_INSIDE}/${basename(runnerProgram)}`,
      APP_INSIDE,
    ],
    env: {},
    cwd: '/',
    inputs: [filter],
    isWrapped: true,
    covered,
  });
  return { kind: 'found', launcher };
}

const missing = (why: string, remedy: string): LauncherFinding => ({ kind: 'missing', why, remedy });

const readOnly = (from: string, to: string): readonly string[] => ['--ro-bind', from, to];

/** Packages ask for a home folder when they are loaded, and without a user database the variable is the only answer. */
function environmentInside(hasBroker: boolean): readonly string[] {
  const variables = { TZ: 'UTC', HOME: APP_INSIDE, ROLLCALL_BROKER: hasBroker ? BROKER_INSIDE : '' };
  return Object.entries(variables).flatMap(([name, value]) => ['--setenv', name, value]);
}

/** The shared libraries of this very process, by the paths at which the loader looks for them: the app's Node is the same. */
function loadedLibraries(): readonly string[] {
  const report = process.report as unknown as { excludeNetwork: boolean; getReport(): { sharedObjects: string[] } };
  const before = report.excludeNetwork;
  report.excludeNetwork = true;
  try {
    const paths = report.getReport().sharedObjects;
    return paths.filter((path) => path.startsWith('/') && /\.so(\.|$)/.test(basename(path)));
  } finally {
    report.excludeNetwork = before;
  }
}
