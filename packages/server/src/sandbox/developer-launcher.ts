import { dirname } from 'node:path';
import { fileURLToPath } from 'node:url';
import type { Launcher } from './launcher.ts';

/** What a developer's tools may do in the process of the developer's own app. */
export type DeveloperTools = {
  /** Listens for a debugger at this port of the loopback address; null: it does not. */
  readonly inspectorPort: number | null;
  /** Writes what ran into this folder; null: nothing is counted. */
  readonly coverageFolder: string | null;
};

const coverageProgram = fileURLToPath(new URL('./runner/coverage.cjs', import.meta.url));

/**
 * Opens the process that another launcher starts to a developer's tools. The launcher must start Node itself, and its
 * fence must be none: a debugger can do in the process whatever it likes.
 */
export function developerLauncher(launcher: Launcher, tools: DeveloperTools): Launcher {
  const { inspectorPort, coverageFolder } = tools;
  if (inspectorPort === null && coverageFolder === null) return launcher;
  const flags = [
    '--allow-inspector',
    '--disable-warning=PERM0004',
    ...(inspectorPort === null ? [] : [`--inspect=127.0.0.1:${inspectorPort}`]),
    ...(coverageFolder === null
      ? []
      : [
          `--allow-fs-read=${dirname(coverageProgram)}`,
          `--allow-fs-write=${coverageFolder}`,
          `--require=${coverageProgram}`,
        ]),
  ];
  return (spec) => {
    const launch = launcher(spec);
    const at = launch.args.indexOf('--permission');
    if (at < 0) return launch;
    const args = [...launch.args.slice(0, at), ...flags, ...launch.args.slice(at)];
    const coverage = coverageFolder === null ? {} : { ROLLCALL_COVERAGE: coverageFolder };
    const paths = inspectorPort === null ? {} : { ROLLCALL_WHOLE_PATHS: '1' };
    return { ...launch, args, env: { ...launch.env, ...coverage, ...paths } };
  };
}
