import { type IpAddress, type IpRange, isInRange, parseIpRange } from './ip-address.ts';

/** A private host or network that an operator lets apps reach; `port` null: every port of it. */
export type PermittedHost =
  | { readonly kind: 'name'; readonly name: string; readonly port: number | null }
  | { readonly kind: 'range'; readonly range: IpRange; readonly port: number | null };

/**
 * Reads `db.internal`, `db.internal:27017`, `10.0.0.5`, `10.0.0.5:5432`, `10.0.0.0/8`, `fd00::/8`, `[::1]:5432`. Null when
 * it is none of these.
 */
export function parsePermittedHost(text: string): PermittedHost | null {
  const range = parseIpRange(text);
  if (range !== null) return { kind: 'range', range, port: null };
  const [, host = '', portText] = /^(.*?)(?::(\d{1,5}))?$/.exec(text) ?? [];
  const port = portText === undefined ? null : Number(portText);
  if (port !== null && (port < 1 || port > 65_535)) return null;
  const [, bracketed] = /^\[([0-9a-f:.]+)\]$/i.exec(host) ?? [];
  const address = parseIpRange(bracketed ?? host);
  if (address !== null && !host.includes('/')) return { kind: 'range', range: address, port };
  const name = plainName(host);
  return isHostName(name) ? { kind: 'name', name, port } : null;
}

/** Whether an operator named this host itself, for this port; `port` null: for any. */
export function permitsName(permitted: readonly PermittedHost[], name: string, port: number | null): boolean {
  const plain = plainName(name);
  return permitted.some((host) => host.kind === 'name' && host.name === plain && isPort(host, port));
}

/** Whether an operator named this address, or a network that it is in, for this port; `port` null: for any. */
export function permitsAddress(permitted: readonly PermittedHost[], address: IpAddress, port: number | null): boolean {
  return permitted.some((host) => host.kind === 'range' && isInRange(address, host.range) && isPort(host, port));
}

/** A host name as it is compared: in lower case, without the dot of the root. */
export function plainName(name: string): string {
  return name.toLowerCase().replace(/\.$/, '');
}

function isPort(host: PermittedHost, port: number | null): boolean {
  return host.port === null || port === null || host.port === port;
}

function isHostName(name: string): boolean {
  // What ends in a number is meant as an address, and was not read as one.
  return (
    /^(?=.{1,253}$)[a-z0-9_]([a-z0-9_-]*[a-z0-9_])?(\.[a-z0-9_]([a-z0-9_-]*[a-z0-9_])?)*$/.test(name) &&
    !/(^|\.)\d+$/.test(name)
  );
}
