import type { AppAnswer, AppRunner, AppRunners } from '../apps/app-runner.ts';
import type { Finding } from '../marketplace/finding.ts';
import { type ChosenFence, fenceSentences } from './choose-fence.ts';
import { readAppFile } from './read-app-file.ts';
import { readAppFolder } from './read-app-folder.ts';
import { sandboxedApps } from './sandboxed-apps.ts';

/**
 * Apps behind the fence that was chosen. When there is none, they are read all the same, with a finding that says why
 * they do not run, and no process is ever started.
 */
export function fencedApps(
  chosen: ChosenFence,
  parts: Omit<Parameters<typeof sandboxedApps>[0], 'launcher' | 'fence'>,
): AppRunners {
  if (chosen.kind === 'none') return appsWithoutFence(fenceSentences(chosen).slice(1));
  return sandboxedApps({ ...parts, launcher: chosen.launcher, fence: chosen.fence });
}

function appsWithoutFence(reasons: readonly string[]): AppRunners {
  const message = `Apps do not run on this machine, since no fence can be put up: ${reasons.join('. ')}`;
  return {
    fence: 'none',
    async readFolder(folder) {
      const reading = await readAppFolder(folder);
      const files = reading.kind === 'read' ? reading.files : null;
      return { files, findings: [...reading.findings, noFence(message)] };
    },
    readFile: readAppFile,
    open: () => runnerThatRefuses(message),
  };
}

function noFence(message: string): Finding {
  const fix = 'install bubblewrap, or the npm package deno; fence = "trusted" runs apps without one';
  return { severity: 'error', code: 'no-fence', message, file: 'manifest.json', line: 1, column: 1, fix };
}

function runnerThatRefuses(message: string): AppRunner {
  const failed = { kind: 'failed', error: { code: 'not_started', message }, durationMs: 0 } as const;
  return {
    state: { phase: 'asleep', pid: null, crashesInARow: 0, lastCrash: null, startsAgainAt: null },
    load: async () => ({ kind: 'not_loaded', error: failed.error }),
    call: async () => failed,
    ask: async (): Promise<AppAnswer> => failed,
    stop: async () => {},
  };
}
