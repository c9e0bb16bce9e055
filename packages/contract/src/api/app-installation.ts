import { anyObject, httpUrl, name, optional, text, utcInstant, type Wire } from '../wire-field.ts';
import { answer, closed } from '../wire-object.ts';

/** A link to an installation page: `POST /apps/{id}/installation-link`. */
export const AppInstallationLink = answer('A page on which somebody without a key gives an app its parameters.', {
  url: httpUrl('The address of the page. It holds a secret, and is good until the parameters are set.'),
  expires_at: utcInstant('From when on it is good no more.'),
});
export type AppInstallationLink = Wire<typeof AppInstallationLink>;

/** Begin an authorization: `POST /apps/{id}/oauth`. */
export const AppOauthStart = closed('An authorization to begin.', {
  integration: optional(name('The integration of config/oauth_config.json. Default: the only one.')),
  oauth_iparams: optional(anyObject('The parameters that the integration asks for.')),
  agent_id: optional(text('The agent whose token it is, where an app has one for each.', { max: 64 })),
});
export type AppOauthStart = Wire<typeof AppOauthStart>;

export const AppOauthStarted = answer('Where to go on.', {
  url: text("The page of the service on which a person agrees; it leads back to this server's /auth/callback.", {
    max: 8192,
  }),
});
export type AppOauthStarted = Wire<typeof AppOauthStarted>;
