import { join } from 'node:path';
import { crc32 } from 'node:zlib';
import { type Entry, fromBufferPromise, getFileNameLowLevel, type ZipFile } from 'yauzl';
import type { Finding } from '../marketplace/finding.ts';
import { type AppFile, contentFindings, installError, isLeftOut, pathFaults } from './app-file.ts';
import { writeNewFile } from './copy-files.ts';
import type { InstallLimits } from './limits.ts';

/** What came out of a zip, or every fault that keeps it from being unpacked. */
export type Unpacking =
  | { readonly kind: 'unpacked'; readonly files: readonly AppFile[]; readonly subFolder: string | null }
  | { readonly kind: 'refused'; readonly findings: readonly Finding[] };

/**
 * Unpacks an app's zip into a folder. The names, kinds and sizes of all entries are looked at before the first byte is
 * written; the bytes are counted again while they are inflated, because the zip's own figures may lie: what was written
 * until then is the caller's to remove. The app may lie in one folder of the zip.
 */
export async function unpackZip(bytes: Uint8Array, folder: string, limits: InstallLimits): Promise<Unpacking> {
  if (bytes.length > limits.zipBytesMax) {
    const message = `the zip is larger than ${limits.zipBytesMax / 1024 / 1024} MB`;
    return refused([installError('too-large', '', message)]);
  }
  const opened = await openZip(bytes, limits);
  if (opened.kind === 'refused') return opened;
  const { zip, entries } = opened;
  const findings = entriesFindings(entries, limits);
  if (findings.length > 0) return refused(findings.slice(0, limits.findingsMax));
  const subFolder = subFolderOf(entries);
  const chosen = entries.flatMap((entry) => fileOf(entry, subFolder));
  const outcome = contentFindings(
    chosen.map(({ file }) => file),
    limits,
  );
  if (outcome.length > 0) return refused(outcome);
  for (const { entry, file } of chosen) {
    const content = await inflate(zip, entry, limits);
    if (content.kind === 'refused') return content;
    await writeNewFile(join(folder, file.path), content.bytes);
  }
  return { kind: 'unpacked', files: chosen.map(({ file }) => file), subFolder };
}

function refused(findings: readonly Finding[]): Extract<Unpacking, { kind: 'refused' }> {
  return { kind: 'refused', findings };
}

type NamedEntry = { readonly entry: Entry; readonly name: string; readonly isFolder: boolean };

async function openZip(
  bytes: Uint8Array,
  limits: InstallLimits,
): Promise<{ kind: 'opened'; zip: ZipFile; entries: readonly NamedEntry[] } | Extract<Unpacking, { kind: 'refused' }>> {
  try {
    // The names are decoded here: the library would mend backslashes, and refuse the rest in words of its own.
    const zip = await fromBufferPromise(Buffer.from(bytes.buffer, bytes.byteOffset, bytes.byteLength), {
      lazyEntries: true,
      decodeStrings: false,
      autoClose: false,
    });
    const entries: NamedEntry[] = [];
    for await (const entry of zip.eachEntry()) {
      if (entries.length >= limits.filesMax * 2) return refused([tooManyEntries(limits)]);
      entries.push(named(entry));
    }
    return { kind: 'opened', zip, entries };
  } catch (cause) {
    const reason = cause instanceof Error ? cause.message : String(cause);
    return refused([installError('zip-unreadable', '', `the zip cannot be read: ${reason}`)]);
  }
}

function tooManyEntries({ filesMax }: InstallLimits): Finding {
  return installError('too-many-files', '', `the app has more than ${filesMax} files with its packages`);
}

function named(entry: Entry): NamedEntry {
  const name = getFileNameLowLevel(entry.generalPurposeBitFlag, entry.fileNameRaw, entry.extraFields, true);
  return { entry, name, isFolder: name.endsWith('/') };
}

function entriesFindings(entries: readonly NamedEntry[], limits: InstallLimits): readonly Finding[] {
  return [...entries.flatMap((entry) => entryFindings(entry, limits)), ...doubledNames(entries)];
}

function entryFindings({ entry, name, isFolder }: NamedEntry, limits: InstallLimits): readonly Finding[] {
  const faults = pathFaults(isFolder ? name.slice(0, -1) : name, limits);
  const kind = unixKind(entry);
  return [
    ...faults.map((fault) => installError('bad-path', name, fault)),
    ...(kind === null ? [] : [installError(kind.code, name, kind.message)]),
    ...(isEncrypted(entry) ? [installError('zip-encrypted', name, 'is encrypted')] : []),
    ...(entry.compressionMethod === 0 || entry.compressionMethod === 8
      ? []
      : [installError('zip-method', name, 'is compressed in a way other than deflate')]),
    ...(isBomb(entry.compressedSize, entry.uncompressedSize, limits) ? [bomb(name, limits)] : []),
  ];
}

