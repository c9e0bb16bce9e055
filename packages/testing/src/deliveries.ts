import { FIRST_ACCOUNT } from '../../server/simulation/virtual-engine.ts';
import type { RecordedFact } from '../../server/src/activity/fact.ts';
import type { AppEvent } from '../../server/src/apps/app-events.ts';
import { subscriptionChanges } from '../../server/src/apps/subscription-record.ts';
import type { CallOutcome, Delivery } from '../../server/src/delivery/receiver.ts';
import type { Subscription } from '../../server/src/delivery/subscription.ts';
import { Dispatcher } from '../../server/src/dispatch/dispatcher.ts';
import { handlerOf } from '../../server/src/marketplace/app-definition.ts';
import { externalPayload, type ProductPayload, scheduledPayload } from '../../server/src/marketplace/app-payload.ts';
import { type Installation, occasionOf, productPayload, receiverOf } from './app-payloads.ts';
import { CALLBACK_LIMIT_MS, type CallBook } from './call-book.ts';
import type { Callback } from './callback.ts';
import type { TeamTime } from './team-time.ts';

export type DeliveryParts = {
  readonly appId: string;
  readonly time: TeamTime;
  readonly book: CallBook;
  /** In [0, 1): the jitter of retries. */
  readonly random: () => number;
};

/** The real dispatcher, with the app under test as its one receiver. */
export function startDispatcher(installation: Installation, { appId, time, book, random }: DeliveryParts): Dispatcher {
  const { engine, app } = installation;
  const silent = { info: () => {}, warn: () => {}, error: () => {} };
  const dispatcher = new Dispatcher({
    ports: {
      log: engine.store,
      history: engine.store,
      commit: (changes) => engine.commit(changes),
      clock: time.clock,
      random,
      headOf: (agent) => engine.memory.agents.get(agent)?.head ?? 0,
      subscriptionChanges,
      logger: silent,
    },
    head: engine.head,
    cursors: [],
    lanes: [],
  });
  engine.onCommitted((head, facts: readonly RecordedFact[]) => dispatcher.onCommitted(head, facts));
  const names = ['onAgentActivityCreate', 'onAgentCustomStatusUpdate'] as const;
  const subscription: Subscription = {
    id: 'sub_under_test',
    account: FIRST_ACCOUNT,
    kind: 'app',
    target: appId,
    events: names.filter((event) => handlerOf(app.definition, event) !== null),
    filter: { groups: null },
    from: engine.head,
    state: { kind: 'active' },
    failingSince: null,
  };
  dispatcher.add(subscription, { deliver: (delivery) => deliver(installation, book, delivery) });
  dispatcher.start();
  return dispatcher;
}

async function deliver(installation: Installation, book: CallBook, delivery: Delivery): Promise<CallOutcome> {
  const { payload, attempt, id } = delivery;
  const handler = handlerOf(installation.app.definition, payload.event);
  if (handler === null) return { kind: 'interrupted' };
  const callback = await book.call({
    event: payload.event,
    module: handler.module,
    handler: handler.handler,
    payload: productPayload(installation, payload as unknown as ProductPayload),
    attempt,
    eventId: payload.activity?.id ?? id,
    purpose: 'product_event',
    ending: 'returned',
    limitMs: CALLBACK_LIMIT_MS,
  });
  return outcomeOf(callback);
}

function outcomeOf({ error, durationMs }: Callback): CallOutcome {
  if (error === null) return { kind: 'delivered', durationMs };
  if (error.code === 'abandoned') return { kind: 'interrupted' };
  return { kind: 'failed', error, durationMs };
}

/** Calls the app for an event of its own: its schedule is due, or somebody called its address. */
export async function deliverOwnEvent(
  installation: Installation,
  book: CallBook,
  event: AppEvent,
): Promise<CallOutcome> {
  const name = event.kind === 'scheduled' ? 'onScheduledEvent' : 'onExternalEvent';
  const handler = installation.app.definition.handlers.find((one) => one.event === name);
  const attempt = book.callbacks.filter(({ eventId }) => eventId === event.id).length + 1;
  if (handler === undefined) return { kind: 'failed', error: { code: 'no_handler', message: name }, durationMs: 0 };
  const receiver = receiverOf(installation);
  const occasion = occasionOf(installation.engine);
  const payload =
    event.kind === 'scheduled'
      ? scheduledPayload(event.data, occasion, receiver)
      : externalPayload(event, occasion, receiver);
  const callback = await book.call({
    event: name,
    module: handler.module,
    handler: handler.handler,
    payload,
    attempt,
    eventId: event.id,
    purpose: event.kind === 'scheduled' ? 'scheduled_event' : 'external_event',
    ending: 'returned',
    limitMs: CALLBACK_LIMIT_MS,
  });
  return outcomeOf(callback);
}
