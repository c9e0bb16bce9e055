import { isUtf8 } from 'node:buffer';
import type { FastifyInstance, FastifyRequest } from 'fastify';
import { type Answer, done, refuse } from '../directory/rejection.ts';

declare module 'fastify' {
  interface FastifyContextConfig {
    /** The kinds of text that the address takes in place of JSON. */
    readonly takesText?: readonly TextType[];
  }
}

/** The kinds of text that some address takes. */
export const TEXT_TYPES = ['text/calendar', 'text/csv'] as const;
export type TextType = (typeof TEXT_TYPES)[number];

/** Lets the addresses that say so take texts; at all others they are bodies of an unknown kind. */
export function takeTexts(app: FastifyInstance): void {
  for (const type of TEXT_TYPES) {
    app.addContentTypeParser(type, { parseAs: 'buffer' }, (request, bytes, settle) => {
      if (isTaken(request, type)) settle(null, readText(bytes as Buffer, type));
      else settle(Object.assign(new Error('no such text is taken here'), { code: 'FST_ERR_CTP_INVALID_MEDIA_TYPE' }));
    });
  }
}

/** A body of text: told from every JSON by its class. */
export class TextBody {
  readonly type: TextType;
  readonly text: string;

  constructor(type: TextType, text: string) {
    this.type = type;
    this.text = text;
  }

  /** What stands for it where requests are compared. */
  toJSON(): string {
    return `${this.type} ${this.text}`;
  }
}

function isTaken(request: FastifyRequest, type: TextType): boolean {
  return request.routeOptions.config.takesText?.includes(type) === true;
}

function readText(bytes: Buffer, type: TextType): Answer<TextBody> {
  return isUtf8(bytes)
    ? done(new TextBody(type, bytes.toString('utf8')))
    : refuse('invalid_input', 'The body is not UTF-8.', [{ pointer: '', detail: 'is not UTF-8' }]);
}
