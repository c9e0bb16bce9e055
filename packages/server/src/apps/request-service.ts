import type { Clock } from '../engine/clock.ts';
import type { AppDefinition } from '../marketplace/app-definition.ts';
import { isJsonObject, type JsonObject, type JsonValue } from '../marketplace/json-value.ts';
import { readLegacyRequest } from '../marketplace/legacy-request.ts';
import { flatIntegrationName } from '../marketplace/oauth-integration.ts';
import {
  type OutgoingRequest,
  requestBodyBytesMax,
  responseBytesMax,
  utf8Length,
} from '../marketplace/outgoing-request.ts';
import type { RequestMethod, RequestTemplate } from '../marketplace/request-template.ts';
import { fillRequestTemplate } from '../marketplace/template-request.ts';
import type { MissingValue, TemplateScope } from '../marketplace/template-text.ts';
import type { OperationAnswer, OperationContext, OperationHandlers } from './app-operation.ts';
import type { OauthTokenAnswer, OauthTokens } from './oauth-service.ts';
import type { Outbound, OutboundAnswer } from './outbound.ts';
import { Places } from './places.ts';
import { RateLimit, withinRate } from './rate-limit.ts';
import {
  faultyRequest,
  forbiddenRequest,
  noTemplate,
  refusedRequest,
  sentences,
  unfilledRequest,
} from './request-refusal.ts';

/** The app that asks, as it is at that moment. */
export type RequestApp = {
  /** Null when it does not load any more. */
  definition(): RequestDefinition | null;
  /** In clear, secure ones too. */
  iparams(): JsonObject;
  /** `{ subscribed_modules, endpoint_urls: { freshchat: 'https://…' } }`. */
  currentHost(): JsonObject;
  /** The agent in whose name a call was made; null when it is nobody's: events, schedules. */
  agentOf(context: OperationContext): string | null;
};

export type RequestDefinition = Pick<
  AppDefinition,
  'platformVersion' | 'requestTemplates' | 'requests' | 'whitelistedDomains' | 'oauth' | 'installation'
>;

export type RequestPorts = {
  readonly outbound: Outbound;
  readonly clock: Pick<Clock, 'now' | 'after'>;
  /** The tokens of this app. */
  readonly oauth: OauthTokens;
  /** Null: no limit. */
  readonly perMinuteMax: number | null;
  /** Of one attempt; see `requestTimeoutMs`. */
  readonly timeoutMs: number;
};

export const REQUEST_LIMITS = {
  /** Requests of one app that are under way at once; the others wait. A slow service of one app holds up no other's. */
  atOnceMax: 20,
  timeoutMsDefault: 15_000,
  timeoutMsMin: 5000,
  timeoutMsMax: 30_000,
  /** What the legacy verbs could send; templates have the smaller limit of today. */
  legacyBodyBytesMax: 6 * 1024 * 1024,
  /** An answer is a value on its way to the app's process, where 8 MiB are the end; the rest is for what surrounds it. */
  answerBytesMax: 8 * 1024 * 1024 - 1024,
} as const;

/** A timeout as it is set, within the platform's bounds. */
export function requestTimeoutMs(wishMs: number | null): number {
  const { timeoutMsDefault, timeoutMsMin, timeoutMsMax } = REQUEST_LIMITS;
  if (wishMs === null || !Number.isFinite(wishMs)) return timeoutMsDefault;
  return Math.min(timeoutMsMax, Math.max(timeoutMsMin, wishMs));
}

/**
 * `$request` as operations: templates of config/requests.json, and for platform 2.2 and below the verbs with a URL.
 *
 * An answer below 300 is the result `{ status, headers, response, attempts }`; everything else is what the promise is
 * rejected with, in the same form with `errorSource: 'APP'` and a `message` beside. Redirects are not followed. `cache`
 * and `ttl` of `invokeTemplate` mean the browser's storage, and nothing here.
 *
 * Source: https://developers.freshworks.com/docs/app-sdk/v3.0/support_ticket/advanced-interfaces/request-method/
 */
export function requestOperations(app: RequestApp, ports: RequestPorts): OperationHandlers {
  const sender: Sender = { app, ports, places: new Places(REQUEST_LIMITS.atOnceMax) };
  const verb = (method: RequestMethod): OperationHandlers[string] => {
    return (args, context) => callVerb(sender, method, args, context);
  };
  const rate = ports.perMinuteMax === null ? null : new RateLimit(ports.perMinuteMax, () => ports.clock.now());
  const handlers: OperationHandlers = {
    'request.get': verb('GET'),
    'request.post': verb('POST'),
    'request.put': verb('PUT'),
    'request.patch': verb('PATCH'),
    'request.delete': verb('DELETE'),
    'request.invoke_template': (args, context) => invokeTemplate(sender, args, context),
  };
  return withinRate(handlers, rate);
}

