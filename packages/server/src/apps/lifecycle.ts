import type { EventName } from '../activity/event-id.ts';
import type { Position } from '../activity/position.ts';
import type { Receiver } from '../delivery/receiver.ts';
import type { Subscription } from '../delivery/subscription.ts';
import type { Ask } from '../engine/agent-commands.ts';
import { auditThing, putRecord } from '../engine/directory-record.ts';
import type { Draft } from '../engine/draft.ts';
import type { Engine } from '../engine/engine.ts';
import { type AppDefinition, handlerOf } from '../marketplace/app-definition.ts';
import type { JsonObject } from '../marketplace/json-value.ts';
import { secretNames } from '../marketplace/secret-iparams.ts';
import type { TextMatcher } from '../marketplace/text-matcher.ts';
import type { AcquirePorts } from './acquire-code.ts';
import { APP_RECORD, type AppRecord, SUBSCRIPTION_RECORD } from './app-record.ts';
import type { AppFacilities } from './installed-app.ts';
import type { PlatformServices } from './platform-services.ts';
import { type StoredIparams, sealIparams } from './stored-iparams.ts';
import type { Vault } from './vault.ts';

/** What installing, updating and removing apps need. */
export type Lifecycle = AcquirePorts & {
  readonly engine: Engine;
  readonly vault: Vault;
  readonly subscriptions: Subscriptions;
  readonly facilities: AppFacilities;
  readonly services: PlatformServices;
  /** Tries the patterns of one form. */
  readonly matcher: () => TextMatcher;
};

/** Who drives deliveries, as far as apps come and go. */
export type Subscriptions = {
  add(subscription: Subscription, receiver: Receiver): void;
  update(subscription: Subscription, receiver: Receiver): void;
  remove(id: string): Promise<void>;
  get(id: string): Subscription | null;
};

/** Writes an app's record and what happened to it into the log; the position is where that stands. */
export function recordChange(
  draft: Draft,
  ask: Ask,
  { record, change }: { readonly record: AppRecord; readonly change: 'created' | 'changed' },
): Position {
  const position = auditThing(draft, ask, { thing: 'app', id: record.id, change });
  putRecord(draft, APP_RECORD, record.id, { account: record.account, position }, record);
  return position;
}

/** Writes a record of which nobody is told yet: an app that is being installed, or one that a start mends. */
export function writeQuietly(draft: Draft, record: AppRecord): void {
  putRecord(draft, APP_RECORD, record.id, { account: record.account, position: draft.head.position }, record);
}

export function newSubscription(record: AppRecord, definition: AppDefinition, from: Position): Subscription {
  return {
    id: record.subscription,
    account: record.account,
    kind: 'app',
    target: record.id,
    events: eventsOf(definition),
    filter: { groups: null },
    from,
    state: { kind: 'active' },
    failingSince: null,
  };
}

export function putSubscription(draft: Draft, subscription: Subscription, position: Position): void {
  const { account } = subscription;
  putRecord(draft, SUBSCRIPTION_RECORD, subscription.id, { account, position }, subscription);
}

/** The events of this server that an app wants. */
export function eventsOf(definition: AppDefinition): readonly EventName[] {
  return EVENTS.filter((event) => handlerOf(definition, event) !== null);
}

const EVENTS: readonly EventName[] = ['onAgentActivityCreate', 'onAgentCustomStatusUpdate'];

/** Parameters as they go to disk. */
export function sealedFor(definition: AppDefinition, iparams: JsonObject, vault: Vault): StoredIparams {
  return sealIparams(iparams, secretNames(definition.installation, iparams), vault);
}
