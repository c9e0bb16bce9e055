import type { EventName } from '../activity/event-id.ts';
import { isCustomStatusUpdate, type RecordedStatusChange } from '../activity/payload.ts';
import type { AccountNumber, Position } from '../activity/position.ts';
import type { AgentProfile } from '../activity/record.ts';
import type { Instant } from '../time/instant.ts';
import { DELIVERY_LIMITS } from './limits.ts';

/** Who wants to be told what: an installed app or a webhook. Plain data, stored as it is. */
export type Subscription = {
  /** At most 27 letters, digits, `_` and `-`: delivery ids are made of it. */
  readonly id: string;
  readonly account: AccountNumber;
  readonly kind: 'app' | 'webhook';
  /** The id of the app or the webhook. */
  readonly target: string;
  readonly events: readonly EventName[];
  readonly filter: SubscriptionFilter;
  /** It gets every event after this position: the head of the log when it was made. */
  readonly from: Position;
  readonly state: SubscriptionState;
  /** Since when every attempt failed; null when the last one that ended succeeded, or none was made. */
  readonly failingSince: Instant | null;
};

export type SubscriptionFilter = {
  /** Only agents that were in one of these groups (ids) when the event happened; null = all agents. */
  readonly groups: readonly string[] | null;
};

export type SubscriptionState =
  | { readonly kind: 'active' }
  /** Nothing is sent and nothing is lost: when it is made active again it goes on where it stopped. */
  | { readonly kind: 'switched_off'; readonly since: Instant; readonly why: 'failed_everything' | 'by_order' };

const NONE: readonly EventName[] = Object.freeze([]);
const ACTIVITY: readonly EventName[] = Object.freeze(['onAgentActivityCreate'] as const);
const SIBLING: readonly EventName[] = Object.freeze(['onAgentCustomStatusUpdate'] as const);
const BOTH: readonly EventName[] = Object.freeze([...ACTIVITY, ...SIBLING]);

/**
 * Which events of the fact the subscription wants, in the order in which it gets them. The filter is asked apart. History
 * that was imported without `deliver` is nobody's business: the subscription passes it by.
 */
export function wantedEvents(subscription: Subscription, fact: RecordedStatusChange): readonly EventName[] {
  if (!fact.delivered) return NONE;
  const wantsActivity = subscription.events.includes('onAgentActivityCreate');
  const wantsSibling = subscription.events.includes('onAgentCustomStatusUpdate') && isCustomStatusUpdate(fact);
  if (wantsActivity) return wantsSibling ? BOTH : ACTIVITY;
  return wantsSibling ? SIBLING : NONE;
}

/** Whether the filter lets an event about this agent through; the profile is the one of the time of the event. */
export function isForAgent(filter: SubscriptionFilter, subject: AgentProfile): boolean {
  const { groups } = filter;
  return groups === null || subject.groups.some((group) => groups.includes(group));
}

/** What ended at `at`, and how. */
export type Heard = { readonly kind: 'delivered' | 'failed'; readonly at: Instant };

/**
 * What an attempt's end means for the subscription as a whole: a receiver that failed everything for 5 days is switched
 * off. The same object comes back when nothing changed.
 */
export function hear(subscription: Subscription, heard: Heard): Subscription {
  if (heard.kind === 'delivered') {
    return subscription.failingSince === null ? subscription : { ...subscription, failingSince: null };
  }
  if (subscription.failingSince === null) return { ...subscription, failingSince: heard.at };
  const isOver = heard.at - subscription.failingSince >= DELIVERY_LIMITS.switchOffAfterMs;
  if (!isOver || subscription.state.kind === 'switched_off') return subscription;
  return { ...subscription, state: { kind: 'switched_off', since: heard.at, why: 'failed_everything' } };
}
