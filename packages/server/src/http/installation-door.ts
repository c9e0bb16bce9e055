import type { FastifyInstance, FastifyReply, FastifyRequest } from 'fastify';
import type { AppInstallation, Apps, InstallationOutcome } from '../apps/apps.ts';
import { installationPage } from '../marketplace/installation-page.ts';
import { type FormFields, iparamsOfForm } from '../marketplace/iparam-form.ts';
import type { IparamFault } from '../marketplace/iparams.ts';
import type { JsonObject } from '../marketplace/json-value.ts';
import { readPageCall, readPageValues } from '../marketplace/page-call.ts';
import { registerPageFiles, sendInstallationFrame } from './custom-page-door.ts';
import { HTTP_LIMITS } from './limits.ts';
import { textOf, tokenOf } from './open-request.ts';
import { newNonce, sendNote, sendPage } from './page-answer.ts';

/** The page on which somebody without a key gives an app its parameters. */
export function registerInstallation(scope: FastifyInstance, apps: Apps): void {
  scope.get('/install/:token', async (request, reply) => {
    const installation = apps.installationOf(tokenOf(request));
    if (installation === null) return sendLinkIsOver(reply);
    if (installation.kind === 'custom_page') return sendCustomPage(reply, apps, tokenOf(request));
    return sendForm(reply, installation, { values: installation.values, faults: [], notice: null, status: 200 });
  });
  scope.post('/install/:token', { bodyLimit: HTTP_LIMITS.smallBodyBytesMax }, async (request, reply) => {
    const token = tokenOf(request);
    const installation = apps.installationOf(token);
    if (installation === null) return sendLinkIsOver(reply);
    if (installation.kind === 'custom_page') return takeValues(request, reply, apps);
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
  scope.post('/install/:token/calls', { bodyLimit: HTTP_LIMITS.smallBodyBytesMax }, async (request, reply) => {
    const call = readPageCall(jsonOf(request));
    if (call === null) return reply.code(400).send({ sentence: 'This is no call that an installation page can make.' });
    const answer = await apps.callFromPage(tokenOf(request), call);
    if (answer === null) return reply.code(404).send({ sentence: LINK_IS_OVER });
    return reply.send(answer.kind === 'done' ? { result: answer.result } : { error: answer.error });
  });
  registerPageFiles(scope, { prefix: PAGE_FILES, file: (key, path) => apps.customPageFile(key, path) });
}

const PAGE_FILES = '/install-page';

async function sendCustomPage(reply: FastifyReply, apps: Apps, token: string): Promise<FastifyReply> {
  const page = await apps.customPage(token);
  if (page === null) return sendLinkIsOver(reply);
  const { pageKey, ...around } = page;
  return sendInstallationFrame(reply, around, { source: `..${PAGE_FILES}/${pageKey}/iparams.html`, leaveTo: null });
}

/** What the app's own page gave, which the program of the page around it sends as JSON. */
async function takeValues(request: FastifyRequest, reply: FastifyReply, apps: Apps): Promise<FastifyReply> {
  const values = readPageValues(jsonOf(request));
  if (values === null) return reply.code(400).send({ sentence: 'The values of an app are a JSON object.' });
  return sendOutcome(reply, await apps.submitInstallation(tokenOf(request), values));
}

function sendOutcome(reply: FastifyReply, outcome: InstallationOutcome): FastifyReply {
  switch (outcome.kind) {
    case 'unknown_link':
      return reply.code(404).send({ sentence: LINK_IS_OVER });
    case 'installed':
      return reply.send({ name: outcome.name });
    case 'refused':
      return reply.code(422).send({ sentence: outcome.notice, faults: outcome.faults });
  }
}

type Shown = {
  readonly values: JsonObject;
  readonly faults: readonly IparamFault[];
  readonly notice: string | null;
  readonly status: number;
};

function sendForm(reply: FastifyReply, installation: AppInstallation, shown: Shown): FastifyReply {
  const { name, definitions, state, values: kept } = installation;
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
    sentences: [LINK_IS_OVER],
  });
}

const LINK_IS_OVER = 'It was used already, is older than an hour, or never was one. Ask for a new one.';

/** Null for what is no JSON of an object; a body of another type is none. */
function jsonOf({ body, headers }: FastifyRequest): unknown {
  if (!/^application\/json\b/i.test(headers['content-type'] ?? '')) return null;
  try {
    return JSON.parse(textOf(body));
  } catch {
    return null;
  }
}

function formOf({ body }: FastifyRequest): FormFields {
  const fields = new Map<string, string[]>();
  for (const [name, value] of new URLSearchParams(textOf(body))) fields.set(name, [...(fields.get(name) ?? []), value]);
  return fields;
}
