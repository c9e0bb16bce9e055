import assert from 'node:assert/strict';
import { test } from 'node:test';
import { validateActivityPayload, validateCustomStatusPayload } from '@rollcall/contract';
import fc from 'fast-check';
import { eventId, positionOfEventId } from './event-id.ts';
import { activityPayload, customStatusPayload, isCustomStatusUpdate, type RecordedStatusChange } from './payload.ts';
import type { AccountRecord, AgentProfile, CustomStatus } from './record.ts';
import type { Snapshots } from './snapshots.ts';
import { AVAILABLE, UNAVAILABLE } from './status-label.ts';

const START = Date.UTC(2026, 2, 4, 9);

const account = { id: '1001', domain: 'support.example.com', region: 'EU' } as AccountRecord;
const ada: AgentProfile = {
  id: '5f2b7c1e-0a4d-4d8e-9a55-2c8f8f0b7a01',
  orgAgentId: '7429581036472918305',
  orgContactId: '8429581036472918305',
  email: 'invented.one@example.com',
  firstName: 'Invented',
  lastName: null,
  phone: null,
  avatarUrl: 'https://example.com/one.png',
  socialProfiles: [{ id: 'one', type: 'skype' }],
  timeZone: null,
  groups: ['group-1'],
  calendarId: null,
  idleAfterMs: null,
  disconnectGraceMs: null,
  lengthsChangedAt: START,
  role: 'agent',
  active: true,
  createdAt: START,
};
const boss: AgentProfile = {
  ...ada,
  id: '5f2b7c1e-0a4d-4d8e-9a55-2c8f8f0b7a02',
  email: 'invented.boss@example.com',
  orgAgentId: '7429581036472918306',
};
const lunch = { id: '5f2b7c1e-0a4d-4d8e-9a55-2c8f8f0b7a03', name: 'Lunch', emoji: 'pizza' } as CustomStatus;

const snapshots: Snapshots = {
  account: () => account,
  agent: (position) => (position === 5 ? boss : ada),
  customStatus: () => lunch,
};

function change(more: Partial<RecordedStatusChange>): RecordedStatusChange {
  return {
    kind: 'StatusChanged',
    account: 1,
    agent: 1,
    at: START + 1000,
    recordedAt: START + 2000,
    position: 12,
    previous: 11,
    checksum: '0123456789abcdef0123456789abcdef',
    axis: 'Intelliassign',
    sequence: 3,
    status: AVAILABLE,
    prevStatus: UNAVAILABLE,
    prevAt: START,
    reason: 'agent_toggle',
    loginStatus: true,
    subjectProfile: 4,
    actorProfile: 4,
    accountProfile: 2,
    until: null,
    note: null,
    imported: false,
    delivered: true,
    source: null,
    ...more,
  };
}

test('a change by the agent names the agent, whole', () => {
  const payload = activityPayload(change({ status: 9 }), snapshots);
  assert.deepEqual(validateActivityPayload(payload), []);
  assert.deepEqual(payload.data.actor, {
    type: 'agent',
    sub_entity: 'agent_toggle',
    id: ada.id,
    email: ada.email,
    first_name: 'Invented',
    last_name: null,
    phone: null,
    avatar: { url: 'https://example.com/one.png' },
    org_actor_id: ada.orgAgentId,
    org_contact_id: ada.orgContactId,
    login_status: true,
    social_profiles: [{ id: 'one', type: 'skype' }],
  });
  assert.deepEqual(payload.data.agent_activity, {
    availability_event_type: 'Intelliassign',
    status: 'Lunch',
    prev_status: 'UNAVAILABLE',
    status_change_timestamp: '2026-03-04T09:00:01.000Z',
    prev_status_change_timestamp: '2026-03-04T09:00:00.000Z',
    custom_status_id: lunch.id,
    emoji: 'pizza',
    email: ada.email,
    org_agent_id: ada.orgAgentId,
  });
  assert.equal(payload.timestamp, START + 2000);
});

