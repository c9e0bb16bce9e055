/** The port of name resolution: real in production, played in tests. Every method rejects as `node:dns` does, with a `code`. */
export type Resolver = {
  /** The addresses of a name, in the order in which they are best tried. */
  addresses(name: string): Promise<readonly ResolvedAddress[]>;
  /** Records in the form of `node:dns/promises`. */
  records(name: string, type: RecordType): Promise<readonly unknown[]>;
};

export type ResolvedAddress = { readonly address: string; readonly family: 4 | 6 };

export const recordTypes = ['A', 'AAAA', 'SRV', 'TXT', 'CNAME', 'MX'] as const;

export type RecordType = (typeof recordTypes)[number];
