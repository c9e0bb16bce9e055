import { randomBytes } from 'node:crypto';
import type { FastifyReply } from 'fastify';
import { installationNote } from '../marketplace/installation-page.ts';

/** Answers with a page that says one thing. */
export function sendNote(
  reply: FastifyReply,
  status: number,
  said: { readonly title: string; readonly sentences: readonly string[] },
): FastifyReply {
  const styleNonce = newNonce();
  return sendPage(reply, { status, page: installationNote(said, styleNonce), styleNonce });
}

export type SentPage = { readonly status: number; readonly page: string; readonly styleNonce: string };

/** Answers with a page. It may style itself and send its form back here, and nothing else. */
export function sendPage(reply: FastifyReply, { status, page, styleNonce }: SentPage): FastifyReply {
  const policy = [
    "default-src 'none'",
    `style-src 'nonce-${styleNonce}'`,
    "form-action 'self'",
    "base-uri 'none'",
    "frame-ancestors 'none'",
  ].join('; ');
  return reply
    .code(status)
    .header('content-security-policy', policy)
    .header('referrer-policy', 'no-referrer')
    .header('content-type', 'text/html; charset=utf-8')
    .send(page);
}

export function newNonce(): string {
  return randomBytes(16).toString('base64url');
}
