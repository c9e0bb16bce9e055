import { Type } from 'typebox';
import { WIRE_LIMITS } from '../limits.ts';
import { DEFAULT_STATUSES } from '../reasons.ts';
import {
  choice,
  cursor,
  durationMs,
  email,
  flag,
  instant,
  integer,
  list,
  localDate,
  name,
  opaqueId,
  optional,
  orNull,
  statusName,
  text,
  timeZone,
  utcInstant,
  uuid,
  type Wire,
} from '../wire-field.ts';
import { answer, closed } from '../wire-object.ts';
import { pageFields } from './page.ts';

/** What the lines of a report can be about, alone or together. */
export const REPORT_GROUPINGS = Object.freeze([
  'agent',
  'group',
  'day',
  'week',
  'month',
  'hour_of_day',
  'status',
] as const);
export type ReportGrouping = (typeof REPORT_GROUPINGS)[number];

/** Which hours count. */
export const REPORT_HOURS = Object.freeze(['business_hours', 'all_hours'] as const);
export type ReportHours = (typeof REPORT_HOURS)[number];

/** The forms in which a report can be had. */
export const REPORT_FORMATS = Object.freeze(['json', 'csv', 'xlsx', 'parquet'] as const);
export type ReportFormat = (typeof REPORT_FORMATS)[number];

/** The parts of the metric, and of the breakdown. */
export const BREAKDOWN_KINDS = Object.freeze([
  'offline',
  'idle',
  'disconnected',
  'custom_status',
  'unavailable',
] as const);
export type BreakdownKind = (typeof BREAKDOWN_KINDS)[number];

/** Where an agent can stand at an instant, both axes together. */
export const TIMELINE_STATES = Object.freeze(['available', ...BREAKDOWN_KINDS, 'unknown'] as const);
export type TimelineState = (typeof TIMELINE_STATES)[number];

const moment = (description: string) =>
  text(description, { max: 64, examples: ['2026-03-04', '2026-03-04T09:00:00Z'] });

const windowFields = {
  from: moment(
    'Where the window begins: an instant with an offset, or a date, which means the start of that local day in `time_zone`.',
  ),
  to: moment('Where the window ends, itself outside of it: an instant or a date, as `from`.'),
  time_zone: optional(timeZone("The IANA time zone that dates mean. Default: the account's.")),
};

const seenFrom = {
  now: optional(instant('An instant that is not in the future: what takes effect after it is ignored. Default: now.')),
  at_position: optional(
    integer('As it was known when the log ended at this position. Default: as it is known now.', { min: 1 }),
  ),
};

/** Which report of agents' activity: `GET /reports/agent-activity`. */
export const AgentActivityQuery = closed('Which report, of whom.', {
  ...windowFields,
  group_by: optional(
    list(
      'What a line is about, in the order of its keys; each at most once, as a comma list or repeated. Default: agent.',
      choice('One of the keys.', REPORT_GROUPINGS),
      { min: 1, max: REPORT_GROUPINGS.length, unique: true },
    ),
  ),
  agent_id: optional(
    list('Only these agents, as a comma list or repeated.', uuid('The id of an agent.'), {
      min: 1,
      max: WIRE_LIMITS.agentsOfReportMax,
      unique: true,
    }),
  ),
  group_id: optional(
    list(
      'Only time in which the agent was in one of these groups, as a comma list or repeated.',
      opaqueId('The id of a group.'),
      { min: 1, max: WIRE_LIMITS.groupsOfReportMax, unique: true },
    ),
  ),
  calendar: optional(
    choice('Which hours count as scheduled. Default: business_hours.', REPORT_HOURS, { default: 'business_hours' }),
  ),
  ...seenFrom,
  idle_after_ms: optional(durationMs('What if this had been the idle time of everybody, in milliseconds?')),
  what_if_calendar_id: optional(opaqueId('What if this calendar had held for everybody? Its id.')),
  productive: optional(
    list(
      'What if these custom statuses counted as available? Their ids or names, as a comma list or repeated; one with a comma in its name goes by its id.',
      statusName('The id or the name of a custom status.'),
      { min: 1, max: WIRE_LIMITS.statusesOfReportMax, unique: true },
    ),
  ),
  what_if: optional(flag('Says that other settings are meant; with none given, the report is as things are.')),
  format: optional(
    choice('The form of the answer; wins over the header `Accept`. Default: json.', REPORT_FORMATS, {
      default: 'json',
    }),
  ),
  ...pageFields,
});
export type AgentActivityQuery = Wire<typeof AgentActivityQuery>;

