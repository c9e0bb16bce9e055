import { type Answer, done, refuse } from '../directory/rejection.ts';
import { type ExternalRequest, readExternalRequest } from '../marketplace/external-event.ts';
import { checkIparams } from '../marketplace/iparams.ts';
import type { JobView } from '../marketplace/job.ts';
import type { JsonObject } from '../marketplace/json-value.ts';
import type { TextMatcher } from '../marketplace/text-matcher.ts';
import type { ExternalOutcome } from './apps.ts';
import { refusedIparams } from './install-app.ts';
import type { InstalledApp } from './installed-app.ts';
import type { OauthService } from './oauth-service.ts';
import type { PlatformServices } from './platform-services.ts';

/** The path below the public address to which services send the browser back. */
export const OAUTH_CALLBACK_PATH = '/auth/callback';

/** What people and other programs ask of an app's services from outside: the same that the app's globals ask. */

/** Starts a job of an app on somebody's word. */
export async function startAppJob(
  app: InstalledApp,
  job: { readonly name: string; readonly tag: string | null; readonly args: JsonObject },
  services: PlatformServices,
): Promise<Answer<JobView>> {
  const { definition } = app;
  if (definition === null || !definition.jobs.includes(job.name)) {
    const has = definition?.jobs.join(', ') || 'no job';
    return refuse('unknown_function', `Requested function not found or registered: the app has ${has}.`);
  }
  const started = await services.jobs.invoke(services.jobOwnerOf(app), [job.name, job.tag, job.args]);
  if (started.kind === 'started') return done(started.run);
  const { status, message } = started.error;
  if (status === 429) return refuse('too_many_requests', message);
  return refuse('invalid_input', message, [{ pointer: '/args', detail: message }]);
}

/** Takes a request to an app's address into its queue. */
export async function takeExternal(
  app: InstalledApp,
  request: ExternalRequest,
  { events }: PlatformServices,
): Promise<ExternalOutcome> {
  const reading = readExternalRequest(request);
  if (reading.kind !== 'event') return reading;
  const { data, headers, options } = reading;
  const taken = await events.putExternal({ id: app.id, account: app.record.account }, { data, headers, options });
  switch (taken) {
    case 'accepted':
      return { kind: 'accepted' };
    case 'too_often':
      return { kind: 'refused', status: 429, message: 'This address takes 250 requests per minute' };
    case 'too_many_waiting':
      return { kind: 'refused', status: 429, message: 'Too many events wait for this app' };
  }
}

export type OauthStartPorts = {
  readonly oauth: OauthService;
  readonly publicUrl: string;
  readonly matches: TextMatcher;
};

/** Begins an authorization of an app with a service. */
export function startAppOauth(
  app: InstalledApp,
  wish: { readonly integration: string | null; readonly oauthIparams: JsonObject; readonly agent: string | null },
  { oauth, publicUrl, matches }: OauthStartPorts,
): Answer<{ readonly url: string }> {
  const integrations = app.definition?.oauth ?? [];
  const only = integrations.length === 1 ? integrations[0] : undefined;
  const integration = wish.integration === null ? only : integrations.find(({ name }) => name === wish.integration);
  if (integration === undefined) {
    const has = integrations.map(({ name }) => name).join(', ') || 'none';
    const detail = `must be one of the integrations of the app: ${has}`;
    return refuse('invalid_input', `/integration ${detail}.`, [{ pointer: '/integration', detail }]);
  }
  const check = checkIparams({ kind: 'definitions', definitions: integration.iparams }, wish.oauthIparams, matches);
  if (check.kind === 'rejected') return refusedIparams(check.errors, '/oauth_iparams');
  const started = oauth.start(
    { id: app.id, account: app.record.account },
    {
      integration,
      oauthIparams: check.iparams,
      redirectUri: `${publicUrl}${OAUTH_CALLBACK_PATH}`,
      agent: wish.agent,
    },
  );
  if (started.kind === 'started') return done({ url: started.url });
  return refuse('invalid_input', started.message, [{ pointer: '', detail: started.message }]);
}
