import { type FSWatcher, watch } from 'node:fs';
import { sep } from 'node:path';
import { WORKBENCH_LIMITS } from './limits.ts';

/** Folders whose changes are nobody's edit: packages, what tools write, and what this tool writes itself. */
const IGNORED: ReadonlySet<string> = new Set([
  'node_modules',
  '.rollcall',
  '.fdk',
  '.git',
  '.idea',
  '.vscode',
  'coverage',
  'dist',
  'log',
]);

/** Folders of an app that mean something to the platform. */
const FOLDERS: ReadonlySet<string> = new Set(['app', 'config', 'server']);

/**
 * Whether a change of this file is one of the app: below no folder of tools, and no file that an editor writes while it
 * saves. Test data is the app's, but the app does not run it.
 */
export function isAppChange(path: string): boolean {
  const parts = path.split(/[\\/]/);
  if (parts.some((part) => IGNORED.has(part))) return false;
  const name = parts.at(-1) ?? '';
  if (/~$|^\.#|^#.*#$|\.sw[a-z]$|^4913$|\.tmp$/.test(name)) return false;
  if (parts.length === 1 && !/\.json$/.test(name) && !FOLDERS.has(name)) return false;
  if (parts.length > 1 && !FOLDERS.has(parts[0] ?? '')) return false;
  return !(parts[0] === 'server' && parts[1] === 'test_data');
}

export type FolderWatch = { close(): void };

/**
 * Tells of changes below a folder, together once they come to rest: an editor that saves all is one change.
 *
 * @param changed the paths that changed, below the folder, with forward slashes
 * @throws Error of the system when the folder cannot be watched
 */
export function watchAppFolder(
  folder: string,
  changed: (paths: readonly string[]) => void,
  failed: (cause: Error) => void,
): FolderWatch {
  const paths = new Set<string>();
  let timer: NodeJS.Timeout | null = null;
  const tell = () => {
    timer = null;
    const told = [...paths].sort();
    paths.clear();
    changed(told);
  };
  const watcher: FSWatcher = watch(folder, { recursive: true }, (_, name) => {
    // Without a name anything may have changed.
    const path = name === null ? 'manifest.json' : name.split(sep).join('/');
    if (!isAppChange(path)) return;
    paths.add(path);
    if (timer !== null) clearTimeout(timer);
    timer = setTimeout(tell, WORKBENCH_LIMITS.watchQuietMs);
  });
  watcher.on('error', failed);
  return {
    close() {
      if (timer !== null) clearTimeout(timer);
      watcher.close();
    },
  };
}
