import { once } from 'node:events';
import type { Readable, Transform } from 'node:stream';
import { createBrotliDecompress, createGunzip, createInflate } from 'node:zlib';
import type { OutboundAnswer } from '../apps/outbound.ts';

type ReadBody =
  | { readonly kind: 'text'; readonly text: string }
  | Extract<OutboundAnswer, { kind: 'too_large' | 'unreachable' }>;

/**
 * Reads a body as text, decompressed. It stops as soon as there is more than `bytesMax`: of the bytes that come in, and
 * of those that come out of the decompression, so that a few kilobytes cannot become gigabytes here.
 *
 * Failures: rejects with the reason of the signal, or when the connection breaks off.
 */
export async function readBody(
  body: Readable,
  headers: Readonly<Record<string, string>>,
  bytesMax: number,
  signal: AbortSignal,
): Promise<ReadBody> {
  // To destroy what was not read to its end makes it emit an error, and one that nobody hears ends the server.
  body.on('error', () => {});
  const coding = (headers['content-encoding'] ?? '').trim().toLowerCase();
  const decoder = decoderOf(coding);
  if (decoder === undefined) {
    body.destroy();
    return { kind: 'unreachable', message: `The answer has the content encoding ${coding.slice(0, 40)}` };
  }
  try {
    const bytes = await collect(decoder === null ? body : decoded(body, decoder, bytesMax), bytesMax);
    return { kind: 'text', text: decoderOfCharset(headers['content-type'] ?? '').decode(bytes) };
  } catch (error) {
    if (error instanceof TooMuch) return { kind: 'too_large' };
    if (signal.aborted) throw signal.reason;
    throw error;
  } finally {
    decoder?.destroy();
    body.destroy();
  }
}

class TooMuch extends Error {}

async function collect(chunks: AsyncIterable<Uint8Array>, bytesMax: number): Promise<Uint8Array> {
  const parts: Uint8Array[] = [];
  let length = 0;
  for await (const chunk of chunks) {
    length += chunk.byteLength;
    if (length > bytesMax) throw new TooMuch();
    parts.push(chunk);
  }
  return Buffer.concat(parts, length);
}

/** Feeds the decoder as fast as it is read from, so that nothing piles up before or behind it. */
async function* decoded(body: Readable, decoder: Transform, bytesMax: number): AsyncGenerator<Uint8Array> {
  const chunks = body[Symbol.asyncIterator]() as AsyncIterableIterator<Uint8Array>;
  const first = await chunks.next();
  // An empty body is no empty archive: answers such as 204 may name a coding all the same.
  if (first.done === true) return;
  const feeding = feed(first.value, chunks, decoder, bytesMax);
  // Whoever reads learns of a failure through the decoder, which is destroyed with it.
  feeding.catch((error: Error) => decoder.destroy(error));
  yield* decoder;
  await feeding;
}

async function feed(
  first: Uint8Array,
  rest: AsyncIterable<Uint8Array>,
  decoder: Transform,
  bytesMax: number,
): Promise<void> {
  let length = first.byteLength;
  if (!decoder.write(first)) await once(decoder, 'drain');
  for await (const chunk of rest) {
    length += chunk.byteLength;
    if (length > bytesMax) throw new TooMuch();
    if (decoder.destroyed) return;
    if (!decoder.write(chunk)) await once(decoder, 'drain');
  }
  decoder.end();
}

/** Null: nothing to decode; undefined: unknown, or several over each other, which only bombs have. */
function decoderOf(coding: string): Transform | null | undefined {
  switch (coding) {
    case '':
    case 'identity':
      return null;
    case 'gzip':
    case 'x-gzip':
      return createGunzip();
    case 'deflate':
      return createInflate();
    case 'br':
      return createBrotliDecompress();
    default:
      return undefined;
  }
}

function decoderOfCharset(contentType: string): TextDecoder {
  const [, charset = 'utf-8'] = /;\s*charset\s*=\s*"?([^";\s]+)/i.exec(contentType) ?? [];
  try {
    return new TextDecoder(charset);
  } catch {
    // A charset that nobody knows: read what can be read.
    return new TextDecoder('utf-8');
  }
}
