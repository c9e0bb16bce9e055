import { EXAMPLE_ACTIVITY_PAYLOADS, IngestAnswer, IngestEvents } from '@rollcall/contract';
import { done } from '../../directory/rejection.ts';
import { importEvents } from '../../engine/import-events.ts';
import { importAnswer } from '../codecs/import-codec.ts';
import { HTTP_LIMITS } from '../limits.ts';
import { MAY } from '../roles.ts';
import { preparedCommand, type Route } from '../route.ts';

export const ingestRoutes: readonly Route[] = [
  preparedCommand({
    method: 'POST',
    path: '/ingest/events',
    chapter: 'Events',
    roles: MAY.bringAgents,
    summary: 'Takes up to 1000 events that happened elsewhere: history, or those of a real account as they happen.',
    about:
      'Payloads of onAgentActivityCreate, ours or the vendor’s (without `activity`, with `timestamp` in milliseconds or seconds, with fields that nobody documents). They keep their own times and previous values. Each is answered for by itself: `accepted`, `duplicate` when it is known by its `activity.id` (or, without one, by agent, axis, time and status), or `rejected` with the reason. The current status follows the event with the latest time. Sending the same again is harmless.',
    body: IngestEvents,
    example: { events: [EXAMPLE_ACTIVITY_PAYLOADS.signs_in], create_agents: true, deliver: false },
    bodyBytesMax: HTTP_LIMITS.ingestBytesMax,
    answer: { status: 200, schema: IngestAnswer },
    refusals: [],
    prepare: ({ engine }, ask, { body }) => engine.imports.open(ask, body.events),
    decide: ({ draft, world, ask }, { body }, batch) => {
      const options = { createAgents: body.create_agents ?? false, deliver: body.deliver ?? false, isWatched: true };
      return done(importAnswer(importEvents(draft, world, ask, batch, options)));
    },
  }),
];
