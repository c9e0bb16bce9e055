import { WIRE_LIMITS } from '../limits.ts';
import { DEFAULT_STATUSES, REGIONS } from '../reasons.ts';
import {
  choice,
  durationMs,
  flag,
  host,
  integer,
  name,
  opaqueId,
  optional,
  orNull,
  timeZone,
  utcInstant,
  type Wire,
} from '../wire-field.ts';
import { answer, closed } from '../wire-object.ts';

const coupled = (when: string) =>
  orNull(choice(`What the IntelliAssign status becomes ${when}. Null: nothing (default).`, DEFAULT_STATUSES));

const couplings = {
  login: coupled('when the agent signs in'),
  logout: coupled('when the agent signs out'),
  idle_timeout: coupled('when the agent becomes idle'),
  disconnect: coupled("when the agent's connection is lost for longer than the grace"),
  schedule_open: coupled("when the agent's business hours begin"),
  schedule_close: coupled("when the agent's business hours end"),
};

const settings = {
  name: name('The name of the account, for people.'),
  idle_after_ms: durationMs(
    'How long an agent may be without activity before it counts as idle, in milliseconds; a group and then an agent may override it. Default 600000 (10 minutes).',
  ),
  disconnect_grace_ms: durationMs(
    'How long a lost connection may take to return before the agent counts as disconnected, in milliseconds; a group and then an agent may override it. Default 60000 (one minute).',
  ),
  custom_status: flag('Whether custom statuses can be set. Default true.'),
  missed_assignments_limit: orNull(
    integer(
      'How many assigned conversations an agent may let pass before its IntelliAssign status becomes UNAVAILABLE. Null: no limit (default).',
      { min: 1, max: WIRE_LIMITS.missedAssignmentsMax },
    ),
  ),
  calendar_id: orNull(
    opaqueId(
      'The calendar of agents and groups that have none of their own. Null: all hours are business hours (default).',
    ),
  ),
  time_zone: timeZone('The IANA time zone in which days are cut unless a report names another. Default UTC.'),
  region: choice('The region sent in every payload. Default US.', REGIONS),
  domain: host('The bare host sent in every payload, without https:// and path.'),
};

/** The settings of the account that the key belongs to. */
export const AccountRead = answer('An account and its settings.', {
  id: opaqueId('The id of the account: `account_id` of every payload.'),
  ...settings,
  couplings: answer('How events of one kind move the IntelliAssign status.', couplings),
  created_at: utcInstant('When the account was created.'),
});
export type AccountRead = Wire<typeof AccountRead>;

/** What may change; a field that is left out stays as it is. A changed length acts from its change on. */
export const AccountPatch = closed('Settings to change; what is left out stays.', {
  name: optional(settings.name),
  idle_after_ms: optional(settings.idle_after_ms),
  disconnect_grace_ms: optional(settings.disconnect_grace_ms),
  custom_status: optional(settings.custom_status),
  missed_assignments_limit: optional(settings.missed_assignments_limit),
  calendar_id: optional(settings.calendar_id),
  time_zone: optional(settings.time_zone),
  region: optional(settings.region),
  domain: optional(settings.domain),
  couplings: optional(
    closed('Couplings to change; what is left out stays.', {
      login: optional(couplings.login),
      logout: optional(couplings.logout),
      idle_timeout: optional(couplings.idle_timeout),
      disconnect: optional(couplings.disconnect),
      schedule_open: optional(couplings.schedule_open),
      schedule_close: optional(couplings.schedule_close),
    }),
  ),
});
export type AccountPatch = Wire<typeof AccountPatch>;
