import { WIRE_LIMITS } from '../limits.ts';
import {
  choice,
  flag,
  instant,
  integer,
  list,
  optional,
  orNull,
  statusName,
  utcInstant,
  uuid,
  type Wire,
} from '../wire-field.ts';
import { answer, closed } from '../wire-object.ts';

/** Which part of a plan: the query of `GET` and `PUT /agents/{id}/plan`. */
export const PlanQuery = closed('Which part of the plan, of at most 366 days.', {
  from: instant('The first instant of it.'),
  to: instant('The first instant after it.'),
});
export type PlanQuery = Wire<typeof PlanQuery>;

const kinds = ['work', 'status', 'other'] as const;

const activity = closed('What is planned.', {
  kind: choice('Work; a custom status; or another activity under its own name.', kinds),
  custom_status_id: optional(uuid('With `status`: the custom status.')),
  name: optional(statusName('With `other`: its name.')),
  productive: optional(flag('With `other`: whether it counts as productive, as a meeting may. Default false.')),
});

/** A plan: `PUT /agents/{id}/plan`. */
export const PlanPut = closed('What the agent is planned to do in the window; what was planned there gives way.', {
  entries: list(
    'The entries, none overlapping another, all within the window.',
    closed('A shift, or a part of one, of at most 31 days.', {
      from: instant('When it begins.'),
      to: instant('When it ends.'),
      activity,
    }),
    { max: WIRE_LIMITS.pageItemsMax },
  ),
});
export type PlanPut = Wire<typeof PlanPut>;

/** A part of a plan. */
export const PlanRead = answer('What an agent is planned to do.', {
  agent_id: uuid('The agent.'),
  from: utcInstant('The first instant of the window.'),
  to: utcInstant('The first instant after it.'),
  entries: list(
    'The entries in order, cut at the edges of the window.',
    answer('A shift, or a part of one.', {
      from: utcInstant('When it begins.'),
      to: utcInstant('When it ends.'),
      activity: answer('What is planned.', {
        kind: choice('Work, a custom status, or another activity.', kinds),
        custom_status_id: orNull(uuid('The custom status; null for anything else.')),
        name: orNull(statusName('The name of the status today, or of the other activity; null for work.')),
        productive: flag('Whether it counts as productive; work does.'),
      }),
    }),
  ),
});
export type PlanRead = Wire<typeof PlanRead>;

/** How to take a file of shifts: `POST /plans`. */
export const PlanFileQuery = closed('What is replaced for each agent of the file: both of these or neither.', {
  from: optional(instant('From this instant on. Default: the first shift of the agent in the file.')),
  to: optional(instant('Up to this instant. Default: the end of the last shift of the agent in the file.')),
});
export type PlanFileQuery = Wire<typeof PlanFileQuery>;

/** What became of a file of shifts. */
export const PlanFileAnswer = answer('What the file led to.', {
  agents: integer('How many agents have another plan now.'),
  entries: integer('How many shifts were taken.'),
  other_activities: list(
    'Activities that are neither work nor a custom status, so that a slip in a name shows.',
    statusName('The name.'),
  ),
});
export type PlanFileAnswer = Wire<typeof PlanFileAnswer>;
