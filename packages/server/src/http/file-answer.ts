import { PassThrough, type Readable } from 'node:stream';
import type { FastifyReply } from 'fastify';
import type { ByteSink } from '../reporting/table-file.ts';

export type FileParts = { readonly mediaType: string; readonly name: string; readonly bytes: Readable };

/** An answer that is a file: told from every JSON by its class. */
export class FileAnswer {
  readonly mediaType: string;
  /** What it is called where it is saved. */
  readonly name: string;
  readonly bytes: Readable;

  constructor({ mediaType, name, bytes }: FileParts) {
    this.mediaType = mediaType;
    this.name = name;
    this.bytes = bytes;
  }
}

/**
 * What a writer writes, as it writes it: it is held back as long as the reader is slow, and ended when the reader goes.
 * What fails before the first bytes left is answered as a problem; what fails later can only break the answer off.
 */
export function streamOf(write: (sink: ByteSink) => Promise<void>): Readable {
  const stream = new PassThrough();
  write(sinkOf(stream)).then(
    () => stream.end(),
    (error: Error) => stream.destroy(error),
  );
  return stream;
}

function sinkOf(stream: PassThrough): ByteSink {
  return (bytes) =>
    new Promise((resolve, reject) => {
      // A stream that is destroyed forgets the write that is under way.
      const giveUp = () => reject(new Error('The reader is gone.'));
      stream.once('close', giveUp);
      stream.write(bytes, (error) => {
        stream.off('close', giveUp);
        if (error == null) resolve();
        else reject(error);
      });
    });
}

/** Puts a file on the wire. */
export function sendFile(reply: FastifyReply, { mediaType, name, bytes }: FileAnswer): FastifyReply {
  const { request } = reply;
  request.observer?.answered(request, 200);
  return reply
    .code(200)
    .header('content-type', mediaType)
    .header('content-disposition', `attachment; filename="${name}"`)
    .send(bytes);
}
