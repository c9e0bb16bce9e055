/** A running server's API, as a program of somebody else's would use it. */
export type RemoteApi = {
  /**
   * One request; the answer's JSON, or null when it has none.
   *
   * @throws RemoteRefusal when the server refuses or cannot be reached
   */
  ask(method: 'GET' | 'POST' | 'PUT' | 'PATCH' | 'DELETE', path: string, body?: object): Promise<RemoteAnswer>;
  /** All pages of a list. */
  list(path: string): Promise<readonly RemoteAnswer[]>;
  /** Opens a presence socket. */
  presence(path: string): WebSocket;
};

/** Answers are read by name; who needs a field says what it must be. */
export type RemoteAnswer = Readonly<Record<string, unknown>>;

/** What the server, or the network, said no with. `status` 0: it was not reached. */
export class RemoteRefusal extends Error {
  override readonly name = 'RemoteRefusal';
  readonly status: number;
  readonly code: string;

  constructor(status: number, code: string, sentence: string, cause?: unknown) {
    super(sentence, { cause });
    this.status = status;
    this.code = code;
  }
}

const REQUEST_MS_MAX = 15_000;

/** @param url the server's address, with or without a slash at its end */
export function remoteApi(url: string, key: string): RemoteApi {
  const base = `${url.replace(/\/+$/, '')}/api/v1`;
  const headers = { authorization: `Bearer ${key}` };
  const ask: RemoteApi['ask'] = async (method, path, body) => {
    const response = await reached(base, () =>
      fetch(`${base}${path}`, {
        method,
        headers: body === undefined ? headers : { ...headers, 'content-type': 'application/json' },
        body: body === undefined ? null : JSON.stringify(body),
        signal: AbortSignal.timeout(REQUEST_MS_MAX),
      }),
    );
    const answer = parsed(await response.text());
    if (response.ok) return answer;
    const code = typeof answer.code === 'string' ? answer.code : 'unknown';
    const detail = typeof answer.detail === 'string' ? answer.detail : response.statusText;
    throw new RemoteRefusal(response.status, code, `${method} ${path}: ${response.status} ${code}: ${detail}`);
  };
  return {
    ask,
    async list(path) {
      const items: RemoteAnswer[] = [];
      for (let after: string | null = ''; after !== null; ) {
        const page = await ask('GET', `${path}?limit=1000${after === '' ? '' : `&after=${encodeURIComponent(after)}`}`);
        items.push(...(page.items as readonly RemoteAnswer[]));
        after = page.next as string | null;
      }
      return items;
    },
    presence: (path) => new WebSocket(`${base.replace(/^http/, 'ws')}${path}`, { headers }),
  };
}

async function reached(base: string, send: () => Promise<Response>): Promise<Response> {
  try {
    return await send();
  } catch (error) {
    const cause = error instanceof Error && error.cause instanceof Error ? error.cause.message : String(error);
    throw new RemoteRefusal(0, 'unreachable', `${base} cannot be reached: ${cause}`, error);
  }
}

function parsed(text: string): RemoteAnswer {
  if (text === '') return {};
  try {
    return JSON.parse(text) as RemoteAnswer;
  } catch (error) {
    throw new RemoteRefusal(0, 'no_json', 'What answers there is no Rollcall server: it does not speak JSON.', error);
  }
}
