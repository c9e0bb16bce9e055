import { ActivityPayload, CustomStatusPayload, EventPage, EventQuery, IdPath } from '@rollcall/contract';
import { Type } from 'typebox';
import { findEvent } from '../queries/find-event.ts';
import { listEvents } from '../queries/list-events.ts';
import { MAY } from '../roles.ts';
import { query, type Route } from '../route.ts';

const chapter = 'Events';

export const eventRoutes: readonly Route[] = [
  query({
    method: 'GET',
    path: '/events',
    chapter,
    roles: MAY.readEvents,
    summary: 'Lists the events, as payloads, in the order of the log.',
    about: 'A key of role agent sees the events of its own agent.',
    query: EventQuery,
    answer: { status: 200, schema: EventPage },
    refusals: ['unknown_agent'],
    read: ({ engine }, { caller }, input) => listEvents(engine, caller, input.query),
  }),
  query({
    method: 'GET',
    path: '/events/{id}',
    chapter,
    roles: MAY.readEvents,
    summary: 'Reads one event by its `activity.id`; also the sibling event, by its own.',
    params: IdPath,
    answer: { status: 200, schema: Type.Union([ActivityPayload, CustomStatusPayload]) },
    refusals: ['unknown_event'],
    read: ({ engine }, { caller }, { params }) => findEvent(engine, caller, params.id),
  }),
];