/** What a zip of a Unix system says that the entry is, whoever wrote it; null for plain files and folders. */
function unixKind(entry: Entry): { readonly code: string; readonly message: string } | null {
  const type = (entry.externalFileAttributes >>> 16) & 0o170000;
  if (type === 0o120000) {
    return { code: 'symbolic-link', message: 'a symbolic link: an app consists of plain files and folders' };
  }
  if (type === 0 || type === 0o100000 || type === 0o040000) return null;
  return { code: 'not-a-file', message: 'neither a file nor a folder' };
}

function isEncrypted(entry: Entry): boolean {
  const strongOrMasked = 0x40 | 0x2000;
  return entry.isEncrypted() || (entry.generalPurposeBitFlag & strongOrMasked) !== 0;
}

function isBomb(packed: number, inflated: number, limits: InstallLimits): boolean {
  return inflated > limits.inflationIgnoredBytesMax && inflated > packed * limits.inflationMax;
}

function bomb(name: string, { inflationMax }: InstallLimits): Finding {
  return installError('zip-bomb', name, `inflates to more than ${inflationMax} times its size`);
}

/** Names that are one on some machine: what is unpacked last would replace what was looked at first. */
function doubledNames(entries: readonly NamedEntry[]): readonly Finding[] {
  const files = new Map<string, string>();
  const folders = new Set<string>();
  const findings: Finding[] = [];
  for (const { name, isFolder } of entries) {
    const plain = name.replace(/\/$/, '').toLowerCase().normalize('NFC');
    const parts = plain.split('/');
    for (const [index] of parts.slice(0, -1).entries()) folders.add(parts.slice(0, index + 1).join('/'));
    if (isFolder) folders.add(plain);
    else if (files.has(plain)) findings.push(installError('zip-doubled-name', name, 'is in the zip twice'));
    else files.set(plain, name);
  }
  const both = [...files].filter(([plain]) => folders.has(plain));
  return [
    ...findings,
    ...both.map(([, name]) => installError('zip-doubled-name', name, 'is a file and a folder at once')),
  ];
}

/** The one folder that the app lies in; null when it lies at the top. */
function subFolderOf(entries: readonly NamedEntry[]): string | null {
  const names = entries.filter(({ isFolder, name }) => !isFolder && !isJunk(name)).map(({ name }) => name);
  if (names.includes('manifest.json')) return null;
  const [first = '', ...rest] = (names.find((name) => name.endsWith('/manifest.json')) ?? '').split('/');
  if (rest.length !== 1) return null;
  return names.every((name) => name.startsWith(`${first}/`)) ? first : null;
}

/** What macOS puts beside the files. */
function isJunk(name: string): boolean {
  return name.startsWith('__MACOSX/') || name === '.DS_Store' || name.endsWith('/.DS_Store');
}

function fileOf(
  { entry, name, isFolder }: NamedEntry,
  subFolder: string | null,
): readonly { readonly entry: Entry; readonly file: AppFile }[] {
  if (isFolder || isJunk(name)) return [];
  const path = subFolder === null ? name : name.slice(subFolder.length + 1);
  return isLeftOut(path) ? [] : [{ entry, file: { path, bytes: entry.uncompressedSize } }];
}

/** The content of an entry: never more than it says, however long its data go on. */
async function inflate(
  zip: ZipFile,
  entry: Entry,
  limits: InstallLimits,
): Promise<{ kind: 'inflated'; bytes: Uint8Array } | Extract<Unpacking, { kind: 'refused' }>> {
  const { name } = named(entry);
  try {
    const stream = await zip.openReadStreamPromise(entry);
    const chunks: Buffer[] = [];
    let count = 0;
    for await (const chunk of stream as AsyncIterable<Buffer>) {
      count += chunk.length;
      if (count > entry.uncompressedSize || isBomb(entry.compressedSize, count, limits)) {
        return refused([bomb(name, limits)]);
      }
      chunks.push(chunk);
    }
    const bytes = Buffer.concat(chunks);
    if (bytes.length === entry.uncompressedSize && crc32(bytes) === entry.crc32) return { kind: 'inflated', bytes };
    return refused([installError('zip-damaged', name, 'is damaged: its checksum or its length is another one')]);
  } catch (cause) {
    const reason = cause instanceof Error ? cause.message : String(cause);
    return refused([installError('zip-damaged', name, `cannot be unpacked: ${reason}`)]);
  }
}