const ms = (description: string) => integer(`${description}, in milliseconds.`);

const measures = {
  scheduled_ms: ms('Business hours within the window'),
  unknown_ms: ms('Time in business hours of which nobody can say what was'),
  unavailable_ms: ms('The metric: time in business hours, known, and not assignable'),
  available_in_hours_ms: ms('Assignable time in business hours'),
  availability_percent: orNull(
    Type.Number({
      description:
        'Available time in hours against scheduled and known time, not rounded. Null when nothing was scheduled and known.',
    }),
  ),
  breakdown: list(
    'The metric in parts that sum to it, largest first, without zero parts.',
    answer('One part.', {
      kind: choice('The cause.', BREAKDOWN_KINDS),
      custom_status_id: orNull(uuid('The id of the custom status. Null for the other causes.')),
      name: orNull(statusName("The custom status's name of today. Null for the other causes.")),
      ms: ms('How long'),
    }),
  ),
  online_ms: ms('Time with general availability available over the whole window, in hours or not'),
  available_ms: ms('Assignable time over the whole window, in hours or not'),
  first_sign_in: orNull(utcInstant('The first sign-in. Null when there was none.')),
  last_sign_out: orNull(utcInstant('The last sign-out. Null when there was none.')),
  changes: answer('How many events there were.', {
    general_availability: integer('Events of general availability.'),
    intelliassign: integer('Events of IntelliAssign.'),
  }),
  lived_ms: ms("Time of the agent's life in the account within the window"),
  unknown_in_window_ms: ms('Time over the whole window of which nobody can say what was'),
};

const AgentActivityRow = answer('One line: the keys that were asked for, and what was measured.', {
  agent_id: optional(uuid('The id of the agent.')),
  group_id: optional(orNull(opaqueId('The id of the group. Null is time in no group.'))),
  day: optional(localDate('The local day, such as 2026-03-04.')),
  week: optional(text('The ISO week, such as 2026-W10.', { max: 8 })),
  month: optional(text('The month, such as 2026-03.', { max: 7 })),
  hour_of_day: optional(integer('The hour that the wall clock shows.', { max: 23 })),
  status: optional(
    orNull(statusName("AVAILABLE, UNAVAILABLE, or the custom status's name of today. Null is unknown time.")),
  ),
  custom_status_id: optional(
    orNull(uuid('Beside `status`: the id of the custom status. Null when the status is none.')),
  ),
  ...measures,
  agent_email: optional(email('Beside `agent_id`: the address of today.')),
  group_name: optional(orNull(name('Beside `group_id`: the name of today. Null is time in no group.'))),
});
export type AgentActivityRow = Wire<typeof AgentActivityRow>;

const basisFields = {
  log_position: integer('Where the log ended.'),
  calendars: list(
    'The calendars whose hours were used.',
    answer('A calendar as it was recorded.', {
      id: opaqueId('The id of the calendar.'),
      name: name('The name.'),
      position: integer('Where the log recorded it so.'),
      effective_from: list('The first day of each of its versions.', orNull(localDate('The day. Null: since ever.'))),
    }),
  ),
  tzdata: text('The release of the time-zone database, such as 2026a.', { max: 64 }),
  now: utcInstant('The instant up to which time was counted.'),
};

const ReportBasis = answer('What the answer was calculated from, so that anybody can calculate it again.', {
  ...basisFields,
  from: utcInstant('Where the window begins.'),
  to: utcInstant('Where the window ends.'),
  time_zone: timeZone('The zone whose days and hours are meant.'),
});

/** A report of agents' activity: lines, totals over distinct agents, and what it was calculated from. */
export const AgentActivityReport = answer('How agents spent their time, and above all their business hours.', {
  items: list('The lines of this page, in order.', AgentActivityRow, { max: WIRE_LIMITS.pageItemsMax }),
  totals: answer('Over distinct agents: an agent of two groups is in it once.', {
    agents: integer('How many distinct agents.'),
    ...measures,
  }),
  basis: ReportBasis,
  what_if: orNull(
    answer('The settings that were tried instead of the real ones. Null when the report is of what was.', {
      idle_after_ms: optional(ms('The idle time')),
      calendar_id: optional(opaqueId('The calendar.')),
      productive: optional(list('The custom statuses that counted as available.', uuid('The id of one.'))),
    }),
  ),
  next: orNull(cursor('What to send as `after` for the following page. Null on the last one.')),
});
export type AgentActivityReport = Wire<typeof AgentActivityReport>;

