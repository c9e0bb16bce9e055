import assert from 'node:assert/strict';
import { test } from 'node:test';
import fc from 'fast-check';
import { EXAMPLE_ACTIVITY_PAYLOADS, EXAMPLE_CUSTOM_STATUS_PAYLOADS } from './example-payloads.ts';
import { activityView, customStatusView } from './payload-law.ts';
import type { Fault } from './problem.ts';
import { isRecord } from './schema-keywords.ts';
import {
  ACTIVITY_PAYLOAD_LAWS,
  CUSTOM_STATUS_PAYLOAD_LAWS,
  validateActivityPayload,
  validateCustomStatusPayload,
} from './validate-payload.ts';

const LEFT_OUT = Symbol('left out');

/** A copy of a payload in which the members at some JSON pointers are others, or left out. */
const changed = (payload: unknown, changes: Readonly<Record<string, unknown>>): unknown =>
  Object.entries(changes).reduce((copy, [pointer, value]) => set(copy, pointer.split('/').slice(1), value), payload);

const set = (inner: unknown, [name = '', ...rest]: readonly string[], value: unknown): unknown => {
  if (Array.isArray(inner)) {
    return inner.map((item, index) =>
      index === Number(name) ? (rest.length === 0 ? value : set(item, rest, value)) : item,
    );
  }
  assert.ok(isRecord(inner), `there is an object around ${name}`);
  const others = Object.entries(inner).filter(([key]) => key !== name);
  if (value === LEFT_OUT && rest.length === 0) return Object.fromEntries(others);
  return Object.fromEntries([...others, [name, rest.length === 0 ? value : set(inner[name], rest, value)]]);
};

const pointers = (faults: readonly Fault[]): readonly string[] => faults.map(({ pointer }) => pointer).sort();

const {
  signs_in: signsIn,
  becomes_available: becomesAvailable,
  goes_to_lunch: goesToLunch,
  lunch_runs_out: lunchRunsOut,
  is_set_unavailable: isSetUnavailable,
  is_set_by_a_key: isSetByKey,
  idles,
} = EXAMPLE_ACTIVITY_PAYLOADS;
const { goes_to_lunch: entersLunch, lunch_runs_out: leavesLunch } = EXAMPLE_CUSTOM_STATUS_PAYLOADS;

for (const [name, payload] of Object.entries(EXAMPLE_ACTIVITY_PAYLOADS)) {
  test(`finds no fault in the activity payload "${name}"`, () => {
    assert.deepEqual(validateActivityPayload(payload), []);
    assert.deepEqual(validateActivityPayload(payload, { form: 'sample' }), []);
  });
}

for (const [name, payload] of Object.entries(EXAMPLE_CUSTOM_STATUS_PAYLOADS)) {
  test(`finds no fault in the custom status payload "${name}"`, () => {
    assert.deepEqual(validateCustomStatusPayload(payload), []);
  });
}

const OTHER_ID = '11111111-2222-f333-4444-555555555555';
const swapsStatus = changed(goesToLunch, { '/data/agent_activity/prev_status': 'Training' });

const SOUND: readonly (readonly [rule: string, payload: unknown])[] = [
  ['seconds with three decimals', changed(signsIn, { '/timestamp': 1_772_614_200.012 })],
  ['the .001 that stands for a whole second', changed(idles, { '/timestamp': 1_772_640_060.001 })],
  ['a payload without the activity object', changed(isSetUnavailable, { '/activity': LEFT_OUT })],
  [
    'profiles without a type, for the system',
    changed(signsIn, { '/data/actor/social_profiles': [{ id: null, type: null }] }),
  ],
  ['two custom statuses of one name', changed(swapsStatus, { '/data/agent_activity/prev_status': 'Lunch' })],
  ['one custom status after another', swapsStatus],
  ['a custom status without an emoji', changed(goesToLunch, { '/data/agent_activity/emoji': null })],
  [
    'a custom status id of no known UUID version',
    changed(goesToLunch, { '/data/agent_activity/custom_status_id': OTHER_ID }),
  ],
  ['fields of other products at the top level', changed(signsIn, { '/app_settings': {}, '/headers': { a: 1 } })],
  ['parameters of the app', changed(signsIn, { '/iparams': { deep: { er: [1] } } })],
  [
    'the host of an app of platform 3.0',
    changed(signsIn, {
      '/currentHost': {
        subscribed_modules: ['chat_conversation'],
        endpoint_urls: { freshchat: 'https://x.example' },
        org_domain: 'x',
      },
    }),
  ],
  [
    'a person whose record has no more than the ids',
    changed(isSetUnavailable, {
      '/data/actor/email': null,
      '/data/actor/first_name': null,
      '/data/actor/last_name': null,
      '/data/actor/phone': null,
    }),
  ],
  ['a person who is not signed in', changed(isSetUnavailable, { '/data/actor/login_status': false })],
  [
    'a status that begins at the instant of the one before',
    changed(idles, {
      '/data/agent_activity/prev_status_change_timestamp': '2026-03-04T16:00:00.000Z',
      '/activity/prev_duration_ms': 0,
    }),
  ],
  [
    'an imported change that repeats its status and runs backwards',
    changed(isSetByKey, {
      '/data/actor/sub_entity': 'import',
      '/activity/reason': 'import',
      '/data/agent_activity/prev_status': 'AVAILABLE',
      '/data/agent_activity/prev_status_change_timestamp': '2026-03-05T00:00:00.000Z',
    }),
  ],
  [
    'an imported change of general availability',
    changed(signsIn, { '/activity/reason': 'import', '/data/actor/login_status': false }),
  ],
];
for (const [rule, payload] of SOUND) {
  test(`accepts ${rule}`, () => {
    assert.deepEqual(validateActivityPayload(payload), []);
  });
}