test('a change by a supervisor names the supervisor, and the subject in agent_activity', () => {
  const payload = activityPayload(change({ reason: 'supervisor', actorProfile: 5 }), snapshots);
  assert.deepEqual(validateActivityPayload(payload), []);
  assert.equal(payload.data.actor.id, boss.id);
  assert.equal(payload.data.agent_activity.email, ada.email);
  assert.equal(payload.activity?.agent_id, ada.id);
});

test("the system's actor has no person in it, but the subject's id and an avatar object", () => {
  for (const axis of ['GeneralAvailability', 'Intelliassign'] as const) {
    const payload = activityPayload(change({ axis, reason: 'login', actorProfile: 0 }), snapshots);
    assert.deepEqual(validateActivityPayload(payload), []);
    const { actor } = payload.data;
    assert.deepEqual([actor.type, actor.id, actor.email, actor.avatar], ['system', ada.id, null, { url: null }]);
    assert.equal(actor.sub_entity, axis === 'Intelliassign' ? 'login' : null);
  }
});

test('the sibling says new and old, new first, with an id of its own and the same sequence', () => {
  const fact = change({ status: 9, prevStatus: AVAILABLE });
  assert.equal(isCustomStatusUpdate(fact), true);
  const payload = customStatusPayload(fact, snapshots);
  assert.deepEqual(validateCustomStatusPayload(payload), []);
  assert.deepEqual(payload.data.changes, { status: ['Lunch', 'AVAILABLE'] });
  assert.notEqual(payload.activity?.id, activityPayload(fact, snapshots).activity?.id);
  assert.equal(payload.activity?.sequence, 3);
  assert.equal(isCustomStatusUpdate(change({})), false);
  assert.equal(isCustomStatusUpdate(change({ axis: 'GeneralAvailability', status: AVAILABLE })), false);
});

test('an event id is a UUID that tells its position and its event, and depends on everything before it', () => {
  const hex = fc.string({ unit: fc.constantFrom(...'0123456789abcdef'), minLength: 32, maxLength: 32 });
  const name = fc.constantFrom('onAgentActivityCreate', 'onAgentCustomStatusUpdate');
  fc.assert(
    fc.property(fc.integer({ min: 1, max: 2 ** 48 - 1 }), hex, name, (position, checksum, event) => {
      const id = eventId(position, checksum, event);
      assert.match(id, /^[0-9a-f]{8}-[0-9a-f]{4}-8[0-9a-f]{3}-[89ab][0-9a-f]{3}-[0-9a-f]{12}$/);
      assert.deepEqual(positionOfEventId(id), { position, name: event });
    }),
  );
  const ids = ['0', 'f'].map((digit) => eventId(7, `a${digit}`.repeat(16), 'onAgentActivityCreate'));
  assert.notEqual(ids[0], ids[1]);
  assert.equal(positionOfEventId('not-an-id'), null);
});

test('an imported event is told with its own id and as it came', () => {
  const source = { id: 'elsewhere-7', actor: { sub_entity: 'hallway_bot' }, activity: { status: 'LUNCH' } };
  const fact = change({ status: 9, actorProfile: 0, reason: 'import', imported: true, source });
  const payload = activityPayload(fact, snapshots);
  assert.equal(payload.activity?.id, 'elsewhere-7');
  assert.equal(payload.activity?.sequence, 3);
  assert.equal(payload.data.actor.sub_entity, 'hallway_bot');
  assert.equal(payload.data.actor.id, ada.id);
  assert.equal(payload.data.agent_activity.status, 'LUNCH');
  assert.equal(payload.data.agent_activity.custom_status_id, lunch.id);
  assert.deepEqual(customStatusPayload(fact, snapshots).data.changes.status, ['LUNCH', 'UNAVAILABLE']);
  assert.notEqual(customStatusPayload(fact, snapshots).activity?.id, 'elsewhere-7');
});