type Sender = { readonly app: RequestApp; readonly ports: RequestPorts; readonly places: Places };

/** A request as often as it must be filled in: again after a token was refreshed. */
type Filling =
  | { readonly kind: 'request'; readonly request: OutgoingRequest }
  | { readonly kind: 'refused'; readonly answer: OperationAnswer };

async function invokeTemplate(
  sender: Sender,
  [name, given]: readonly JsonValue[],
  context: OperationContext,
): Promise<OperationAnswer> {
  const definition = sender.app.definition();
  const template = definition?.requestTemplates.find((one) => one.name === name);
  if (definition === null || template === undefined || !definition.requests.includes(template.name)) {
    return noTemplate(String(name), template !== undefined);
  }
  const options = isJsonObject(given) ? given : {};
  const body = bodyOf(options.body);
  if (body !== null && utf8Length(body) > requestBodyBytesMax) {
    return faultyRequest([{ message: `must not exceed ${requestBodyBytesMax / 1024} KB`, instancePath: '/body' }]);
  }
  const own = isJsonObject(options.context) ? options.context : {};
  const typed = typeof options.body === 'string' ? template : withJsonType(template);
  return sendWithToken(sender, { integration: template.options.oauth, context, definition }, (scope) => {
    const filled = fillRequestTemplate(typed, { ...scope, context: own }, body);
    switch (filled.kind) {
      case 'request':
        return filled;
      case 'unfilled':
        return { kind: 'refused', answer: unfilledRequest(filled.instancePath, template) };
      case 'faulty':
        return { kind: 'refused', answer: faultyRequest(filled.faults) };
    }
  });
}

async function callVerb(
  sender: Sender,
  method: RequestMethod,
  args: readonly JsonValue[],
  context: OperationContext,
): Promise<OperationAnswer> {
  const definition = sender.app.definition();
  if (definition === null) return noTemplate(method.toLowerCase(), false);
  if (definition.platformVersion === '2.3' || definition.platformVersion === '3.0') {
    return refusedRequest({
      status: 400,
      response: sentences.verbGone(method.toLowerCase(), definition.platformVersion),
    });
  }
  const [, options] = args;
  const isOauth = isJsonObject(options) && options.isOAuth === true;
  const integration = isOauth ? flatIntegrationName : null;
  return sendWithToken(sender, { integration, context, definition }, (scope) => {
    const around = { ...legacyScope(definition, scope), whitelist: whitelistOf(definition) };
    const read = readLegacyRequest(method, args, around);
    if (read.kind === 'refused') {
      return { kind: 'refused', answer: refusedRequest({ status: 400, response: read.sentence }) };
    }
    if (read.request.body !== null && utf8Length(read.request.body) > REQUEST_LIMITS.legacyBodyBytesMax) {
      return { kind: 'refused', answer: refusedRequest({ status: 400, response: sentences.bodyTooLarge }) };
    }
    return read;
  });
}

/**
 * A parameter that the app has and that nobody gave is empty; one that it does not have is a slip. Of a page of the app's
 * own nobody knows which parameters it has.
 */
function legacyScope(
  { installation }: RequestDefinition,
  scope: TemplateScope,
): { readonly scope: TemplateScope; readonly missing: MissingValue } {
  if (installation.kind === 'custom_page') return { scope, missing: 'empty' };
  const none = Object.fromEntries(installation.definitions.map(({ name }) => [name, '']));
  const given = isJsonObject(scope.iparam) ? scope.iparam : {};
  return { scope: { ...scope, iparam: { ...none, ...given } }, missing: 'refused' };
}

/** Apps of 2.0 and 2.1 may be older than the list, and say nothing about where they go. */
function whitelistOf({ platformVersion, whitelistedDomains }: RequestDefinition): readonly string[] | null {
  const isOld = platformVersion === '2.0' || platformVersion === '2.1';
  return isOld && whitelistedDomains.length === 0 ? null : whitelistedDomains;
}

type Wish = {
  /** Whose token the request carries; null for none. */
  readonly integration: string | null;
  readonly context: OperationContext;
  readonly definition: RequestDefinition;
};

/** Sends what `fill` makes, and once more with a new token when the first one is not taken. */
async function sendWithToken(
  sender: Sender,
  wish: Wish,
  fill: (scope: TemplateScope) => Filling,
): Promise<OperationAnswer> {
  const { app, ports } = sender;
  const scope = { iparam: app.iparams(), current_host: app.currentHost(), app_settings: {}, oauth_iparams: {} };
  if (wish.integration === null) return sendFilled(sender, fill(scope));
  const integration = wish.definition.oauth.find(({ name }) => name === wish.integration);
  if (integration === undefined)
    return refusedRequest({ status: 400, response: sentences.noIntegration(wish.integration) });
  const agent = app.agentOf(wish.context);
  const token = await ports.oauth.token(integration, agent);
  if (token.kind === 'refused') return refusedToken(token);
  const first = await sendFilled(sender, fill({ ...scope, ...tokenScope(token) }));
  if (first.kind !== 'refused' || first.error.status !== 401) return first;
  const renewed = await ports.oauth.renew(integration, agent, token.accessToken);
  if (renewed.kind === 'refused') return first;
  const attempts = typeof first.error.attempts === 'number' ? first.error.attempts : 1;
  return sendFilled(sender, fill({ ...scope, ...tokenScope(renewed) }), attempts);
}

