import { type TSchema, Type } from 'typebox';
import {
  APP_COMMON_EVENTS,
  APP_MODULE_LOCATIONS,
  APP_MODULES,
  APP_PLATFORM_VERSIONS,
  APP_PRODUCTS,
  type AppEventList,
  appProductEvents,
} from './platform-names.ts';
import { anything, functionNames, maybe, members, named, oneOf, type PlainSchema, words } from './schema-parts.ts';

const eventMeanings: Readonly<Record<string, string>> = {
  onAgentActivityCreate: "An agent's availability changed.",
  onAgentCustomStatusUpdate: 'An agent went to or from a custom status.',
  onAppInstall: 'The app is being installed. Answer with renderData().',
  afterAppUpdate: 'The app was updated. Answer with renderData(); with an error it is rolled back.',
  onAppUninstall: 'The app is being uninstalled. Answer with renderData().',
  onExternalEvent: 'Somebody called the address that generateTargetUrl() gave.',
  onScheduledEvent: 'A schedule made with $schedule.create is due.',
};

// Parts that stand in many places are written once. Draft 7 ignores what stands beside a $ref, hence the allOf.
const shared = (name: string, description: string, rest: PlainSchema = {}) =>
  Type.Unsafe<object>({ allOf: [{ $ref: `#/definitions/${name}` }], description, ...rest });

const handler = (event: string) => shared('handler', eventMeanings[event] ?? `The function called for ${event}.`);

const events = (description: string, { events: list, isComplete }: AppEventList, rest: PlainSchema = {}) =>
  Type.Unsafe<object>({
    type: 'object',
    description,
    properties: Object.fromEntries(list.map((event) => [event, handler(event)])),
    ...(isComplete ? {} : { patternProperties: { '^(on|after|before)[A-Z][A-Za-z0-9_]*$': handler('the event') } }),
    additionalProperties: false,
    ...rest,
  });

const definitions = {
  handler: members('Names the function that is called.', {
    handler: words('Key of the function in the exports of server/server.js.', { minLength: 1, pattern: '\\S' }),
  }),
  location: named(
    'Places where pages are shown, by name of the place.',
    anything('The page (url) and its icon, as paths below app/.'),
  ),
  functions: named(
    'Server methods, by the name of their function in server.js.',
    members('A server method.', {
      timeout: maybe(
        Type.Unsafe<number>({
          enum: [5, 10, 15, 20, 25, 30],
          description: 'Seconds that it may take. Without it the platform decides.',
        }),
      ),
    }),
    functionNames,
  ),
  names: named('Names, each with {}.', anything('Always {}.')),
};

const location = (rest: PlainSchema = {}) =>
  shared('location', 'Places in the product where pages of the app are shown.', rest);
const functions = (rest: PlainSchema = {}) => shared('functions', 'Server methods that the front end may call.', rest);
const requests = (rest: PlainSchema = {}) =>
  shared('names', 'Templates of config/requests.json that the app calls, by name.', rest);
const jobs = (rest: PlainSchema = {}) =>
  shared('names', 'Jobs of up to two minutes, by the name of their function in server.js.', rest);

const product = (name: string) =>
  members(`What the app does in ${name}.`, {
    location: maybe(location()),
    events: maybe(events(`Events of ${name} that the app handles.`, appProductEvents(name))),
    functions: maybe(functions()),
    requests: maybe(requests()),
    jobs: maybe(jobs()),
  });

const filled = { minProperties: 1 };

const placesOf = (name: string): PlainSchema => {
  const places = APP_MODULE_LOCATIONS.get(name);
  return places === undefined ? filled : { ...filled, propertyNames: { enum: [...places] } };
};

const common = members('What belongs to no module of its own. Parts of it may not be empty.', {
  location: maybe(location(placesOf('common'))),
  events: maybe(
    events(
      'Events of setting up, scheduling and outside calls.',
      { events: APP_COMMON_EVENTS, isComplete: true },
      filled,
    ),
  ),
  functions: maybe(functions(filled)),
  requests: maybe(requests(filled)),
  jobs: maybe(jobs(filled)),
});

const module = (name: string, list: AppEventList) =>
  members(`What the app does in ${name}. {} says that it is for this module.`, {
    location: maybe(location(placesOf(name))),
    events: maybe(events(`Events of ${name} that the app handles.`, list)),
  });

const modules = Type.Unsafe<object>({
  type: 'object',
  description: 'Platform 3.0: what the app does, by module. At least one besides common must be named.',
  properties: {
    common,
    ...Object.fromEntries(
      [...APP_MODULES].filter(([name]) => name !== 'common').map(([name, list]) => [name, module(name, list)]),
    ),
  },
  additionalProperties: false,
  minProperties: 1,
  not: { required: ['common'], maxProperties: 1 },
});

const exactVersion = '^[0-9]+[.][0-9]+[.][0-9]+(-[A-Za-z0-9_.-]+)?([+][A-Za-z0-9_.-]+)?$';

// What an installation parameter fills in may hold anything.
const origin = '^(https://|(?=<%))(<%=?[^%]*%>|[A-Za-z0-9.*-])+(:[0-9]+)?/?$';

const properties: Readonly<Record<string, TSchema>> = {
  'platform-version': oneOf('The version of the platform that the app is written for.', APP_PLATFORM_VERSIONS),
  product: maybe(
    members(
      'Platform 2.x: what the app does, by product.',
      Object.fromEntries(APP_PRODUCTS.map((name) => [name, maybe(product(name))])),
      { minProperties: 1 },
    ),
  ),
  modules: maybe(modules),
  engines: maybe(anything("The author's own tools: exact versions of node and fdk. Information, never a condition.")),
  dependencies: maybe(
    named(
      'Packages of the npm registry that server.js requires.',
      words('An exact version.', { pattern: exactVersion }),
      {
        propertyNames: { pattern: '^(@[A-Za-z0-9~-][A-Za-z0-9._~-]*/)?[A-Za-z0-9~-][A-Za-z0-9._~-]*$' },
      },
    ),
  ),
  devDependencies: maybe(anything('Packages that only tests need.')),
  'whitelisted-domains': maybe(
    Type.Array(words('A web address with https://; * stands for anything.', { pattern: origin }), {
      description: 'Before platform 2.3: where $request.get and its siblings may go. Gone since.',
    }),
  ),
  settings: maybe(anything('Settings of the installation page.')),
  app: maybe(anything('Written by the kit: how it tells the app from others.')),
  metaConfig: maybe(anything('Written by the kit: what the front end is made with.')),
  scripts: maybe(anything('Commands of the kit, such as fdk-unit-test.')),
};

/** manifest.json, of platform 2.0 to 3.0. */
export const ManifestFile = Type.Unsafe<object>({
  ...members('The manifest of a Marketplace app.', properties),
  definitions,
  if: { properties: { 'platform-version': { const: '3.0' } }, required: ['platform-version'] },
  // biome-ignore lint/suspicious/noThenProperty: a keyword of JSON Schema
  then: { required: ['modules'], properties: { product: false, 'whitelisted-domains': false } },
  else: {
    required: ['product'],
    properties: { modules: false },
    if: { properties: { 'platform-version': { const: '2.3' } } },
    // biome-ignore lint/suspicious/noThenProperty: a keyword of JSON Schema
    then: { properties: { 'whitelisted-domains': false } },
  },
});
