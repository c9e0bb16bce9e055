import type { Change, StoredRecord } from '../engine/change.ts';
import type { JsonObject } from '../marketplace/json-value.ts';
import { authorizeUrl, type FilledIntegration, fillIntegration } from '../marketplace/oauth-authorize.ts';
import { type OauthGrant, readTokenAnswer, type TokenReading, tokenRequest } from '../marketplace/oauth-grant.ts';
import type { OauthIntegration } from '../marketplace/oauth-integration.ts';
import { type Instant, minuteMs } from '../time/instant.ts';
import { type DocumentOwner, documentsOf, putDocument, removeDocument } from './app-document.ts';
import type { Outbound } from './outbound.ts';
import type { Vault } from './vault.ts';

/** The tokens of one app, as its requests use them. */
export type OauthTokens = {
  /** A token that is good now, as far as one can tell. `agent` null: the call is made in nobody's name. */
  token(integration: OauthIntegration, agent: string | null): Promise<OauthTokenAnswer>;
  /** A new token in place of one that a service did not take. */
  renew(integration: OauthIntegration, agent: string | null, rejectedToken: string): Promise<OauthTokenAnswer>;
};

export type OauthTokenAnswer =
  | { readonly kind: 'token'; readonly accessToken: string; readonly oauthIparams: JsonObject }
  | { readonly kind: 'refused'; readonly status: number; readonly message: string };

export type OauthPorts = {
  readonly outbound: Outbound;
  readonly vault: Vault;
  readonly now: () => Instant;
  /** A secret of at least 160 bits, URL-safe. */
  readonly secret: () => string;
  commit(changes: readonly Change[]): Promise<void>;
};

export type OauthStart = {
  readonly integration: OauthIntegration;
  /** The values of `oauth_iparams`, checked, in clear. */
  readonly oauthIparams: JsonObject;
  /** Of this server: what the service sends the browser back to. */
  readonly redirectUri: string;
  /** Who authorizes; null for an account's token, or where nobody is known. */
  readonly agent: string | null;
};

export type OauthStarted =
  | { readonly kind: 'started'; readonly url: string; readonly state: string }
  | { readonly kind: 'refused'; readonly message: string };

export type OauthCallback = {
  readonly state: string | null;
  readonly code: string | null;
  /** `error` and `error_description` of the callback; null when there is none. */
  readonly error: string | null;
};

export type OauthFinished =
  | { readonly kind: 'authorized'; readonly app: string; readonly integration: string; readonly agent: string | null }
  /** `app` null: the state is unknown, used or too old. */
  | { readonly kind: 'refused'; readonly app: string | null; readonly message: string };

export const OAUTH_LIMITS = {
  stateMsMax: 10 * minuteMs,
  /** Authorizations begun and not finished, of all apps; the oldest give way. */
  statesMax: 1000,
  tokenTimeoutMs: 15_000,
  tokenBytesMax: 256 * 1024,
  /** A token that ends within this is renewed before it is used. */
  renewBeforeMs: minuteMs,
} as const;

/**
 * OAuth 2.0 for the apps of all accounts: the authorization in a person's browser, and the tokens that come of it, sealed
 * on disk. Several calls that need a new token at once share one request for it: most services take a refresh token
 * only once.
 */
export class OauthService {
  readonly #ports: OauthPorts;
  readonly #states = new Map<string, PendingAuthorization>();
  /** Authorizations whose code is being exchanged. */
  readonly #finishing = new Set<PendingAuthorization>();
  /** By document name within the app: `<app id>/<integration>[/<agent>]`. */
  readonly #tokens = new Map<string, StoredToken>();
  readonly #renewals = new Map<string, Promise<OauthTokenAnswer>>();

  constructor(ports: OauthPorts) {
    this.#ports = ports;
  }

  /** Takes up the tokens that were stored. One that the vault cannot open any more is left out: the app says so when it needs it. */
  resume(records: readonly StoredRecord[]): void {
    for (const { owner, name, body } of documentsOf<SealedToken>(records, 'app_token')) {
      const opened = this.#ports.vault.open(body.sealed);
      if (opened !== null) this.#tokens.set(keyOf(owner.id, name), JSON.parse(opened) as StoredToken);
    }
  }

