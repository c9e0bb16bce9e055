import { readFileSync } from 'node:fs';
import { extname } from 'node:path';
import type { FastifyInstance, FastifyReply } from 'fastify';

const FOLDER = new URL('./page/', import.meta.url);

const PAGES: Readonly<Record<string, string>> = {
  '/': 'index.html',
  '/web/test': 'simulate.html',
  '/web/events': 'simulate.html',
  '/system_settings': 'settings.html',
};

/** The modules and the style of the pages: every file is named here, so that no path of a request is ever opened. */
const PARTS: readonly string[] = [
  'page.css',
  'page.js',
  'about.js',
  'ask.js',
  'elements.js',
  'team-view.js',
  'clock-view.js',
  'journal-view.js',
  'entry-view.js',
  'json-view.js',
  'json-editor.js',
  'fire-view.js',
  'storage-view.js',
  'findings-view.js',
  'coverage-view.js',
  'app-view.js',
  'in-words.js',
  'simulate.js',
  'settings.js',
];

const TYPES: Readonly<Record<string, string>> = {
  '.html': 'text/html; charset=utf-8',
  '.css': 'text/css; charset=utf-8',
  '.js': 'text/javascript; charset=utf-8',
};

/** Nothing from elsewhere, nothing inline, nobody's frame. */
export const PAGE_POLICY =
  "default-src 'none'; script-src 'self'; style-src 'self'; connect-src 'self'; img-src 'self' data:; " +
  "form-action 'self'; base-uri 'none'; frame-ancestors 'none'";

/** The developer's pages, as they stand in their files. */
export function registerPages(app: FastifyInstance): void {
  for (const [path, file] of Object.entries(PAGES)) app.get(path, (_, reply) => sendFile(reply, file));
  app.get('/favicon.ico', (_, reply) => reply.code(204).send());
  for (const file of PARTS) app.get(`/${file}`, (_, reply) => sendFile(reply, file));
}

function sendFile(reply: FastifyReply, file: string): FastifyReply {
  const type = TYPES[extname(file)] ?? 'application/octet-stream';
  return reply
    .header('content-security-policy', PAGE_POLICY)
    .header('content-type', type)
    .send(readFileSync(new URL(file, FOLDER)));
}
