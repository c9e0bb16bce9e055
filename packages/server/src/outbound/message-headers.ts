/**
 * The headers of a request as they are sent, or null when one cannot be. Those that frame the message or belong to the
 * connection are left out, however they are spelled: an app that sets `Transfer-Encoding` or a second `Content-Length`
 * could hide a second request in the first (request smuggling), and one that sets `Host` could speak to a neighbour of
 * the host that was judged.
 */
export function carriedHeaders(given: Readonly<Record<string, string>>): Record<string, string> | null {
  const headers: Record<string, string> = { 'accept-encoding': 'gzip, br', 'user-agent': 'Rollcall' };
  for (const [spelling, text] of Object.entries(given)) {
    const name = spelling.trim().toLowerCase();
    const value = text.trim();
    if (!/^[!#$%&'*+.^_`|~0-9a-z-]+$/.test(name) || !/^[\t\x20-\x7e\x80-\xff]*$/.test(value)) return null;
    if (OF_THE_CONNECTION.has(name) || name.startsWith('proxy-')) continue;
    Object.defineProperty(headers, name, { value, enumerable: true, configurable: true, writable: true });
  }
  return headers;
}

/** Response headers with lower-case names and one text each. */
export function plainHeaders(
  given: Readonly<Record<string, string | readonly string[] | undefined>>,
): Record<string, string> {
  return Object.fromEntries(
    Object.entries(given).flatMap(([name, value]) => {
      if (value === undefined) return [];
      return [[name.toLowerCase(), typeof value === 'string' ? value : value.join(', ')] as const];
    }),
  );
}

/** Without those that describe the bytes on the wire: the body is a text by now. */
export function headersOfText(headers: Readonly<Record<string, string>>): Record<string, string> {
  return Object.fromEntries(Object.entries(headers).filter(([name]) => !OF_THE_BYTES.has(name)));
}

const OF_THE_BYTES: ReadonlySet<string> = new Set(['content-encoding', 'content-length', 'transfer-encoding']);

const OF_THE_CONNECTION: ReadonlySet<string> = new Set([
  'accept-encoding',
  'connection',
  'content-length',
  'expect',
  'host',
  'http2-settings',
  'keep-alive',
  'te',
  'trailer',
  'transfer-encoding',
  'upgrade',
]);
