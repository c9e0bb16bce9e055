import { Type } from 'typebox';
import { maybe, members, named, oneOf, words } from './schema-parts.ts';

/** The methods that request templates may have. */
export const REQUEST_METHODS = Object.freeze(['GET', 'POST', 'PUT', 'PATCH', 'DELETE'] as const);

const texts = 'May hold <%= context.x %>, <%= iparam.x %>, <%= access_token %> and <%= encode(…) %>.';
// A host name with a dot in it, or anything with a mark in it, without scheme and path.
const hostPattern = '^([A-Za-z0-9-]+([.][A-Za-z0-9-]+)+(:[0-9]+)?|[^/]*<%([^%])*%>([^/]|<%[^%]*%>)*)$';
const plain = Type.Unsafe<string>({ type: ['string', 'number', 'boolean'], description: texts });

const schema = members('Where the request goes.', {
  protocol: maybe(Type.Literal('https', { description: 'Means nothing: requests are always made by https.' })),
  method: oneOf('The method.', REQUEST_METHODS),
  host: words(`The host alone, without scheme and path. ${texts}`, { pattern: hostPattern }),
  path: maybe(words(`Begins with a slash; / without it. ${texts}`, { pattern: '^(/|<%)' })),
  headers: maybe(named('Headers by name.', plain)),
  query: maybe(named('Parameters of the address by name.', plain)),
});

const options = members('How it is sent.', {
  maxAttempts: maybe(
    Type.Integer({
      minimum: 1,
      maximum: 5,
      description: 'How often it is tried, after errors of the network, 429 and 5xx.',
    }),
  ),
  retryDelay: maybe(
    Type.Integer({ minimum: 0, maximum: 1500, multipleOf: 100, description: 'Milliseconds between attempts.' }),
  ),
  oauth: maybe(words('The integration of config/oauth_config.json whose token it carries.')),
  isOAuth: maybe(Type.Boolean({ description: 'Platform 2.3: carry the token of the one integration.' })),
  security: maybe(Type.Unsafe<object>({ type: 'object', description: 'Certificates for mutual TLS.' })),
});

/** config/requests.json. */
export const RequestsFile = named(
  'Request templates by name, at most 100. The manifest names those that the app calls.',
  members('A request template, called with $request.invokeTemplate.', { schema, options: maybe(options) }),
  { maxProperties: 100 },
);