type Breach = readonly [rule: string, payload: unknown, pointers: readonly string[]];

const AA = '/data/agent_activity';
const person = becomesAvailable.data.actor;

/** Each law with payloads that break it, and every place at which they do. */
const ACTIVITY_BREACHES: readonly Breach[] = [
  [
    'the actor of a general-availability change is the system',
    changed(signsIn, { '/data/actor/type': 'agent' }),
    ['/data/actor/type'],
  ],
  [
    'a general-availability change has no sub_entity',
    changed(idles, { '/data/actor/sub_entity': 'idle_timeout' }),
    ['/data/actor/sub_entity'],
  ],
  [
    'a person moves IntelliAssign as agent_toggle or supervisor',
    changed(goesToLunch, { '/data/actor/sub_entity': 'login' }),
    ['/activity/reason', '/data/actor/sub_entity', `${AA}/status`],
  ],
  [
    'a person moves IntelliAssign as agent_toggle or supervisor',
    changed(goesToLunch, { '/data/actor/sub_entity': null }),
    ['/data/actor/sub_entity'],
  ],
  [
    'a person moves IntelliAssign as agent_toggle or supervisor',
    changed(goesToLunch, { '/data/actor/sub_entity': 'hallway_bot' }),
    ['/activity/reason', '/data/actor/sub_entity'],
  ],
  [
    'the system moves IntelliAssign by one of its own reasons',
    changed(lunchRunsOut, { '/data/actor/sub_entity': null }),
    ['/data/actor/sub_entity'],
  ],
  [
    'the system moves IntelliAssign by one of its own reasons',
    changed(isSetByKey, { '/data/actor/sub_entity': 'agent_toggle', '/activity/reason': 'agent_toggle' }),
    ['/data/actor/sub_entity'],
  ],
  [
    'the system moves IntelliAssign by one of its own reasons',
    changed(isSetByKey, { '/data/actor/sub_entity': 'active', '/activity/reason': 'active' }),
    ['/activity/reason', '/data/actor/sub_entity'],
  ],
  [
    'the system has no personal fields',
    changed(signsIn, { '/data/actor': { ...person, type: 'system', sub_entity: null, social_profiles: [] } }),
    ['avatar/url', 'email', 'first_name', 'last_name', 'org_actor_id', 'org_contact_id'].map(
      (field) => `/data/actor/${field}`,
    ),
  ],
  [
    'the system has no personal fields',
    changed(isSetByKey, { '/data/actor/phone': '+49 30 000000' }),
    ['/data/actor/phone'],
  ],
  [
    'the system has no social profile: none, or only ones whose type is null',
    changed(lunchRunsOut, {
      '/data/actor/social_profiles': [
        { id: null, type: null },
        { id: 'x', type: 'skype' },
      ],
    }),
    ['/data/actor/social_profiles/1/type'],
  ],
  [
    'a person has an organization-level id and a contact id',
    changed(isSetUnavailable, { '/data/actor/org_actor_id': null, '/data/actor/org_contact_id': null }),
    ['/data/actor/org_actor_id', '/data/actor/org_contact_id'],
  ],
  [
    "a person's social profiles have an id and a type",
    changed(goesToLunch, { '/data/actor/social_profiles': [{ id: null, type: null }] }),
    ['/data/actor/social_profiles/0/id', '/data/actor/social_profiles/0/type'],
  ],
  [
    'agent_toggle is the act of the agent whose status changed',
    changed(goesToLunch, { '/data/actor/id': OTHER_ID }),
    ['/data/actor/id'],
  ],
  [
    'agent_toggle is the act of the agent whose status changed',
    changed(goesToLunch, {
      '/activity': LEFT_OUT,
      '/data/actor/org_actor_id': '5',
      '/data/actor/email': 'else@example.com',
    }),
    ['/data/actor/email', '/data/actor/org_actor_id'],
  ],
  [
    'supervisor is the act of somebody other than the agent whose status changed',
    changed(becomesAvailable, { '/data/actor/sub_entity': 'supervisor', '/activity/reason': 'supervisor' }),
    ['/data/actor/email', '/data/actor/id', '/data/actor/org_actor_id'],
  ],
  [
    'the id of a system actor is that of the agent whose status changed',
    changed(idles, { '/data/actor/id': OTHER_ID }),
    ['/data/actor/id'],
  ],
  [
    'the timestamp is whole milliseconds, or seconds with up to three decimals that are never whole',
    changed(signsIn, { '/timestamp': 1_772_614_200 }),
    ['/timestamp'],
  ],
  [
    'the timestamp is whole milliseconds, or seconds with up to three decimals that are never whole',
    changed(signsIn, { '/timestamp': 1_772_614_200_012.5 }),
    ['/timestamp'],
  ],
  [
    'the timestamp is whole milliseconds, or seconds with up to three decimals that are never whole',
    changed(signsIn, { '/timestamp': 1_772_614_200.0125 }),
    ['/timestamp'],
  ],
  [
    'general availability is AVAILABLE or UNAVAILABLE',
    changed(signsIn, { [`${AA}/status`]: 'Lunch', [`${AA}/prev_status`]: 'Tea' }),
    [`${AA}/prev_status`, `${AA}/status`],
  ],
  [
    'no custom status is called AVAILABLE or UNAVAILABLE in other letters',
    changed(becomesAvailable, { [`${AA}/status`]: 'Available' }),
    [`${AA}/status`],
  ],
  [
    'no custom status is called AVAILABLE or UNAVAILABLE in other letters',
    changed(becomesAvailable, { [`${AA}/prev_status`]: 'unavailable' }),
    [`${AA}/prev_status`],
  ],
  [
    'a status differs from the one before, unless both are custom statuses',
    changed(becomesAvailable, { [`${AA}/prev_status`]: 'AVAILABLE' }),
    [`${AA}/status`],
  ],
  [
    'the reason is one that moves this axis',
    changed(idles, { '/activity/reason': 'status_expired' }),
    ['/activity/reason'],
  ],
  [
    'the reason equals the cause when the axis is Intelliassign',
    changed(isSetUnavailable, { '/activity/reason': 'api' }),
    ['/activity/reason'],
  ],
  [
    'a reason leads only to statuses that it can set, and from ones that it can end',
    changed(signsIn, { '/activity/reason': 'logout', '/data/actor/login_status': false }),
    [`${AA}/prev_status`, `${AA}/status`],
  ],
  [
    'a reason leads only to statuses that it can set, and from ones that it can end',
    changed(lunchRunsOut, { '/data/actor/sub_entity': 'call_ended', '/activity/reason': 'call_ended' }),
    [`${AA}/prev_status`],
  ],
  [
    'a custom status has an id, a default status has none',
    changed(goesToLunch, { [`${AA}/custom_status_id`]: null }),
    [`${AA}/custom_status_id`],
  ],
  [
    'a custom status has an id, a default status has none',
    changed(isSetByKey, { [`${AA}/custom_status_id`]: OTHER_ID }),
    [`${AA}/custom_status_id`],
  ],
  [
    'a custom status has an id, a default status has none',
    changed(idles, { [`${AA}/custom_status_id`]: OTHER_ID }),
    [`${AA}/custom_status_id`],
  ],
  ['only a custom status has an emoji', changed(isSetUnavailable, { [`${AA}/emoji`]: 'joy' }), [`${AA}/emoji`]],
  ['only a custom status has an emoji', changed(signsIn, { [`${AA}/emoji`]: 'joy' }), [`${AA}/emoji`]],
  [
    'a status begins no earlier than the one before',
    changed(idles, { [`${AA}/prev_status_change_timestamp`]: '2026-03-04T16:00:00.001Z' }),
    [`${AA}/prev_status_change_timestamp`],
  ],
  [
    'the previous duration is the difference of the two times',
    changed(idles, { '/activity/prev_duration_ms': 25_800_001 }),
    ['/activity/prev_duration_ms'],
  ],
  [
    'the system actor of a general-availability change is signed in as its reason leaves it',
    changed(idles, { '/data/actor/login_status': false }),
    ['/data/actor/login_status'],
  ],
  [
    'the system actor of a general-availability change is signed in as its reason leaves it',
    changed(idles, { '/activity/reason': 'disconnect' }),
    ['/data/actor/login_status'],
  ],
];

