import { WIRE_LIMITS } from '../limits.ts';
import {
  anyObject,
  choice,
  flag,
  integer,
  list,
  name,
  opaqueId,
  optional,
  orNull,
  text,
  utcInstant,
  type Wire,
} from '../wire-field.ts';
import { answer, closed } from '../wire-object.ts';
import { pageFields, pageOf } from './page.ts';

/** What an app can be. */
export const APP_STATES = Object.freeze(['active', 'switched_off', 'faulty'] as const);
export type AppState = (typeof APP_STATES)[number];

/** How an app's process is kept from the rest of the machine. */
export const FENCES = Object.freeze(['hardened', 'plain', 'trusted'] as const);
export type Fence = (typeof FENCES)[number];

/** The unit of the envelope's `timestamp` for one app. */
export const TIMESTAMP_UNITS = Object.freeze(['milliseconds', 'seconds'] as const);
export type TimestampUnit = (typeof TIMESTAMP_UNITS)[number];

const payloadSettings = {
  timestamp_unit: choice(
    'The unit of `timestamp` in its payloads: integer milliseconds (default), or seconds with three decimals.',
    TIMESTAMP_UNITS,
  ),
  with_activity: flag('Whether its payloads carry the `activity` object. Default true.'),
};

/** Install an app from a folder that the server was started with: `POST /apps`. */
export const AppCreate = closed('An app to install.', {
  folder: text('The folder, as it was given to `rollcall serve --app`.', { max: 4096 }),
  iparams: optional(anyObject('The installation parameters. Default: the defaults of config/iparams.json.')),
  timestamp_unit: optional(payloadSettings.timestamp_unit),
  with_activity: optional(payloadSettings.with_activity),
});
export type AppCreate = Wire<typeof AppCreate>;

const AppEvent = answer('An event that the app subscribes to.', {
  event: text('The name of the event, such as onAgentActivityCreate.'),
  handler: text('The exported function that is called.'),
  module: orNull(
    text('The product (2.x) or module (3.0) under which the manifest names it. Null where it names none.'),
  ),
});

const AppError = answer('A failure of the app.', {
  at: utcInstant('When it happened.'),
  message: text('What the app said, with the place in its own files where known.', {
    max: WIRE_LIMITS.messageCharactersMax,
  }),
  event_id: orNull(opaqueId('The `activity.id` of the event at hand. Null when it failed outside of one.')),
});

/** An installed app. */
export const AppRead = answer('An installed app.', {
  id: opaqueId('The id of the app.'),
  name: name('The name of its folder, or of its manifest.'),
  folder: orNull(text('The folder it runs from. Null when it was uploaded.', { max: 4096 })),
  platform_version: text('The platform version of its manifest, such as 2.3 or 3.0.', { max: 16 }),
  state: choice(
    'active: it receives events; switched_off: it does not, after failing for too long or by order; faulty: its folder does not load.',
    APP_STATES,
  ),
  events: list('What it subscribes to.', AppEvent),
  iparams: anyObject('Its installation parameters, secure ones masked.'),
  ...payloadSettings,
  subscription_id: opaqueId('The subscription by which its deliveries are listed and replayed.'),
  fence: choice(
    'How its process is kept from the machine: hardened, plain, or trusted, which is no fence at all.',
    FENCES,
  ),
  installed_at: utcInstant('When it was installed.'),
  last_error: orNull(AppError),
});
export type AppRead = Wire<typeof AppRead>;

export const AppPage = pageOf('Apps of the account, oldest first.', AppRead);
export type AppPage = Wire<typeof AppPage>;

/** The installation parameters to set, whole: `PUT /apps/{id}/iparams`. */
export const AppIparams = anyObject("The parameters by name, as the app's config/iparams.json declares them.");
export type AppIparams = Wire<typeof AppIparams>;

/** Call one callback once: `POST /apps/{id}/invoke`. */
export const AppInvoke = closed('A callback to call.', {
  event: text('The event whose callback is called.'),
  payload: optional(anyObject('What it is called with. Default: an invented payload of that event.')),
});
export type AppInvoke = Wire<typeof AppInvoke>;

const logFields = {
  at: utcInstant('When the line was written.'),
  level: choice('The console method that wrote it.', ['debug', 'log', 'info', 'warn', 'error']),
  text: text('The line, cut at its limit.', { min: 0, max: 65_536 }),
};

const AppConsoleLine = answer('A line that the app wrote.', logFields);

export const AppInvokeAnswer = answer('What the call led to.', {
  outcome: choice('How it ended.', ['delivered', 'failed', 'timed_out', 'exited']),
  duration_ms: integer('How long it took, in milliseconds.'),
  error: orNull(text('Why it did not end well. Null when it did.', { max: WIRE_LIMITS.messageCharactersMax })),
  logs: list('What the app wrote meanwhile, oldest first.', AppConsoleLine),
});
export type AppInvokeAnswer = Wire<typeof AppInvokeAnswer>;

/** A line of an app's log: `GET /apps/{id}/logs`. */
export const AppLogLine = answer('A line of the log of an app.', {
  ...logFields,
  event_id: orNull(opaqueId('The `activity.id` of the event at hand. Null when there was none.')),
});
export type AppLogLine = Wire<typeof AppLogLine>;

export const AppLogQuery = closed('Which lines to list, oldest first.', pageFields);
export type AppLogQuery = Wire<typeof AppLogQuery>;

export const AppLogPage = pageOf('Lines of the log of an app, oldest first.', AppLogLine);
export type AppLogPage = Wire<typeof AppLogPage>;
