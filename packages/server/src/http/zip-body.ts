import type { FastifyInstance, FastifyRequest } from 'fastify';
import { type Answer, done } from '../directory/rejection.ts';

declare module 'fastify' {
  interface FastifyContextConfig {
    /** Whether the address takes a zip in place of JSON. */
    readonly takesZip?: boolean;
  }
}

/** Lets the addresses that say so take a zip; at all others it is a body of an unknown kind. */
export function takeZips(app: FastifyInstance): void {
  app.addContentTypeParser([...ZIP_TYPES], { parseAs: 'buffer' }, (request, bytes, settle) => {
    if (isForZips(request)) settle(null, done(new ZipBody(bytes as Buffer)) satisfies Answer<ZipBody>);
    else settle(Object.assign(new Error('no zip is taken here'), { code: 'FST_ERR_CTP_INVALID_MEDIA_TYPE' }));
  });
}

/** What programs call a zip: its own name, one from before it had one, and what they say of a file they do not know. */
export const ZIP_TYPES = ['application/zip', 'application/x-zip-compressed', 'application/octet-stream'] as const;

export function isForZips(request: FastifyRequest): boolean {
  return request.routeOptions.config.takesZip === true;
}

/** A body that is a zip: told from every JSON by its class. */
export class ZipBody {
  readonly bytes: Uint8Array;

  constructor(bytes: Uint8Array) {
    this.bytes = bytes;
  }

  /** What stands for it where requests are compared: two are the same when all their bytes are. */
  toJSON(): string {
    return `zip ${Buffer.from(this.bytes).toString('base64')}`;
  }
}