const STATUS = '/data/changes/status';
const ENTERED = '/data/agent_custom_status';
const CUSTOM_STATUS_BREACHES: readonly Breach[] = [
  [
    'the source of the change is its cause',
    changed(entersLunch, { '/data/actor/actor_source': 'api' }),
    ['/data/actor/actor_source'],
  ],
  [
    'the custom status is the one that was entered, and null when a default status was',
    changed(entersLunch, { [ENTERED]: null }),
    [ENTERED],
  ],
  [
    'the custom status is the one that was entered, and null when a default status was',
    changed(leavesLunch, { [ENTERED]: entersLunch.data.agent_custom_status }),
    [ENTERED],
  ],
  [
    'the custom status is the one that was entered, and null when a default status was',
    changed(entersLunch, { [`${ENTERED}/name`]: 'Tea' }),
    [`${ENTERED}/name`],
  ],
  [
    'at least one of the two statuses is a custom status',
    changed(entersLunch, { [STATUS]: ['UNAVAILABLE', 'AVAILABLE'], [ENTERED]: null }),
    [STATUS],
  ],
  [
    'a status differs from the one before, unless both are custom statuses',
    changed(leavesLunch, { [STATUS]: ['AVAILABLE', 'AVAILABLE'] }),
    [STATUS, `${STATUS}/0`, `${STATUS}/1`],
  ],
  [
    'no custom status is called AVAILABLE or UNAVAILABLE in other letters',
    changed(entersLunch, { [`${STATUS}/1`]: 'Available' }),
    [`${STATUS}/1`],
  ],
  [
    'a reason leads only to statuses that it can set, and from ones that it can end',
    changed(entersLunch, {
      '/data/actor/sub_entity': 'login',
      '/data/actor/actor_source': 'login',
      '/activity/reason': 'login',
    }),
    ['/data/actor/sub_entity', `${STATUS}/0`],
  ],
  [
    'the system moves IntelliAssign by one of its own reasons',
    changed(leavesLunch, { '/data/actor/sub_entity': null }),
    ['/data/actor/sub_entity'],
  ],
];

