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
export const APP_STATES = Object.freeze(['active', 'needs_parameters', 'switched_off', 'faulty'] as const);
export type AppState = (typeof APP_STATES)[number];

/** How an app's process is kept from the rest of the machine. */
export const FENCES = Object.freeze(['hardened', 'plain', 'trusted', 'none'] as const);
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
  strict_limits: flag(
    "Whether `$db`, `$db.entity` and `$request` have the limits per minute of the vendor's platform. Default false.",
  ),
};

const zipGiven = text('The zip in base64: for who has parameters to send with it. Instead of `folder`.', {
  max: WIRE_LIMITS.zipCharactersMax,
});

const folderGiven = text('The folder, as it was given to `rollcall serve --app`, or its last part.', { max: 4096 });

/** What an app's process can be doing. */
export const APP_PROCESS_PHASES = Object.freeze([
  'asleep',
  'waiting',
  'starting',
  'running',
  'backing_off',
  'closed',
] as const);

/** How much a finding about an app's files weighs. */
export const FINDING_SEVERITIES = Object.freeze(['error', 'warning', 'information'] as const);

/** Install an app from a folder that the server was started with: `POST /apps`. */
export const AppCreate = closed('An app to install: from a folder, or from a zip in base64.', {
  folder: optional(folderGiven),
  zip: optional(zipGiven),
  name: optional(name('What to call an app that comes as a zip. Default: the name of the folder in the zip.')),
  iparams: optional(
    anyObject(
      'The installation parameters. Default: the defaults of config/iparams.json; an app with config/iparams.html waits for them.',
    ),
  ),
  timestamp_unit: optional(payloadSettings.timestamp_unit),
  with_activity: optional(payloadSettings.with_activity),
  strict_limits: optional(payloadSettings.strict_limits),
});
export type AppCreate = Wire<typeof AppCreate>;

/** What may be said beside an app that is sent as a zip: `POST /apps` with `Content-Type: application/zip`. */
export const AppUploadQuery = closed('How to install an app that comes as a zip.', {
  name: optional(name('What to call it. Default: the name of the folder in the zip.')),
  timestamp_unit: optional(payloadSettings.timestamp_unit),
  with_activity: optional(payloadSettings.with_activity),
  strict_limits: optional(payloadSettings.strict_limits),
});
export type AppUploadQuery = Wire<typeof AppUploadQuery>;

/** Another version from a folder: `PUT /apps/{id}/package`. */
export const AppUpdate = closed('Another version of an app: from a folder, or from a zip in base64.', {
  folder: optional(folderGiven),
  zip: optional(zipGiven),
  iparams: optional(anyObject('New installation parameters, all of them. Default: those that the app has.')),
});
export type AppUpdate = Wire<typeof AppUpdate>;

/** `DELETE /apps/{id}`. */
export const AppRemoveQuery = closed('How to remove an app.', {
  force: optional(flag('Whether it goes also when it refuses. Default false.')),
});
export type AppRemoveQuery = Wire<typeof AppRemoveQuery>;

const AppVersion = answer('Code of an app.', {
  digest: text('SHA-256 of all its files, hexadecimal.', { min: 64, max: 64 }),
  at: utcInstant('When it was installed.'),
});

const AppFinding = answer('Something to say about a place in the files of the app.', {
  severity: choice('error: it keeps the app from loading; warning and information do not.', FINDING_SEVERITIES),
  code: text('The stable name of the rule.'),
  message: text('What there is to say.', { max: WIRE_LIMITS.messageCharactersMax }),
  file: text('The path below the app folder. Empty when it is about the whole app.', { min: 0, max: 4096 }),
  line: integer('The line, counted from 1.', { min: 1 }),
  column: integer('The column, counted from 1.', { min: 1 }),
  fix: optional(text('What to write instead, where that is known.', { max: WIRE_LIMITS.messageCharactersMax })),
});

const AppProcess = answer('The process in which the callbacks of the app run.', {
  phase: choice(
    'asleep: none, the next call starts one; waiting: it is wanted, and as many apps as may run at once are at work; starting; running; backing_off: it crashed, and the next start has to wait; closed.',
    APP_PROCESS_PHASES,
  ),
  pid: orNull(integer('The number that the system has for it. Null when there is none.')),
  crashes_in_a_row: integer('How often it crashed since a call last ended well.'),
  last_crash: orNull(
    answer('Its last crash.', {
      at: utcInstant('When it was.'),
      message: text('How it ended.', { max: WIRE_LIMITS.messageCharactersMax }),
    }),
  ),
  starts_again_at: orNull(utcInstant('Before this it is not started. Null when nothing holds it back.')),
});

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
  name: name('The name of its folder, or what it was called when it was uploaded.'),
  folder: orNull(text('The folder it came from. Null when it was uploaded.', { max: 4096 })),
  platform_version: text('The platform version of its manifest, such as 2.3 or 3.0.', { max: 16 }),
  state: choice(
    'active: it receives events; needs_parameters: it is not installed before it has them; switched_off: it receives none, after failing for too long or by order; faulty: it does not load.',
    APP_STATES,
  ),
  events: list('What it subscribes to.', AppEvent),
  iparams: anyObject('Its installation parameters, secure ones masked.'),
  ...payloadSettings,
  subscription_id: opaqueId(
    'The subscription by which its deliveries are listed and replayed; there is none behind it while the app needs parameters.',
  ),
  fence: choice(
    'How its process is kept from the machine: hardened, plain, or trusted, which is no fence at all; none: no fence is to be had, and it does not run.',
    FENCES,
  ),
  installed_at: utcInstant('When it was installed.'),
  last_error: orNull(AppError),
  version: orNull({ ...AppVersion, description: 'The code that it runs. Null when it runs in its folder itself.' }),
  previous_version: orNull({ ...AppVersion, description: 'What it would go back to. Null before its first update.' }),
  process: AppProcess,
  findings: list('What there is to say about its files.', AppFinding),
  schedules: integer('How many schedules it has.'),
  events_waiting: integer('How many scheduled and external events wait for it.'),
});
export type AppRead = Wire<typeof AppRead>;

export const AppPage = pageOf('Apps of the account, oldest first.', AppRead);
export type AppPage = Wire<typeof AppPage>;

/** The installation parameters to set, whole: `PUT /apps/{id}/iparams`. */
export const AppIparams = anyObject("The parameters by name, as the app's config/iparams.json declares them.");
export type AppIparams = Wire<typeof AppIparams>;

const logFields = {
  at: utcInstant('When the line was written.'),
  level: choice('The console method that wrote it.', ['debug', 'log', 'info', 'warn', 'error']),
  text: text('The line, cut at its limit.', { min: 0, max: 65_536 }),
};

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
