/** The port of HTTP out: one request to a public address. The address is resolved, checked and pinned; no redirect is followed. */
export type Outbound = {
  send(request: OutboundRequest): Promise<OutboundAnswer>;
};

export type OutboundRequest = {
  readonly method: 'GET' | 'POST' | 'PUT' | 'PATCH' | 'DELETE';
  /** Absolute, https. */
  readonly url: string;
  readonly headers: Readonly<Record<string, string>>;
  readonly body: string | null;
  readonly timeoutMs: number;
  readonly responseBytesMax: number;
};

export type OutboundAnswer =
  | {
      readonly kind: 'answered';
      readonly status: number;
      /** Lower-case names; a header that came several times is joined with a comma and a space. */
      readonly headers: Readonly<Record<string, string>>;
      readonly body: string;
    }
  /** Not tried: the address is none that apps may reach. */
  | { readonly kind: 'forbidden'; readonly reason: 'not_https' | 'not_a_name' | 'address' | 'malformed' }
  | { readonly kind: 'timed_out' }
  | { readonly kind: 'too_large' }
  | { readonly kind: 'unreachable'; readonly message: string };
