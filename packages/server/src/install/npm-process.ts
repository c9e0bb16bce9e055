import { spawn } from 'node:child_process';
import { join } from 'node:path';
import type { InstallLimits } from './limits.ts';

/** How a run of npm ended. `output` is the end of what it printed. */
export type NpmOutcome =
  | { readonly kind: 'done' }
  | { readonly kind: 'failed'; readonly output: string }
  | { readonly kind: 'timed_out' }
  | { readonly kind: 'missing' };

export type NpmRun = {
  /** Holds package.json; npm writes node_modules and package-lock.json beside it. */
  readonly folder: string;
  /** Of this run alone: what a package of one app left in a cache must not reach another's. */
  readonly cacheFolder: string;
  /** Only find out what would be installed. */
  readonly isLockOnly: boolean;
  readonly environment: Readonly<Record<string, string | undefined>>;
  readonly limits: InstallLimits;
  /** What is left of the time for all runs of this app. */
  readonly msMax: number;
};

/**
 * Runs the machine's npm, which knows the machine's registry and how to log in there. No script of any package runs, no
 * link is made, and npm cannot fetch from anywhere but the registry.
 */
export function runNpm(run: NpmRun): Promise<NpmOutcome> {
  const { folder, environment, limits, msMax } = run;
  return new Promise((resolve) => {
    const child = spawn('npm', argumentsOf(run), {
      cwd: folder,
      env: passedOn(environment),
      stdio: ['ignore', 'pipe', 'pipe'],
      // A group of its own: npm's helpers must end with it.
      detached: true,
    });
    let output = '';
    const take = (chunk: Buffer) => {
      output = (output + chunk.toString('utf8')).slice(-limits.npmOutputBytesMax);
    };
    child.stdout.on('data', take);
    child.stderr.on('data', take);
    let isLate = false;
    const timer = setTimeout(() => {
      isLate = true;
      endGroup(child.pid);
    }, msMax);
    child.once('error', (cause: NodeJS.ErrnoException) => {
      clearTimeout(timer);
      resolve(cause.code === 'ENOENT' ? { kind: 'missing' } : { kind: 'failed', output: cause.message });
    });
    child.once('close', (code) => {
      clearTimeout(timer);
      if (isLate) resolve({ kind: 'timed_out' });
      else resolve(code === 0 ? { kind: 'done' } : { kind: 'failed', output });
    });
  });
}

function argumentsOf({ folder, cacheFolder, isLockOnly }: NpmRun): readonly string[] {
  return [
    'install',
    ...(isLockOnly ? ['--package-lock-only'] : []),
    `--prefix=${folder}`,
    `--cache=${cacheFolder}`,
    `--logs-dir=${join(cacheFolder, 'logs')}`,
    '--logs-max=0',
    '--ignore-scripts',
    '--no-bin-links',
    '--no-audit',
    '--no-fund',
    '--no-update-notifier',
    '--no-progress',
    '--no-global',
    '--omit=dev',
    '--package-lock',
    '--install-strategy=hoisted',
    '--no-install-links',
    // Where it was taken from stands in the lock, and is looked at there.
    '--no-omit-lockfile-registry-resolved',
    // Known to newer versions of npm; for older ones, git cannot be started, and the lock is looked through.
    '--allow-git=none',
    '--allow-remote=none',
    '--allow-file=none',
    '--allow-directory=none',
    '--git=false',
    '--fetch-retries=2',
    '--fetch-retry-mintimeout=1000',
    '--fetch-timeout=15000',
    '--loglevel=error',
  ];
}

/** Nothing of the server's own environment goes along, where its keys stand: only what npm needs to find its registry. */
function passedOn(environment: NpmRun['environment']): NodeJS.ProcessEnv {
  const known =
    /^(npm_config_.*|path|home|userprofile|appdata|localappdata|systemroot|temp|tmp|tmpdir|lang|https?_proxy|no_proxy|node_extra_ca_certs|ssl_cert_(file|dir))$/i;
  return Object.fromEntries(Object.entries(environment).filter(([name]) => known.test(name)));
}

function endGroup(pid: number | undefined): void {
  if (pid === undefined) return;
  try {
    process.kill(-pid, 'SIGKILL');
  } catch {
    // It has ended by itself.
  }
}
