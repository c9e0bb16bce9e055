import { randomBytes } from 'node:crypto';
import type { FastifyInstance, FastifyReply, FastifyRequest } from 'fastify';
import type { AppInstallation, Apps } from '../apps/apps.ts';
import { refuse } from '../directory/rejection.ts';
import { externalBodyBytesMax } from '../marketplace/external-event.ts';
import { installationNote, installationPage } from '../marketplace/installation-page.ts';
import { type FormFields, iparamsOfForm } from '../marketplace/iparam-form.ts';
import type { IparamFault } from '../marketplace/iparams.ts';
import type { JsonObject } from '../marketplace/json-value.ts';
import { HTTP_LIMITS } from './limits.ts';
import { refuseRequest } from './refuse-request.ts';
import { RequestRate } from './request-rate.ts';

export type AppDoorsDeps = { readonly apps: Apps; readonly now: () => number };

/**
 * The addresses outside the API that need no key, because they hold a secret of their own: the installation page of a
 * link, the address that an app gave to an outside service, and the way back from an authorization. Whoever guesses at
 * them is told nothing and slowed down.
 */
export function registerAppDoors(app: FastifyInstance, { apps, now }: AppDoorsDeps): void {
  const rate = new RequestRate(HTTP_LIMITS.openDoorRequestsPerMinuteMax, now);
  app.register(async (scope) => {
    scope.removeAllContentTypeParsers();
    // Of any kind, as it came: what is understood is said by whoever reads it.
    scope.addContentTypeParser('*', { parseAs: 'buffer' }, (_request, bytes, settle) => settle(null, bytes));
    scope.addHook('onRequest', (request, reply, next) => {
      if (rate.take(request.ip)) return next();
      reply.header('retry-after', 60);
      refuseRequest(request, reply, refuse('too_many_requests', 'This address takes fewer requests from one sender.'));
    });
    registerInstallation(scope, apps);
    registerHooks(scope, apps);
    registerCallback(scope, apps);
  });
}

// The installation page

function registerInstallation(scope: FastifyInstance, apps: Apps): void {
  scope.get('/install/:token', (request, reply) => {
    const installation = apps.installationOf(tokenOf(request));
    if (installation === null) return sendLinkIsOver(reply);
    return sendForm(reply, installation, { values: installation.values, faults: [], notice: null, status: 200 });
  });
  scope.post('/install/:token', { bodyLimit: HTTP_LIMITS.smallBodyBytesMax }, async (request, reply) => {
    const token = tokenOf(request);
    const installation = apps.installationOf(token);
    if (installation === null || installation.kind === 'custom_page') return sendLinkIsOver(reply);
    const given = iparamsOfForm(installation.definitions, formOf(request));
    const outcome = await apps.submitInstallation(token, given);
    switch (outcome.kind) {
      case 'unknown_link':
        return sendLinkIsOver(reply);
      case 'installed':
        return sendNote(reply, 200, {
          title: `${outcome.name} has its parameters`,
          sentences: ['It is at work with them from now on. You can close this page.'],
        });
      case 'refused': {
        const { faults, notice } = outcome;
        return sendForm(reply, installation, {
          values: { ...installation.values, ...given },
          faults,
          notice,
          status: 422,
        });
      }
    }
  });
}

type Shown = {
  readonly values: JsonObject;
  readonly faults: readonly IparamFault[];
  readonly notice: string | null;
  readonly status: number;
};

function sendForm(reply: FastifyReply, installation: AppInstallation, shown: Shown): FastifyReply {
  const { name, kind, definitions, state } = installation;
  if (kind === 'custom_page') {
    return sendNote(reply, 200, {
      title: name,
      sentences: [
        'This app asks for its parameters by a page of its own, which is not shown here.',
        'Whoever has a key of this server can set them with PUT /api/v1/apps/{id}/iparams.',
      ],
    });
  }
  const styleNonce = newNonce();
  const { values, faults, notice, status } = shown;
  const submitLabel = state === 'needs_parameters' ? 'Install' : 'Save';
  // Posted to where it came from: the address is the secret, and stands nowhere in the page.
  const page = installationPage({
    appName: name,
    definitions,
    values,
    faults,
    notice,
    action: null,
    submitLabel,
    styleNonce,
  });
  return sendPage(reply, { status, page, styleNonce });
}

