/** A request template of config/requests.json. Texts may hold `<%= … %>`, which is filled in when it is invoked. */
export interface RequestTemplate {
  readonly name: string;
  readonly method: RequestMethod;
  /** Without scheme and path. */
  readonly host: string;
  /** Begins with `/`, or with a `<%= … %>` whose value may bring the slash. */
  readonly path: string;
  readonly headers: Readonly<Record<string, string>>;
  /** A list stands for a parameter that comes several times. */
  readonly query: Readonly<Record<string, string | readonly string[]>>;
  readonly options: {
    /** 1 to 5. */
    readonly maxAttempts: number;
    /** 0 to 1500. */
    readonly retryDelayMs: number;
    /** Name of the OAuth integration whose token it carries; null for none. */
    readonly oauth: string | null;
    /** Certificates and keys for TLS, each of which may hold `<%= … %>`; left out: none. */
    readonly security?: RequestSecurity;
  };
}

/** As in `options.security` of a template; PEM texts, `pfx` in base64. */
export interface RequestSecurity {
  readonly ca?: string;
  readonly cert?: string;
  readonly key?: string;
  readonly pfx?: string;
  readonly passphrase?: string;
}

export const securityKeys = ['ca', 'cert', 'key', 'pfx', 'passphrase'] as const;

export const requestMethods = ['GET', 'POST', 'PUT', 'PATCH', 'DELETE'] as const;

export type RequestMethod = (typeof requestMethods)[number];
