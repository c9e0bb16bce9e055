import { DeliveryPage, DeliveryQuery, IdPath, ReplayRequest, WIRE_LIMITS } from '@rollcall/contract';
import { Type } from 'typebox';
import { type Answer, done, type Rejection, refuse } from '../../directory/rejection.ts';
import type { ReplayFrom } from '../../dispatch/dispatcher.ts';
import type { Ask } from '../../engine/agent-commands.ts';
import { parseInstant } from '../../time/instant.ts';
import { deliveryRead, errorText } from '../codecs/delivery-codec.ts';
import { positionOfCursor } from '../cursor.ts';
import { refusedInput } from '../problem-answer.ts';
import { MAY } from '../roles.ts';
import { call, query, type Route } from '../route.ts';
import type { Services } from '../services.ts';

const chapter = 'Deliveries';

const RedeliveryAnswer = Type.Object(
  {
    outcome: Type.Unsafe<'delivered' | 'failed' | 'hastened'>({
      type: 'string',
      enum: ['delivered', 'failed', 'hastened'],
      description:
        'delivered: taken, out of order; failed: not taken; hastened: it was still waiting for its turn, which comes now.',
    }),
    error: Type.Unsafe<string | null>({
      type: ['string', 'null'],
      description: 'What the receiver said. Null when it did not fail.',
    }),
  },
  { description: 'What became of the order to send an event again.' },
);

const ReplayAnswer = Type.Object(
  {
    after: Type.Integer({ description: 'Events after this position of the log are sent again,' }),
    up_to: Type.Integer({ description: 'up to and with this one.' }),
  },
  { description: 'What is sent again.' },
);

export const deliveryRoutes: readonly Route[] = [
  query({
    method: 'GET',
    path: '/deliveries',
    chapter,
    roles: MAY.readApps,
    summary: 'Lists deliveries in the order of the log: what waits, what was given up, what was tried.',
    about: 'A page can be shorter than its limit although more follows: then `next` says where to go on.',
    query: DeliveryQuery,
    answer: { status: 200, schema: DeliveryPage },
    refusals: ['unknown_subscription'],
    read: async ({ deliveries }, { caller }, input) => {
      const { subscription_id: subscription = null, state = null, after = null } = input.query;
      const unknown = subscription === null ? null : refusedSubscription(deliveries, caller, subscription);
      if (unknown !== null) return unknown;
      const limit = input.query.limit ?? WIRE_LIMITS.pageItemsDefault;
      const page = await deliveries.deliveries({ account: caller.account, subscription, state, after, limit });
      return done({ items: page.items.map(deliveryRead), next: page.next });
    },
  }),
  call({
    method: 'POST',
    path: '/deliveries/{id}/redeliver',
    chapter,
    roles: MAY.runApps,
    summary: 'Sends an event again at once, out of order, and answers when the attempt has ended.',
    about: 'An event that still waits for its turn is not sent out of order: its lane is tried now instead of later.',
    params: IdPath,
    answer: { status: 200, schema: RedeliveryAnswer },
    refusals: ['unknown_delivery'],
    call: ({ deliveries }, ask, { params }) => redeliver(deliveries, ask, params.id),
  }),
  call({
    method: 'POST',
    path: '/subscriptions/{id}/replay',
    chapter,
    roles: MAY.runApps,
    summary: 'Sends a subscription again what it was sent before, in order, beside what is new.',
    params: IdPath,
    body: ReplayRequest,
    example: { from: '2026-03-04T09:00:00Z' },
    answer: { status: 200, schema: ReplayAnswer },
    refusals: ['unknown_subscription'],
    call: ({ deliveries }, ask, { params, body }) => replay(deliveries, ask, params.id, body),
  }),
];

type Deliveries = Services['deliveries'];

function refusedSubscription(deliveries: Deliveries, { account }: Ask['caller'], id: string): Rejection | null {
  if (deliveries.status(id)?.subscription.account === account) return null;
  return refuse('unknown_subscription', `There is no subscription ${id}.`);
}

async function redeliver(deliveries: Deliveries, { caller }: Ask, id: string): Promise<Answer<unknown>> {
  const redelivery = await deliveries.redeliver(caller.account, id);
  switch (redelivery.kind) {
    case 'rejected':
      return refuse('unknown_delivery', `There is no delivery ${id}.`);
    case 'failed':
      return done({ outcome: redelivery.kind, error: errorText(redelivery.error) });
    case 'delivered':
    case 'hastened':
      return done({ outcome: redelivery.kind, error: null });
  }
}

async function replay(
  deliveries: Deliveries,
  { caller }: Ask,
  id: string,
  body: ReplayRequest,
): Promise<Answer<unknown>> {
  const unknown = refusedSubscription(deliveries, caller, id);
  if (unknown !== null) return unknown;
  const from = replayFrom(body.from);
  if (from === null) {
    const detail = 'expected an instant with an offset, such as 2026-03-04T09:00:00Z, or an id of the event stream';
    return refusedInput([{ pointer: '/from', detail }]);
  }
  const started = await deliveries.replay(id, from);
  if (started === null) return refuse('unknown_subscription', `There is no subscription ${id}.`);
  return done({ after: started.cursor, up_to: started.end });
}

function replayFrom(text: string): ReplayFrom | null {
  const after = positionOfCursor(text);
  if (after !== null) return { after };
  const recordedFrom = parseInstant(text);
  return recordedFrom === null ? null : { recordedFrom };
}