function sendLinkIsOver(reply: FastifyReply): FastifyReply {
  return sendNote(reply, 404, {
    title: 'This link is not good any more',
    sentences: ['It was used already, is older than an hour, or never was one. Ask for a new one.'],
  });
}

function formOf({ body }: FastifyRequest): FormFields {
  const fields = new Map<string, string[]>();
  for (const [name, value] of new URLSearchParams(textOf(body))) fields.set(name, [...(fields.get(name) ?? []), value]);
  return fields;
}

// Events from outside

function registerHooks(scope: FastifyInstance, apps: Apps): void {
  scope.route({
    method: ['GET', 'POST', 'PUT'],
    url: '/event/hook/:token',
    bodyLimit: externalBodyBytesMax,
    handler: async (request, reply) => {
      const outcome = await apps.externalEvent(tokenOf(request), {
        method: request.method,
        headers: singleValues(request.headers),
        contentType: request.headers['content-type'] ?? null,
        body: textOf(request.body),
        query: singleValues(request.query as Readonly<Record<string, unknown>>),
      });
      if (outcome === null) return sendUnknown(request, reply);
      switch (outcome.kind) {
        case 'accepted':
          return reply.send({ success: true });
        case 'challenge':
          return reply.header('content-type', 'text/plain; charset=utf-8').send(outcome.text);
        case 'refused':
          if (outcome.status === 429) reply.header('retry-after', 60);
          return reply.code(outcome.status).send({ success: false, message: outcome.message });
      }
    },
  });
}

function sendUnknown(request: FastifyRequest, reply: FastifyReply): FastifyReply {
  refuseRequest(request, reply, refuse('not_found', 'There is nothing at this address.'));
  return reply;
}

// The way back from an authorization

function registerCallback(scope: FastifyInstance, apps: Apps): void {
  scope.get('/auth/callback', async (request, reply) => {
    const { state, code, error, error_description: about } = singleValues(request.query as Record<string, unknown>);
    const refusal = error === undefined ? null : about === undefined ? error : `${error}: ${about}`;
    const outcome = await apps.finishOauth({ state: state ?? null, code: code ?? null, error: refusal });
    if (outcome.kind === 'refused') {
      return sendNote(reply, 400, { title: 'The authorization has failed', sentences: [`${outcome.message}.`] });
    }
    return sendNote(reply, 200, {
      title: 'The app is authorized',
      sentences: [`It can use ${outcome.integration} from now on. You can close this page.`],
    });
  });
}

// What they share

function tokenOf({ params }: FastifyRequest): string {
  return (params as { readonly token?: string }).token ?? '';
}

function textOf(body: unknown): string {
  return Buffer.isBuffer(body) ? body.toString('utf8') : '';
}

/** Of what came several times, the first. */
function singleValues(values: Readonly<Record<string, unknown>>): Record<string, string> {
  const single = Object.entries(values).map(([name, value]) => [name, Array.isArray(value) ? value[0] : value]);
  return Object.fromEntries(single.filter(([, value]) => typeof value === 'string'));
}

function sendNote(
  reply: FastifyReply,
  status: number,
  said: { readonly title: string; readonly sentences: readonly string[] },
): FastifyReply {
  const styleNonce = newNonce();
  return sendPage(reply, { status, page: installationNote(said, styleNonce), styleNonce });
}

type SentPage = { readonly status: number; readonly page: string; readonly styleNonce: string };

/** It may style itself and send its form back here, and nothing else. */
function sendPage(reply: FastifyReply, { status, page, styleNonce }: SentPage): FastifyReply {
  const policy = [
    "default-src 'none'",
    `style-src 'nonce-${styleNonce}'`,
    "form-action 'self'",
    "base-uri 'none'",
    "frame-ancestors 'none'",
  ].join('; ');
  return reply
    .code(status)
    .header('content-security-policy', policy)
    .header('referrer-policy', 'no-referrer')
    .header('content-type', 'text/html; charset=utf-8')
    .send(page);
}

function newNonce(): string {
  return randomBytes(16).toString('base64url');
}
