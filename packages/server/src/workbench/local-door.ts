import type { IncomingHttpHeaders } from 'node:http';

/** Names of this machine for itself. */
const LOCAL_NAMES: ReadonlySet<string> = new Set(['localhost', '127.0.0.1', '[::1]']);

/**
 * Why a request is refused, in a sentence; null when it may come in.
 *
 * The door stands on a developer's machine and runs that developer's code, so two strangers are kept out: a web page that
 * the developer has open in another tab (`Origin`, `Sec-Fetch-Site`), and a web page whose name was made to point at this
 * machine after it was loaded (`Host`). Tools send neither header and come in.
 */
export function refusalOf(request: { readonly method: string; readonly headers: IncomingHttpHeaders }): string | null {
  const { method, headers } = request;
  const name = hostName(headers.host);
  if (name === null || !LOCAL_NAMES.has(name)) {
    return `This door is for this machine alone: ask for it as localhost, not as ${shortened(headers.host)}.`;
  }
  if (method === 'GET' || method === 'HEAD') return null;
  const site = headers['sec-fetch-site'];
  // A form of our own page that tells nobody where it is has no origin; that it is our own the browser says beside it.
  const isNameless = headers.origin === 'null' && site === 'same-origin';
  if (headers.origin !== undefined && !isNameless && !isOwnOrigin(headers.origin, headers.host)) {
    return `Pages of ${shortened(headers.origin)} may not send anything here.`;
  }
  if (site !== undefined && site !== 'same-origin' && site !== 'none') {
    return 'Pages of other addresses may not send anything here.';
  }
  return null;
}

/**
 * Addresses that the world is given: whoever asks there proves himself by a secret in the address, so that it does not
 * matter by what name he came. A developer lets a tunnel lead here.
 */
export function isForTheWorld(url: string): boolean {
  return url.startsWith('/event/hook/') || url.startsWith('/auth/callback?');
}

function hostName(host: string | undefined): string | null {
  return /^(\[[^\]]*\]|[^:]*)(?::\d+)?$/.exec(host?.toLowerCase() ?? '')?.[1] ?? null;
}

function isOwnOrigin(origin: string, host: string | undefined): boolean {
  return origin.toLowerCase() === `http://${host?.toLowerCase()}`;
}

function shortened(text: string | undefined): string {
  return text === undefined || text === '' ? 'nothing' : text.slice(0, 80);
}
