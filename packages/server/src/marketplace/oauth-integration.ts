import type { IparamDefinition } from './iparam-definition.ts';
import type { JsonObject } from './json-value.ts';

/** The name under which the one flat configuration of platform 2.x is known. */
export const flatIntegrationName = 'default';

/** One OAuth 2.0 integration of config/oauth_config.json. Texts may hold `<%= oauth_iparams.x %>`. */
export interface OauthIntegration {
  /** `default` for the flat form of 2.x. */
  readonly name: string;
  readonly displayName: string | null;
  readonly clientId: string;
  readonly clientSecret: string;
  readonly authorizeUrl: string;
  readonly tokenUrl: string;
  /** One token for the account, or one per agent. */
  readonly tokenType: 'account' | 'agent';
  /** `scope` and whatever else goes into the authorize URL, without `customHeaders`. */
  readonly options: JsonObject;
  readonly customHeaders: Readonly<Record<string, string>>;
  /** Asked for before the authorization. */
  readonly iparams: readonly IparamDefinition[];
}
