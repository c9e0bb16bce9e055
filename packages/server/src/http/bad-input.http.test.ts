import assert from 'node:assert/strict';
import { after, before, test } from 'node:test';
import type { AgentRead } from '@rollcall/contract';
import { type HttpWorld, type Method, startHttpWorld } from '../../test/http-world.ts';

let world: HttpWorld;
let agent: string;
before(async () => {
  world = await startHttpWorld();
  agent = (await world.ask<AgentRead>('POST', '/agents', { body: { email: 'one@example.com' } })).body.id;
});
after(() => world.stop());

/** A bad request, and every field of it that must be named, with a word of the sentence. */
const TABLE: readonly (readonly [Method, string, unknown, Readonly<Record<string, RegExp>>])[] = [
  ['POST', '/agents', {}, { '/email': /missing.*email address/ }],
  ['POST', '/agents', [], { '': /expected an object, got a list/ }],
  ['POST', '/agents', null, { '': /expected an object, got null/ }],
  ['POST', '/agents', 'ada', { '': /expected an object, got the string/ }],
  [
    'POST',
    '/agents',
    {
      email: 'no-at-sign',
      first_name: 7,
      last_name: 'x'.repeat(201),
      phone: '',
      avatar_url: 'javascript:alert(1)',
      social_profiles: [{ id: 'a', type: 'myspace' }, { type: 'skype' }],
      org_agent_id: 42,
      time_zone: 'Berlin/Europe',
      groups: ['a', 'a'],
      idle_after_ms: 99,
      disconnect_grace_ms: 1.5,
      role: 'boss',
      active: 'yes',
      created_at: '2026-03-04 09:00',
      frist_name: 'Ada',
      wholly_unknown: 1,
    },
    {
      '/email': /an email address/,
      '/first_name': /got the number 7/,
      '/last_name': /1 to 200/,
      '/phone': /string/,
      '/avatar_url': /http or https/,
      '/social_profiles/0/type': /one of facebook/,
      '/social_profiles/1/id': /missing/,
      '/org_agent_id': /digits/,
      '/time_zone': /IANA/,
      '/groups/1': /repeats/,
      '/idle_after_ms': /at least 100/,
      '/disconnect_grace_ms': /an integer/,
      '/role': /one of agent/,
      '/active': /true or false/,
      '/created_at': /an instant with an offset/,
      '/frist_name': /did you mean first_name/,
      '/wholly_unknown': /no field/,
    },
  ],
  [
    'POST',
    '/agents',
    { email: 'a@b', created_at: '0000-06-01T00:00:00Z' },
    { '/created_at': /instant with an offset/ },
  ],
  ['PATCH', '/agents/AGENT', { created_at: '2026-03-04T09:00:00Z' }, { '/created_at': /no field/ }],
  ['PUT', '/agents/AGENT/intelliassign', {}, { '': /at least one of the fields status/ }],
  ['PUT', '/agents/AGENT/intelliassign', { until: 5 }, { '': /at least one/, '/until': /instant/ }],
  ['PUT', '/agents/AGENT/intelliassign', { status: 'Lunch' }, { '/status': /AVAILABLE, UNAVAILABLE/ }],
  ['PUT', '/agents/AGENT/intelliassign', { custom_status_id: 'lunch' }, { '/custom_status_id': /a UUID/ }],
  [
    'PUT',
    '/agents/AGENT/intelliassign',
    { status: 'UNAVAILABLE', until: '2026-02-30T09:00:00Z', note: 'x'.repeat(501), actor_id: 'me' },
    { '/until': /an instant/, '/note': /500/, '/actor_id': /UUID/ },
  ],
  ['POST', '/agents/AGENT/signals', { type: 'fire' }, { '/type': /one of missed_assignment/ }],
  ['POST', '/intelliassign', { changes: [] }, { '/changes': /1 to 1000/ }],
  [
    'POST',
    '/intelliassign',
    { changes: [{ status: 'AVAILABLE' }, { agent_id: 'x', status: 'BUSY' }, 7] },
    {
      '/changes/0/agent_id': /missing/,
      '/changes/1/agent_id': /UUID/,
      '/changes/1/status': /one of/,
      '/changes/2': /an object/,
    },
  ],
  ['POST', '/activity-ticks', { sessions: ['a b', 3] }, { '/sessions/1': /string/ }],
  [
    'POST',
    '/custom-statuses',
    { name: ' ', emoji: ':joy:', order: -1, allowance_minutes: 0, ends_at_allowance: 1 },
    {
      '/name': /not blank/,
      '/emoji': /without colons/,
      '/order': /integer/,
      '/allowance_minutes': /above 0/,
      '/ends_at_allowance': /true or false/,
    },
  ],
  [
    'POST',
    '/groups',
    { name: 'x'.repeat(201), idle_after_ms: 604_800_001 },
    { '/name': /./, '/idle_after_ms': /at most/ },
  ],
  [
    'PATCH',
    '/account',
    { domain: 'https://x.example.com/', region: 'MOON', couplings: { login: 'YES', lunch: null } },
    {
      '/domain': /bare host/,
      '/region': /one of US/,
      '/couplings/login': /AVAILABLE/,
      '/couplings/lunch': /no field/,
    },
  ],
  ['POST', '/keys', { role: 'root', agent_id: 7 }, { '/role': /one of/, '/agent_id': /UUID/ }],
  [
    'POST',
    '/calendars',
    { name: 'x', time_zone: 'UTC', week: { moonday: [] } },
    { '/week/moonday': /did you mean monday/ },
  ],
  [
    'POST',
    '/apps',
    { folder: '', timestamp_unit: 'minutes' },
    { '/folder': /string/, '/timestamp_unit': /milliseconds/ },
  ],
  ['POST', '/apps/x/invoke', { payload: [] }, { '/event': /missing/, '/payload': /an object/ }],
  ['PUT', '/apps/x/iparams', 5, { '': /an object/ }],
  ['POST', '/subscriptions/x/replay', {}, { '/from': /missing/ }],
  [
    'GET',
    '/agents?limit=ten&active=maybe&sort=name',
    undefined,
    {
      '/limit': /an integer/,
      '/active': /true or false/,
      '/sort': /no field/,
    },
  ],
  ['GET', '/agents?limit=1001', undefined, { '/limit': /at most 1000/ }],
  ['GET', '/deliveries?state=lost', undefined, { '/state': /one of delivered/ }],
  ['GET', '/account?fields=name', undefined, { '/fields': /no field/ }],
];

