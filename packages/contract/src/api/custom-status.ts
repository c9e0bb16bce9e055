import { WIRE_LIMITS } from '../limits.ts';
import {
  emoji,
  flag,
  integer,
  optional,
  orNull,
  positive,
  statusName,
  utcInstant,
  uuid,
  type Wire,
} from '../wire-field.ts';
import { answer, closed } from '../wire-object.ts';
import { pageFields, pageOf } from './page.ts';

const fields = {
  name: statusName(
    'The name, 1 to 64 characters; unique among the statuses that are not archived whatever the case, and neither AVAILABLE nor UNAVAILABLE in any case.',
  ),
  emoji: orNull(emoji('An emoji short code without colons, such as joy. Null: none (default).')),
  order: integer('Where it stands in lists, smallest first. Default: at the end.', { max: 1_000_000 }),
  allowance_minutes: orNull(
    positive(
      'How many minutes one stint may last before it is warned about; fractions are allowed. Null: no allowance (default).',
      WIRE_LIMITS.allowanceMinutesMax,
    ),
  ),
  ends_at_allowance: flag(
    'Whether the status becomes UNAVAILABLE exactly when the allowance is used up. Default false.',
  ),
  productive: flag('Whether time in the status counts as productive. Default false.'),
};

const optionalFields = {
  emoji: optional(fields.emoji),
  order: optional(fields.order),
  allowance_minutes: optional(fields.allowance_minutes),
  ends_at_allowance: optional(fields.ends_at_allowance),
  productive: optional(fields.productive),
};

export const CustomStatusCreate = closed('A custom status to create.', { name: fields.name, ...optionalFields });
export type CustomStatusCreate = Wire<typeof CustomStatusCreate>;

/** Changes to a custom status: what is left out stays, null clears. Renaming rewrites no past event. */
export const CustomStatusPatch = closed('Fields to change; what is left out stays, null clears.', {
  name: optional(fields.name),
  ...optionalFields,
});
export type CustomStatusPatch = Wire<typeof CustomStatusPatch>;

export const CustomStatusRead = answer('A custom status.', {
  id: uuid('The id of the custom status.'),
  ...fields,
  archived: flag('True once it was deleted: it can no longer be set, and history keeps it.'),
  created_at: utcInstant('When it was created.'),
});
export type CustomStatusRead = Wire<typeof CustomStatusRead>;

export const CustomStatusQuery = closed('Which custom statuses to list.', {
  ...pageFields,
  archived: optional(flag('True: archived ones too. Default false.')),
});
export type CustomStatusQuery = Wire<typeof CustomStatusQuery>;

export const CustomStatusPage = pageOf('Custom statuses of the account, in their order.', CustomStatusRead);
export type CustomStatusPage = Wire<typeof CustomStatusPage>;