  /** Begins an authorization. The state is good for ten minutes and for one callback. */
  start(owner: DocumentOwner, start: OauthStart): OauthStarted {
    const filling = fillIntegration(start.integration, start.oauthIparams);
    if (filling.kind === 'unfilled') {
      return { kind: 'refused', message: `"${filling.key}" of config/oauth_config.json cannot be filled in` };
    }
    if (start.integration.tokenType === 'agent' && start.agent === null) {
      return { kind: 'refused', message: 'The app has a token for each agent: say for which agent this one is' };
    }
    const state = this.#ports.secret();
    this.#forgetOldStates();
    const agent = start.integration.tokenType === 'agent' ? start.agent : null;
    this.#states.set(state, {
      ...start,
      owner,
      agent,
      filled: filling.integration,
      endsAt: this.#ports.now() + OAUTH_LIMITS.stateMsMax,
    });
    return {
      kind: 'started',
      url: authorizeUrl(filling.integration, { redirectUri: start.redirectUri, state }),
      state,
    };
  }

  /** Ends an authorization with what the service sent the browser back with. */
  async finish(callback: OauthCallback): Promise<OauthFinished> {
    const pending = this.#takeState(callback.state);
    if (pending === null) {
      const message = 'This authorization is unknown, was finished already, or took more than ten minutes: begin again';
      return { kind: 'refused', app: null, message };
    }
    const { owner, integration, agent, filled, redirectUri, oauthIparams } = pending;
    const refuse = (message: string): OauthFinished => ({ kind: 'refused', app: owner.id, message });
    if (callback.error !== null) return refuse(`The service refused: ${shown(callback.error)}`);
    if (callback.code === null || callback.code === '') return refuse('The service sent no code');
    this.#finishing.add(pending);
    const reading = await this.#exchange(filled, { kind: 'code', code: callback.code, redirectUri });
    // The app may be gone by now: its token must not come back.
    if (!this.#finishing.delete(pending)) return refuse('The app was removed');
    if (reading.kind !== 'token') return refuse(sentenceOf(reading));
    const name = documentName(integration, agent);
    await this.#keep(owner, name, { ...this.#storedOf(reading, null), oauthIparams });
    return { kind: 'authorized', app: owner.id, integration: integration.name, agent };
  }

  /** The tokens of one app. */
  tokensOf(owner: DocumentOwner): OauthTokens {
    return {
      token: async (integration, agent) => {
        const found = this.#find(owner, integration, agent);
        if (found.kind === 'refused') return found;
        const { expiresAt, refreshToken } = found.stored;
        const endsSoon = expiresAt !== null && expiresAt - this.#ports.now() < OAUTH_LIMITS.renewBeforeMs;
        if (!endsSoon || refreshToken === null) return tokenOf(found.stored);
        const renewed = await this.#renewOnce(owner, integration, found);
        // What is good for some seconds more is better than nothing.
        return renewed.kind === 'refused' && expiresAt > this.#ports.now() ? tokenOf(found.stored) : renewed;
      },
      renew: async (integration, agent, rejectedToken) => {
        const found = this.#find(owner, integration, agent);
        if (found.kind === 'refused') return found;
        // Somebody else was faster: that token is newer than the one that was not taken.
        if (found.stored.accessToken !== rejectedToken) return tokenOf(found.stored);
        return this.#renewOnce(owner, integration, found);
      },
    };
  }

  /** Whether an integration of an app has a token; for `agent`, that agent's. */
  isAuthorized(app: string, integration: OauthIntegration, agent: string | null): boolean {
    return this.#tokens.has(keyOf(app, documentName(integration, agent)));
  }

  /** The parameters that the last authorization was made with; null before the first. */
  oauthIparams(app: string, integration: OauthIntegration, agent: string | null): JsonObject | null {
    return this.#tokens.get(keyOf(app, documentName(integration, agent)))?.oauthIparams ?? null;
  }

  /** What removes the app's tokens from disk; after its commit, `forget`. */
  removal(app: string): readonly Change[] {
    return this.#namesOf(app).map((name) => removeDocument(app, 'app_token', name));
  }

  forget(app: string): void {
    for (const name of this.#namesOf(app)) this.#tokens.delete(keyOf(app, name));
    for (const [state, { owner }] of this.#states) if (owner.id === app) this.#states.delete(state);
    for (const pending of this.#finishing) if (pending.owner.id === app) this.#finishing.delete(pending);
  }

  #find(owner: DocumentOwner, integration: OauthIntegration, agent: string | null): FoundToken {
    if (integration.tokenType === 'agent' && agent === null) {
      const message = `The OAuth tokens of "${integration.name}" belong to agents, and this call is made in nobody's name`;
      return { kind: 'refused', status: 401, message };
    }
    const name = documentName(integration, agent);
    const stored = this.#tokens.get(keyOf(owner.id, name));
    if (stored !== undefined) return { kind: 'found', name, stored };
    const whose = integration.tokenType === 'agent' ? ` for agent ${shown(agent ?? '')}` : '';
    const message = `The app is not authorized with "${integration.name}"${whose}: authorize it on its installation page`;
    return { kind: 'refused', status: 401, message };
  }

  #renewOnce(
    owner: DocumentOwner,
    integration: OauthIntegration,
    found: Extract<FoundToken, { kind: 'found' }>,
  ): Promise<OauthTokenAnswer> {
    const key = keyOf(owner.id, found.name);
    const underWay = this.#renewals.get(key);
    if (underWay !== undefined) return underWay;
    const renewal = this.#renew(owner, integration, found).finally(() => this.#renewals.delete(key));
    this.#renewals.set(key, renewal);
    return renewal;
  }

  async #renew(
    owner: DocumentOwner,
    integration: OauthIntegration,
    { name, stored }: Extract<FoundToken, { kind: 'found' }>,
  ): Promise<OauthTokenAnswer> {
    const refuse = (status: number, message: string): OauthTokenAnswer => ({ kind: 'refused', status, message });
    const again = `authorize the app with "${integration.name}" again on its installation page`;
    if (stored.refreshToken === null) return refuse(401, `The token cannot be renewed: ${again}`);
    const filling = fillIntegration(integration, stored.oauthIparams);
    if (filling.kind === 'unfilled')
      return refuse(400, `"${filling.key}" of config/oauth_config.json cannot be filled in`);
    const reading = await this.#exchange(filling.integration, { kind: 'refresh', refreshToken: stored.refreshToken });
    if (reading.kind === 'unreachable') return refuse(502, sentenceOf(reading));
    if (reading.kind === 'error') return refuse(401, `${sentenceOf(reading)}: ${again}`);
    const renewed = { ...this.#storedOf(reading, stored.refreshToken), oauthIparams: stored.oauthIparams };
    // The app may be gone by now: its token must not come back.
    if (!this.#tokens.has(keyOf(owner.id, name))) return refuse(401, `The app was removed: ${again}`);
    await this.#keep(owner, name, renewed);
    return tokenOf(renewed);
  }

  /** Services that do not take the secret in the body say `invalid_client`; they get it in the header. */
  async #exchange(integration: FilledIntegration, grant: OauthGrant): Promise<Exchange> {
    const first = await this.#ask(integration, grant, 'body');
    const bringsOwn = Object.keys(integration.customHeaders).some((name) => name.toLowerCase() === 'authorization');
    const isRefusedClient = first.kind === 'error' && (first.code === 'invalid_client' || first.status === 401);
    return isRefusedClient && !bringsOwn ? this.#ask(integration, grant, 'header') : first;
  }

  async #ask(integration: FilledIntegration, grant: OauthGrant, secretIn: 'body' | 'header'): Promise<Exchange> {
    const answer = await this.#ports.outbound.send({
      method: 'POST',
      url: integration.tokenUrl,
      ...tokenRequest(integration, grant, secretIn),
      timeoutMs: OAUTH_LIMITS.tokenTimeoutMs,
      responseBytesMax: OAUTH_LIMITS.tokenBytesMax,
    });
    switch (answer.kind) {
      case 'answered': {
        const reading = readTokenAnswer(answer.body);
        if (reading.kind === 'token' && answer.status < 300) return reading;
        if (answer.status >= 500) return { kind: 'unreachable', message: `it answered with ${answer.status}` };
        const error = reading.kind === 'token' ? { code: 'no_token', description: '' } : reading;
        return { ...error, kind: 'error', status: answer.status };
      }
      case 'forbidden':
        return { kind: 'unreachable', message: answer.message };
      case 'unreachable':
        return { kind: 'unreachable', message: answer.message };
      case 'timed_out':
        return { kind: 'unreachable', message: 'it did not answer in time' };
      case 'too_large':
        return { kind: 'unreachable', message: 'its answer is too large for a token' };
    }
  }

  async #keep(owner: DocumentOwner, name: string, stored: StoredToken): Promise<void> {
    const sealed: SealedToken = { sealed: this.#ports.vault.seal(JSON.stringify(stored)) };
    await this.#ports.commit([putDocument(owner, 'app_token', name, sealed)]);
    this.#tokens.set(keyOf(owner.id, name), stored);
  }

  #storedOf(
    reading: Extract<TokenReading, { kind: 'token' }>,
    refreshTokenBefore: string | null,
  ): Omit<StoredToken, 'oauthIparams'> {
    const { accessToken, expiresInMs } = reading;
    const expiresAt = expiresInMs === null ? null : this.#ports.now() + expiresInMs;
    return { accessToken, refreshToken: reading.refreshToken ?? refreshTokenBefore, expiresAt };
  }

  #takeState(state: string | null): PendingAuthorization | null {
    const pending = state === null ? undefined : this.#states.get(state);
    if (state === null || pending === undefined) return null;
    this.#states.delete(state);
    return pending.endsAt > this.#ports.now() ? pending : null;
  }

  #forgetOldStates(): void {
    const now = this.#ports.now();
    for (const [state, { endsAt }] of this.#states) {
      if (endsAt > now && this.#states.size < OAUTH_LIMITS.statesMax) break;
      this.#states.delete(state);
    }
  }

  #namesOf(app: string): readonly string[] {
    const prefix = `${app}/`;
    return [...this.#tokens.keys()].flatMap((key) => (key.startsWith(prefix) ? [key.slice(prefix.length)] : []));
  }
}