function tokenScope(token: Extract<OauthTokenAnswer, { kind: 'token' }>): JsonObject {
  return { access_token: token.accessToken, oauth_iparams: token.oauthIparams };
}

function refusedToken(token: Extract<OauthTokenAnswer, { kind: 'refused' }>): OperationAnswer {
  return refusedRequest({ status: token.status, response: token.message });
}

async function sendFilled(sender: Sender, filling: Filling, attemptsBefore = 0): Promise<OperationAnswer> {
  if (filling.kind === 'refused') return filling.answer;
  const { request } = filling;
  return sender.places.within(async () => {
    for (let attempt = 1; ; attempt += 1) {
      const answer = await attemptOnce(sender.ports, request);
      if (attempt >= request.maxAttempts || !isWorthAnother(answer)) {
        return operationAnswerOf(request, answer, attemptsBefore + attempt);
      }
      await new Promise<void>((resolve) => sender.ports.clock.after(request.retryDelayMs, resolve));
    }
  });
}

function attemptOnce({ outbound, timeoutMs }: RequestPorts, request: OutgoingRequest): Promise<OutboundAnswer> {
  const { method, url, headers, body, security } = request;
  const none = { ca: null, cert: null, key: null, pfx: null, passphrase: null };
  return outbound.send({
    method,
    url,
    headers,
    body,
    timeoutMs,
    responseBytesMax,
    security: security === null ? null : { ...none, ...security },
  });
}

function isWorthAnother(answer: OutboundAnswer): boolean {
  switch (answer.kind) {
    case 'timed_out':
    case 'unreachable':
      return true;
    case 'answered':
      return answer.status === 429 || answer.status >= 500;
    case 'forbidden':
    case 'too_large':
      return false;
  }
}

function operationAnswerOf(request: OutgoingRequest, answer: OutboundAnswer, attempts: number): OperationAnswer {
  switch (answer.kind) {
    case 'timed_out':
      return refusedRequest({ status: 504, response: sentences.timedOut, attempts });
    case 'unreachable': {
      const message = `${sentences.unreachable}: ${answer.message}`;
      return refusedRequest({ status: 502, response: sentences.unreachable, message, attempts });
    }
    case 'too_large':
      return refusedRequest({ status: 413, response: sentences.responseTooLarge, attempts });
    case 'forbidden':
      return forbiddenRequest(answer, request);
    case 'answered':
      return answeredWith(answer, attempts);
  }
}

function answeredWith(answer: Extract<OutboundAnswer, { kind: 'answered' }>, attempts: number): OperationAnswer {
  const { status, headers, body } = answer;
  if (!isTextType(headers['content-type'])) {
    const message = `${sentences.contentType}: ${headers['content-type']}`;
    return refusedRequest({ status: 415, response: sentences.contentType, message, attempts });
  }
  const result = { status, headers, response: body, attempts };
  if (body.length > responseBytesMax / 2 && Buffer.byteLength(JSON.stringify(result)) > REQUEST_LIMITS.answerBytesMax) {
    return refusedRequest({ status: 413, response: sentences.responseTooLarge, attempts });
  }
  if (status >= 200 && status < 300) return { kind: 'done', result };
  return refusedRequest({ ...result, message: `The request was answered with ${status}` });
}

/**
 * Wider than the platform's list, which knows ten types by name: every type that is text, such as
 * `application/problem+json`. What apps get is a text, which bytes of an image do not survive.
 */
function isTextType(contentType: string | undefined): boolean {
  const type = (contentType ?? '').split(';', 1)[0]?.trim().toLowerCase() ?? '';
  if (type === '' || type.startsWith('text/')) return true;
  return /^application\/(json|xml|jsonp|javascript|x-javascript|ecmascript|x-ndjson|x-www-form-urlencoded|(.+\+(json|xml)))$/.test(
    type,
  );
}

function bodyOf(body: JsonValue | undefined): string | null {
  if (body === undefined || body === null) return null;
  return typeof body === 'string' ? body : JSON.stringify(body);
}

function withJsonType(template: RequestTemplate): RequestTemplate {
  const hasType = Object.keys(template.headers).some((name) => name.toLowerCase() === 'content-type');
  return hasType ? template : { ...template, headers: { ...template.headers, 'Content-Type': 'application/json' } };
}