/** Which part of an agent's history: `GET /agents/{id}/timeline`. */
export const TimelineQuery = closed('Which part of the history, as seen from when.', { ...windowFields, ...seenFrom });
export type TimelineQuery = Wire<typeof TimelineQuery>;

const interval = {
  from: utcInstant('Where it begins.'),
  to: utcInstant('Where it ends, itself outside of it.'),
};

const BoundingFact = answer('A fact that begins or ends an interval.', {
  position: integer('Where the log has it.'),
  kind: text('What kind of fact it is.', { max: 64 }),
  at: utcInstant('When it took effect.'),
  recorded_at: utcInstant('When it was written.'),
  event_id: orNull(opaqueId('Of an event, its `activity.id`. Null for other facts.')),
  reason: orNull(text('Of an event, its reason. Null for other facts.', { max: 64 })),
  actor: orNull(text('Who: "system", or the e-mail address of a person. Null when nobody is named.', { max: 254 })),
  imported: flag('True when it came from another system.'),
  last_activity_at: orNull(
    utcInstant('When the agent was last active. Null when the fact is not about having been idle or away.'),
  ),
  sentence: text('What happened, by whom or by which rule, in one sentence.', { max: 1000 }),
});

/** An agent's history in a window, interval by interval. */
export const TimelineRead = answer('An unbroken history: each interval with the two facts that bound it.', {
  agent_id: uuid('The id of the agent.'),
  items: list(
    'The intervals: each begins where the one before it ends.',
    answer('An unbroken stay in one state.', {
      ...interval,
      state: choice('Where the agent stood.', TIMELINE_STATES),
      general_availability: orNull(choice('The value of the axis. Null when it is unknown.', DEFAULT_STATUSES)),
      intelliassign: orNull(
        choice('The value of the axis. Null when it is unknown.', [...DEFAULT_STATUSES, 'custom_status'] as const),
      ),
      custom_status_id: orNull(uuid('The id of the custom status. Null when none was set.')),
      name: orNull(statusName("The custom status's name of today. Null when none was set.")),
      in_hours: list('The parts of it that are business hours.', answer('One part.', interval)),
      in_hours_ms: ms('Their length'),
      begun_by: orNull(BoundingFact),
      ended_by: orNull(BoundingFact),
    }),
  ),
  hours: list("The agent's business hours in the window.", answer('One stretch.', interval)),
  basis: ReportBasis,
  next: orNull(cursor('Always null: the whole window is told at once.')),
});
export type TimelineRead = Wire<typeof TimelineRead>;

/** When too few were assignable: `GET /reports/coverage`. */
export const CoverageQuery = closed('Which window, which groups, how many are needed.', {
  ...windowFields,
  group_id: optional(
    list('Only these groups, as a comma list or repeated.', opaqueId('The id of a group.'), {
      min: 1,
      max: WIRE_LIMITS.groupsOfReportMax,
      unique: true,
    }),
  ),
  at_least: optional(
    integer('How many must be assignable at once.', { min: 1, max: WIRE_LIMITS.agentsNeededMax, default: 1 }),
  ),
  now: seenFrom.now,
});
export type CoverageQuery = Wire<typeof CoverageQuery>;

/** Per group, when fewer of its members were assignable than it needs. */
export const CoverageReport = answer("The gaps in groups' business hours.", {
  items: list(
    'The groups.',
    answer('One group.', {
      group_id: opaqueId('The id of the group.'),
      name: name('Its name of today.'),
      needed: integer('How many must be assignable at once.'),
      scheduled_ms: ms("The group's business hours in the window"),
      gap_ms: ms('The length of all gaps'),
      unknown_ms: ms('Time in hours of which nobody can say how many there were'),
      gaps: list(
        'The gaps.',
        answer('One gap.', {
          ...interval,
          assignable: integer('How many were assignable.'),
          needed: integer('How many must be.'),
        }),
      ),
    }),
  ),
  from: utcInstant('Where the window begins.'),
  to: utcInstant('Where the window ends.'),
  time_zone: timeZone('The zone that dates meant.'),
  now: utcInstant('The instant up to which time was counted.'),
  next: orNull(cursor('Always null: all groups are told at once.')),
});
export type CoverageReport = Wire<typeof CoverageReport>;

