import type { SecureContext } from 'node:tls';
import { Agent, buildConnector, Client, type Dispatcher, errors } from 'undici';
import type { Outbound, OutboundAnswer, OutboundRequest, OutboundSecurity } from '../apps/outbound.ts';
import { type AddressGuard, pinnedLookup } from './address-guard.ts';
import { defaultOutboundLimits, type OutboundLimits } from './limits.ts';
import { carriedHeaders, headersOfText, plainHeaders } from './message-headers.ts';
import { readBody } from './response-body.ts';
import { secureContextOf } from './secure-context.ts';

export type HttpOutOptions = {
  readonly guard: AddressGuard;
  /** PEM certificates that are trusted beside those of the machine: an authority of one's own. */
  readonly ca?: readonly string[];
  readonly limits?: OutboundLimits;
};

/**
 * HTTP out for apps. Every connection is made through the guard, so that no address is reached that apps may not reach;
 * connections to one origin are shared and kept a while. Redirects are answers like others: whoever follows one sends a
 * new request, which is judged anew. `HTTP_PROXY` and its kin are not looked at: through a proxy nothing could be pinned.
 */
export class HttpOut implements Outbound {
  readonly #guard: AddressGuard;
  readonly #limits: OutboundLimits;
  readonly #ca: readonly string[];
  /** Of whoever brings nothing of its own. */
  readonly #context: SecureContext | null;
  readonly #agent: Agent;

  constructor(options: HttpOutOptions) {
    this.#guard = options.guard;
    this.#limits = options.limits ?? defaultOutboundLimits;
    this.#ca = options.ca ?? [];
    this.#context = secureContextOf(this.#ca, null);
    this.#agent = new Agent({
      ...this.#clientOptions(null),
      connections: this.#limits.connectionsPerHostMax,
    });
  }

  async send(request: OutboundRequest): Promise<OutboundAnswer> {
    const url = readUrl(request.url);
    if (url === null) return forbidden('malformed', 'This is no URL that a request can be sent to');
    if (url.protocol !== 'https:') return forbidden('not_https', 'The URL must begin with https://');
    const headers = carriedHeaders(request.headers);
    if (headers === null) return forbidden('header', 'A header holds what HTTP cannot carry');
    const end = new AbortController();
    const late = Promise.withResolvers<never>();
    const timer = setTimeout(() => {
      end.abort(new LateAnswer());
      // The signal alone is heard only once there is a connection, and not while a name resolves.
      late.reject(new LateAnswer());
    }, request.timeoutMs);
    const security = request.security ?? null;
    // Whoever brings a certificate of its own shares no connection: it would speak in that name for others.
    const own = security === null ? null : new Client(url.origin, this.#clientOptions(security));
    try {
      const exchange = this.#exchange(own ?? this.#agent, { request, url, headers, signal: end.signal });
      return await Promise.race([exchange, late.promise]);
    } catch (error) {
      return answerOfFailure(error);
    } finally {
      clearTimeout(timer);
      await own?.destroy();
    }
  }

  /** Ends the connections; requests under way are answered as unreachable. */
  async close(): Promise<void> {
    await this.#agent.destroy();
  }

  async #exchange(dispatcher: Dispatcher, exchange: Exchange): Promise<OutboundAnswer> {
    const { request, url, signal } = exchange;
    const response = await dispatcher.request({
      origin: url.origin,
      path: `${url.pathname}${url.search}`,
      method: request.method,
      headers: exchange.headers,
      body: request.body,
      signal,
      headersTimeout: 0,
      bodyTimeout: 0,
    });
    const headers = plainHeaders(response.headers);
    const body = await readBody(response.body, headers, request.responseBytesMax, signal);
    if (body.kind !== 'text') return body;
    return { kind: 'answered', status: response.statusCode, headers: headersOfText(headers), body: body.text };
  }

  #clientOptions(security: OutboundSecurity | null): Client.Options {
    return {
      connect: (options, callback) => {
        this.#connect(options, security, callback).catch((error: unknown) => {
          callback(error instanceof Error ? error : new Error(String(error)), null);
        });
      },
      allowH2: false,
      pipelining: 1,
      keepAliveTimeout: this.#limits.keepAliveMs,
      keepAliveMaxTimeout: this.#limits.keepAliveMs,
      maxHeaderSize: this.#limits.headerBytesMax,
    };
  }

  async #connect(
    options: buildConnector.Options,
    security: OutboundSecurity | null,
    callback: buildConnector.Callback,
  ): Promise<void> {
    const host = options.hostname.replace(/^\[|\]$/g, '');
    const port = options.port === '' ? HTTPS_PORT : Number(options.port);
    const reach = await this.#guard.reach(host, port, false);
    if (reach.kind !== 'reachable') throw new NotReached(reach);
    const secureContext = security === null ? this.#context : secureContextOf(this.#ca, security);
    const connector = buildConnector({
      ...(secureContext !== null && { secureContext }),
      lookup: pinnedLookup(reach.addresses),
      autoSelectFamily: true,
      autoSelectFamilyAttemptTimeout: ATTEMPT_MS,
      allowH2: false,
      maxCachedSessions: 0,
      timeout: this.#limits.connectMsMax,
    });
    connector({ ...options, hostname: host, servername: serverNameOf(host) }, callback);
  }
}

type Exchange = {
  readonly request: OutboundRequest;
  readonly url: URL;
  readonly headers: Record<string, string>;
  readonly signal: AbortSignal;
};

const HTTPS_PORT = 443;

/** How long the first of several addresses may take before the next one is tried beside it. */
const ATTEMPT_MS = 1000;

class LateAnswer extends Error {}

class NotReached extends Error {
  readonly reach: Exclude<Awaited<ReturnType<AddressGuard['reach']>>, { kind: 'reachable' }>;

  constructor(reach: NotReached['reach']) {
    super(reach.message);
    this.reach = reach;
  }
}

/** Null also for a URL with a user in it: it is most often a trick to make a host look like another. */
function readUrl(text: string): URL | null {
  const url = URL.parse(text);
  if (url === null || url.username !== '' || url.password !== '' || url.hostname === '') return null;
  return url;
}

/** TLS names no addresses. */
function serverNameOf(host: string): string {
  return /^[\d.]+$|:/.test(host) ? '' : host;
}

function answerOfFailure(error: unknown): OutboundAnswer {
  if (error instanceof LateAnswer) return { kind: 'timed_out' };
  if (error instanceof NotReached) {
    const { reach } = error;
    if (reach.kind === 'forbidden') return forbidden(reach.reason, reach.message);
    return { kind: 'unreachable', message: `${reach.message} (${reach.code})` };
  }
  if (error instanceof errors.ConnectTimeoutError) return { kind: 'timed_out' };
  return { kind: 'unreachable', message: sentenceOf(error) };
}

/** What went wrong, of the first of several addresses: without a stack, and short. */
function sentenceOf(error: unknown): string {
  const first = error instanceof AggregateError ? (error.errors[0] ?? error) : error;
  const message = first instanceof Error ? first.message : String(first);
  return message.replaceAll(/\s+/g, ' ').slice(0, 200);
}

function forbidden(reason: Extract<OutboundAnswer, { kind: 'forbidden' }>['reason'], message: string): OutboundAnswer {
  return { kind: 'forbidden', reason, message };
}
