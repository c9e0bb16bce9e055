import { AppInstallationLink, AppOauthStart, AppOauthStarted, IdPath } from '@rollcall/contract';
import { formatInstant } from '../../time/instant.ts';
import { HTTP_LIMITS } from '../limits.ts';
import { MAY } from '../roles.ts';
import { call, encoded, type Route } from '../route.ts';

const chapter = 'Apps';

export const appInstallationRoutes: readonly Route[] = [
  call({
    method: 'POST',
    path: '/apps/{id}/installation-link',
    chapter,
    roles: MAY.runApps,
    summary: 'Makes a link to a page on which somebody without a key gives an app its parameters.',
    about: 'It is good for an hour, and until the parameters were set. A restart of the server ends it.',
    params: IdPath,
    answer: { status: 201, schema: AppInstallationLink },
    refusals: ['unknown_app'],
    holdsSecret: true,
    call: async ({ apps }, ask, { params }) =>
      encoded(apps.installationLink(ask, params.id), ({ url, expiresAt }) => ({
        url,
        expires_at: formatInstant(expiresAt),
      })),
  }),
  call({
    method: 'POST',
    path: '/apps/{id}/oauth',
    chapter,
    roles: MAY.runApps,
    summary: 'Begins the authorization of an app with a service: the answer is where a person agrees.',
    params: IdPath,
    body: AppOauthStart,
    example: { integration: 'calendar' },
    bodyBytesMax: HTTP_LIMITS.bodyBytesMax,
    answer: { status: 200, schema: AppOauthStarted },
    refusals: ['unknown_app', 'iparams_invalid'],
    holdsSecret: true,
    call: async ({ apps }, ask, { params, body }) => {
      const { integration = null, oauth_iparams: oauthIparams = {}, agent_id: agent = null } = body;
      return encoded(apps.startOauth(ask, params.id, { integration, oauthIparams, agent }), ({ url }) => ({ url }));
    },
  }),
];
