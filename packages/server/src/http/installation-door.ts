import type { FastifyInstance, FastifyReply, FastifyRequest } from 'fastify';
import type { AppInstallation, Apps } from '../apps/apps.ts';
import { installationPage } from '../marketplace/installation-page.ts';
import { type FormFields, iparamsOfForm } from '../marketplace/iparam-form.ts';
import type { IparamFault } from '../marketplace/iparams.ts';
import type { JsonObject } from '../marketplace/json-value.ts';
import { HTTP_LIMITS } from './limits.ts';
import { textOf, tokenOf } from './open-request.ts';
import { newNonce, sendNote, sendPage } from './page-answer.ts';

/** The page on which somebody without a key gives an app its parameters. */
export function registerInstallation(scope: FastifyInstance, apps: Apps): void {
  scope.get('/install/:token', (request, reply) => {
    const installation = apps.installationOf(tokenOf(request));
    if (installation === null) return sendLinkIsOver(reply);
    return sendForm(reply, installation, { values: installation.values, faults: [], notice: null, status: 200 });
  });
  scope.post('/install/:token', { bodyLimit: HTTP_LIMITS.smallBodyBytesMax }, async (request, reply) => {
    const token = tokenOf(request);
    const installation = apps.installationOf(token);
    if (installation === null || installation.kind === 'custom_page') return sendLinkIsOver(reply);
    const given = iparamsOfForm(installation.definitions, formOf(request), installation.values);
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
  const { name, kind, definitions, state, values: kept } = installation;
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
    kept,
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