const holdTable = (
  breaches: readonly Breach[],
  {
    laws,
    look,
    validate,
  }: {
    readonly laws: typeof ACTIVITY_PAYLOAD_LAWS;
    readonly look: typeof activityView;
    readonly validate: typeof validateActivityPayload;
  },
): void => {
  for (const [index, [rule, payload, places]] of breaches.entries()) {
    test(`holds that ${rule} (${index})`, () => {
      const law = laws.find((candidate) => candidate.rule === rule);
      assert.ok(law, 'the law exists');
      assert.notEqual(law.faults(look(payload)).length, 0, 'the law itself speaks');
      assert.deepEqual(pointers(validate(payload)), [...places].sort());
    });
  }
};
holdTable(ACTIVITY_BREACHES, { laws: ACTIVITY_PAYLOAD_LAWS, look: activityView, validate: validateActivityPayload });
holdTable(CUSTOM_STATUS_BREACHES, {
  laws: CUSTOM_STATUS_PAYLOAD_LAWS,
  look: customStatusView,
  validate: validateCustomStatusPayload,
});

test('has a breach of every law in the tables', () => {
  const broken = new Set([...ACTIVITY_BREACHES, ...CUSTOM_STATUS_BREACHES].map(([rule]) => rule));
  for (const { rule } of [...ACTIVITY_PAYLOAD_LAWS, ...CUSTOM_STATUS_PAYLOAD_LAWS]) assert.ok(broken.has(rule), rule);
});