for (const [method, path, body, faults] of TABLE) {
  test(`names every fault of ${method} ${path} ${JSON.stringify(body)?.slice(0, 60) ?? ''}`, async () => {
    const { head } = world.engine;
    const options = body === undefined ? {} : { body };
    const refused = await world.ask(method, path.replace('AGENT', agent), options);
    assert.deepEqual([refused.status, refused.body.code], [400, 'invalid_input'], refused.text);
    const named = Object.fromEntries((refused.body.errors ?? []).map(({ pointer, detail }) => [pointer, detail]));
    assert.deepEqual(Object.keys(named).toSorted(), Object.keys(faults).toSorted());
    for (const [pointer, sentence] of Object.entries(faults)) assert.match(named[pointer] ?? '', sentence);
    assert.equal(world.engine.head, head, 'nothing was written');
  });
}

test('says in the detail what is wrong first, and how much more there is', async () => {
  const refused = await world.ask('POST', '/agents', { body: { email: 1, role: 2 } });
  assert.equal(
    refused.body.detail,
    '/email expected an email address (3 to 254 characters), got the number 1. (and 1 more: see errors)',
  );
});

test('repeats no more of a hostile name than a reader needs', async () => {
  const refused = await world.ask('POST', '/agents', { body: { email: 'a@b', ['n'.repeat(50_000)]: 1 } });
  assert.equal(refused.status, 400);
  assert.ok(refused.text.length < 2000, `${refused.text.length} characters`);
});

test('takes an instant whose plus sign came as a space', async () => {
  assert.equal((await world.ask('GET', '/events?from=2026-03-04T10:00:00+01:00')).status, 200);
});
