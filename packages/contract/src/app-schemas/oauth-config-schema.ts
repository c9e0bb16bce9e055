import { Type } from 'typebox';
import { IparamField } from './iparams-schema.ts';
import { maybe, members, named, oneOf, words } from './schema-parts.ts';

const address = (description: string) =>
  words(`${description} May hold <%= oauth_iparams.x %>.`, { pattern: '^(https://[^\\s/]|<%)' });

const visible = { pattern: '\\S' };

const fields = {
  display_name: maybe(words('Platform 3.0: what people see when they authorize.')),
  client_id: words('The id that the provider gave to the app.', visible),
  client_secret: words('The secret that the provider gave to the app.', visible),
  authorize_url: address('Where people are sent to authorize.'),
  token_url: address('Where tokens are asked for.'),
  token_type: maybe(
    oneOf('One token for the account, or one per agent.', ['account', 'agent'], { default: 'account' }),
  ),
  options: maybe(
    Type.Unsafe<object>({
      type: 'object',
      description:
        'scope and whatever else goes into the authorize address; customHeaders go with the request for tokens.',
    }),
  ),
  oauth_iparams: maybe(named('What is asked for before authorizing, by name.', IparamField)),
};

const wrapped = members('OAuth integrations of an app of platform 3.0.', {
  integrations: named('Integrations by name.', members('An OAuth 2.0 integration.', fields), { minProperties: 1 }),
});

/** config/oauth_config.json, flat as in 2.x or with `integrations` as in 3.0. */
export const OauthConfigFile = Type.Unsafe<object>({
  type: 'object',
  description: 'OAuth 2.0: one integration as it is (2.x), or several under "integrations" (3.0).',
  if: { required: ['integrations'] },
  // biome-ignore lint/suspicious/noThenProperty: a keyword of JSON Schema
  then: wrapped,
  else: members('The one OAuth integration of an app of platform 2.x.', fields),
});
