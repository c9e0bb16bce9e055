import { ERROR_CODES } from '../error-codes.ts';
import { WIRE_LIMITS } from '../limits.ts';
import { choice, list, orNull, text, type Wire } from '../wire-field.ts';
import { answer, closed } from '../wire-object.ts';

/** Activity on many sessions at once: `POST /activity-ticks`. */
export const ActivityTicks = closed('Sessions that saw activity.', {
  sessions: list(
    'The ids of the sessions; naming one twice does no harm, and a text that is no id is answered for by itself.',
    text('The id of a session.', { min: 0 }),
    { max: WIRE_LIMITS.sessionsOfTickMax },
  ),
});
export type ActivityTicks = Wire<typeof ActivityTicks>;

const TickAnswer = answer('What became of one tick.', {
  session_id: text('The session that the tick named.', { min: 0 }),
  outcome: choice('Whether the tick counted.', ['accepted', 'rejected']),
  code: orNull(choice('Why it did not count, such as unknown_session. Null when it did.', ERROR_CODES)),
});

export const ActivityTicksAnswer = answer('What became of each tick: a bad one leaves its neighbours untouched.', {
  items: list('One answer per session, in the order of the request.', TickAnswer, {
    max: WIRE_LIMITS.sessionsOfTickMax,
  }),
});
export type ActivityTicksAnswer = Wire<typeof ActivityTicksAnswer>;
