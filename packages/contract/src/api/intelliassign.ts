import { Type } from 'typebox';
import { ActivityPayload } from '../event-payload.ts';
import { WIRE_LIMITS } from '../limits.ts';
import { DEFAULT_STATUSES } from '../reasons.ts';
import { choice, flag, instant, list, optional, orNull, statusName, text, uuid, type Wire } from '../wire-field.ts';
import { answer } from '../wire-object.ts';

const change = {
  status: optional(choice('A default status to set.', DEFAULT_STATUSES)),
  custom_status_id: optional(uuid('The id of a custom status to set; it wins over `status` and `custom_status`.')),
  custom_status: optional(statusName('The name of a custom status to set, whatever the case; it wins over `status`.')),
  until: optional(
    orNull(
      instant(
        'When the status runs out and becomes AVAILABLE, with an offset; in the future, and not with AVAILABLE. Null: it stays (default).',
      ),
    ),
  ),
  note: optional(
    orNull(text('Why, in words for people. Null: nothing was said (default).', { max: WIRE_LIMITS.noteCharactersMax })),
  ),
  actor_id: optional(
    uuid(
      'The person in whose name the change is made; only for an unbound key of role admin. Default: the key itself.',
    ),
  ),
};

/** A change needs a status; which of the three ways names it is free. */
const namesAStatus = {
  anyOf: ['status', 'custom_status_id', 'custom_status'].map((field) => ({
    required: [field],
    properties: { [field]: {} },
  })),
};

/** Set one agent's IntelliAssign status: `PUT /agents/{id}/intelliassign`. */
export const IntelliassignPut = Type.Object(change, {
  additionalProperties: false,
  ...namesAStatus,
  description: 'The status to set, named by `status`, `custom_status_id` or `custom_status`.',
});
export type IntelliassignPut = Wire<typeof IntelliassignPut>;

const outcome = {
  changed: flag('Whether the value changed. Setting what is already set changes nothing and is no fault.'),
  event: orNull(ActivityPayload),
};

/** The answer to one change, and to a signal. */
export const IntelliassignAnswer = answer('What the command led to; `event` is null when nothing changed.', outcome);
export type IntelliassignAnswer = Wire<typeof IntelliassignAnswer>;

const BatchChange = Type.Object(
  { agent_id: uuid('The agent to change; each at most once in a batch.'), ...change },
  {
    additionalProperties: false,
    ...namesAStatus,
    description: 'One change, named by `status`, `custom_status_id` or `custom_status`.',
  },
);

/** Change many agents in one transaction, all or nothing: `POST /intelliassign`. */
export const IntelliassignBatch = Type.Object(
  {
    changes: list('The changes, 1 to 1000; each agent at most once.', BatchChange, {
      min: 1,
      max: WIRE_LIMITS.changesOfBatchMax,
    }),
  },
  { additionalProperties: false, description: 'Changes that are made together or not at all.' },
);
export type IntelliassignBatch = Wire<typeof IntelliassignBatch>;

const BatchItem = answer('What one change led to.', { agent_id: uuid('The agent.'), ...outcome });

export const IntelliassignBatchAnswer = answer('What the changes led to.', {
  items: list('One answer per change, in the order of the request.', BatchItem, {
    max: WIRE_LIMITS.changesOfBatchMax,
  }),
});
export type IntelliassignBatchAnswer = Wire<typeof IntelliassignBatchAnswer>;
