import { createHash } from 'node:crypto';

/** A file's path below the app folder and the SHA-256 of its content, hexadecimal. */
export type HashedFile = { readonly path: string; readonly hash: string };

/** One hash over all files, whatever the order in which they come: the same files always give the same digest. */
export function contentDigest(files: readonly HashedFile[]): string {
  const digest = createHash('sha256');
  for (const { path, hash } of files.toSorted((left, right) => (left.path < right.path ? -1 : 1))) {
    // A path has no control characters, so nothing of one file can look like another's.
    digest.update(`${hash} ${path}\n`);
  }
  return digest.digest('hex');
}