/** Who is assignable now, per group: `GET /reports/live`. */
export const LiveReport = answer('Where everybody stands now, per group.', {
  items: list(
    'The groups.',
    answer('One group.', {
      group_id: orNull(opaqueId('The id of the group. Null stands for agents of no group.')),
      name: orNull(name('Its name. Null for agents of no group.')),
      in_hours: flag("Whether it is in the group's business hours."),
      agents: integer('How many agents it has.'),
      assignable: list('Who can be given work.', uuid('The id of an agent.')),
      counts: list(
        'How many stand where.',
        answer('One state.', {
          state: choice('The state.', TIMELINE_STATES),
          custom_status_id: orNull(uuid('The id of the custom status. Null for other states.')),
          name: orNull(statusName('The name of the custom status. Null for other states.')),
          agents: integer('How many agents.'),
        }),
      ),
      overstays: list(
        'Who is in a custom status for longer than its allowance.',
        answer('One stay.', {
          agent_id: uuid('The id of the agent.'),
          custom_status_id: uuid('The id of the custom status.'),
          since: utcInstant('Since when.'),
          allowance_ms: ms('The allowance'),
        }),
      ),
    }),
  ),
  now: utcInstant('When it was so.'),
  next: orNull(cursor('Always null: all groups are told at once.')),
});
export type LiveReport = Wire<typeof LiveReport>;

/** Of whom, and in which window: `GET /reports/stints`, `GET /reports/adherence`. */
export const WindowOfAgentsQuery = closed('Which window, of whom.', {
  ...windowFields,
  agent_id: AgentActivityQuery.properties.agent_id,
  group_id: AgentActivityQuery.properties.group_id,
  ...seenFrom,
});
export type WindowOfAgentsQuery = Wire<typeof WindowOfAgentsQuery>;

/** How long stints in each status lasted. */
export const StintsReport = answer('How long stints in each status lasted, of those that began in the window.', {
  items: list(
    'The statuses that had any.',
    answer('One status. Percentiles are of the nearest rank: each is a stint that happened.', {
      status: statusName("AVAILABLE, UNAVAILABLE, or the custom status's name of today."),
      custom_status_id: orNull(uuid('The id of the custom status. Null for the two defaults.')),
      count: integer('How many stints.'),
      total_ms: ms('All of them together'),
      p50_ms: ms('Half of them were no longer'),
      p90_ms: ms('Nine of ten were no longer'),
      p99_ms: ms('99 of 100 were no longer'),
      max_ms: ms('The longest'),
      overstays: orNull(
        answer('Stints longer than the allowance of today. Null without an allowance.', {
          count: integer('How many.'),
          over_ms: ms('By how much, all together'),
          allowance_ms: ms('The allowance'),
        }),
      ),
    }),
  ),
  from: utcInstant('Where the window begins.'),
  to: utcInstant('Where the window ends.'),
  time_zone: timeZone('The zone that dates meant.'),
  now: utcInstant('The instant up to which a stint that goes on was counted.'),
  next: orNull(cursor('Always null: all statuses are told at once.')),
});
export type StintsReport = Wire<typeof StintsReport>;

const adherence = {
  planned_ms: ms('All that was planned in the window, also what has not come yet'),
  scheduled_ms: ms('The time of the plan for which it is known what was'),
  adherent_ms: ms('The part of it in which the agent did what the plan says'),
  unknown_ms: ms('The time of the plan for which nobody can say; it is on neither side of the percent'),
  adherence_percent: orNull(
    Type.Number({ description: 'Adherent against scheduled time, not rounded. Null when nothing was scheduled.' }),
  ),
};

/** How well agents kept to their plans. */
export const AdherenceReport = answer('How well agents kept to their plans.', {
  items: list(
    'The agents with a plan in the window.',
    answer('One agent.', {
      agent_id: uuid('The id of the agent.'),
      agent_email: email('The address of today.'),
      ...adherence,
    }),
  ),
  totals: answer('All of them together.', { agents: integer('How many agents.'), ...adherence }),
  from: utcInstant('Where the window begins.'),
  to: utcInstant('Where the window ends.'),
  time_zone: timeZone('The zone that dates meant.'),
  now: utcInstant('The instant up to which time was counted.'),
  next: orNull(cursor('Always null: all agents are told at once.')),
});
export type AdherenceReport = Wire<typeof AdherenceReport>;
