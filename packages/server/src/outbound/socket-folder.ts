import { mkdir, mkdtemp, readdir, rm, stat } from 'node:fs/promises';
import { connect } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';

/** A Unix socket's path has room for about 104 bytes on some systems; beyond that it cannot be opened. */
export const socketPathBytesMax = 100;

const PREFIX = 'rollcall-sockets-';
const SOCKET_NAME = 's';

/** The folder of one server's sockets, mode 0700, under the system's folder for temporary files. */
export async function makeSocketsFolder(temporaryFolder: string = tmpdir()): Promise<string> {
  const longest = join(temporaryFolder, `${PREFIX}${process.pid}-XXXXXX`, '9999999', SOCKET_NAME);
  const isShort = Buffer.byteLength(longest) <= socketPathBytesMax;
  return mkdtemp(join(isShort ? temporaryFolder : SHORT_TEMPORARY_FOLDER, `${PREFIX}${process.pid}-`));
}

/** A folder of its own for the socket of one app's process, and the socket's path in it. */
export async function makeAppSocketFolder(
  socketsFolder: string,
  number: number,
): Promise<{ folder: string; path: string }> {
  const folder = join(socketsFolder, String(number));
  await mkdir(folder, { mode: 0o700 });
  return { folder, path: join(folder, SOCKET_NAME) };
}

/**
 * Removes the folders of servers that were killed before they could. A folder is taken for dead when the process in its
 * name is gone and nobody answers at its sockets: a process of another container may have a number that means nothing
 * here, but its sockets answer.
 */
export async function removeStaleSocketFolders(temporaryFolder: string = tmpdir()): Promise<readonly string[]> {
  const removed: string[] = [];
  for (const parent of new Set([temporaryFolder, SHORT_TEMPORARY_FOLDER])) {
    const names = await readdir(parent).catch(() => []);
    for (const name of names.filter((one) => one.startsWith(PREFIX))) {
      const folder = join(parent, name);
      if (!(await isStale(folder, Number.parseInt(name.slice(PREFIX.length), 10)))) continue;
      await rm(folder, { recursive: true, force: true }).catch(() => {});
      removed.push(folder);
    }
  }
  return removed;
}

const SHORT_TEMPORARY_FOLDER = '/tmp';

async function isStale(folder: string, pid: number): Promise<boolean> {
  if (!Number.isInteger(pid) || isAlive(pid) || !(await isOurs(folder))) return false;
  const apps = await readdir(folder).catch(() => []);
  for (const app of apps) if (await answers(join(folder, app, SOCKET_NAME))) return false;
  return true;
}

async function isOurs(folder: string): Promise<boolean> {
  const { uid, mode } = await stat(folder).catch(() => ({ uid: -1, mode: 0 }));
  return uid === process.getuid?.() && (mode & 0o077) === 0;
}

function isAlive(pid: number): boolean {
  try {
    process.kill(pid, 0);
    return true;
  } catch (error) {
    return (error as NodeJS.ErrnoException).code !== 'ESRCH';
  }
}

function answers(path: string): Promise<boolean> {
  return new Promise((resolve) => {
    const socket = connect(path);
    socket.once('error', () => resolve(false));
    socket.once('connect', () => {
      socket.destroy();
      resolve(true);
    });
  });
}
