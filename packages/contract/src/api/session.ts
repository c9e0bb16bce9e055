import { Type } from 'typebox';
import { opaqueId, optional, utcInstant, type Wire } from '../wire-field.ts';
import { answer, closed } from '../wire-object.ts';

/** The answer to signing in: `POST /agents/{id}/sessions`. */
export const SessionOpened = answer('A session that has begun.', {
  id: opaqueId('The id of the session, to be named in activity calls and when signing out.'),
  at: utcInstant('When it was opened.'),
});
export type SessionOpened = Wire<typeof SessionOpened>;

/** The query of the presence WebSocket `/agents/{id}/presence`. */
export const PresenceQuery = closed('How to open a presence socket.', {
  session: optional(opaqueId('The session to return to. Default: a new session.')),
});
export type PresenceQuery = Wire<typeof PresenceQuery>;

/** The first message that the server sends on a presence socket. */
export const PresenceOpened = answer('Names the session of this socket.', {
  type: Type.Literal('session', { description: 'The kind of message.' }),
  id: opaqueId('The id of the session; send it as `?session=` to return to it.'),
});
export type PresenceOpened = Wire<typeof PresenceOpened>;

/** The message by which a page signs its person out. */
export const PresenceSignOut = closed('The person signs out.', {
  type: Type.Literal('sign_out', { description: 'The kind of message.' }),
});
export type PresenceSignOut = Wire<typeof PresenceSignOut>;

/** The message by which a page says that its person is active. */
export const PresenceActivity = closed('The person did something.', {
  type: Type.Literal('activity', { description: 'The kind of message.' }),
});
export type PresenceActivity = Wire<typeof PresenceActivity>;
