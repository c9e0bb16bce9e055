/** An IP address as a number: what two spellings of one address have in common. */
export interface IpAddress {
  readonly family: 4 | 6;
  readonly bits: bigint;
}

/** The addresses whose first `prefixBits` bits are those of `base`. */
export interface IpRange {
  readonly base: IpAddress;
  readonly prefixBits: number;
}

/**
 * Reads an address in its plain spelling: four decimal numbers, or the forms of RFC 4291 with or without a dotted
 * end. Null for everything else: octal and hexadecimal IPv4, zone ids, brackets, blanks. Whoever has such a spelling
 * must have it resolved first, since readers of it disagree on what it means.
 */
export function parseIpAddress(text: string): IpAddress | null {
  if (text.length > ADDRESS_LENGTH_MAX) return null;
  const bits = text.includes(':') ? bitsOfIpv6(text) : bitsOfIpv4(text);
  return bits === null ? null : { family: text.includes(':') ? 6 : 4, bits };
}

/** Reads `10.0.0.0/8`, `fd00::/8`, or a bare address as the range of itself. Null when it is neither. */
export function parseIpRange(text: string): IpRange | null {
  const [addressText = '', prefixText, ...rest] = text.split('/');
  const base = parseIpAddress(addressText);
  if (base === null || rest.length > 0) return null;
  if (prefixText === undefined) return { base, prefixBits: widthOf(base) };
  const prefixBits = /^\d{1,3}$/.test(prefixText) ? Number(prefixText) : Number.NaN;
  return prefixBits <= widthOf(base) ? { base, prefixBits } : null;
}

export function isInRange(address: IpAddress, range: IpRange): boolean {
  if (address.family !== range.base.family) return false;
  const shift = BigInt(widthOf(address) - range.prefixBits);
  return address.bits >> shift === range.base.bits >> shift;
}

const ADDRESS_LENGTH_MAX = 45;

function widthOf(address: IpAddress): number {
  return address.family === 4 ? 32 : 128;
}

function bitsOfIpv4(text: string): bigint | null {
  const parts = text.split('.');
  if (parts.length !== 4 || !parts.every((part) => /^(0|[1-9]\d{0,2})$/.test(part) && Number(part) <= 255)) return null;
  return parts.reduce((bits, part) => (bits << 8n) | BigInt(part), 0n);
}

function bitsOfIpv6(text: string): bigint | null {
  const [head = '', tail, ...rest] = text.split('::');
  if (rest.length > 0) return null;
  const before = groupsOf(head, tail === undefined);
  const after = tail === undefined ? [] : groupsOf(tail, true);
  if (before === null || after === null) return null;
  const missing = 8 - before.length - after.length;
  if (tail === undefined ? missing !== 0 : missing < 1) return null;
  const groups = [...before, ...Array<bigint>(missing).fill(0n), ...after];
  return groups.reduce((bits, group) => (bits << 16n) | group, 0n);
}

/** The 16-bit groups of one side of `::`; a dotted end counts as two and may stand only at the very end. */
function groupsOf(text: string, isEnd: boolean): readonly bigint[] | null {
  if (text === '') return [];
  const parts = text.split(':');
  const groups: bigint[] = [];
  for (const [index, part] of parts.entries()) {
    if (/^[0-9a-f]{1,4}$/i.test(part)) {
      groups.push(BigInt(`0x${part}`));
      continue;
    }
    const dotted = isEnd && index === parts.length - 1 ? bitsOfIpv4(part) : null;
    if (dotted === null) return null;
    groups.push(dotted >> 16n, dotted & 0xffffn);
  }
  return groups;
}