/** One slip of the shape each, and where it is named. */
const SHAPE_BREACHES: readonly (readonly [
  what: string,
  changes: Readonly<Record<string, unknown>>,
  pointers: readonly string[],
])[] = [
  [
    'an axis in other letters',
    { [`${AA}/availability_event_type`]: 'IntelliAssign' },
    [`${AA}/availability_event_type`],
  ],
  ['an organization-level id that is a number', { [`${AA}/org_agent_id`]: 900719925474099 }, [`${AA}/org_agent_id`]],
  [
    'an organization-level id of 21 digits',
    { [`${AA}/org_agent_id`]: '9'.repeat(21) },
    [`${AA}/org_agent_id`, '/data/actor/org_actor_id'],
  ],
  ['an avatar that is null', { '/data/actor/avatar': null }, ['/data/actor/avatar']],
  ['an actor without id', { '/data/actor/id': '' }, ['/data/actor/id']],
  [
    'a time without milliseconds',
    { [`${AA}/status_change_timestamp`]: '2026-03-04T12:00:00Z' },
    [`${AA}/status_change_timestamp`],
  ],
  [
    'a time of another zone',
    { [`${AA}/status_change_timestamp`]: '2026-03-04T13:00:00.000+01:00' },
    [`${AA}/status_change_timestamp`],
  ],
  [
    'a day that does not exist',
    { [`${AA}/prev_status_change_timestamp`]: '2026-02-29T12:00:00.000Z' },
    [`${AA}/prev_status_change_timestamp`],
  ],
  ['an emoji in colons', { [`${AA}/emoji`]: ':sandwich:' }, [`${AA}/emoji`]],
  ['a sequence of 0', { '/activity/sequence': 0 }, ['/activity/sequence']],
  ['a duration below 0', { '/activity/prev_duration_ms': -1 }, ['/activity/prev_duration_ms']],
  ['a group that is named twice', { '/activity/groups': ['a', 'a'] }, ['/activity/groups/1']],
  ['a region that does not exist', { '/region': 'USA' }, ['/region']],
  ['a host with its scheme', { '/domain': 'https://invented.example.com' }, ['/domain']],
  ['an account id that is a number', { '/account_id': 1 }, ['/account_id']],
  ['another event', { '/event': 'onAgentCustomStatusUpdate' }, ['/event']],
  ['another version', { '/version': '1.0.0' }, ['/version']],
  ['a timestamp as a text', { '/timestamp': '1772614200012' }, ['/timestamp']],
  ['parameters that are a list', { '/iparams': [] }, ['/iparams']],
  ['an activity that is null', { '/activity': null }, ['/activity']],
  ['an unknown field of the actor', { '/data/actor/role': 'agent' }, ['/data/actor/role']],
  ['an unknown field beside the actor', { '/data/associations': {} }, ['/data/associations']],
];
for (const [what, changes, places] of SHAPE_BREACHES) {
  test(`names ${what}`, () => {
    assert.deepEqual(pointers(validateActivityPayload(changed(goesToLunch, changes))), [...places].sort());
  });
}

for (const name of Object.keys(goesToLunch.data.agent_activity)) {
  test(`misses ${name} when it is left out, and nothing else`, () => {
    const payload = changed(goesToLunch, { [`${AA}/${name}`]: LEFT_OUT });
    assert.deepEqual(pointers(validateActivityPayload(payload)), [`${AA}/${name}`]);
  });
}

for (const name of Object.keys(goesToLunch.data.actor)) {
  test(`misses ${name} of the actor when it is left out, and nothing else`, () => {
    const payload = changed(goesToLunch, { [`/data/actor/${name}`]: LEFT_OUT });
    assert.deepEqual(pointers(validateActivityPayload(payload)), [`/data/actor/${name}`]);
  });
}

test('says that availability_agent_type is called availability_event_type', () => {
  const payload = changed(goesToLunch, {
    [`${AA}/availability_event_type`]: LEFT_OUT,
    [`${AA}/availability_agent_type`]: 'Intelliassign',
  });
  const faults = validateActivityPayload(payload);
  assert.deepEqual(pointers(faults), [`${AA}/availability_agent_type`, `${AA}/availability_event_type`]);
  const slip = faults.find(({ pointer }) => pointer.endsWith('agent_type'));
  assert.match(slip?.detail ?? '', /it is called availability_event_type$/);
});

/**
 * A payload that departs from the rules exactly as the sample of the vendor's kit does: a cause that is on no list, a
 * custom status beside AVAILABLE, an actor and a subject of one organization-level id and two emails, an actor who is
 * not signed in, a recording three years before the change, neither parameters nor our own object.
 */
