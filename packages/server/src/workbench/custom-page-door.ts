import type { FastifyInstance, FastifyReply } from 'fastify';
import type { CustomPage } from '../apps/apps.ts';

/** How apps' own installation pages are shown: the same way as a server shows them, whose door comes as an argument. */
export type CustomPageDoor = {
  /** Serves the files of the page with a key below the prefix. */
  registerFiles(
    app: FastifyInstance,
    files: {
      readonly prefix: string;
      readonly file: (key: string, path: string) => Promise<Uint8Array | null>;
    },
  ): void;
  /** Answers with our page around the app's. */
  sendFrame(
    reply: FastifyReply,
    page: Omit<CustomPage, 'pageKey'>,
    at: { readonly source: string; readonly leaveTo: string | null },
  ): FastifyReply;
};
