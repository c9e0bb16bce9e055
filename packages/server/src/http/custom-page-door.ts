import { readFileSync } from 'node:fs';
import type { FastifyInstance, FastifyReply } from 'fastify';
import type { CustomPage } from '../apps/apps.ts';
import { customPageFile, pageAssetPath, pageFileType, servedPage } from '../marketplace/custom-page.ts';
import { framedPagePolicy, installationFrame, installationFramePolicy } from '../marketplace/installation-frame.ts';
import { newNonce } from './page-answer.ts';

const FOLDER = new URL('./page/', import.meta.url);
const CLIENT = 'client.js';

export type PageFiles = {
  /** Below it stand `<key>/iparams.html`, the page's `<key>/assets/…`, and the client's script. */
  readonly prefix: string;
  /** A file of the page with this key, by its path below the app folder; null when there is none. */
  readonly file: (key: string, path: string) => Promise<Uint8Array | null>;
};

/**
 * The files of apps' own installation pages. They are served to whoever knows the key, under a policy that makes every one of
 * them nobody's origin; modules and fonts are therefore asked for from another origin, which is let.
 */
export function registerPageFiles(scope: FastifyInstance, { prefix, file }: PageFiles): void {
  scope.get<{ Params: { key: string } }>(`${prefix}/:key/iparams.html`, async ({ params }, reply) => {
    const bytes = await file(params.key, customPageFile);
    if (bytes === null) return sendNothing(reply);
    return sendFile(reply, pageFileType(customPageFile), servedPage(Buffer.from(bytes).toString('utf8'), CLIENT));
  });
  scope.get(`${prefix}/:key/${CLIENT}`, (_, reply) => {
    return sendFile(reply, pageFileType(CLIENT), programOf('app-client.js'));
  });
  scope.get<{ Params: { key: string; '*': string } }>(`${prefix}/:key/assets/*`, async ({ params }, reply) => {
    const path = pageAssetPath(params['*']);
    const bytes = path === null ? null : await file(params.key, path);
    if (path === null || bytes === null) return sendNothing(reply);
    return sendFile(reply, pageFileType(path), Buffer.from(bytes));
  });
}

/** Answers with our page around an app's own. */
export function sendInstallationFrame(
  reply: FastifyReply,
  page: Omit<CustomPage, 'pageKey'>,
  { source, leaveTo }: { readonly source: string; readonly leaveTo: string | null },
): FastifyReply {
  const { name: appName, ...rest } = page;
  const nonce = newNonce();
  const script = programOf('installation-host.js');
  return reply
    .header('content-security-policy', installationFramePolicy(nonce))
    .header('referrer-policy', 'no-referrer')
    .header('content-type', 'text/html; charset=utf-8')
    .send(installationFrame({ ...rest, appName, source, leaveTo, script, nonce }));
}

function sendFile(reply: FastifyReply, type: string, content: string | Buffer): FastifyReply {
  return reply
    .header('content-security-policy', framedPagePolicy)
    .header('x-content-type-options', 'nosniff')
    .header('referrer-policy', 'no-referrer')
    .header('access-control-allow-origin', '*')
    .header('content-type', type)
    .send(content);
}

function sendNothing(reply: FastifyReply): FastifyReply {
  return sendFile(reply.code(404), 'text/plain; charset=utf-8', 'There is no such file in the installation page.');
}

function programOf(file: string): string {
  return readFileSync(new URL(file, FOLDER), 'utf8');
}
