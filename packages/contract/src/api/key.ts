import { ROLES } from '../reasons.ts';
import { choice, name, opaqueId, optional, orNull, text, utcInstant, uuid, type Wire } from '../wire-field.ts';
import { answer, closed } from '../wire-object.ts';
import { pageOf } from './page.ts';

const role = choice('What the key may do. A key of role agent must be bound to an agent.', ROLES);
const boundTo = orNull(
  uuid('The agent that the key acts as. Null: bound to nobody (default), so its changes carry the reason api.'),
);
const keyName = orNull(name('What the key is for, in words for people. Null: nothing was said (default).'));

/** A new API key. */
export const KeyCreate = closed('A key to create.', {
  role,
  agent_id: optional(boundTo),
  name: optional(keyName),
});
export type KeyCreate = Wire<typeof KeyCreate>;

const keyFields = {
  id: opaqueId('The id of the key; it opens nothing.'),
  role,
  agent_id: boundTo,
  name: keyName,
  created_at: utcInstant('When the key was created.'),
};

/** An API key without its secret, which is never shown again. */
export const KeyRead = answer('A key, without its secret.', keyFields);
export type KeyRead = Wire<typeof KeyRead>;

/** The answer to creating a key: the only one that holds the secret. */
export const KeyCreated = answer('A new key with its secret.', {
  ...keyFields,
  key: text('The secret to send as `Authorization: Bearer …`. Shown this once: only its hash is kept.'),
});
export type KeyCreated = Wire<typeof KeyCreated>;

export const KeyPage = pageOf('Keys of the account, oldest first.', KeyRead);
export type KeyPage = Wire<typeof KeyPage>;
