import assert from 'node:assert/strict';
import { test } from 'node:test';
import type { RecordedStatusChange } from '../activity/payload.ts';
import type { AgentProfile } from '../activity/record.ts';
import { dayMs } from '../time/instant.ts';
import { hear, isForAgent, type Subscription, wantedEvents } from './subscription.ts';

const subscription: Subscription = {
  id: 'sub_1',
  account: 1,
  kind: 'app',
  target: 'app_1',
  events: ['onAgentActivityCreate'],
  filter: { groups: null },
  from: 0,
  state: { kind: 'active' },
  failingSince: null,
};

const lunch = 5;
const change = (fact: Partial<RecordedStatusChange>) =>
  ({ axis: 'Intelliassign', status: 1, prevStatus: 0, delivered: true, ...fact }) as RecordedStatusChange;

test('is told of a fact as the events it asks for, the activity before its sibling', () => {
  const toLunch = change({ status: lunch });
  const activity = 'onAgentActivityCreate';
  const sibling = 'onAgentCustomStatusUpdate';
  const rows = [
    { events: [activity], fact: toLunch, wanted: [activity] },
    { events: [sibling], fact: toLunch, wanted: [sibling] },
    { events: [sibling, activity], fact: toLunch, wanted: [activity, sibling] },
    { events: [sibling, activity], fact: change({ prevStatus: lunch }), wanted: [activity, sibling] },
    { events: [sibling, activity], fact: change({}), wanted: [activity] },
    { events: [sibling], fact: change({}), wanted: [] },
    { events: [sibling], fact: change({ axis: 'GeneralAvailability' }), wanted: [] },
    { events: [], fact: toLunch, wanted: [] },
    { events: [sibling, activity], fact: change({ status: lunch, delivered: false }), wanted: [] },
  ] as const;
  for (const row of rows) assert.deepEqual(wantedEvents({ ...subscription, events: row.events }, row.fact), row.wanted);
});

test('lets through only agents of its groups, as they were when it happened', () => {
  const subject = { groups: ['g1', 'g2'] } as unknown as AgentProfile;
  assert.equal(isForAgent({ groups: null }, subject), true);
  assert.equal(isForAgent({ groups: ['g2', 'g3'] }, subject), true);
  assert.equal(isForAgent({ groups: ['g3'] }, subject), false);
  assert.equal(isForAgent({ groups: [] }, subject), false);
});

test('is switched off when a receiver has failed everything for five days, and not a millisecond before', () => {
  const failing = hear(subscription, { kind: 'failed', at: 1_000 });
  assert.equal(failing.failingSince, 1_000);
  assert.equal(hear(failing, { kind: 'failed', at: 1_000 + 5 * dayMs - 1 }), failing);
  const off = hear(failing, { kind: 'failed', at: 1_000 + 5 * dayMs });
  assert.deepEqual(off.state, { kind: 'switched_off', since: 1_000 + 5 * dayMs, why: 'failed_everything' });
  assert.equal(hear(off, { kind: 'failed', at: 1_000 + 6 * dayMs }), off);
});

test('forgets its failures at the first success', () => {
  const failing = hear(subscription, { kind: 'failed', at: 1_000 });
  const healed = hear(failing, { kind: 'delivered', at: 5 * dayMs });
  assert.equal(healed.failingSince, null);
  assert.equal(hear(healed, { kind: 'delivered', at: 6 * dayMs }), healed);
  assert.equal(hear(healed, { kind: 'failed', at: 7 * dayMs }).state.kind, 'active');
});
