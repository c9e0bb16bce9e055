/** What an error code means: its HTTP status, a short title for people, and what the caller can do. */
export type ErrorRule = { readonly status: number; readonly title: string; readonly wayOut: string };

const rule = (status: number, title: string, wayOut: string): ErrorRule => ({ status, title, wayOut });

/**
 * Every error that a caller can meet. Codes are stable: callers branch on them, so a code is never renamed or reused;
 * titles and ways out may be reworded.
 */
const RULES = {
  invalid_input: rule(400, 'The request has bad fields', 'Mend every field that `errors` names and send it again.'),
  malformed_json: rule(400, 'The body is not JSON', 'Send one JSON value in UTF-8; `detail` says where it breaks off.'),
  iparams_invalid: rule(
    400,
    'The installation parameters do not fit the app',
    "Mend the parameters that `errors` names; the app's config/iparams.json says what each must be.",
  ),
  unauthorized: rule(401, 'No valid key was given', 'Send `Authorization: Bearer KEY` with a key that still exists.'),
  forbidden: rule(403, 'The key may not do this', 'Use a key whose role may, or act on what the key is bound to.'),
  own_correction: rule(403, 'The correction is your own', 'Have another supervisor or admin decide it.'),
  not_found: rule(404, 'There is nothing at this address', 'Compare the path with /api/v1/openapi.json.'),
  unknown_agent: rule(404, 'No such agent', 'List the agents of this account and use one of their ids.'),
  unknown_session: rule(
    404,
    'No such live session',
    'Open a new session: the old one ended or belongs to another agent.',
  ),
  unknown_group: rule(404, 'No such group', 'List the groups of this account and use one of their ids.'),
  unknown_custom_status: rule(
    404,
    'No such custom status',
    'List the custom statuses of this account and use one of their ids or names.',
  ),
  unknown_calendar: rule(404, 'No such calendar', 'List the calendars of this account and use one of their ids.'),
  unknown_correction: rule(
    404,
    'No such correction',
    'List the corrections that you may see and use one of their ids.',
  ),
  unknown_app: rule(404, 'No such app', 'List the apps of this account and use one of their ids.'),
  unknown_function: rule(
    404,
    'The app has no such function',
    "Name a function of the app's manifest.json, or an action of its actions.json.",
  ),
  unknown_delivery: rule(404, 'No such delivery', 'List the deliveries of this account and use one of their ids.'),
  unknown_subscription: rule(404, 'No such subscription', 'Take `subscription_id` from an app or a delivery.'),
  unknown_event: rule(404, 'No such event', 'Use the `activity.id` of an event of this account.'),
  unknown_key: rule(404, 'No such key', 'List the keys of this account and use one of their ids.'),
  method_not_allowed: rule(
    405,
    'This address does not take that method',
    'Use a method that the `Allow` header names.',
  ),
  email_taken: rule(409, 'Another agent has this email', 'Use another email, or change the agent that has it.'),
  org_agent_id_taken: rule(
    409,
    'Another agent has this organization-level id',
    'Leave org_agent_id out to have one generated, or change the agent that has it.',
  ),
  name_taken: rule(409, 'The name is in use', 'Choose a name that differs in more than upper and lower case.'),
  calendar_in_use: rule(409, 'The calendar is in use', 'Give whoever uses it another calendar first.'),
  correction_decided: rule(
    409,
    'The correction was decided already',
    'Propose another one, which holds where both speak.',
  ),
  idempotency_conflict: rule(
    409,
    'The idempotency key belongs to another request',
    'Repeat a request with the same body, or use a new Idempotency-Key for a new one.',
  ),
  body_too_large: rule(413, 'The body is too large', 'Send less at once: split the batch.'),
  unsupported_media_type: rule(415, 'The body is of an unknown kind', 'Send `Content-Type: application/json`.'),
  agent_inactive: rule(422, 'The agent is deactivated', 'Set `active` to true first.'),
  custom_status_disabled: rule(
    422,
    'Custom statuses are switched off in this account',
    'Set `custom_status` of the account to true, or use AVAILABLE or UNAVAILABLE.',
  ),
  custom_status_archived: rule(
    422,
    'The custom status is archived',
    'Use one that is not archived, or create it anew.',
  ),
  event_not_subscribed: rule(
    422,
    'The app does not subscribe to this event',
    "Name an event of the app's manifest, or add it there.",
  ),
  app_invalid: rule(
    422,
    'The app folder has faults',
    'Mend what `errors` names; `rollcall app validate` shows the lines.',
  ),
  fence_missing: rule(
    422,
    'No fence keeps apps from this machine',
    'Install bubblewrap on the server, run `rollcall doctor` there, and upload the app again.',
  ),
  app_refused: rule(
    422,
    'The app refuses',
    'Read in `detail` what the app says, and mend that. Removing an app can be forced with `force=true`.',
  ),
  no_previous_version: rule(
    422,
    'There is no version to go back to',
    'Only an app that was updated since it was installed can go back, and to the version before the last update.',
  ),
  event_in_future: rule(
    422,
    'The event is in the future',
    'Compare the clocks: an event from elsewhere may be at most 5 minutes ahead of this server.',
  ),
  too_many_custom_statuses: rule(
    422,
    'The account has as many custom statuses as it can',
    'Send events of statuses that the account has, archived ones included; there may be 2000 of them.',
  ),
  upgrade_required: rule(426, 'A WebSocket is spoken here', 'Open a WebSocket (version 13) at this address.'),
  too_many_requests: rule(429, 'Too many requests', 'Wait for the seconds that `Retry-After` names.'),
  internal: rule(500, 'The server failed', 'Report it with the `instance` of this answer; nothing was promised.'),
  store_unavailable: rule(
    503,
    'The store does not take writes',
    'Nothing was written. Send it again after `Retry-After`, with the same Idempotency-Key.',
  ),
  shutting_down: rule(503, 'The server is stopping', 'Nothing was written. Send it again after `Retry-After`.'),
} as const satisfies Readonly<Record<string, ErrorRule>>;

/** A stable error code. */
export type ErrorCode = keyof typeof RULES;

/** The registry: each code with its HTTP status, title and way out. */
export const ERROR_RULES: { readonly [code in ErrorCode]: ErrorRule } = Object.freeze(RULES);

/** Every code, in the order of the registry. */
export const ERROR_CODES: readonly ErrorCode[] = Object.freeze(Object.keys(RULES) as ErrorCode[]);

/** True when the text is one of our codes. */
export const isErrorCode = (code: string): code is ErrorCode => Object.hasOwn(RULES, code);
