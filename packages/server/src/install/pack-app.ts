import { createHash } from 'node:crypto';
import { ZipFile } from 'yazl';
import { contentDigest } from './content-digest.ts';
import type { PackedFile } from './packed-files.ts';

/** An app's package. */
export type AppPackage = {
  readonly zip: Uint8Array;
  /** SHA-256 of the zip, hexadecimal. */
  readonly sha256: string;
  /** SHA-256 over the files' names and contents: what a server knows the app's own files by, before it adds packages. */
  readonly digest: string;
};

/**
 * Makes the zip of an app's files and `digest.md5`. The same files give the same bytes, whenever and wherever: the order
 * is that of the paths, no time and no owner of a file goes in.
 */
export async function packApp(files: readonly PackedFile[]): Promise<AppPackage> {
  const sorted = files.toSorted((left, right) => (left.path < right.path ? -1 : 1));
  const zip = await zipOf([...sorted, { path: 'digest.md5', content: Buffer.from(md5Lines(sorted)) }]);
  const digest = contentDigest(sorted.map(({ path, content }) => ({ path, hash: hashHex('sha256', content) })));
  return { zip, sha256: hashHex('sha256', zip), digest };
}

/** As `md5sum --check digest.md5` reads it. */
function md5Lines(files: readonly PackedFile[]): string {
  return files.map(({ path, content }) => `${hashHex('md5', content)}  ${path}\n`).join('');
}

async function zipOf(files: readonly PackedFile[]): Promise<Uint8Array> {
  const zip = new ZipFile();
  // Zips hold local time, in a form without a zone: midnight of 1980 here is the same bytes in every zone.
  const options = { mtime: new Date(1980, 0, 1), mode: 0o100644, forceDosTimestamp: true };
  for (const { path, content } of files) zip.addBuffer(Buffer.from(content), path, options);
  zip.end();
  const chunks: Buffer[] = [];
  for await (const chunk of zip.outputStream as AsyncIterable<Buffer>) chunks.push(chunk);
  return Buffer.concat(chunks);
}

function hashHex(algorithm: 'sha256' | 'md5', content: Uint8Array): string {
  return createHash(algorithm).update(content).digest('hex');
}