type StoredToken = {
  readonly accessToken: string;
  readonly refreshToken: string | null;
  readonly expiresAt: Instant | null;
  readonly oauthIparams: JsonObject;
};

type SealedToken = { readonly sealed: string };

type PendingAuthorization = OauthStart & {
  readonly owner: DocumentOwner;
  readonly filled: FilledIntegration;
  readonly endsAt: Instant;
};

type FoundToken =
  | { readonly kind: 'found'; readonly name: string; readonly stored: StoredToken }
  | Extract<OauthTokenAnswer, { kind: 'refused' }>;

type Exchange =
  | Extract<TokenReading, { kind: 'token' }>
  | (Extract<TokenReading, { kind: 'error' }> & { readonly status: number })
  | { readonly kind: 'unreachable'; readonly message: string };

function tokenOf({ accessToken, oauthIparams }: StoredToken): OauthTokenAnswer {
  return { kind: 'token', accessToken, oauthIparams };
}

function documentName(integration: OauthIntegration, agent: string | null): string {
  const name = encodeURIComponent(integration.name);
  return integration.tokenType === 'agent' ? `${name}/${encodeURIComponent(agent ?? '')}` : name;
}

function keyOf(app: string, name: string): string {
  return `${app}/${name}`;
}

function sentenceOf(exchange: Exclude<Exchange, { kind: 'token' }>): string {
  if (exchange.kind === 'unreachable') return `The service gives no token: ${shown(exchange.message)}`;
  const { code, description, status } = exchange;
  return `The service gives no token: ${code}${description === '' ? '' : ` (${shown(description)})`}, status ${status}`;
}

function shown(text: string): string {
  return text.replaceAll(/[\s\p{Cc}]+/gu, ' ').slice(0, 200);
}
