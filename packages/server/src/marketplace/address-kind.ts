import { type IpAddress, type IpRange, isInRange, parseIpRange } from './ip-address.ts';

/** Where an address leads. Apps may reach `public` ones; every other kind leads to a machine's own or a private network. */
export type AddressKind =
  | 'public'
  | 'this_network'
  | 'loopback'
  | 'private'
  | 'shared'
  | 'link_local'
  | 'documentation'
  | 'benchmark'
  | 'multicast'
  | 'reserved'
  | 'cloud_host'
  | 'ipv4_in_ipv6'
  | 'transition';

/**
 * What kind of address it is. Of IPv6 only 2000::/3 is in use for the public, so that everything outside of it is
 * refused, known or not. Addresses that carry an IPv4 address inside (mapped, NAT64, 6to4, Teredo) are never public: a
 * gateway would take the connection to the address inside.
 *
 * Source: https://www.iana.org/assignments/iana-ipv4-special-registry and
 * https://www.iana.org/assignments/iana-ipv6-special-registry, read 2026-11-22.
 */
export function kindOfAddress(address: IpAddress): AddressKind {
  const special = SPECIAL_RANGES.find(({ range }) => isInRange(address, range));
  if (special !== undefined) return special.kind;
  return address.family === 4 || isInRange(address, IPV6_IN_USE) ? 'public' : 'reserved';
}

function rangeOf(text: string): IpRange {
  const range = parseIpRange(text);
  if (range === null) throw new Error(`${text} is no range`);
  return range;
}

const IPV6_IN_USE = rangeOf('2000::/3');

const RANGES: readonly (readonly [AddressKind, readonly string[]])[] = [
  ['this_network', ['0.0.0.0/8', '::/128']],
  ['loopback', ['127.0.0.0/8', '::1/128']],
  ['private', ['10.0.0.0/8', '172.16.0.0/12', '192.168.0.0/16', 'fc00::/7', 'fec0::/10']],
  ['shared', ['100.64.0.0/10']],
  ['link_local', ['169.254.0.0/16', 'fe80::/10']],
  ['documentation', ['192.0.2.0/24', '198.51.100.0/24', '203.0.113.0/24', '2001:db8::/32', '3fff::/20']],
  ['benchmark', ['198.18.0.0/15', '2001:2::/48']],
  ['multicast', ['224.0.0.0/4', 'ff00::/8']],
  // 192.88.99.0/24 was the relay of 6to4; 240.0.0.0/4 has the broadcast address in it.
  ['reserved', ['192.0.0.0/24', '192.88.99.0/24', '240.0.0.0/4', '100::/64', '5f00::/16']],
  // Answered by the machine's host itself, with its secrets, although it looks public.
  ['cloud_host', ['168.63.129.16/32']],
  ['ipv4_in_ipv6', ['::ffff:0:0/96', '::ffff:0:0:0/96', '::/96', '64:ff9b::/96', '64:ff9b:1::/48']],
  ['transition', ['2001::/23', '2002::/16']],
];

const SPECIAL_RANGES = RANGES.flatMap(([kind, texts]) => texts.map((text) => ({ kind, range: rangeOf(text) })));