const vendorLike = changed(becomesAvailable, {
  '/timestamp': 1_672_531_200_000,
  '/iparams': LEFT_OUT,
  '/activity': LEFT_OUT,
  '/data/actor/sub_entity': 'hallway_bot',
  '/data/actor/email': 'other@example.com',
  '/data/actor/phone': '030000000',
  '/data/actor/login_status': false,
  [`${AA}/custom_status_id`]: OTHER_ID,
  [`${AA}/emoji`]: 'joy',
});

test("finds three faults in a payload like the vendor's sample: its cause, and the custom status beside AVAILABLE", () => {
  const faults = validateActivityPayload(vendorLike, { form: 'sample' });
  assert.deepEqual(pointers(faults), ['/data/actor/sub_entity', `${AA}/custom_status_id`, `${AA}/emoji`]);
  assert.match(faults[0]?.detail ?? '', /one of agent_toggle, supervisor, .* got the string "hallway_bot"/);
});

test('misses the parameters besides when such a payload is said to be delivered', () => {
  assert.deepEqual(pointers(validateActivityPayload(vendorLike)), [
    '/data/actor/sub_entity',
    `${AA}/custom_status_id`,
    `${AA}/emoji`,
    '/iparams',
  ]);
});

test('forgives a sample its missing parameters, but not wrong ones', () => {
  assert.deepEqual(pointers(validateActivityPayload(changed(signsIn, { '/iparams': 5 }), { form: 'sample' })), [
    '/iparams',
  ]);
  assert.deepEqual(validateCustomStatusPayload(changed(entersLunch, { '/iparams': LEFT_OUT }), { form: 'sample' }), []);
});

test('refuses each payload in the place of the other', () => {
  assert.ok(pointers(validateCustomStatusPayload(signsIn)).includes('/event'));
  assert.ok(pointers(validateActivityPayload(entersLunch)).includes('/event'));
});

/** JSON texts with the names that objects inherit, which a careless reader would take for members. */
const INHERITED = [
  '{"__proto__": null}',
  '{"__proto__": {"data": {}}}',
  '{"data": {"actor": {"constructor": 1, "toString": 2}}}',
];
for (const text of INHERITED) {
  test(`takes nothing inherited for a member of ${text}`, () => {
    const places = pointers(validateActivityPayload(JSON.parse(text)));
    assert.ok(places.includes('/event') && places.some((place) => place.startsWith('/data')));
  });
}

test('never throws, and names no place twice, whatever JSON it is given', () => {
  const law = fc.property(fc.jsonValue({ maxDepth: 6 }), (value) => {
    for (const validate of [validateActivityPayload, validateCustomStatusPayload]) {
      const places = pointers(validate(value));
      assert.ok(places.length > 0);
      assert.equal(new Set(places).size, places.length);
    }
  });
  fc.assert(law, { numRuns: 300 });
});

const leaves = (value: unknown, at = ''): readonly string[] =>
  typeof value === 'object' && value !== null
    ? [at, ...Object.entries(value).flatMap(([name, inner]) => leaves(inner, `${at}/${name}`))].filter(
        (place) => place !== '',
      )
    : [at];

test('never throws on a payload with anything at all in the place of some of its parts', () => {
  const examples = fc.constantFrom(
    ...Object.values(EXAMPLE_ACTIVITY_PAYLOADS),
    ...Object.values(EXAMPLE_CUSTOM_STATUS_PAYLOADS),
  );
  const law = fc.property(examples, fc.gen(), (payload, gen) => {
    const place = gen(() => fc.constantFrom(...leaves(payload)));
    const broken = changed(payload, { [place]: gen(() => fc.oneof(fc.constant(LEFT_OUT), fc.jsonValue())) });
    for (const validate of [validateActivityPayload, validateCustomStatusPayload]) {
      for (const fault of validate(broken)) assert.match(fault.detail, /^\S.{5,}$/s);
    }
  });
  fc.assert(law, { numRuns: 500 });
});

test('stays short and quick on a value that is deep, long or wide', () => {
  const deep = JSON.parse(`${'['.repeat(2000)}${']'.repeat(2000)}`);
  const wide = Object.fromEntries(Array.from({ length: 20_000 }, (_, index) => [`status${index}`, index]));
  const long = 'x'.repeat(1_000_000);
  const payload = changed(goesToLunch, {
    '/iparams': deep,
    '/data/actor/first_name': long,
    '/data/actor/social_profiles': Array.from({ length: 20_000 }, () => deep),
    '/data/agent_activity': wide,
  });
  const faults = validateActivityPayload(payload);
  assert.ok(faults.length <= 600 && faults.every(({ detail }) => detail.length < 500));
});
