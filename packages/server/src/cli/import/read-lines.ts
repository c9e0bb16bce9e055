import { createReadStream } from 'node:fs';
import { open } from 'node:fs/promises';
import type { Readable } from 'node:stream';
import { createGunzip } from 'node:zlib';
import { CommandFailed } from '../command-failed.ts';

/** A line of a file, counted from 1. */
export type Line = { readonly number: number; readonly text: string };

/** A line that does not end is no line of events: so much is held in memory at most. */
const LINE_CHARACTERS_MAX = 4 * 1024 * 1024;

/**
 * The lines of a file, one after the other, whatever its length; a file that gzip made is unpacked on the way.
 *
 * @throws CommandFailed when the file cannot be read
 */
export async function* readLines(file: string): AsyncGenerator<Line> {
  try {
    let rest = '';
    let number = 0;
    for await (const chunk of (await textOf(file)) as AsyncIterable<string>) {
      const lines = (rest + chunk).split('\n');
      rest = lines.pop() ?? '';
      if (rest.length > LINE_CHARACTERS_MAX) {
        throw new CommandFailed(`Line ${number + lines.length + 1} of ${file} does not end within 4 MiB.`);
      }
      for (const text of lines) yield { number: ++number, text: withoutReturn(text) };
    }
    if (rest !== '') yield { number: ++number, text: withoutReturn(rest) };
  } catch (error) {
    if (error instanceof CommandFailed) throw error;
    throw new CommandFailed(`${file} cannot be read: ${(error as Error).message}`, 1, error);
  }
}

function withoutReturn(text: string): string {
  return text.endsWith('\r') ? text.slice(0, -1) : text;
}

async function textOf(file: string): Promise<Readable> {
  const isPacked = await isGzip(file);
  const bytes = createReadStream(file, { highWaterMark: 256 * 1024 });
  if (!isPacked) return bytes.setEncoding('utf8');
  const unpacked = createGunzip();
  // An error of the file is an error of what is read of it.
  bytes.on('error', (error) => unpacked.destroy(error));
  return bytes.pipe(unpacked).setEncoding('utf8');
}

async function isGzip(file: string): Promise<boolean> {
  const handle = await open(file, 'r');
  try {
    const { buffer, bytesRead } = await handle.read(Buffer.alloc(2), 0, 2, 0);
    return bytesRead === 2 && buffer[0] === 0x1f && buffer[1] === 0x8b;
  } finally {
    await handle.close();
  }
}
