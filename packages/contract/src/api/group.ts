import { durationMs, name, opaqueId, optional, orNull, utcInstant, type Wire } from '../wire-field.ts';
import { answer, closed } from '../wire-object.ts';
import { pageOf } from './page.ts';

const fields = {
  name: name('The name, 1 to 200 characters; unique in the account whatever the case.'),
  calendar_id: orNull(opaqueId("The calendar of the group. Null: the account's (default).")),
  idle_after_ms: orNull(
    durationMs(
      "How long its agents may be without activity until idle, in milliseconds, 100 ms to 7 days. Null: the account's (default).",
    ),
  ),
  disconnect_grace_ms: orNull(
    durationMs(
      "How long a lost connection of its agents may take to return, in milliseconds, 100 ms to 7 days. Null: the account's (default).",
    ),
  ),
};

const optionalFields = {
  calendar_id: optional(fields.calendar_id),
  idle_after_ms: optional(fields.idle_after_ms),
  disconnect_grace_ms: optional(fields.disconnect_grace_ms),
};

export const GroupCreate = closed('A group to create.', { name: fields.name, ...optionalFields });
export type GroupCreate = Wire<typeof GroupCreate>;

/** Changes to a group: what is left out stays, null clears. A changed length acts from its change on. */
export const GroupPatch = closed('Fields to change; what is left out stays, null clears.', {
  name: optional(fields.name),
  ...optionalFields,
});
export type GroupPatch = Wire<typeof GroupPatch>;

export const GroupRead = answer('A group of agents.', {
  id: opaqueId('The id of the group.'),
  ...fields,
  created_at: utcInstant('When it was created.'),
});
export type GroupRead = Wire<typeof GroupRead>;

export const GroupPage = pageOf('Groups of the account, oldest first.', GroupRead);
export type GroupPage = Wire<typeof GroupPage>;
