import type { JsonObject, JsonValue } from './json-value.ts';
import type { OauthIntegration } from './oauth-integration.ts';
import { withQuery } from './outgoing-request.ts';
import { fillTemplate } from './template-text.ts';

/** An integration with the parameters of its account filled in. */
export interface FilledIntegration {
  readonly clientId: string;
  readonly clientSecret: string;
  readonly authorizeUrl: string;
  readonly tokenUrl: string;
  readonly customHeaders: Readonly<Record<string, string>>;
  /** Texts that go into the authorize URL. */
  readonly options: Readonly<Record<string, string>>;
}

export type IntegrationFilling =
  | { readonly kind: 'filled'; readonly integration: FilledIntegration }
  /** The key of config/oauth_config.json that cannot be filled in, or that leaves nothing. */
  | { readonly kind: 'unfilled'; readonly key: string };

/**
 * Fills `<%= oauth_iparams.x %>` into the texts of an integration; `{{ oauth_iparams.x }}`, which the platform's own
 * samples have beside it, means the same here.
 */
export function fillIntegration(integration: OauthIntegration, oauthIparams: JsonObject): IntegrationFilling {
  const scope = { oauth_iparams: oauthIparams };
  const fill = (text: string) =>
    fillTemplate(text.replaceAll(/\{\{\s*(oauth_iparams\.[\w$]+)\s*\}\}/g, '<%= $1 %>'), scope);
  const needed = {
    client_id: fill(integration.clientId),
    client_secret: fill(integration.clientSecret),
    authorize_url: fill(integration.authorizeUrl),
    token_url: fill(integration.tokenUrl),
  };
  const missing = Object.entries(needed).find(
    ([key, text]) => text === null || (text === '' && key !== 'client_secret'),
  );
  if (missing !== undefined) return { kind: 'unfilled', key: missing[0] };
  const customHeaders = Object.entries(integration.customHeaders).map(([name, text]) => [name, fill(text)] as const);
  const options = Object.entries(integration.options).map(([name, value]) => [name, fill(optionText(value))] as const);
  const failed = [...customHeaders, ...options].find(([, text]) => text === null);
  if (failed !== undefined) return { kind: 'unfilled', key: `options/${failed[0]}` };
  return {
    kind: 'filled',
    integration: {
      clientId: needed.client_id ?? '',
      clientSecret: needed.client_secret ?? '',
      authorizeUrl: needed.authorize_url ?? '',
      tokenUrl: needed.token_url ?? '',
      customHeaders: Object.fromEntries(customHeaders.map(([name, text]) => [name, text ?? ''])),
      options: Object.fromEntries(options.map(([name, text]) => [name, text ?? ''])),
    },
  };
}

/** Where the user's browser is sent to. What the protocol needs cannot be overwritten by the app's options. */
export function authorizeUrl(
  integration: FilledIntegration,
  { redirectUri, state }: { readonly redirectUri: string; readonly state: string },
): string {
  return withQuery(integration.authorizeUrl, {
    ...integration.options,
    response_type: 'code',
    client_id: integration.clientId,
    redirect_uri: redirectUri,
    state,
  });
}

function optionText(value: JsonValue): string {
  if (Array.isArray(value)) return value.map((item) => optionText(item)).join(' ');
  return typeof value === 'string' ? value : JSON.stringify(value);
}
