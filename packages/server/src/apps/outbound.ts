/** The port of HTTP out: one request to a public address. The address is resolved, checked and pinned; no redirect is followed. */
export type Outbound = {
  send(request: OutboundRequest): Promise<OutboundAnswer>;
};

export type OutboundRequest = {
  readonly method: 'GET' | 'POST' | 'PUT' | 'PATCH' | 'DELETE';
  /** Absolute, https. */
  readonly url: string;
  /** Those that frame a message (`Host`, `Content-Length`, `Connection` …) are left out: they are made here. */
  readonly headers: Readonly<Record<string, string>>;
  readonly body: string | null;
  /** From the resolving of the name to the last byte of the answer. */
  readonly timeoutMs: number;
  /** Of the body as it is after decompression. */
  readonly responseBytesMax: number;
  /** What the app brings for TLS; null or left out: the certificates that this machine trusts, and none of its own. */
  readonly security?: OutboundSecurity | null;
};

/** Certificates and keys of one request, as text. */
export type OutboundSecurity = {
  /** PEM, trusted beside those that the machine trusts. */
  readonly ca: string | null;
  /** PEM. */
  readonly cert: string | null;
  /** PEM. */
  readonly key: string | null;
  /** PKCS#12, base64. */
  readonly pfx: string | null;
  readonly passphrase: string | null;
};

export type OutboundAnswer =
  | {
      readonly kind: 'answered';
      readonly status: number;
      /** Lower-case names; a header that came several times is joined with a comma and a space. */
      readonly headers: Readonly<Record<string, string>>;
      readonly body: string;
    }
  /** Not tried: the address is none that apps may reach. `message` says it to the app's author. */
  | { readonly kind: 'forbidden'; readonly reason: ForbiddenReason; readonly message: string }
  | { readonly kind: 'timed_out' }
  | { readonly kind: 'too_large' }
  | { readonly kind: 'unreachable'; readonly message: string };

/**
 * - `malformed`: no URL, or one with a user and a password in it
 * - `ip_address`: an address stands where a name belongs
 * - `not_a_name`: the host is no fully qualified name
 * - `address`: the name leads to an address that is not public
 * - `header`: a header that HTTP cannot carry
 */
export type ForbiddenReason = 'not_https' | 'ip_address' | 'not_a_name' | 'address' | 'malformed' | 'header';
