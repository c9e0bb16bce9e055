import { open, realpath } from 'node:fs/promises';
import { join, sep } from 'node:path';
import { appBytesMax } from './read-app-folder.ts';

/**
 * The bytes of one file of an app; null when there is none, it is too large, or it leads out of the folder by a link.
 *
 * @param path below the app folder, with forward slashes
 */
export async function readAppFile(folder: string, path: string): Promise<Uint8Array | null> {
  const root = await realpath(folder).catch(() => null);
  const real = root === null ? null : await realpath(join(root, path)).catch(() => null);
  if (root === null || real === null || !real.startsWith(root + sep)) return null;
  const file = await open(real, 'r').catch(() => null);
  if (file === null) return null;
  try {
    const info = await file.stat();
    return info.isFile() && info.size <= appBytesMax ? await file.readFile() : null;
  } finally {
    await file.close();
  }
}
