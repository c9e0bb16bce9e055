import { promises as dns } from 'node:dns';
import type { RecordType, ResolvedAddress, Resolver } from './resolver.ts';

/**
 * Resolves names for apps. They ask DNS itself and not the system's `getaddrinfo`: that one occupies a thread of four for
 * as long as a name server is slow, and four names of a hostile app would stop the server's reading and writing of files.
 * The price: `/etc/hosts` and search domains count only for names that `isTrusted` (those that the operator permits).
 */
export function systemResolver(options: {
  readonly isTrusted: (name: string) => boolean;
  readonly timeoutMs: number;
}): Resolver {
  const resolver = new dns.Resolver({ timeout: options.timeoutMs, tries: 1 });
  return {
    addresses: (name) => (options.isTrusted(name) ? systemAddresses(name) : dnsAddresses(resolver, name)),
    records: (name, type) => recordsOf(resolver, name, type),
  };
}

async function systemAddresses(name: string): Promise<readonly ResolvedAddress[]> {
  const found = await dns.lookup(name, { all: true, order: 'verbatim' });
  return found.map(({ address, family }) => ({ address, family: family === 6 ? 6 : 4 }));
}

async function dnsAddresses(resolver: dns.Resolver, name: string): Promise<readonly ResolvedAddress[]> {
  const [ipv6, ipv4] = await Promise.allSettled([resolver.resolve6(name), resolver.resolve4(name)]);
  const found: readonly ResolvedAddress[] = [
    ...(ipv4.status === 'fulfilled' ? ipv4.value.map((address) => ({ address, family: 4 as const })) : []),
    ...(ipv6.status === 'fulfilled' ? ipv6.value.map((address) => ({ address, family: 6 as const })) : []),
  ];
  if (found.length === 0 && ipv4.status === 'rejected') throw ipv4.reason;
  return found;
}

async function recordsOf(resolver: dns.Resolver, name: string, type: RecordType): Promise<readonly unknown[]> {
  switch (type) {
    case 'A':
      return resolver.resolve4(name);
    case 'AAAA':
      return resolver.resolve6(name);
    case 'SRV':
      return resolver.resolveSrv(name);
    case 'TXT':
      return resolver.resolveTxt(name);
    case 'CNAME':
      return resolver.resolveCname(name);
    case 'MX':
      return resolver.resolveMx(name);
  }
}
