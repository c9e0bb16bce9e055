import type { Subscription } from '../delivery/subscription.ts';
import type { Change } from '../engine/change.ts';
import { SUBSCRIPTION_RECORD } from './app-record.ts';

/** What is written so that a subscription comes back like this after a restart. */
export function subscriptionChanges(subscription: Subscription): readonly Change[] {
  const { id, account, from } = subscription;
  const body = JSON.stringify(subscription);
  return [{ kind: 'PutRecord', record: { type: SUBSCRIPTION_RECORD, key: id, account, position: from, body } }];
}
