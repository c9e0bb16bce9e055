import { type EventName, eventId, positionOfEventId } from '../../activity/event-id.ts';
import {
  activityEventId,
  activityPayload,
  customStatusPayload,
  isCustomStatusUpdate,
  type RecordedStatusChange,
} from '../../activity/payload.ts';
import type { Position } from '../../activity/position.ts';
import type { Caller } from '../../directory/api-key.ts';
import { type Answer, done, type Rejection, refuse } from '../../directory/rejection.ts';
import type { Engine } from '../../engine/engine.ts';
import { idKey } from '../../engine/event-key.ts';

/** The event with this `activity.id`, the sibling event too, in the caller's account. */
export async function findEvent(engine: Engine, caller: Caller, id: string): Promise<Answer<unknown>> {
  const found = (await byPlace(engine, caller, id)) ?? (await byOwnId(engine, caller, id));
  if (found === null) return unknown(id);
  const { fact, name } = found;
  if (caller.role === 'agent' && fact.agent !== caller.agent) {
    return refuse('forbidden', 'A key of role agent may read the events of its own agent only.');
  }
  await engine.records.load([fact]);
  const render = name === 'onAgentActivityCreate' ? activityPayload : customStatusPayload;
  return done(render(fact, engine.records.snapshots));
}

type Found = { readonly fact: RecordedStatusChange; readonly name: EventName };

/** An id of our own making names its place in the log. */
async function byPlace(engine: Engine, caller: Caller, id: string): Promise<Found | null> {
  const place = positionOfEventId(id.toLowerCase());
  if (place === null) return null;
  const fact = await eventAt(engine, caller, place.position);
  if (fact === null) return null;
  const isSibling = place.name === 'onAgentCustomStatusUpdate';
  if (isSibling && !isCustomStatusUpdate(fact)) return null;
  // The id holds part of the row's checksum: one that was made up, or is of another log, names nothing here.
  const own = isSibling ? eventId(fact.position, fact.checksum, place.name) : activityEventId(fact);
  return own === id.toLowerCase() ? { fact, name: place.name } : null;
}

/** An imported event keeps the id that it came with. */
async function byOwnId(engine: Engine, caller: Caller, id: string): Promise<Found | null> {
  const key = idKey(engine.world.random.hash, caller.account, id);
  const position = (await engine.store.eventKeys([key])).get(key);
  const fact = position === undefined ? null : await eventAt(engine, caller, position);
  return fact?.source?.id === id ? { fact, name: 'onAgentActivityCreate' } : null;
}

async function eventAt(engine: Engine, caller: Caller, position: Position): Promise<RecordedStatusChange | null> {
  if (position < 1 || position > engine.head) return null;
  const fact = await engine.store.factAt(position);
  return fact?.kind === 'StatusChanged' && fact.account === caller.account ? fact : null;
}

function unknown(id: string): Rejection {
  return refuse('unknown_event', `There is no event ${id}.`);
}
