// @ts-check
'use strict';

const http = require('node:http');
const https = require('node:https');
const { pipeline, Readable } = require('node:stream');
const zlib = require('node:zlib');

/**
 * `fetch` on top of `node:http`, for a runtime whose own `fetch` opens sockets that cannot be led through the server.
 * Requests and responses are the runtime's own.
 */

const redirectsMax = 20;
const redirecting = [301, 302, 303, 307, 308];
const withoutBody = [101, 204, 205, 304];

/** @type {typeof fetch} */
async function brokeredFetch(input, init) {
  const request = new Request(input, init);
  const body = request.body === null ? null : Buffer.from(await request.arrayBuffer());
  const headers = new Headers(request.headers);
  if (!headers.has('accept-encoding')) headers.set('accept-encoding', 'gzip, deflate, br');
  if (!headers.has('accept')) headers.set('accept', '*/*');
  return follow({ request, url: new URL(request.url), method: request.method, headers, body, redirects: 0 });
}

/**
 * @typedef {{ request: Request, url: URL, method: string, headers: Headers, body: Buffer | null, redirects: number }} Step
 * @param {Step} step
 * @returns {Promise<Response>}
 */
async function follow(step) {
  const { request, url, redirects } = step;
  const incoming = await send(step);
  const status = incoming.statusCode ?? 0;
  const { location } = incoming.headers;
  if (redirecting.includes(status) && location !== undefined && request.redirect !== 'manual') {
    incoming.destroy();
    if (request.redirect === 'error') throw failure('unexpected redirect');
    if (redirects >= redirectsMax) throw failure('redirect count exceeded');
    return follow(nextStep(step, status, new URL(location, url)));
  }
  const response = new Response(withoutBody.includes(status) ? null : bodyOf(incoming), {
    status,
    statusText: incoming.statusMessage ?? '',
    headers: headersOf(incoming),
  });
  Object.defineProperty(response, 'url', { value: url.href });
  Object.defineProperty(response, 'redirected', { value: redirects > 0 });
  return response;
}

/** @param {Step} step @param {number} status @param {URL} url @returns {Step} */
function nextStep(step, status, url) {
  const isGet = status === 303 || ((status === 301 || status === 302) && step.method === 'POST');
  const headers = new Headers(step.headers);
  if (isGet) for (const name of ['content-type', 'content-length', 'content-encoding']) headers.delete(name);
  // Whom they were meant for is another host now.
  if (url.origin !== step.url.origin) for (const name of ['authorization', 'cookie']) headers.delete(name);
  const next = isGet ? { method: 'GET', body: null } : { method: step.method, body: step.body };
  return { ...step, ...next, headers, url, redirects: step.redirects + 1 };
}

/** @param {Step} step @returns {Promise<import('node:http').IncomingMessage>} */
function send({ request, url, method, headers, body }) {
  if (url.protocol !== 'http:' && url.protocol !== 'https:') throw failure(`unknown scheme ${url.protocol}`);
  const { signal } = request;
  return new Promise((resolve, reject) => {
    if (signal.aborted) throw signal.reason;
    const fields = {
      ...Object.fromEntries(headers),
      ...(body === null ? {} : { 'content-length': String(body.length) }),
    };
    const outgoing = (url.protocol === 'https:' ? https : http).request(url, { method, headers: fields });
    const abort = () => outgoing.destroy(signal.reason);
    signal.addEventListener('abort', abort, { once: true });
    outgoing.on('close', () => signal.removeEventListener('abort', abort));
    outgoing.on('error', (error) => reject(signal.aborted ? signal.reason : failure('fetch failed', error)));
    outgoing.on('response', (incoming) => {
      signal.addEventListener('abort', () => incoming.destroy(signal.reason), { once: true });
      resolve(incoming);
    });
    outgoing.end(body ?? undefined);
  });
}

/** @param {import('node:http').IncomingMessage} incoming @returns {any} */
function bodyOf(incoming) {
  const decoder = decoderOf(String(incoming.headers['content-encoding'] ?? '').toLowerCase());
  const stream = decoder === null ? incoming : pipeline(incoming, decoder, () => {});
  return Readable.toWeb(/** @type {any} */ (stream));
}

/** @param {string} encoding */
function decoderOf(encoding) {
  if (encoding === 'gzip' || encoding === 'x-gzip') return zlib.createGunzip();
  if (encoding === 'deflate') return zlib.createInflate();
  return encoding === 'br' ? zlib.createBrotliDecompress() : null;
}

/** @param {import('node:http').IncomingMessage} incoming */
function headersOf({ rawHeaders }) {
  const headers = new Headers();
  for (let index = 0; index + 1 < rawHeaders.length; index += 2) {
    headers.append(rawHeaders[index] ?? '', rawHeaders[index + 1] ?? '');
  }
  return headers;
}

/** @param {string} message @param {unknown} [cause] */
function failure(message, cause) {
  return new TypeError(message, { cause });
}

module.exports = { brokeredFetch };
