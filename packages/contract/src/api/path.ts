import { opaqueId, uuid, type Wire } from '../wire-field.ts';
import { closed } from '../wire-object.ts';

/** The path of an agent or a custom status. */
export const UuidPath = closed('Whose object it is.', { id: uuid('The id, a bare UUID.') });
export type UuidPath = Wire<typeof UuidPath>;

/** The path of any other object. */
export const IdPath = closed('Which object it is.', { id: opaqueId('The id.') });
export type IdPath = Wire<typeof IdPath>;

/** The path of a session of an agent. */
export const SessionPath = closed('Which session of which agent.', {
  id: uuid('The id of the agent.'),
  sid: opaqueId('The id of the session.'),
});
export type SessionPath = Wire<typeof SessionPath>;
