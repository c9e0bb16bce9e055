import { Type } from 'typebox';
import { WIRE_LIMITS } from '../limits.ts';
import { DEFAULT_STATUSES } from '../reasons.ts';
import {
  choice,
  instant,
  integer,
  opaqueId,
  optional,
  orNull,
  statusName,
  text,
  utcInstant,
  uuid,
  type Wire,
} from '../wire-field.ts';
import { answer, closed } from '../wire-object.ts';
import { pageFields, pageOf } from './page.ts';

/** What becomes of a correction. */
export const CORRECTION_DECISIONS = Object.freeze(['approved', 'declined', 'withdrawn'] as const);
export type CorrectionDecisionWord = (typeof CORRECTION_DECISIONS)[number];

/** How a correction stands. */
export const CORRECTION_STATES = Object.freeze(['proposed', ...CORRECTION_DECISIONS] as const);

const note = (description: string) => orNull(text(description, { max: WIRE_LIMITS.noteCharactersMax }));

const statusFields = {
  status: optional(choice('The default status that really was.', DEFAULT_STATUSES)),
  custom_status_id: optional(
    uuid('The id of the custom status that really was, an archived one too; wins over the others.'),
  ),
  custom_status: optional(statusName('Its name, whatever the case; wins over `status`.')),
};

/** A correction to propose: `POST /agents/{id}/corrections`. */
export const CorrectionCreate = Type.Object(
  {
    from: instant('From when it was so.'),
    to: instant('Until when, at most 24 hours later, and not in the future.'),
    ...statusFields,
    note: optional(note('Why, in words for people. Null: nothing was said (default).')),
    decision: optional(
      choice('Approves it at once: for supervisors and admins, and for somebody else.', ['approved'] as const),
    ),
  },
  {
    additionalProperties: false,
    anyOf: ['status', 'custom_status_id', 'custom_status'].map((field) => ({
      required: [field],
      properties: { [field]: {} },
    })),
    description: 'What really was, with a status named by `status`, `custom_status_id` or `custom_status`.',
  },
);
export type CorrectionCreate = Wire<typeof CorrectionCreate>;

/** A decision: `POST /corrections/{id}/decision`. */
export const CorrectionDecide = closed('What becomes of the correction: once, and for good.', {
  decision: choice(
    'Supervisors and admins approve or decline, but nobody what he proposed himself; whoever proposed it withdraws.',
    CORRECTION_DECISIONS,
  ),
  note: optional(note('Why, in words for people. Null: nothing was said (default).')),
});
export type CorrectionDecide = Wire<typeof CorrectionDecide>;

const said = (what: string) => ({
  key_id: opaqueId(`The key that ${what} it.`),
  agent_id: orNull(uuid(`The person who ${what} it; null when the key is bound to nobody.`)),
  at: utcInstant('When it was said.'),
  log_position: integer('Where it stands in the log: a report as of an earlier position does not know it.', { min: 1 }),
});

/** A correction as it stands. */
export const CorrectionRead = answer('A later word on what an agent really did. What was recorded stays.', {
  id: uuid('The id of the correction.'),
  agent_id: uuid('The agent that it is about.'),
  from: utcInstant('From when it was so.'),
  to: utcInstant('Until when.'),
  status: statusName('AVAILABLE, UNAVAILABLE, or the name that the custom status has today.'),
  custom_status_id: orNull(uuid('The custom status; null for a default status.')),
  note: note('Why, as it was proposed.'),
  state: choice('How it stands.', CORRECTION_STATES),
  proposed: answer('Who proposed it.', said('proposed')),
  decided: Type.Unsafe<{
    readonly key_id: string;
    readonly agent_id: string | null;
    readonly at: string;
    readonly log_position: number;
    readonly note: string | null;
  } | null>({
    ...answer('Who decided it; null while nobody did.', {
      ...said('decided'),
      note: note('Why it was decided so.'),
    }),
    type: ['object', 'null'],
  }),
});
export type CorrectionRead = Wire<typeof CorrectionRead>;

/** Which corrections to list: `GET /corrections`. */
export const CorrectionQuery = closed('Which corrections to list, in the order in which they were proposed.', {
  ...pageFields,
  agent_id: optional(uuid('Only corrections of this agent.')),
  state: optional(choice('Only corrections that stand so.', CORRECTION_STATES)),
  from: optional(instant('Only corrections of time after this instant.')),
  to: optional(instant('Only corrections of time before this instant.')),
});
export type CorrectionQuery = Wire<typeof CorrectionQuery>;

export const CorrectionPage = pageOf('Corrections, in the order in which they were proposed.', CorrectionRead);
export type CorrectionPage = Wire<typeof CorrectionPage>;
