import { eventId, positionOfEventId } from '../../activity/event-id.ts';
import { activityPayload, customStatusPayload, isCustomStatusUpdate } from '../../activity/payload.ts';
import type { Caller } from '../../directory/api-key.ts';
import { type Answer, done, type Rejection, refuse } from '../../directory/rejection.ts';
import type { Engine } from '../../engine/engine.ts';

/** The event with this `activity.id`, the sibling event too, in the caller's account. */
export async function findEvent(engine: Engine, caller: Caller, id: string): Promise<Answer<unknown>> {
  const place = positionOfEventId(id.toLowerCase());
  if (place === null || place.position < 1 || place.position > engine.head) return unknown(id);
  const fact = await engine.store.factAt(place.position);
  if (fact === null || fact.kind !== 'StatusChanged' || fact.account !== caller.account) return unknown(id);
  // The id holds part of the row's checksum: one that was made up, or is of another log, names nothing here.
  if (eventId(fact.position, fact.checksum, place.name) !== id.toLowerCase()) return unknown(id);
  if (caller.role === 'agent' && fact.agent !== caller.agent) {
    return refuse('forbidden', 'A key of role agent may read the events of its own agent only.');
  }
  if (place.name === 'onAgentCustomStatusUpdate' && !isCustomStatusUpdate(fact)) return unknown(id);
  await engine.records.load([fact]);
  const render = place.name === 'onAgentActivityCreate' ? activityPayload : customStatusPayload;
  return done(render(fact, engine.records.snapshots));
}

function unknown(id: string): Rejection {
  return refuse('unknown_event', `There is no event ${id}.`);
}
